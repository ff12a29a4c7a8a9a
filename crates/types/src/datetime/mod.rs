//! Calendar and text forms of datetime.
//!
//! <https://learn.microsoft.com/kusto/query/scalar-data-types/datetime>

mod calendar;
mod parse;

pub use calendar::{Date, UNIX_EPOCH, days_in_month};
pub use parse::parse;

use crate::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

/// The last tick of year 9999, the greatest datetime there is. The least is 0.
pub const MAX: i64 = 3_652_059 * TICKS_PER_DAY - 1;

/// The ticks, if they are within the range of datetime.
pub fn in_range(ticks: i64) -> Option<i64> {
    (0..=MAX).contains(&ticks).then_some(ticks)
}

/// The text form, always with seven digits: `2020-01-02T03:04:05.6000000Z`.
pub fn format(ticks: i64) -> String {
    let mut text = String::with_capacity(28);
    write(&mut text, ticks);
    text
}

/// Appends the text form.
pub fn write(out: &mut String, ticks: i64) {
    let mut text = *b"0000-00-00T00:00:00.0000000Z";
    let date = Date::from_ticks(ticks);
    let time = ticks.rem_euclid(TICKS_PER_DAY);
    put(&mut text[0..4], i64::from(date.year));
    put(&mut text[5..7], i64::from(date.month));
    put(&mut text[8..10], i64::from(date.day));
    put(&mut text[11..13], time / TICKS_PER_HOUR);
    put(&mut text[14..16], time / TICKS_PER_MINUTE % 60);
    put(&mut text[17..19], time / TICKS_PER_SECOND % 60);
    put(&mut text[20..27], time % TICKS_PER_SECOND);
    // All of it is ASCII.
    out.push_str(std::str::from_utf8(&text).unwrap_or_default());
}

/// Fills the slice with the number's last digits.
fn put(slice: &mut [u8], mut number: i64) {
    for digit in slice.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_seven_digits() {
        assert_eq!(format(0), "0001-01-01T00:00:00.0000000Z");
        assert_eq!(format(MAX), "9999-12-31T23:59:59.9999999Z");
        assert_eq!(format(UNIX_EPOCH + 6_000_000), "1970-01-01T00:00:00.6000000Z");
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut ticks = 12_345;
        while ticks < MAX {
            assert_eq!(parse(&format(ticks)), Some(ticks));
            ticks += 7_777_777_777_777_777;
        }
    }
}
