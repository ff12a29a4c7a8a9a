//! Putting strings together.

use kql_types::{Column, ScalarType::String, Strings};

use crate::kernel::rows::strings;
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&STRCAT, &STRCAT_DELIM, &STRREP];

scalar_function!(
    STRCAT, ["strcat"], "The text forms of the arguments, one after the other; a null counts as the empty string.",
    [r#"print strcat("hello", " ", "world")"# => "hello world", r#"print strcat("a", int(null), 1d)"# => "a1.00:00:00"],
    ResultName::Generated,
    [columns(&[ParameterType::Text], String, strcat).repeating(1, 1)],
);
scalar_function!(
    STRCAT_DELIM, ["strcat_delim"],
    "The text forms of the arguments after the first, with the first between them; a null keeps its place.",
    [
        r#"print strcat_delim("-", 1, "2", "A", 1s)"# => "1-2-A-00:00:01",
        r#"print strcat_delim("-", "a", int(null), "b")"# => "a--b",
    ],
    ResultName::Generated,
    [columns(&[ParameterType::Text, ParameterType::Text], String, strcat_delim).repeating(1, 3)],
);
scalar_function!(
    STRREP, ["strrep"], "The value's text form repeated, at most 1024 times, with an optional delimiter between.",
    [r#"print strrep("ABC", 2)"# => "ABCABC", r#"print strrep(123, 3, ".")"# => "123.123.123"],
    ResultName::Generated,
    [columns(&[ParameterType::Text, ParameterType::Integer, ParameterType::Text], String, strrep).at_least(2)],
);

fn texts<'a>(call: &Call<'a>) -> Vec<Strings<'a>> {
    call.arguments.iter().map(|argument| argument.strings()).collect()
}

fn strcat(call: &Call<'_>) -> Result<Column, KernelError> {
    let parts = texts(call);
    Ok(Column::String(
        strings(call.rows, |row, out| parts.iter().for_each(|part| out.push_str(part.text(row)))).into(),
    ))
}

fn strcat_delim(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = texts(call);
    let Some((delimiter, parts)) = texts.split_first() else {
        return Err(KernelError::new("strcat_delim() needs a delimiter"));
    };
    Ok(Column::String(
        strings(call.rows, |row, out| {
            for (index, part) in parts.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { delimiter.text(row) });
                out.push_str(part.text(row));
            }
        })
        .into(),
    ))
}

/// The most repetitions. <https://learn.microsoft.com/kusto/query/strrep-function>
const MOST_REPETITIONS: i64 = 1024;

fn strrep(call: &Call<'_>) -> Result<Column, KernelError> {
    let (values, times) = (call.arguments[0].strings(), call.arguments[1].longs());
    let delimiters = call.arguments.get(2).map(|delimiters| delimiters.strings());
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let delimiter = delimiters.as_ref().map_or("", |delimiters| delimiters.text(row));
            for repetition in 0..times.get(row).unwrap_or(0).min(MOST_REPETITIONS) {
                out.push_str(if repetition == 0 { "" } else { delimiter });
                out.push_str(values.text(row));
            }
        })
        .into(),
    ))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{d, l, s, text};

    #[test]
    fn every_type_has_a_text_form() {
        let null = Value::Null(ScalarType::Dynamic);
        assert_eq!(text("strcat", &[s("x"), Value::Bool(true), null, d(r#""y""#), l(-1)]), "xTruey-1");
        assert_eq!(text("strcat_delim", &[s(", "), s(""), s(""), l(0)]), ", , 0");
    }

    #[test]
    fn repetitions_are_bounded() {
        assert_eq!(text("strrep", &[s("x"), l(0)]), "");
        assert_eq!(text("strrep", &[s("x"), l(-3)]), "");
        assert_eq!(text("strrep", &[s("x"), l(5000)]).len(), 1024);
        assert_eq!(text("strrep", &[s(""), l(3), s("-")]), "--");
    }
}
