//! Splitting strings.

use kql_types::dynamic::write_json_string;
use kql_types::{Column, ScalarType::Dynamic};

use crate::kernel::rows::dynamics;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&SPLIT];

scalar_function!(
    SPLIT, ["split"],
    "The parts of a string between delimiters, as an array; with an index, an array of that part alone. Null if the delimiter is empty or there is no such part.",
    [
        r#"print split("aa_bb", "_")"# => r#"["aa","bb"]"#,
        r#"print split("aaa_bbb_ccc", "_", 1)"# => r#"["bbb"]"#,
        r#"print split(1d + 2h, ":")"# => r#"["1.02","00","00"]"#,
        r#"print split("", "_")"# => r#"[""]"#,
        r#"print split("a__b", "_")"# => r#"["a","","b"]"#,
    ],
    ResultName::FirstArgument,
    [columns(&[ParameterType::Text, TEXT, ParameterType::Integer], Dynamic, split).at_least(2)],
);

fn split(call: &Call<'_>) -> Result<Column, KernelError> {
    let (sources, delimiters) = (call.arguments[0].strings(), call.arguments[1].strings());
    let wanted = call.arguments.get(2).map(|indexes| indexes.longs());
    Ok(Column::Dynamic(
        dynamics(call.rows, |row, out| {
            let (source, delimiter) = (sources.text(row), delimiters.text(row));
            if delimiter.is_empty() {
                return None;
            }
            out.push('[');
            match (&wanted, delimiter.as_bytes()) {
                (Some(wanted), _) => {
                    let index = wanted.get(row).and_then(|index| usize::try_from(index).ok())?;
                    write_json_string(out, source.split(delimiter).nth(index)?);
                }
                // Looking for one character needs no set-up.
                (None, [byte]) => write_parts(out, source.split(char::from(*byte))),
                (None, _) => write_parts(out, source.split(delimiter)),
            }
            out.push(']');
            Some(())
        })
        .into(),
    ))
}

fn write_parts<'a>(out: &mut String, parts: impl Iterator<Item = &'a str>) {
    for (index, part) in parts.enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        write_json_string(out, part);
    }
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, d, l, s, text};

    #[test]
    fn splits_at_every_delimiter() {
        assert_eq!(text("split", &[s("aabbcc"), s("bb")]), r#"["aa","cc"]"#);
        assert_eq!(text("split", &[s("a\"b\\c"), s("\\")]), r#"["a\"b","c"]"#);
        assert_eq!(text("split", &[s("xéy"), s("é")]), r#"["x","y"]"#);
        assert_eq!(text("split", &[d(r#""a,b""#), s(",")]), r#"["a","b"]"#);
    }

    #[test]
    fn what_is_not_there_is_null() {
        let null = Value::Null(ScalarType::Dynamic);
        assert_eq!(call("split", &[s("a_b"), s("_"), l(2)]), Ok(null.clone()));
        assert_eq!(call("split", &[s("a_b"), s("_"), l(-1)]), Ok(null.clone()));
        assert_eq!(call("split", &[s("a_b"), s("")]), Ok(null));
    }
}
