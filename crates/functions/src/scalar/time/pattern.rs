//! The patterns of `format_datetime` and `format_timespan`.

use kql_types::datetime::Date;
use kql_types::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

use crate::KernelError;

/// What a pattern may stand for, apart from its letters.
const DELIMITERS: &str = " /-:,._[]";

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Pattern {
    elements: Vec<Element>,
    /// Whether an element needs the calendar.
    with_date: bool,
}

#[derive(Clone, Copy, Debug)]
enum Element {
    Delimiter(char),
    /// A number with at least that many digits.
    Number(Field, usize),
    /// Digits of the fraction of a second, all of them.
    Fraction(u32),
    /// Digits of the fraction of a second without zeros at the end.
    ShortFraction(u32),
    HalfDay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    YearOfCentury,
    Month,
    DayOfMonth,
    Days,
    Hour,
    HourOfHalfDay,
    Minute,
    Second,
}

impl Pattern {
    /// Compiles a pattern for datetimes.
    pub(super) fn of_datetime(text: &str) -> Result<Self, KernelError> {
        Self::compile(text, |letter, count| {
            Some(match (letter, count) {
                ('y', 1 | 2) => Element::Number(Field::YearOfCentury, count),
                ('y', 4) => Element::Number(Field::Year, 4),
                ('M', 1 | 2) => Element::Number(Field::Month, count),
                ('d', 1 | 2) => Element::Number(Field::DayOfMonth, count),
                ('h', 1 | 2) => Element::Number(Field::HourOfHalfDay, count),
                ('t', 2) => Element::HalfDay,
                _ => return clock_element(letter, count),
            })
        })
    }

    /// Compiles a pattern for timespans.
    pub(super) fn of_timespan(text: &str) -> Result<Self, KernelError> {
        Self::compile(text, |letter, count| match (letter, count) {
            ('d', 1..=8) => Some(Element::Number(Field::Days, count)),
            ('h', 1 | 2) => Some(Element::Number(Field::Hour, count)),
            _ => clock_element(letter, count),
        })
    }

    fn compile(text: &str, element: impl Fn(char, usize) -> Option<Element>) -> Result<Self, KernelError> {
        let mut elements = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if DELIMITERS.contains(first) {
                elements.push(Element::Delimiter(first));
                rest = &rest[first.len_utf8()..];
                continue;
            }
            let after = rest.trim_start_matches(first);
            let run = &rest[..rest.len() - after.len()];
            elements.push(element(first, run.chars().count()).ok_or_else(|| {
                KernelError::new(format!("'{run}' in the format '{text}' is not supported"))
            })?);
            rest = after;
        }
        let is_of_date = |element: &Element| {
            use Field::{DayOfMonth, Month, Year, YearOfCentury};
            matches!(element, Element::Number(Year | YearOfCentury | Month | DayOfMonth, _))
        };
        let with_date = elements.iter().any(is_of_date);
        Ok(Self { elements, with_date })
    }

    /// Appends a datetime, or the size of a timespan, in this form.
    pub(super) fn write(&self, ticks: u64, out: &mut String) {
        let ticks_of_day = ticks % TICKS_PER_DAY as u64;
        // The date of a timespan is never asked for.
        let date = Date::from_ticks(if self.with_date { ticks as i64 } else { 0 });
        for element in &self.elements {
            match *element {
                Element::Delimiter(delimiter) => out.push(delimiter),
                Element::Number(field, width) => write_number(out, field.value(ticks, date), width),
                Element::Fraction(digits) => write_number(out, fraction(ticks, digits), digits as usize),
                Element::ShortFraction(digits) => write_short_fraction(out, fraction(ticks, digits), digits),
                Element::HalfDay if ticks_of_day < 12 * TICKS_PER_HOUR as u64 => out.push_str("AM"),
                Element::HalfDay => out.push_str("PM"),
            }
        }
    }
}

/// Elements that datetimes and timespans share.
fn clock_element(letter: char, count: usize) -> Option<Element> {
    Some(match (letter, count) {
        ('H', 1 | 2) => Element::Number(Field::Hour, count),
        ('m', 1 | 2) => Element::Number(Field::Minute, count),
        ('s', 1 | 2) => Element::Number(Field::Second, count),
        ('f', 1..=7) => Element::Fraction(count as u32),
        ('F', 1..=7) => Element::ShortFraction(count as u32),
        _ => return None,
    })
}

impl Field {
    fn value(self, ticks: u64, date: Date) -> u64 {
        let hour = ticks / TICKS_PER_HOUR as u64 % 24;
        match self {
            Field::Year => date.year as u64,
            Field::YearOfCentury => date.year as u64 % 100,
            Field::Month => date.month.into(),
            Field::DayOfMonth => date.day.into(),
            Field::Days => ticks / TICKS_PER_DAY as u64,
            Field::Hour => hour,
            Field::HourOfHalfDay => (hour + 11) % 12 + 1,
            Field::Minute => ticks / TICKS_PER_MINUTE as u64 % 60,
            Field::Second => ticks / TICKS_PER_SECOND as u64 % 60,
        }
    }
}

/// The first digits of the fraction of a second.
fn fraction(ticks: u64, digits: u32) -> u64 {
    ticks % TICKS_PER_SECOND as u64 / 10u64.pow(7 - digits)
}

fn write_number(out: &mut String, number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut rest = number;
    let mut start = digits.len();
    while rest > 0 {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    let start = start.min(digits.len() - width);
    out.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

fn write_short_fraction(out: &mut String, mut fraction: u64, mut digits: u32) {
    if fraction == 0 {
        return;
    }
    while fraction.is_multiple_of(10) {
        fraction /= 10;
        digits -= 1;
    }
    write_number(out, fraction, digits as usize);
}
