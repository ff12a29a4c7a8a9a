//! Names, paths and constants in KQL's syntax.

use kql_types::{PathStep, Value};

/// A name, in brackets and quotes where it is none by itself.
pub(super) fn name(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if plain { name.to_owned() } else { format!("['{}']", escaped(name, '\'')) }
}

/// Steps as they stand behind a dynamic: `.a['b c'][0]`.
pub(crate) fn path_text(steps: &[PathStep]) -> String {
    let step = |step: &PathStep| match step {
        PathStep::Index(index) => format!("[{index}]"),
        PathStep::Key(key) => match name(key) {
            bracketed if bracketed.starts_with('[') => bracketed,
            plain => format!(".{plain}"),
        },
    };
    steps.iter().map(step).collect()
}

/// A string literal.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", escaped(text, '"'))
}

fn escaped(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            quoted if quoted == quote => out.extend(['\\', quote]),
            control if control.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out
}

/// A constant.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null(data_type) => format!("{data_type}(null)"),
        Value::Bool(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Int(value) => format!("int({value})"),
        Value::Real(real) if real.is_finite() => value.to_text(),
        Value::Real(_) => format!("real({})", value.to_text()),
        Value::String(text) => string(text),
        Value::Dynamic(json) => format!("dynamic({})", dynamic_text(json)),
        Value::Decimal(_) | Value::DateTime(_) | Value::Timespan(_) | Value::Guid(_) => {
            format!("{}({})", value.data_type(), value.to_text())
        }
    }
}

/// The JSON text; a long one is cut.
fn dynamic_text(json: &str) -> String {
    const LONGEST: usize = 200;
    match json.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &json[..end]),
        None => json.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType;

    use super::*;

    #[test]
    fn names_and_paths_are_quoted_where_needed() {
        assert_eq!(name("a_1"), "a_1");
        assert_eq!(name("1a"), "['1a']");
        assert_eq!(name("it's"), r"['it\'s']");
        let steps = [PathStep::Key("a".into()), PathStep::Key("b c".into()), PathStep::Index(-1)];
        assert_eq!(path_text(&steps), ".a['b c'][-1]");
    }

    #[test]
    fn constants_are_literals() {
        for (constant, expected) in [
            (Value::String("a\"\\\n\u{1}".to_owned()), r#""a\"\\\n\u0001""#),
            (Value::Long(-5), "-5"),
            (Value::Int(5), "int(5)"),
            (Value::Real(5.0), "5.0"),
            (Value::Real(f64::NAN), "real(NaN)"),
            (Value::Null(ScalarType::DateTime), "datetime(null)"),
            (Value::DateTime(638_396_640_000_000_000), "datetime(2024-01-01T00:00:00.0000000Z)"),
            (Value::Timespan(36_000_000_000), "timespan(01:00:00)"),
            (Value::Dynamic("[1]".to_owned()), "dynamic([1])"),
        ] {
            assert_eq!(value(&constant), expected);
        }
        let long = Value::Dynamic(format!("\"{}\"", "é".repeat(300)));
        assert!(value(&long).ends_with("é...)"));
    }
}
