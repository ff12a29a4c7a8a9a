//! Numbers as labels.

use crate::progress::grouped;

/// A number as people read it: thousands apart, no more than three digits behind the point.
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value.abs() >= 1e15 || (value != 0.0 && value.abs() < 1e-3) {
        return format!("{value:.2e}");
    }
    let sign = if value < 0.0 { "-" } else { "" };
    let digits = format!("{:.3}", value.abs());
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.parse().map_or(whole.to_owned(), grouped);
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// What is left of large numbers on an axis: the divisor and the letter for it.
const UNITS: &[(f64, &str)] = &[(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];

/// Labels for the ticks of an axis, all in the same unit: `1.5k`, `2.0k`.
pub fn of_ticks(ticks: &[f64]) -> Vec<String> {
    let largest = ticks.iter().fold(0.0_f64, |largest, tick| largest.max(tick.abs()));
    let step = ticks.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(f64::INFINITY, f64::min);
    if !(1e-4..1e15).contains(&largest) {
        return ticks.iter().map(|&tick| plain(tick)).collect();
    }
    // Up to four digits need no unit.
    let unit = UNITS.iter().find(|(size, _)| largest >= *size && largest >= 1e4);
    let (divisor, letter) = unit.copied().unwrap_or((1.0, ""));
    let step = if step.is_finite() { step / divisor } else { 1.0 };
    let decimals = (0..6).find(|&decimals| is_whole(step * 10_f64.powi(decimals))).unwrap_or(6) as usize;
    let label = |&tick: &f64| match tick {
        0.0 => "0".to_owned(),
        tick => format!("{:.decimals$}{letter}", tick / divisor),
    };
    ticks.iter().map(label).collect()
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = [0.0, 1234567.0, -1234.5, 0.1 + 0.2, 1e18, 0.00001].map(plain);
        assert_eq!(shown, ["0", "1,234,567", "-1,234.5", "0.3", "1.00e18", "1.00e-5"]);
    }

    #[test]
    fn ticks_share_their_unit() {
        assert_eq!(of_ticks(&[0.0, 500.0, 1000.0]), ["0", "500", "1000"]);
        assert_eq!(of_ticks(&[-5e5, 0.0, 5e5, 1e6]), ["-0.5M", "0", "0.5M", "1.0M"]);
        assert_eq!(of_ticks(&[0.0, 0.25, 0.5]), ["0", "0.25", "0.50"]);
    }
}
