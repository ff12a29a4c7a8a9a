//! Sums of reals to twice the precision of a real.

use std::ops::{Add, Mul, Sub};

/// An unevaluated sum `high + low` of two reals, `low` being at most half a unit in the last place of `high`.
///
/// The algorithms are those of Dekker and Knuth; about 32 decimal digits hold, so that a sum comes out the same in
/// whichever order its parts are added, for all but contrived input.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DoubleDouble {
    high: f64,
    low: f64,
}

impl DoubleDouble {
    /// The product of two reals, exactly.
    pub(super) fn product(a: f64, b: f64) -> Self {
        let high = a * b;
        let (a_high, a_low) = split(a);
        let (b_high, b_low) = split(b);
        let low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
        Self { high, low: if low.is_finite() { low } else { 0.0 } }
    }

    /// Divided by a real.
    pub(super) fn divided_by(self, divisor: f64) -> Self {
        let high = self.high / divisor;
        let rest = self - Self::product(high, divisor);
        normal(high, rest.high / divisor)
    }

    /// The nearest real.
    pub(super) fn to_real(self) -> f64 {
        self.high + self.low
    }
}

impl From<f64> for DoubleDouble {
    fn from(value: f64) -> Self {
        Self { high: value, low: 0.0 }
    }
}

impl Add for DoubleDouble {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (high, error) = two_sum(self.high, other.high);
        let (low, low_error) = two_sum(self.low, other.low);
        let first = normal(high, error + low);
        normal(first.high, first.low + low_error)
    }
}

impl Sub for DoubleDouble {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + Self { high: -other.high, low: -other.low }
    }
}

impl Mul for DoubleDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = Self::product(self.high, other.high);
        normal(product.high, product.low + (self.high * other.low + self.low * other.high))
    }
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

fn normal(high: f64, low: f64) -> DoubleDouble {
    let sum = high + low;
    let rest = low - (sum - high);
    DoubleDouble { high: sum, low: if rest.is_finite() { rest } else { 0.0 } }
}

fn split(value: f64) -> (f64, f64) {
    let scaled = 134_217_729.0 * value;
    let high = scaled - (scaled - value);
    (high, value - high)
}

#[cfg(test)]
mod tests {
    use super::DoubleDouble;

    #[test]
    fn keeps_what_a_real_would_lose() {
        let parts = [1e17, 0.1, -1e17, 0.2];
        let sum = parts.iter().fold(DoubleDouble::default(), |sum, part| sum + (*part).into());
        assert_eq!(sum.to_real(), 0.1 + 0.2);
    }

    #[test]
    fn multiplies_and_divides() {
        let square = DoubleDouble::product(100_000_001.0, 100_000_001.0);
        assert_eq!((square - 1e16.into()).to_real(), 200_000_001.0);
        assert_eq!(square.divided_by(100_000_001.0).to_real(), 100_000_001.0);
        assert_eq!(
            (square * square - (square * 1e16.into())).divided_by(1e16).to_real(),
            200_000_005.000_000_03
        );
    }
}
