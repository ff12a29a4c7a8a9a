//! Punycode, the ASCII form of names with other letters.

use idna::punycode;
use kql_types::{Column, ScalarType};

use crate::kernel::rows::strings;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&FROM_STRING, &TO_STRING, &DOMAIN_FROM_STRING, &DOMAIN_TO_STRING];

scalar_function!(
    FROM_STRING, ["punycode_from_string"],
    "The Punycode form of a string, without the xn-- before it. <https://learn.microsoft.com/kusto/query/punycode-from-string-function>",
    [r#"print punycode_from_string("académie-française")"# => "acadmie-franaise-npb1a"],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::String, |call| Ok(convert(call, punycode::encode_str)))],
);
scalar_function!(
    TO_STRING, ["punycode_to_string"],
    "The string of a Punycode form that has no xn-- before it; empty if it is none. <https://learn.microsoft.com/kusto/query/punycode-to-string-function>",
    [r#"print punycode_to_string("acadmie-franaise-npb1a")"# => "académie-française"],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::String, |call| Ok(convert(call, punycode::decode_to_string)))],
);
scalar_function!(
    DOMAIN_FROM_STRING, ["punycode_domain_from_string"],
    "The domain name with those labels decoded that start with xn--; empty if one cannot be. <https://learn.microsoft.com/kusto/query/punycode-domain-from-string-function>",
    [r#"print punycode_domain_from_string("xn--Ge-mia.Bulg.edu")"# => "Gáe.Bulg.edu"],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::String, |call| Ok(convert(call, |domain| labels(domain, decode_label))))],
);
scalar_function!(
    DOMAIN_TO_STRING, ["punycode_domain_to_string"],
    "The domain name with those labels encoded, behind xn--, that have other characters than ASCII. <https://learn.microsoft.com/kusto/query/punycode-domain-to-string-function>",
    [r#"print punycode_domain_to_string("Kaledvoulc'h.Artorījos.edu")"# => "Kaledvoulc'h.xn--Artorjos-ejb.edu"],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::String, |call| Ok(convert(call, |domain| labels(domain, encode_label))))],
);

fn convert(call: &Call<'_>, form: fn(&str) -> Option<String>) -> Column {
    let texts = call.arguments[0].strings();
    Column::String(
        strings(call.rows, |row, out| out.push_str(&form(texts.text(row)).unwrap_or_default())).into(),
    )
}

/// Each label in its other form, with plain dots between them. The ideographic full stops separate labels too (RFC 3490).
fn labels(domain: &str, form: fn(&str) -> Option<String>) -> Option<String> {
    let labels: Option<Vec<String>> = domain.split(['.', '。', '．', '｡']).map(form).collect();
    Some(labels?.join("."))
}

fn decode_label(label: &str) -> Option<String> {
    match label.strip_prefix("xn--") {
        Some(encoded) => punycode::decode_to_string(encoded),
        None => Some(label.to_owned()),
    }
}

fn encode_label(label: &str) -> Option<String> {
    match label.is_ascii() {
        true => Some(label.to_owned()),
        false => Some(format!("xn--{}", punycode::encode_str(label)?)),
    }
}
