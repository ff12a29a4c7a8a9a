//! What a regular expression captures.

use kql_types::dynamic::{Json, write_json_string};
use kql_types::{Column, Operand, ScalarType, ScalarType::Dynamic, ScalarType::String, Strings, Value};
use regex::{CaptureLocations, Regex};

use crate::kernel::rows::{dynamics, strings};
use crate::regular_expression::{RegexCache, compile, constant_regex};
use crate::scalar::conversion::convert_column;
use crate::scalar::signature::{DYNAMIC, TEXT, columns, prepared, scalar_function};
use crate::{
    ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, Returns, ScalarFunction,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&EXTRACT, &EXTRACT_ALL, &REGEX_QUOTE];

scalar_function!(
    EXTRACT, ["extract"],
    "What a group of the regular expression captures in its first match in the text (0 is the whole match), converted to the type if one is given; empty or null if nothing does.",
    [
        r#"print extract("x=([0-9.]+)", 1, "hello x=45.6|wo")"# => "45.6",
        r#"print extract(@"(\d+)", 1, "a 12", typeof(long)) + 1"# => "13",
        r#"print extract("b", 0, "a")"# => "",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, ParameterType::Integer, TEXT, ParameterType::Literal(String)], String, bind_extract)
        .at_least(3)
        .returning(Returns::Computed(|arguments| written_type(arguments, 3)))],
);
scalar_function!(
    EXTRACT_ALL, ["extract_all", "extractall"],
    "What the groups of the regular expression (all, or those listed) capture in each of its matches in the text: an array of texts for one group, of arrays for more; null if nothing matches.",
    [
        r#"print extract_all(@"(\d+)", "a set of numbers: 123, 567 and 789")"# => r#"["123","567","789"]"#,
        r#"print extract_all(@"(\w)(\w+)", "ab cde")"# => r#"[["a","b"],["c","de"]]"#,
        r#"print extract_all(@"(\w)(\w+)", dynamic([2]), "ab cde")"# => r#"["b","de"]"#,
    ],
    ResultName::Generated,
    [
        prepared(&[TEXT, TEXT], Dynamic, |arguments| bind_extract_all(arguments, false)),
        prepared(&[TEXT, DYNAMIC, TEXT], Dynamic, |arguments| bind_extract_all(arguments, true)),
    ],
);
scalar_function!(
    REGEX_QUOTE, ["regex_quote"], "The string with every character escaped that has a meaning in regular expressions.",
    [r#"print regex_quote("(so$me.Te^xt)")"# => r"\(so\$me\.Te\^xt\)"],
    ResultName::Generated,
    [columns(&[TEXT], String, regex_quote)],
);

/// The type that a `typeof(...)` argument names; string without one.
pub(in crate::scalar) fn written_type(
    arguments: &[ArgumentInfo<'_>],
    index: usize,
) -> Result<ScalarType, std::string::String> {
    match arguments.get(index).map(|argument| argument.constant) {
        None => Ok(String),
        Some(Some(Value::String(name))) => {
            ScalarType::from_name(name).ok_or_else(|| format!("'{name}' is not the name of a type"))
        }
        Some(_) => Err(std::string::String::from("the type must be written as typeof(...)")),
    }
}

fn bind_extract(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let regex = constant_regex(arguments, 0)?;
    Ok(Box::new(move |call| {
        let texts = match &regex {
            Some(regex) => extract(call, regex),
            None => extract_by_row(call)?,
        };
        Ok(match call.returns {
            String => texts,
            returns => convert_column(&Operand::Column(texts), call.rows, returns),
        })
    }))
}

fn extract(call: &Call<'_>, regex: &Regex) -> Column {
    let (groups, texts) = (call.arguments[1].longs(), call.arguments[2].strings());
    let mut locations = regex.capture_locations();
    Column::String(
        strings(call.rows, |row, out| {
            out.push_str(capture(regex, &mut locations, groups.get(row), texts.text(row)));
        })
        .into(),
    )
}

fn extract_by_row(call: &Call<'_>) -> Result<Column, KernelError> {
    let (patterns, groups, texts) =
        (call.arguments[0].strings(), call.arguments[1].longs(), call.arguments[2].strings());
    let mut cache = RegexCache::default();
    let found: Result<Vec<&str>, KernelError> = (0..call.rows)
        .map(|row| {
            let regex = cache.get(patterns.text(row))?;
            Ok(capture(regex, &mut regex.capture_locations(), groups.get(row), texts.text(row)))
        })
        .collect();
    let found = found?;
    Ok(Column::String(strings(call.rows, |row, out| out.push_str(found[row])).into()))
}

fn capture<'a>(
    regex: &Regex,
    locations: &mut CaptureLocations,
    group: Option<i64>,
    text: &'a str,
) -> &'a str {
    let range = match group.map(usize::try_from) {
        // Where only the whole match is asked for, a faster search does.
        Some(Ok(0)) => regex.find(text).map(|found| found.range()),
        Some(Ok(group)) => {
            regex.captures_read(locations, text).and_then(|_| locations.get(group)).map(|(a, b)| a..b)
        }
        _ => None,
    };
    range.map_or("", |range| &text[range])
}

/// An expression and which of its groups are wanted.
struct Extractor {
    regex: Regex,
    groups: Vec<usize>,
}

impl Extractor {
    fn new(pattern: &str, wanted: Option<&Value>) -> Result<Self, KernelError> {
        let regex = compile(pattern)?;
        let captures = regex.captures_len();
        if captures < 2 {
            return Err(KernelError::new(format!(
                "extract_all() needs a capture group, and '{pattern}' has none"
            )));
        }
        let groups = match wanted {
            None => (1..captures).collect(),
            Some(Value::Dynamic(json)) => listed_groups(&regex, Json::new(json))?,
            Some(_) => return Err(KernelError::new("the capture groups of extract_all() must be an array")),
        };
        Ok(Self { regex, groups })
    }

    fn write(&self, text: &str, out: &mut std::string::String) -> Option<()> {
        let mut locations = self.regex.capture_locations();
        let mut from = 0;
        while let Some(found) = self.regex.captures_read_at(&mut locations, text, from) {
            out.push(if out.is_empty() { '[' } else { ',' });
            self.write_match(text, &locations, out);
            let step = text[found.end()..].chars().next().map_or(1, char::len_utf8);
            from = if found.is_empty() { found.end() + step } else { found.end() };
            if from > text.len() {
                break;
            }
        }
        out.push(']');
        (out.len() > 1).then_some(())
    }

    fn write_match(&self, text: &str, locations: &CaptureLocations, out: &mut std::string::String) {
        let captured = |group| locations.get(group).map_or("", |(start, end)| &text[start..end]);
        if let [group] = self.groups[..] {
            return write_json_string(out, captured(group));
        }
        for (index, group) in self.groups.iter().enumerate() {
            out.push(if index == 0 { '[' } else { ',' });
            write_json_string(out, captured(*group));
        }
        out.push(']');
    }
}

fn listed_groups(regex: &Regex, wanted: Json<'_>) -> Result<Vec<usize>, KernelError> {
    let groups: Result<Vec<usize>, KernelError> = wanted
        .elements()
        .map(|group| {
            let found = match group.as_str() {
                Some(name) => regex.capture_names().position(|named| named == Some(&*name)),
                None => group.as_i64().and_then(|group| usize::try_from(group).ok()),
            };
            found.filter(|group| *group < regex.captures_len()).ok_or_else(|| {
                KernelError::new(format!("'{}' has no capture group {}", regex.as_str(), group.text()))
            })
        })
        .collect();
    match groups {
        Ok(groups) if groups.is_empty() => {
            Err(KernelError::new("extract_all() needs at least one capture group"))
        }
        groups => groups,
    }
}

fn bind_extract_all(arguments: &[ArgumentInfo<'_>], with_groups: bool) -> Result<BoundKernel, KernelError> {
    let groups = if with_groups { arguments[1].constant } else { None };
    let constant = match arguments[0].constant {
        Some(pattern) if !with_groups || groups.is_some() => {
            Some(Extractor::new(&pattern.to_text(), groups)?)
        }
        _ => None,
    };
    let text_at = arguments.len() - 1;
    Ok(Box::new(move |call| {
        let texts = call.arguments[text_at].strings();
        match &constant {
            Some(extractor) => Ok(Column::Dynamic(
                dynamics(call.rows, |row, out| extractor.write(texts.text(row), out)).into(),
            )),
            None => extract_all_by_row(call, texts, with_groups),
        }
    }))
}

fn extract_all_by_row(call: &Call<'_>, texts: Strings<'_>, with_groups: bool) -> Result<Column, KernelError> {
    let patterns = call.arguments[0].strings();
    let mut failure = None;
    let column = dynamics(call.rows, |row, out| {
        let groups = with_groups.then(|| call.arguments[1].value(row));
        match Extractor::new(patterns.text(row), groups.as_ref()) {
            Ok(extractor) => extractor.write(texts.text(row), out),
            Err(error) => {
                failure = Some(error);
                None
            }
        }
    });
    failure.map_or(Ok(Column::Dynamic(column.into())), Err)
}

fn regex_quote(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::String(strings(call.rows, |row, out| out.push_str(&regex::escape(texts.text(row)))).into()))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, d, l, s, text};

    #[test]
    fn extract_gives_a_group_in_the_wanted_type() {
        assert_eq!(text("extract", &[s(r"(\w+)@(\w+)"), l(2), s("to bob@example")]), "example");
        assert_eq!(text("extract", &[s("(a)|(b)"), l(1), s("b")]), "");
        assert_eq!(text("extract", &[s("a"), l(5), s("a")]), "");
        assert_eq!(text("extract", &[s(r"\d"), l(0), s("٣x")]), "٣");
        let typed = |name, source| call("extract", &[s(r"-(\d{2})-"), l(1), s(source), s(name)]);
        assert_eq!(typed("int", "15-12-2024"), Ok(Value::Int(12)));
        assert_eq!(typed("long", "15"), Ok(Value::Null(ScalarType::Long)));
        assert_eq!(typed("string", "15-12-2024"), Ok(s("12")));
        assert!(typed("number", "15-12-2024").is_err());
    }

    #[test]
    fn extract_all_answers_as_the_engine_recorded() {
        let id = "82b8be2d-dfa7-4bd1";
        let three = r"(?P<first>\w)(?P<middle>\w+)(?P<last>\w)";
        for (pattern, groups, expected) in [
            (r"([\da-f]{2})", None, r#"["82","b8","be","2d","df","a7","4b","d1"]"#),
            (three, None, r#"[["8","2b8be2","d"],["d","fa","7"],["4","bd","1"]]"#),
            (three, Some("[1,3]"), r#"[["8","d"],["d","7"],["4","1"]]"#),
            (three, Some(r#"["first",2,"last"]"#), r#"[["8","2b8be2","d"],["d","fa","7"],["4","bd","1"]]"#),
            (three, Some("[2]"), r#"["2b8be2","fa","bd"]"#),
            ("(x)", None, ""),
            ("(x*)-", None, r#"["",""]"#),
        ] {
            let mut arguments = vec![s(pattern), s(id)];
            if let Some(groups) = groups {
                arguments.insert(1, d(groups));
            }
            assert_eq!(text("extract_all", &arguments), expected, "{pattern} {groups:?}");
        }
        assert_eq!(call("extract_all", &[s("(x)"), s("a")]), Ok(Value::Null(ScalarType::Dynamic)));
        assert!(call("extract_all", &[s("x"), s("a")]).is_err());
        assert!(call("extract_all", &[s("(x)"), d("[2]"), s("a")]).is_err());
    }
}
