//! What values of a type look like, for a typed capture that `*` follows: nothing else says where it ends.

use kql_types::ScalarType;

/// The length of the value that the text begins with; `None` if it begins with none.
pub(super) fn length(data_type: ScalarType, text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let length = match data_type {
        ScalarType::Int | ScalarType::Long => integer(bytes)?,
        ScalarType::Real | ScalarType::Decimal => number(bytes)?,
        ScalarType::Bool => run(bytes, |byte| byte.is_ascii_alphanumeric()),
        ScalarType::Guid => run(bytes, |byte| byte.is_ascii_hexdigit() || byte == b'-'),
        ScalarType::DateTime => point_in_time(bytes),
        ScalarType::Timespan => {
            let clock = sign(bytes)
                + run(&bytes[sign(bytes)..], |byte| byte.is_ascii_digit() || b".:".contains(&byte));
            clock + run(&bytes[clock..], |byte| byte.is_ascii_alphabetic())
        }
        ScalarType::String | ScalarType::Dynamic => return None,
    };
    (length > 0).then_some(length)
}

/// The regular expression of what a typed capture takes in `kind=regex`; a greedy one where the type says little.
/// <https://learn.microsoft.com/kusto/query/parse-operator>
pub(super) fn expression(data_type: ScalarType) -> &'static str {
    match data_type {
        ScalarType::Int | ScalarType::Long => r"[-+]?\d+",
        ScalarType::Real | ScalarType::Decimal => r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?",
        _ => ".*",
    }
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(*byte)).unwrap_or(bytes.len())
}

fn sign(bytes: &[u8]) -> usize {
    usize::from(matches!(bytes, [b'-' | b'+', ..]))
}

fn digits(bytes: &[u8]) -> usize {
    run(bytes, |byte| byte.is_ascii_digit())
}

fn integer(bytes: &[u8]) -> Option<usize> {
    let sign = sign(bytes);
    match digits(&bytes[sign..]) {
        0 => None,
        digits => Some(sign + digits),
    }
}

fn number(bytes: &[u8]) -> Option<usize> {
    let mut length = integer(bytes)?;
    if let [b'.', fraction @ ..] = &bytes[length..]
        && digits(fraction) > 0
    {
        length += 1 + digits(fraction);
    }
    if let [b'e' | b'E', exponent @ ..] = &bytes[length..]
        && let Some(exponent) = integer(exponent)
    {
        length += 1 + exponent;
    }
    Some(length)
}

/// Digits and what separates them, up to the last digit or `Z`.
fn point_in_time(bytes: &[u8]) -> usize {
    let longest = run(bytes, |byte| byte.is_ascii_digit() || b"-+/:. TZ".contains(&byte));
    let ends = |byte: &u8| byte.is_ascii_digit() || *byte == b'Z';
    match bytes.first() {
        Some(first) if first.is_ascii_digit() => {
            bytes[..longest].iter().rposition(ends).map_or(0, |last| last + 1)
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_its_type_ends() {
        for (data_type, text, expected) in [
            (ScalarType::Long, "-27, x", Some("-27")),
            (ScalarType::Long, "x27", None),
            (ScalarType::Long, "-", None),
            (ScalarType::Real, "1.5e3.", Some("1.5e3")),
            (ScalarType::Real, "1.x", Some("1")),
            (ScalarType::Bool, "true)", Some("true")),
            (ScalarType::DateTime, "02/17/2016 08:40:01, release", Some("02/17/2016 08:40:01")),
            (ScalarType::DateTime, "2016-02-17T08:40:01.5Z - x", Some("2016-02-17T08:40:01.5Z")),
            (ScalarType::DateTime, "yesterday", None),
            (ScalarType::Timespan, "1.02:03:04 x", Some("1.02:03:04")),
            (ScalarType::Timespan, "-15min;", Some("-15min")),
            (
                ScalarType::Guid,
                "74be27de-1e4e-49d9-b579-fe0b331d3642/",
                Some("74be27de-1e4e-49d9-b579-fe0b331d3642"),
            ),
        ] {
            assert_eq!(length(data_type, text).map(|length| &text[..length]), expected, "{data_type} {text}");
        }
    }
}
