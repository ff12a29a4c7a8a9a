//! Lengths of time as rule files write them.

use kql_types::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MINUTE, TICKS_PER_SECOND};

/// Reads `1d`, `5h`, `PT1H`, `P1DT12H`, `1.00:00:00`, in ticks of 100 ns. Letters may have either case.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let ticks = match text.strip_prefix('p') {
        Some(rest) => parse_iso(rest)?,
        None => kql_types::timespan::parse(&text)?,
    };
    (ticks > 0).then_some(ticks)
}

/// The part of an ISO 8601 duration behind its `P`. Months and years have no fixed length.
fn parse_iso(text: &str) -> Option<i64> {
    let (days, clock) = text.split_once('t').unwrap_or((text, ""));
    let day_units = [('w', 7 * TICKS_PER_DAY), ('d', TICKS_PER_DAY)];
    let clock_units = [('h', TICKS_PER_HOUR), ('m', TICKS_PER_MINUTE), ('s', TICKS_PER_SECOND)];
    sum(days, &day_units)?.checked_add(sum(clock, &clock_units)?)
}

fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut ticks = 0i64;
    for &(letter, unit) in units {
        let Some((number, rest)) = text.split_once(letter) else { continue };
        ticks = ticks.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        text = rest;
    }
    text.is_empty().then_some(ticks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_rule_files() {
        for (text, hours) in [
            ("1d", 24),
            ("5h", 5),
            ("6h ", 6),
            ("PT1H", 1),
            ("P1D", 24),
            ("P1DT2H", 26),
            ("P2W", 336),
            ("5H", 5),
        ] {
            assert_eq!(parse(text), Some(hours * TICKS_PER_HOUR), "{text}");
        }
        assert_eq!(parse("PT90S"), Some(90 * TICKS_PER_SECOND));
        assert_eq!(parse("00:05:00"), Some(5 * TICKS_PER_MINUTE));
        for text in ["", "P", "soon", "1", "P1Y", "0h", "-1h", "P1H", "PT999999999999999999D"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
