//! Length, case and pieces of strings.

use kql_types::{Column, Longs, ScalarType::Bool, ScalarType::Long, ScalarType::String, Strings};

use crate::kernel::rows::{bools, longs, strings};
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::text::{lower, upper};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&STRLEN, &STRING_SIZE, &TOLOWER, &TOUPPER, &SUBSTRING, &REVERSE, &STRCMP, &ISASCII, &ISUTF8];

scalar_function!(
    STRLEN, ["strlen"], "Number of characters (Unicode scalar values) of a string.",
    [r#"print strlen("héllo")"# => "5"],
    ResultName::PrefixAndFirstArgument("strlen"),
    [columns(&[TEXT], Long, |call| measure(call, |text| text.chars().count()))],
);
scalar_function!(
    STRING_SIZE, ["string_size"], "Size of a string in bytes, as UTF-8.",
    [r#"print string_size("⒦⒰⒮⒯⒪")"# => "15"],
    ResultName::PrefixAndFirstArgument("string_size"),
    [columns(&[TEXT], Long, |call| measure(call, str::len))],
);
scalar_function!(
    TOLOWER, ["tolower"], "The string in lower case, character by character.",
    [r#"print tolower("Hello ÉCOLE")"# => "hello école"],
    ResultName::Generated,
    [columns(&[ParameterType::Text], String, |call| map_case(call, |byte| byte.to_ascii_lowercase(), lower))],
);
scalar_function!(
    TOUPPER, ["toupper"], "The string in upper case, character by character.",
    [r#"print toupper("Hello école")"# => "HELLO ÉCOLE"],
    ResultName::Generated,
    [columns(&[ParameterType::Text], String, |call| map_case(call, |byte| byte.to_ascii_uppercase(), upper))],
);
scalar_function!(
    SUBSTRING, ["substring"],
    "The part of a string from a 0-based character on, of at most the given length; a negative start counts from the end.",
    [
        r#"print substring("123456", 1)"# => "23456",
        r#"print substring("123456", 2, 2)"# => "34",
        r#"print substring("123456", -2, 2)"# => "56",
        r#"print substring("ABC", 5)"# => "",
    ],
    ResultName::Generated,
    [columns(&[ParameterType::Text, ParameterType::Integer, ParameterType::Integer], String, substring).at_least(2)],
);
scalar_function!(
    REVERSE, ["reverse"], "The characters of the value's text form in reverse order.",
    [r#"print reverse("ABC")"# => "CBA", "print reverse(3h)" => "00:00:30"],
    ResultName::Generated,
    [columns(&[ParameterType::Text], String, reverse)],
);
scalar_function!(
    STRCMP, ["strcmp"], "-1, 0 or 1 as the first string comes before, equals or comes after the second, by code point.",
    [r#"print strcmp("ABC", "abc")"# => "-1", r#"print strcmp("abcde", "abc")"# => "1"],
    ResultName::Generated,
    [columns(&[ParameterType::Text, ParameterType::Text], Long, strcmp)],
);
scalar_function!(
    ISASCII, ["isascii"], "Whether a string has only ASCII characters.",
    [r#"print isascii("some string")"# => "True", r#"print isascii("é")"# => "False"],
    ResultName::Generated,
    [columns(&[TEXT], Bool, |call| {
        let texts = call.arguments[0].strings();
        Ok(Column::Bool(bools(call.rows, |row| Some(texts.text(row).is_ascii()))))
    })],
);
scalar_function!(
    ISUTF8, ["isutf8"], "Whether a string is valid UTF-8; here every string is.",
    [r#"print isutf8("some string")"# => "True"],
    ResultName::Generated,
    [columns(&[TEXT], Bool, |call| Ok(Column::Bool(bools(call.rows, |_| Some(true)))))],
);

fn measure(call: &Call<'_>, size: impl Fn(&str) -> usize) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::Long(longs(call.rows, |row| Some(size(texts.text(row)) as i64))))
}

fn map_case(
    call: &Call<'_>,
    map_byte: impl Fn(u8) -> u8,
    map: impl Fn(char) -> char,
) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let text = texts.text(row);
            if text.is_ascii() {
                out.extend(text.bytes().map(|byte| char::from(map_byte(byte))));
            } else {
                out.extend(text.chars().map(&map));
            }
        })
        .into(),
    ))
}

fn substring(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    // Over rows a null position makes the result null, which of a string is "". Where all is constant, the engine's
    // folding reads a null as 0 (measured).
    let folded = call.arguments.iter().all(|argument| argument.constant().is_some());
    let position = |numbers: &Longs<'_>, row| numbers.get(row).or(folded.then_some(0));
    let starts = call.arguments[1].longs();
    let lengths = call.arguments.get(2).map(|lengths| lengths.longs());
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let length = lengths.as_ref().map_or(Some(i64::MAX), |lengths| position(lengths, row));
            if let (Some(start), Some(length)) = (position(&starts, row), length) {
                out.push_str(slice(texts.text(row), start, length));
            }
        })
        .into(),
    ))
}

/// The characters from `start` (from the end, if negative) on, at most `length` of them, cut to what there is.
fn slice(text: &str, start: i64, length: i64) -> &str {
    let clamp = |number: i64| usize::try_from(number).unwrap_or(0);
    let start = match start {
        0.. => clamp(start),
        _ => clamp(text.chars().count() as i64 + start),
    };
    let end = start.saturating_add(clamp(length));
    if text.is_ascii() {
        return text.get(start.min(text.len())..end.min(text.len())).unwrap_or_default();
    }
    let byte = |from: usize, characters: usize| {
        text[from..].char_indices().nth(characters).map_or(text.len(), |(offset, _)| from + offset)
    };
    let first = byte(0, start);
    &text[first..byte(first, end - start)]
}

fn reverse(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::String(strings(call.rows, |row, out| out.extend(texts.text(row).chars().rev())).into()))
}

fn strcmp(call: &Call<'_>) -> Result<Column, KernelError> {
    let (left, right): (Strings<'_>, Strings<'_>) =
        (call.arguments[0].strings(), call.arguments[1].strings());
    Ok(Column::Long(longs(call.rows, |row| Some(left.text(row).cmp(right.text(row)) as i64))))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{d, l, s, text};

    #[test]
    fn substring_counts_characters_and_clamps() {
        for (source, start, length, expected) in [
            ("123456", 1, 9, "23456"),
            ("123456", -2, 1, "5"),
            ("123456", -9, 2, "12"),
            ("123456", 6, 1, ""),
            ("123456", 99, 1, ""),
            ("123456", 2, -1, ""),
            ("héllo", 1, 2, "él"),
            ("héllo", -4, 2, "él"),
            ("héllo", 3, i64::MAX, "lo"),
            ("héllo", i64::MAX, i64::MAX, ""),
            ("", 0, 1, ""),
        ] {
            assert_eq!(
                text("substring", &[s(source), l(start), l(length)]),
                expected,
                "{source} {start} {length}"
            );
        }
        assert_eq!(text("substring", &[d(r#""abc""#), l(1)]), "bc");
    }

    #[test]
    fn a_null_index_is_null_over_rows() {
        use crate::{Call, Context};
        use kql_types::{Column, Operand};
        let arguments =
            [Operand::Column(Column::repeat(&s("abc"), 1)), Operand::Constant(Value::Null(ScalarType::Long))];
        let context = Context::default();
        let call = Call { arguments: &arguments, rows: 1, returns: ScalarType::String, context: &context };
        let answer = super::substring(&call).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(answer.value(0), s(""));
    }

    #[test]
    fn case_and_order_go_by_character() {
        assert_eq!(text("toupper", &[s("straße ı")]), "STRAßE ı");
        assert_eq!(text("tolower", &[s("ÀÉ X")]), "àé x");
        assert_eq!(text("reverse", &[s("añb")]), "bña");
        assert_eq!(text("reverse", &[d(r#"[1,"x"]"#)]), r#"]"x",1["#);
        assert_eq!(text("strcmp", &[s("a"), s("b")]), "-1");
        assert_eq!(text("strcmp", &[s(""), s("")]), "0");
        assert_eq!(text("strlen", &[s("⒦⒰")]), "2");
    }
}
