//! Reads a datetime from text.

use super::{Date, in_range};
use crate::timespan::{TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

/// Reads what `todatetime` reads: ISO 8601 (whole or partial, with `T` or a blank), the RFC 822 and RFC 850 forms, and
/// `MM/DD/YYYY [hh:mm[:ss] [AM|PM]]`, each with an optional zone, which is resolved to UTC. Digits of a fraction
/// beyond the seventh are cut off.
pub fn parse(text: &str) -> Option<i64> {
    parse_canonical(text.as_bytes()).or_else(|| Reader::new(text).datetime())
}

/// The form that nearly all logs have: `YYYY-MM-DDThh:mm:ss[.fffffff]Z`.
#[inline]
fn parse_canonical(text: &[u8]) -> Option<i64> {
    let (head, tail) = text.split_at_checked(19)?;
    let fraction = match tail {
        [b'Z'] => 0,
        [b'.', digits @ .., b'Z'] if !digits.is_empty() => fraction(digits)?,
        _ => return None,
    };
    let separated =
        head[4] == b'-' && head[7] == b'-' && head[10] == b'T' && head[13] == b':' && head[16] == b':';
    if !separated {
        return None;
    }
    let year = two_digits(head, 0)? * 100 + two_digits(head, 2)?;
    let date = Date::new(year as i32, two_digits(head, 5)?, two_digits(head, 8)?)?;
    let (hour, minute, second) = (two_digits(head, 11)?, two_digits(head, 14)?, two_digits(head, 17)?);
    Some(date.ticks() + clock(hour, minute, second)? + fraction)
}

#[inline]
fn two_digits(text: &[u8], at: usize) -> Option<u32> {
    let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// The ticks of a fraction of a second.
#[inline]
fn fraction(digits: &[u8]) -> Option<i64> {
    let mut ticks = 0;
    for (position, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        if position < 7 {
            ticks = ticks * 10 + i64::from(digit);
        }
    }
    Some(ticks * 10i64.pow(7u32.saturating_sub(digits.len() as u32)))
}

#[inline]
fn clock(hour: u32, minute: u32, second: u32) -> Option<i64> {
    (hour < 24 && minute < 60 && second < 60).then(|| {
        i64::from(hour) * TICKS_PER_HOUR
            + i64::from(minute) * TICKS_PER_MINUTE
            + i64::from(second) * TICKS_PER_SECOND
    })
}

/// Reads all other forms from left to right.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.trim() }
    }

    fn datetime(&mut self) -> Option<i64> {
        let date = self.date()?;
        self.date_end()?;
        let time = if self.rest.starts_with(|c: char| c.is_ascii_digit()) { self.time()? } else { 0 };
        let offset = self.zone()?;
        if !self.rest.is_empty() {
            return None;
        }
        in_range(date.ticks() + time - offset)
    }

    fn date(&mut self) -> Option<Date> {
        self.weekday();
        if let Some(month) = self.month_name() {
            return self.day_and_year(month);
        }
        let (number, width) = self.number(4)?;
        match width {
            4 => self.month_and_day(number as i32),
            1 | 2 => self.date_from(number),
            _ => None,
        }
    }

    /// `2024`, `2024-01`, `2024-01-02`, the same with `/`, `.` or `, ` between, and `20240102`.
    fn month_and_day(&mut self, year: i32) -> Option<Date> {
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            let ((month, 2), (day, 2)) = (self.number(2)?, self.number(2)?) else {
                return None;
            };
            return Date::new(year, month, day);
        }
        if !self.separator() {
            return Date::new(year, 1, 1);
        }
        let (month, _) = self.number(2)?;
        let day = if self.separator() { self.number(2)?.0 } else { 1 };
        Date::new(year, month, day)
    }

    /// A date whose first number is a month or a day: `12/31/2024`, or `31 Dec 2024`.
    fn date_from(&mut self, number: u32) -> Option<Date> {
        if !self.separator() {
            self.blanks();
        }
        if let Some(month) = self.month_name() {
            if !self.separator() {
                self.blanks();
            }
            let year = self.year()?;
            return Date::new(year, month, number);
        }
        let (day, _) = self.number(2)?;
        if !self.separator() {
            return None;
        }
        let year = self.year()?;
        Date::new(year, number, day)
    }

    /// What follows the month's name in `December 31, 2024`.
    fn day_and_year(&mut self, month: u32) -> Option<Date> {
        self.blanks();
        let (day, _) = self.number(2)?;
        if !self.separator() {
            self.blanks();
        }
        let year = self.year()?;
        Date::new(year, month, day)
    }

    /// Four digits, or two as .NET's invariant culture takes them: up to 49 is this century.
    fn year(&mut self) -> Option<i32> {
        let (number, width) = self.number(4)?;
        let year = number as i32;
        match width {
            4 => Some(year),
            2 if year < 50 => Some(2000 + year),
            2 => Some(1900 + year),
            _ => None,
        }
    }

    /// What stands between date and time: `T`, blanks, a comma, or the end.
    fn date_end(&mut self) -> Option<()> {
        if self.eat('T') || self.eat('t') {
            return self.rest.starts_with(|c: char| c.is_ascii_digit()).then_some(());
        }
        self.eat(',');
        self.blanks();
        Some(())
    }

    /// `hh:mm[:ss[.fffffff]] [AM|PM]`.
    fn time(&mut self) -> Option<i64> {
        let (hour, _) = self.number(2)?;
        let (minute, _) = self.eat(':').then(|| self.number(2))??;
        let second = if self.eat(':') { self.number(2)?.0 } else { 0 };
        let fraction = if self.eat('.') { self.fraction()? } else { 0 };
        self.blanks();
        let hour = match self.half_of_day() {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(half) => hour % 12 + half,
        };
        Some(clock(hour, minute, second)? + fraction)
    }

    fn fraction(&mut self) -> Option<i64> {
        let width = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(width);
        self.rest = rest;
        if digits.is_empty() { None } else { fraction(digits.as_bytes()) }
    }

    /// The hours that `AM` or `PM` add.
    fn half_of_day(&mut self) -> Option<u32> {
        if self.word("AM") {
            return Some(0);
        }
        self.word("PM").then_some(12)
    }

    /// The ticks that the zone is ahead of UTC; no zone is UTC.
    fn zone(&mut self) -> Option<i64> {
        self.blanks();
        if self.rest.is_empty() || ["Z", "GMT", "UTC", "UT"].iter().any(|name| self.word(name)) {
            return Some(0);
        }
        let sign = if self.eat('+') {
            1
        } else if self.eat('-') {
            -1
        } else {
            return None;
        };
        let (hours, _) = self.number(2)?;
        let minutes = if self.eat(':') || !self.rest.is_empty() { self.number(2)?.0 } else { 0 };
        (hours <= 14 && minutes < 60)
            .then(|| sign * (i64::from(hours) * TICKS_PER_HOUR + i64::from(minutes) * TICKS_PER_MINUTE))
    }

    fn weekday(&mut self) {
        const NAMES: [&str; 7] =
            ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
        if self.name(&NAMES).is_some() {
            self.eat(',');
            self.blanks();
        }
    }

    /// The number of a month's name.
    fn month_name(&mut self) -> Option<u32> {
        const NAMES: [&str; 12] = [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ];
        Some(self.name(&NAMES)? as u32 + 1)
    }

    /// Takes one of the names, whole or its first three letters, and gives its position.
    fn name(&mut self, names: &[&str]) -> Option<usize> {
        let width = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = self.rest.split_at(width);
        let position = names
            .iter()
            .position(|name| word.eq_ignore_ascii_case(name) || word.eq_ignore_ascii_case(&name[..3]))?;
        self.rest = rest;
        Some(position)
    }

    /// Takes up to `most` digits: their number, and how many there were.
    fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let width = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(width);
        self.rest = rest;
        Some((digits.parse().ok()?, width))
    }

    /// Takes `-`, `/`, `.`, or a comma with blanks after it.
    fn separator(&mut self) -> bool {
        if self.eat(',') {
            self.blanks();
            return true;
        }
        self.eat('-') || self.eat('/') || self.eat('.')
    }

    fn eat(&mut self, character: char) -> bool {
        self.rest.strip_prefix(character).map(|rest| self.rest = rest).is_some()
    }

    /// Takes a word in any case.
    fn word(&mut self, word: &str) -> bool {
        match self.rest.split_at_checked(word.len()) {
            Some((head, rest)) if head.eq_ignore_ascii_case(word) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::super::format;
    use super::*;

    fn reads(text: &str, expected: &str) {
        assert_eq!(parse(text).map(format).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn iso_8601_whole_and_partial() {
        reads("2014-05-25T08:20:03.123456Z", "2014-05-25T08:20:03.1234560Z");
        reads("2014-05-25T08:20:03.123456", "2014-05-25T08:20:03.1234560Z");
        reads("2014-05-25T08:20", "2014-05-25T08:20:00.0000000Z");
        reads("2014-11-08 15:55:55.123456Z", "2014-11-08T15:55:55.1234560Z");
        reads("2014-11-08 15:55", "2014-11-08T15:55:00.0000000Z");
        reads("2014-11-08", "2014-11-08T00:00:00.0000000Z");
        reads("2014-1-8", "2014-01-08T00:00:00.0000000Z");
        reads("2014-11", "2014-11-01T00:00:00.0000000Z");
        reads("2014", "2014-01-01T00:00:00.0000000Z");
        reads("2022/12/02", "2022-12-02T00:00:00.0000000Z");
        reads("20221202", "2022-12-02T00:00:00.0000000Z");
        reads("2025, 6, 14", "2025-06-14T00:00:00.0000000Z");
        reads("2024-01-01T10:00:00.123456789Z", "2024-01-01T10:00:00.1234567Z");
        reads(" 2024-01-01T10:00:00Z ", "2024-01-01T10:00:00.0000000Z");
    }

    #[test]
    fn zones_are_resolved() {
        reads("2024-01-01T10:00:00+02:00", "2024-01-01T08:00:00.0000000Z");
        reads("2024-01-01T10:00:00.5-0530", "2024-01-01T15:30:00.5000000Z");
        reads("2024-01-01T10:00:00 +02", "2024-01-01T08:00:00.0000000Z");
    }

    #[test]
    fn rfc_822_and_850() {
        for text in [
            "Sat, 8 Nov 14 15:05:02 GMT",
            "Sat, 8 Nov 14 15:05:02",
            "8 Nov 14 15:05:02 GMT",
            "8 Nov 2014 15:05:02",
            "Saturday, 08-Nov-14 15:05:02 GMT",
            "08-Nov-14 15:05:02",
            "November 8, 2014 15:05:02",
            "2014-11-08 15:05:02 GMT",
        ] {
            reads(text, "2014-11-08T15:05:02.0000000Z");
        }
    }

    #[test]
    fn american_forms() {
        reads("12.02.2022", "2022-12-02T00:00:00.0000000Z");
        reads("Dec 2, 2022", "2022-12-02T00:00:00.0000000Z");
        reads("2/3/2022", "2022-02-03T00:00:00.0000000Z");
        reads("12-02-2022", "2022-12-02T00:00:00.0000000Z");
        reads("11/22/2021 1:02:03 PM", "2021-11-22T13:02:03.0000000Z");
        reads("11/22/2021 12:02:03 AM", "2021-11-22T00:02:03.0000000Z");
        reads("02/17/2016 08:40:01", "2016-02-17T08:40:01.0000000Z");
    }

    #[test]
    fn everything_else_is_refused() {
        for wrong in [
            "",
            "x",
            "2024-13-45",
            "2024-02-30",
            "2024-01-01T24:00:00Z",
            "2024-01-01T10:60:00Z",
            "2024-01-01x",
            "2024-01-01T10:00:00Zx",
            "0000-01-01",
            "99999",
            "2024-",
            "13/13/2024",
            "2024-01-01T",
            "5",
            "1.5",
            "2024-01-01T10:00:00.Z",
            "2024-01-01T10:00:00+99:00",
            "é",
            "2024é01é01",
            "0001-01-01T00:00:00+01:00",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
