//! Text forms of timespan.
//!
//! <https://learn.microsoft.com/kusto/query/scalar-data-types/timespan>

/// Ticks in a microsecond.
pub const TICKS_PER_MICROSECOND: i64 = 10;
/// Ticks in a millisecond.
pub const TICKS_PER_MILLISECOND: i64 = 10_000;
/// Ticks in a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in a minute.
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// Ticks in an hour.
pub const TICKS_PER_HOUR: i64 = 60 * TICKS_PER_MINUTE;
/// Ticks in a day.
pub const TICKS_PER_DAY: i64 = 24 * TICKS_PER_HOUR;

/// Reads what `totimespan` reads from text: the clock form `[-][d.]hh:mm[:ss[.fffffff]]` or a number with a unit, such
/// as `1.5h`. Blanks around it are allowed; a number alone is nothing (measured).
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let alone = text.bytes().all(|byte| !byte.is_ascii_alphabetic());
    parse_clock(text).or_else(|| if alone { None } else { parse_literal(text) })
}

/// Reads what may stand in a literal `timespan(...)`: the clock form; a number and a unit as the lexer takes them
/// (`1d`, `1.5h`, `10microseconds`), with blanks between allowed; or a number alone, which counts days.
pub fn parse_literal(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.contains(':') {
        return parse_clock(text);
    }
    let end = text.bytes().position(|byte| byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number = number.trim_end();
    let digits = number.strip_prefix('-').unwrap_or(number);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    match unit {
        "nano" | "nanosecond" | "nanoseconds" => Some(whole_part(number)? / 100),
        // Fractions of the shortest units are dropped: `0.5microseconds` is 0 (measured).
        "tick" | "ticks" => whole_part(number),
        "micro" | "microsecond" | "microseconds" => whole_part(number)?.checked_mul(TICKS_PER_MICROSECOND),
        _ => multiply(number, ticks_per_unit(unit)?),
    }
}

fn whole_part(number: &str) -> Option<i64> {
    number.split_once('.').map_or(number, |(whole, _)| whole).parse().ok()
}

fn multiply(number: &str, unit: i64) -> Option<i64> {
    if let Ok(whole) = number.parse::<i64>() {
        return whole.checked_mul(unit);
    }
    let ticks = number.parse::<f64>().ok()? * unit as f64;
    (ticks.abs() < i64::MAX as f64).then_some(ticks.round() as i64)
}

/// The length of a unit by its literal suffix; no suffix means days.
fn ticks_per_unit(name: &str) -> Option<i64> {
    Some(match name {
        "" | "d" | "day" | "days" => TICKS_PER_DAY,
        "h" | "hr" | "hrs" | "hour" | "hours" => TICKS_PER_HOUR,
        "m" | "min" | "minute" | "minutes" => TICKS_PER_MINUTE,
        "s" | "sec" | "second" | "seconds" => TICKS_PER_SECOND,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => TICKS_PER_MILLISECOND,
        _ => return None,
    })
}

fn parse_clock(text: &str) -> Option<i64> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (head, rest) = text.split_once(':')?;
    let (days, hours) = match head.split_once('.') {
        Some((days, hours)) => (whole_number(days)?, whole_number(hours)?),
        None => (0, whole_number(head)?),
    };
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
    let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let (minutes, seconds) = (whole_number(minutes)?, whole_number(seconds)?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let time = hours * TICKS_PER_HOUR + minutes * TICKS_PER_MINUTE + seconds * TICKS_PER_SECOND;
    let ticks = days.checked_mul(TICKS_PER_DAY)?.checked_add(time + fraction_ticks(fraction)?)?;
    Some(if negative { -ticks } else { ticks })
}

fn whole_number(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The ticks of a decimal fraction of a second, given its digits; what is finer than a tick is cut off.
pub(crate) fn fraction_ticks(digits: &str) -> Option<i64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let kept = digits.bytes().chain(std::iter::repeat(b'0')).take(7);
    Some(kept.fold(0, |ticks, digit| ticks * 10 + i64::from(digit - b'0')))
}

/// The text form: `[-][d.]hh:mm:ss[.fffffff]`.
pub fn format(ticks: i64) -> String {
    let mut text = String::with_capacity(16);
    write(&mut text, ticks);
    text
}

/// Appends the text form. Days only if there are any; a fraction only if there is one, then with seven digits.
pub fn write(out: &mut String, ticks: i64) {
    if ticks < 0 {
        out.push('-');
    }
    let ticks = ticks.unsigned_abs();
    let days = ticks / TICKS_PER_DAY as u64;
    if days > 0 {
        crate::digits::write_unsigned(out, days);
        out.push('.');
    }
    write_clock(out, ticks % TICKS_PER_DAY as u64);
    let fraction = ticks % TICKS_PER_SECOND as u64;
    if fraction > 0 {
        out.push('.');
        crate::digits::write_padded(out, fraction as u32, 7);
    }
}

/// Appends `hh:mm:ss` of the ticks of one day.
pub(crate) fn write_clock(out: &mut String, ticks_of_day: u64) {
    let seconds = (ticks_of_day / TICKS_PER_SECOND as u64) as u32;
    crate::digits::write_padded(out, seconds / 3600, 2);
    out.push(':');
    crate::digits::write_padded(out, seconds / 60 % 60, 2);
    out.push(':');
    crate::digits::write_padded(out, seconds % 60, 2);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_clock_forms() {
        assert_eq!(parse("00:05:00"), Some(5 * TICKS_PER_MINUTE));
        assert_eq!(parse(" 0.00:03:00 "), Some(3 * TICKS_PER_MINUTE));
        assert_eq!(parse("-1.02:03:04.5"), Some(-937_845_000_000));
        assert_eq!(parse("01:02"), Some(TICKS_PER_HOUR + 2 * TICKS_PER_MINUTE));
        assert_eq!(parse("00:00:00.12345678"), Some(1_234_567));
        for wrong in ["", "00:60:00", "24:00:00", "1:2:3:4", "00:05:00x", "a:b", "-", "::", "10"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn reads_literals() {
        assert_eq!(parse_literal("1d"), Some(TICKS_PER_DAY));
        assert_eq!(parse_literal("1.5h"), Some(90 * TICKS_PER_MINUTE));
        assert_eq!(parse_literal("15 seconds"), Some(15 * TICKS_PER_SECOND));
        assert_eq!(parse_literal("2"), Some(2 * TICKS_PER_DAY));
        assert_eq!(parse_literal("1.02:03:04"), Some(937_840_000_000));
        assert_eq!(parse_literal("1tick"), Some(1));
        assert_eq!(parse_literal("1.5ticks"), Some(1));
        assert_eq!(parse_literal("0.5microseconds"), Some(0));
        assert_eq!(parse_literal("250nanoseconds"), Some(2));
        for wrong in ["1w", "d", "1D", "", "inf d", "nan", "99999999999999d", "1us"] {
            assert_eq!(parse_literal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn writes_days_and_fraction_only_if_there_are_any() {
        assert_eq!(format(0), "00:00:00");
        assert_eq!(format(TICKS_PER_DAY), "1.00:00:00");
        assert_eq!(format(-TICKS_PER_SECOND / 2), "-00:00:00.5000000");
        assert_eq!(format(i64::MIN), "-10675199.02:48:05.4775808");
    }
}
