//! Numbers and times: `12`, `0x1f`, `1.5`, `1e3`, `1d`, `1.5h`.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::take_while1;
use nom::character::complete::{char, one_of};
use nom::combinator::{opt, recognize, value, verify};
use nom::sequence::preceded;

use super::{Scan, TokenKind, continues_a_name, digits, no_match, words};

/// The units that make a number a timespan.
const TIMESPAN_UNITS: &[&str] = &[
    "m",
    "min",
    "minute",
    "minutes",
    "s",
    "sec",
    "second",
    "seconds",
    "d",
    "day",
    "days",
    "h",
    "hr",
    "hrs",
    "hour",
    "hours",
    "ms",
    "milli",
    "millis",
    "millisec",
    "millisecond",
    "milliseconds",
    "micro",
    "micros",
    "microsec",
    "microsecond",
    "microseconds",
    "nano",
    "nanos",
    "nanosec",
    "nanosecond",
    "nanoseconds",
    "tick",
    "ticks",
];

/// Whether the word after a number makes it a timespan.
pub fn is_timespan_unit(word: &str) -> bool {
    TIMESPAN_UNITS.contains(&word)
}

/// What begins with a digit.
pub(super) fn number(text: &str) -> Scan<'_, TokenKind> {
    alt((
        value(TokenKind::RawGuid, words::raw_guid),
        value(TokenKind::Real, whole(real)),
        value(TokenKind::Timespan, timespan),
        value(TokenKind::Long, whole(hexadecimal)),
        value(TokenKind::Long, whole(digits)),
        words::name_after_digits,
    ))
    .parse(text)
}

/// The number only if no name goes on where it ends: `1x` is a name.
fn whole<'a>(
    mut number: impl FnMut(&'a str) -> Scan<'a, &'a str>,
) -> impl FnMut(&'a str) -> Scan<'a, &'a str> {
    move |text| {
        let (rest, found) = number(text)?;
        if continues_a_name(rest) { no_match(text) } else { Ok((rest, found)) }
    }
}

fn real(text: &str) -> Scan<'_, &str> {
    recognize((digits, alt((recognize((point, opt(digits), opt(exponent))), exponent)))).parse(text)
}

/// A decimal point, which `..` is not: `1..5` is a range.
fn point(text: &str) -> Scan<'_, char> {
    if text.starts_with("..") && !text.starts_with("...") {
        return no_match(text);
    }
    char('.').parse(text)
}

fn exponent(text: &str) -> Scan<'_, &str> {
    recognize((one_of("eE"), opt(one_of("+-")), digits)).parse(text)
}

fn hexadecimal(text: &str) -> Scan<'_, &str> {
    let hex_digits = take_while1(|character: char| character.is_ascii_hexdigit());
    recognize((char('0'), one_of("xX"), hex_digits)).parse(text)
}

fn timespan(text: &str) -> Scan<'_, &str> {
    let amount = (digits, opt(preceded(char('.'), digits)));
    let unit = verify(super::identifier_characters, |word: &str| is_timespan_unit(word));
    recognize((amount, unit)).parse(text)
}
