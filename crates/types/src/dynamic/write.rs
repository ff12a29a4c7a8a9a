//! Writes values as compact JSON.

use crate::{Value, datetime, decimal, digits, guid, real, timespan};

/// Whether a string needs escapes inside JSON quotes.
pub(super) fn needs_escape(text: &str) -> bool {
    text.bytes().any(is_escaped)
}

/// Whether JSON needs the byte escaped.
#[inline]
pub(super) fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Appends a string in quotes, with those escapes only that JSON asks for.
pub fn write_json_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if is_escaped(byte) {
            out.push_str(&text[plain_from..at]);
            write_escape(out, byte);
            plain_from = at + 1;
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

fn write_escape(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('\\');
    match byte {
        b'"' | b'\\' => out.push(char::from(byte)),
        b'\n' => out.push('n'),
        b'\r' => out.push('r'),
        b'\t' => out.push('t'),
        0x08 => out.push('b'),
        0x0c => out.push('f'),
        control => {
            out.push_str("u00");
            out.push(char::from(HEX[usize::from(control >> 4)]));
            out.push(char::from(HEX[usize::from(control & 0xf)]));
        }
    }
}

/// Appends a value as it stands inside a dynamic: numbers and bools as such, what JSON has no type for as the string
/// that `tostring` gives.
pub fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null(_) => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => digits::write_signed(out, i64::from(*value)),
        Value::Long(value) => digits::write_signed(out, *value),
        Value::Real(value) => write_real(out, *value),
        Value::Decimal(value) => quoted(out, |out| decimal::write(out, *value)),
        Value::DateTime(ticks) => quoted(out, |out| datetime::write(out, *ticks)),
        Value::Timespan(ticks) => quoted(out, |out| timespan::write(out, *ticks)),
        Value::Guid(value) => quoted(out, |out| guid::write(out, *value)),
        Value::String(text) => write_json_string(out, text),
        Value::Dynamic(text) => out.push_str(text),
    }
}

/// Appends a real; what is no number is a string.
pub(crate) fn write_real(out: &mut String, value: f64) {
    if value.is_finite() {
        real::write(out, value);
    } else {
        quoted(out, |out| real::write(out, value));
    }
}

fn quoted(out: &mut String, write: impl FnOnce(&mut String)) {
    out.push('"');
    write(out);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_only_what_must_be() {
        let mut out = String::new();
        write_json_string(&mut out, "a/\"\\\n\u{1}é😀");
        assert_eq!(out, r#""a/\"\\\n\u0001é😀""#);
    }

    #[test]
    fn values_inside_a_dynamic() {
        let mut out = String::new();
        for value in [Value::Real(1.0), Value::Timespan(0), Value::Real(f64::NAN), Value::Bool(true)] {
            write_value(&mut out, &value);
            out.push(' ');
        }
        assert_eq!(out, r#"1.0 "00:00:00" "NaN" true "#);
    }
}
