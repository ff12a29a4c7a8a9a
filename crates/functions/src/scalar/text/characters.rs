//! Single characters: code points, and characters exchanged one for one.

use hashbrown::HashMap;
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, Operand, ScalarType::Dynamic, ScalarType::String, Value};

use crate::kernel::rows::{dynamics, strings};
use crate::scalar::signature::{TEXT, columns, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&CODEPOINTS_FROM, &CODEPOINTS_TO, &TRANSLATE];

scalar_function!(
    CODEPOINTS_FROM, ["unicode_codepoints_from_string", "to_utf8"], "The code points of a string's characters, as an array.",
    [r#"print unicode_codepoints_from_string("Kusto")"# => "[75,117,115,116,111]"],
    ResultName::Generated,
    [columns(&[ParameterType::Text], Dynamic, codepoints_from)],
);
scalar_function!(
    CODEPOINTS_TO, ["unicode_codepoints_to_string", "make_string"],
    "The string of these code points, numbers or arrays of numbers; empty if one of them is no code point.",
    [
        "print unicode_codepoints_to_string(75, 117, 115, 116, 111)" => "Kusto",
        "print unicode_codepoints_to_string(dynamic([75, 117]), 115)" => "Kus",
    ],
    ResultName::Generated,
    [columns(&[ParameterType::Any], String, codepoints_to).repeating(1, 1)],
);
scalar_function!(
    TRANSLATE, ["translate"],
    "The third string with each character of the first replaced by the one at the same place in the second; the last one serves for all that follow.",
    [
        r#"print translate("krasp", "otsku", "spark")"# => "kusto",
        r#"print translate("abc", "x", "abc")"# => "xxx",
        r#"print translate("abc", "", "ab")"# => "",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT, TEXT], String, bind_translate)],
);

fn codepoints_from(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::Dynamic(
        dynamics(call.rows, |row, out| {
            out.push('[');
            for (index, character) in texts.text(row).chars().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                out.push_str(&u32::from(character).to_string());
            }
            out.push(']');
            Some(())
        })
        .into(),
    ))
}

fn codepoints_to(call: &Call<'_>) -> Result<Column, KernelError> {
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let valid = call.arguments.iter().try_for_each(|argument| push_codepoints(argument, row, out));
            if valid.is_none() {
                out.clear();
            }
        })
        .into(),
    ))
}

fn push_codepoints(argument: &Operand, row: usize, out: &mut std::string::String) -> Option<()> {
    match argument.value(row) {
        Value::Int(codepoint) => push_codepoint(i64::from(codepoint), out),
        Value::Long(codepoint) => push_codepoint(codepoint, out),
        Value::Dynamic(json) => match Json::new(&json) {
            array if array.kind() == JsonKind::Array => {
                let mut elements = array.elements();
                elements.try_for_each(|element| push_codepoint(element.as_i64()?, out))
            }
            number => push_codepoint(number.as_i64()?, out),
        },
        _ => None,
    }
}

fn push_codepoint(codepoint: i64, out: &mut std::string::String) -> Option<()> {
    out.push(char::from_u32(u32::try_from(codepoint).ok()?)?);
    Some(())
}

/// What becomes of each listed character; `None` drops it.
type Exchange = HashMap<char, Option<char>>;

fn exchange(search: &str, replacement: &str) -> Exchange {
    let mut exchange = Exchange::new();
    let mut replacements = replacement.chars();
    let mut with = None;
    for character in search.chars() {
        with = replacements.next().or(with);
        exchange.entry(character).or_insert(with);
    }
    exchange
}

fn bind_translate(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let constant = match (arguments[0].constant, arguments[1].constant) {
        (Some(search), Some(replacement)) => Some(exchange(&search.to_text(), &replacement.to_text())),
        _ => None,
    };
    Ok(Box::new(move |call| {
        let [search, replacement, source] = [0, 1, 2].map(|index| call.arguments[index].strings());
        Ok(Column::String(
            strings(call.rows, |row, out| {
                let of_row;
                let exchange = match &constant {
                    Some(exchange) => exchange,
                    None => {
                        of_row = exchange(search.text(row), replacement.text(row));
                        &of_row
                    }
                };
                let characters = source.text(row).chars();
                out.extend(
                    characters.filter_map(|character| *exchange.get(&character).unwrap_or(&Some(character))),
                );
            })
            .into(),
        ))
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{d, l, s, text};

    #[test]
    fn code_points_there_and_back() {
        assert_eq!(text("to_utf8", &[s("⒦é")]), "[9382,233]");
        assert_eq!(text("to_utf8", &[s("")]), "[]");
        assert_eq!(text("make_string", &[d("[9382]"), l(233), d("65")]), "⒦éA");
        assert_eq!(text("make_string", &[l(65), l(0xD800)]), "");
        assert_eq!(text("make_string", &[l(65), l(-1)]), "");
        assert_eq!(text("make_string", &[d(r#"[65,"x"]"#)]), "");
    }

    #[test]
    fn the_first_mention_of_a_character_counts() {
        assert_eq!(text("translate", &[s("aa"), s("xy"), s("aba")]), "xbx");
        assert_eq!(text("translate", &[s("é"), s("e"), s("été")]), "ete");
    }
}
