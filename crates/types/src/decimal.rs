//! Text forms of decimal.
//!
//! <https://learn.microsoft.com/kusto/query/scalar-data-types/decimal>

use std::fmt::Write;

use crate::Decimal;

/// Reads a decimal: digits with at most one point, or scientific notation.
pub fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim();
    if text.contains(['_']) {
        return None;
    }
    match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text).ok(),
        false => text.parse().ok(),
    }
}

/// The text form: no exponent, and no zeros at the end of a fraction.
pub fn format(decimal: Decimal) -> String {
    decimal.normalize().to_string()
}

/// Appends the text form.
pub fn write(out: &mut String, decimal: Decimal) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{}", decimal.normalize());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes() {
        for (text, expected) in [
            ("1.50", "1.5"),
            ("-0.001", "-0.001"),
            ("1e3", "1000"),
            ("1000000020000000300000004", "1000000020000000300000004"),
        ] {
            assert_eq!(parse(text).map(format).as_deref(), Some(expected), "{text}");
        }
        for wrong in ["", "1_0", "a", "1.2.3", "nan"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
