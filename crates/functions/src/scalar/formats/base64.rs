//! Base64, with padding.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, ScalarType};

use crate::kernel::dynamic::dynamic_column;
use crate::kernel::rows::{guids, strings};
use crate::scalar::signature::{DYNAMIC, TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &ENCODE_TOSTRING,
    &DECODE_TOSTRING,
    &ENCODE_FROMARRAY,
    &DECODE_TOARRAY,
    &ENCODE_FROMGUID,
    &DECODE_TOGUID,
];

scalar_function!(
    ENCODE_TOSTRING, ["base64_encode_tostring", "base64_encodestring"], "The bytes of the string, as UTF-8, in base64.",
    [r#"print base64_encode_tostring("Kusto")"# => "S3VzdG8="],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::String, encode_text)],
);
scalar_function!(
    DECODE_TOSTRING, ["base64_decode_tostring", "base64_decodestring"],
    "The string whose bytes, as UTF-8, the base64 text holds; empty if it is no base64 (with padding) or the bytes are no UTF-8. <https://learn.microsoft.com/kusto/query/base64-decode-tostring-function>",
    [
        r#"print base64_decode_tostring("S3VzdG8=")"# => "Kusto",
        r#"print base64_decode_tostring("U3RyaW5n0KHR0tGA0L7Rh9C60LA=")"# => "",
    ],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::String, decode_text)],
);
scalar_function!(
    ENCODE_FROMARRAY, ["base64_encode_fromarray"], "The bytes, an array of numbers from 0 to 255, in base64; empty if it is none.",
    [r#"print base64_encode_fromarray(dynamic([75, 117, 115, 116, 111]))"# => "S3VzdG8="],
    ResultName::Generated,
    [columns(&[DYNAMIC], ScalarType::String, encode_array)],
);
scalar_function!(
    DECODE_TOARRAY, ["base64_decode_toarray"], "The bytes that the base64 text holds, as an array of numbers; null if it is no base64.",
    [r#"print base64_decode_toarray("S3VzdG8=")"# => "[75,117,115,116,111]"],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::Dynamic, decode_array)],
);
scalar_function!(
    ENCODE_FROMGUID, ["base64_encode_fromguid"],
    "The 16 bytes of the guid in base64, the first three groups in little-endian order. <https://learn.microsoft.com/kusto/query/base64-encode-fromguid-function>",
    [r#"print base64_encode_fromguid(toguid("ae3133f2-6e22-49ae-b06a-16e6a9b212eb"))"# => "8jMxriJurkmwahbmqbIS6w=="],
    ResultName::Generated,
    [columns(&[ParameterType::Exact(ScalarType::Guid)], ScalarType::String, encode_guid)],
);
scalar_function!(
    DECODE_TOGUID, ["base64_decode_toguid"], "The guid whose 16 bytes the base64 text holds; null if it does not hold 16 bytes.",
    [r#"print base64_decode_toguid("8jMxriJurkmwahbmqbIS6w==")"# => "ae3133f2-6e22-49ae-b06a-16e6a9b212eb"],
    ResultName::Generated,
    [columns(&[TEXT], ScalarType::Guid, decode_guid)],
);

fn encode_text(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(Column::String(strings(call.rows, |row, out| STANDARD.encode_string(texts.text(row), out)).into()))
}

fn decode_text(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let mut bytes = Vec::new();
    Ok(Column::String(
        strings(call.rows, |row, out| {
            if decode(texts.text(row), &mut bytes).is_some() {
                out.push_str(std::str::from_utf8(&bytes).unwrap_or_default());
            }
        })
        .into(),
    ))
}

/// The bytes, in a buffer that is used again for each row.
fn decode(text: &str, bytes: &mut Vec<u8>) -> Option<()> {
    bytes.clear();
    STANDARD.decode_vec(text, bytes).ok()
}

fn encode_array(call: &Call<'_>) -> Result<Column, KernelError> {
    let arrays = call.arguments[0].strings();
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let bytes = arrays.get(row).map(Json::new).and_then(array_bytes);
            STANDARD.encode_string(bytes.unwrap_or_default(), out);
        })
        .into(),
    ))
}

fn array_bytes(array: Json<'_>) -> Option<Vec<u8>> {
    if array.kind() != JsonKind::Array {
        return None;
    }
    array.elements().map(|element| u8::try_from(element.as_i64()?).ok()).collect()
}

fn decode_array(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let mut bytes = Vec::new();
    Ok(dynamic_column(call.rows, |row, out| {
        decode(texts.text(row), &mut bytes)?;
        out.push('[');
        for (position, byte) in bytes.iter().enumerate() {
            out.push_str(if position == 0 { "" } else { "," });
            out.push_str(&byte.to_string());
        }
        out.push(']');
        Some(())
    }))
}

fn encode_guid(call: &Call<'_>) -> Result<Column, KernelError> {
    let values = call.arguments[0].guids();
    Ok(Column::String(
        strings(call.rows, |row, out| {
            if let Some(guid) = values.get(row) {
                STANDARD.encode_string(swap_groups(guid.to_be_bytes()), out);
            }
        })
        .into(),
    ))
}

fn decode_guid(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let mut bytes = Vec::new();
    Ok(Column::Guid(guids(call.rows, |row| {
        decode(texts.text(row), &mut bytes)?;
        let bytes: [u8; 16] = bytes.as_slice().try_into().ok()?;
        Some(u128::from_be_bytes(swap_groups(bytes)))
    })))
}

/// Turns round the bytes within each of the first three groups: from text order to memory order, and back.
fn swap_groups(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[0..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}
