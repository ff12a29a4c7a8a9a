//! One value of a record as a value of its column's type.

use std::borrow::Cow;

use kql_types::{Decimal, convert};

use crate::json::{Fault, check, find_special, unescape};
use crate::time::parse_iso;

/// A value as it stands in the data.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token<'a> {
    /// There is none, or null.
    Absent,
    /// `true`, `false`
    Bool(bool),
    /// A number's text.
    Number(&'a str),
    /// A string, escapes resolved; also a field of separated values.
    Text(Cow<'a, str>),
    /// An object or array, checked to be one.
    Nested(&'a [u8]),
}

/// Reads a JSON value, which must be UTF-8 and have no white space around it.
pub(crate) fn token(value: &[u8]) -> Result<Token<'_>, Fault> {
    Ok(match value {
        [] | b"null" => Token::Absent,
        b"true" => Token::Bool(true),
        b"false" => Token::Bool(false),
        [b'"', ..] => Token::Text(string(value)?),
        [b'{' | b'[', ..] => {
            check(value)?;
            Token::Nested(value)
        }
        _ => Token::Number(number(value)?),
    })
}

/// Reads a JSON string.
pub(crate) fn string(quoted: &[u8]) -> Result<Cow<'_, str>, Fault> {
    let special = find_special(quoted, 1);
    if special + 1 == quoted.len() && quoted[special] == b'"' {
        return utf8(&quoted[1..special]).map(Cow::Borrowed);
    }
    let [b'"', content @ .., b'"'] = quoted else {
        return Err(Fault::Value);
    };
    let mut out = Vec::with_capacity(content.len());
    unescape(content, &mut out)?;
    String::from_utf8(out).map(Cow::Owned).map_err(|_| Fault::Encoding)
}

/// Checks a JSON number.
pub(crate) fn number(value: &[u8]) -> Result<&str, Fault> {
    let plain =
        value.len() <= 18 && value.iter().all(u8::is_ascii_digit) && (value[0] != b'0' || value.len() == 1);
    if !plain {
        check(value)?;
    }
    utf8(value)
}

fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault::Encoding)
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Converted<T> {
    /// There was none.
    Absent,
    /// It is of the column's type.
    Value(T),
    /// It is of no use for the column's type.
    Misfit,
}

impl<T> From<Option<T>> for Converted<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Converted::Misfit, Converted::Value)
    }
}

/// Applies one conversion to text and numbers alike; an empty string counts as absent.
fn from_text<T>(token: &Token<'_>, read: impl Fn(&str) -> Option<T>) -> Converted<T> {
    match token {
        Token::Absent => Converted::Absent,
        Token::Text(text) if text.is_empty() => Converted::Absent,
        Token::Text(text) => read(text).into(),
        Token::Number(text) => read(text).into(),
        Token::Bool(_) | Token::Nested(_) => Converted::Misfit,
    }
}

/// As a bool.
pub(crate) fn to_bool(token: &Token<'_>) -> Converted<bool> {
    match token {
        Token::Bool(value) => Converted::Value(*value),
        other => from_text(other, convert::to_bool),
    }
}

/// As a long. A number with fraction or exponent fits if it is whole: `72192.0`.
pub(crate) fn to_long(token: &Token<'_>) -> Converted<i64> {
    from_text(token, |text| convert::to_long(text).or_else(|| whole(text)))
}

/// As an int.
pub(crate) fn to_int(token: &Token<'_>) -> Converted<i32> {
    match to_long(token) {
        Converted::Value(value) => i32::try_from(value).ok().into(),
        Converted::Absent => Converted::Absent,
        Converted::Misfit => Converted::Misfit,
    }
}

/// A whole number that is written as a real one.
fn whole(text: &str) -> Option<i64> {
    let real: f64 = text.parse().ok()?;
    // 2^53: beyond, a real no longer tells whole numbers apart.
    (real.fract() == 0.0 && real.abs() <= 9_007_199_254_740_992.0).then_some(real as i64)
}

/// As a real.
pub(crate) fn to_real(token: &Token<'_>) -> Converted<f64> {
    from_text(token, convert::to_real)
}

/// As a decimal.
pub(crate) fn to_decimal(token: &Token<'_>) -> Converted<Decimal> {
    from_text(token, kql_types::decimal::parse)
}

/// A JSON value as a datetime. The form that logs use takes no other look at the text: it has neither escapes nor anything
/// that is not ASCII.
pub(crate) fn datetime(value: &[u8]) -> Result<Converted<i64>, Fault> {
    if let [b'"', text @ .., b'"'] = value
        && let Some(ticks) = parse_iso(text)
    {
        return Ok(Converted::Value(ticks));
    }
    Ok(to_datetime(&token(value)?))
}

/// As a datetime. Numbers are none.
pub(crate) fn to_datetime(token: &Token<'_>) -> Converted<i64> {
    match token {
        Token::Number(_) => Converted::Misfit,
        other => {
            from_text(other, |text| parse_iso(text.as_bytes()).or_else(|| kql_types::datetime::parse(text)))
        }
    }
}

/// As a timespan. Numbers are none.
pub(crate) fn to_timespan(token: &Token<'_>) -> Converted<i64> {
    match token {
        Token::Number(_) => Converted::Misfit,
        other => from_text(other, kql_types::timespan::parse),
    }
}

/// As a guid.
pub(crate) fn to_guid(token: &Token<'_>) -> Converted<u128> {
    from_text(token, kql_types::guid::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_what_json_says() {
        assert_eq!(token(b"null"), Ok(Token::Absent));
        assert_eq!(token(b"1.5e3"), Ok(Token::Number("1.5e3")));
        assert_eq!(token(br#""a\"b""#), Ok(Token::Text("a\"b".into())));
        assert_eq!(token(b"[1]"), Ok(Token::Nested(b"[1]")));
        for wrong in
            [&b"01"[..], b"\"a", b"\"", b"\"a\" \"b\"", b"[1", b"nul", b"True", b"\"a\nb\"", b"\"a\\\""]
        {
            assert!(token(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn numbers_fit_when_they_are_whole() {
        assert_eq!(to_long(&Token::Number("72192.0")), Converted::Value(72192));
        assert_eq!(to_long(&Token::Number("5.0057e4")), Converted::Value(50057));
        assert_eq!(to_long(&Token::Text("50057".into())), Converted::Value(50057));
        assert_eq!(to_long(&Token::Number("1.5")), Converted::Misfit);
        assert_eq!(to_long(&Token::Text("".into())), Converted::Absent);
        assert_eq!(to_int(&Token::Number("3000000000")), Converted::Misfit);
        assert_eq!(to_bool(&Token::Number("1")), Converted::Value(true));
        assert_eq!(to_real(&Token::Bool(true)), Converted::Misfit);
    }
}
