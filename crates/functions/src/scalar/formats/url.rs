//! Percent-encoding.

use std::fmt::Write;

use kql_types::{Column, ScalarType::String};
use percent_encoding::percent_decode_str;

use crate::kernel::rows::strings;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&URL_ENCODE, &URL_ENCODE_COMPONENT, &URL_DECODE];

scalar_function!(
    URL_ENCODE, ["url_encode"],
    "The string with every byte but ASCII letters, digits and -._~ written as % and two hex digits, and spaces as +. <https://learn.microsoft.com/kusto/query/url-encode-function>",
    [r#"print url_encode("https://www.bing.com/hello world")"# => "https%3a%2f%2fwww.bing.com%2fhello+world"],
    ResultName::Generated,
    [columns(&[TEXT], String, |call| Ok(encode(call, "+")))],
);
scalar_function!(
    URL_ENCODE_COMPONENT, ["url_encode_component"],
    "The string with every byte but ASCII letters, digits and -._~ written as % and two hex digits. <https://learn.microsoft.com/kusto/query/url-encode-component-function>",
    [r#"print url_encode_component("https://www.bing.com/hello world")"# => "https%3a%2f%2fwww.bing.com%2fhello%20world"],
    ResultName::Generated,
    [columns(&[TEXT], String, |call| Ok(encode(call, "%20")))],
);
scalar_function!(
    URL_DECODE, ["url_decode"],
    "The string with % and two hex digits read as a byte, and + as a space; what is no UTF-8 then becomes U+FFFD. <https://learn.microsoft.com/kusto/query/url-decode-function>",
    [
        r#"print url_decode("https%3a%2f%2fwww.bing.com%2f")"# => "https://www.bing.com/",
        r#"print url_decode("100%+hello+world")"# => "100% hello world",
    ],
    ResultName::Generated,
    [columns(&[TEXT], String, decode)],
);

/// The hex digits are lower case (measured), which the usual encoders do not write.
fn encode(call: &Call<'_>, space: &str) -> Column {
    let texts = call.arguments[0].strings();
    Column::String(
        strings(call.rows, |row, out| {
            for byte in texts.text(row).bytes() {
                match byte {
                    b' ' => out.push_str(space),
                    b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
                    _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
                    // Writing to a string cannot fail.
                    _ => drop(write!(out, "%{byte:02x}")),
                }
            }
        })
        .into(),
    )
}

fn decode(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let mut spaced = std::string::String::new();
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let text = texts.text(row);
            spaced.clear();
            spaced.extend(text.chars().map(|character| if character == '+' { ' ' } else { character }));
            out.push_str(&percent_decode_str(&spaced).decode_utf8_lossy());
        })
        .into(),
    ))
}
