//! Nearest-rank percentiles: which of the ordered values is meant.

use std::cmp::Ordering;

/// How often a value counts.
pub(crate) trait Weight: Copy + Send + 'static {
    /// The percentile `point` of the values, which are put into some other order; `None` over no value.
    fn pick<T: Copy>(
        values: &mut [(T, Self)],
        point: f64,
        compare: impl FnMut(&T, &T) -> Ordering,
    ) -> Option<T>;
}

/// Every value counts once.
impl Weight for () {
    fn pick<T: Copy>(
        values: &mut [(T, ())],
        point: f64,
        mut compare: impl FnMut(&T, &T) -> Ordering,
    ) -> Option<T> {
        let last = values.len().checked_sub(1)?;
        let rank = rank(point, values.len() as f64) as usize - 1;
        let (_, value, _) = values.select_nth_unstable_by(rank.min(last), |a, b| compare(&a.0, &b.0));
        Some(value.0)
    }
}

/// A value counts that many times, if the number is positive.
impl Weight for i64 {
    fn pick<T: Copy>(
        values: &mut [(T, i64)],
        point: f64,
        mut compare: impl FnMut(&T, &T) -> Ordering,
    ) -> Option<T> {
        let counts = |weight: i64| weight.max(0) as u128;
        let total: u128 = values.iter().map(|(_, weight)| counts(*weight)).sum();
        values.sort_unstable_by(|a, b| compare(&a.0, &b.0));
        let rank = rank(point, total as f64) as u128;
        let mut passed = 0;
        let reached = values.iter().find(|(_, weight)| {
            passed += counts(*weight);
            passed >= rank
        });
        reached.map(|(value, _)| *value)
    }
}

/// The rank, from 1, that stands for that percentage of `count` values. The product is exact for whole percentages; of
/// others the error that it may carry is taken off, so that 99.9 % of 1000 is 999.
fn rank(point: f64, count: f64) -> f64 {
    let exact = point * count / 100.0;
    (exact - exact * 4.0 * f64::EPSILON).ceil().clamp(1.0, count.max(1.0))
}

#[cfg(test)]
mod tests {
    use super::{Weight, rank};

    #[test]
    fn takes_the_nearest_rank() {
        let ranks = |point| [1.0, 4.0, 10.0, 1000.0].map(|count| rank(point, count));
        assert_eq!(ranks(0.0), [1.0, 1.0, 1.0, 1.0]);
        assert_eq!(ranks(50.0), [1.0, 2.0, 5.0, 500.0]);
        assert_eq!(ranks(55.0), [1.0, 3.0, 6.0, 550.0]);
        assert_eq!(ranks(99.9), [1.0, 4.0, 10.0, 999.0]);
        assert_eq!(ranks(100.0), [1.0, 4.0, 10.0, 1000.0]);
    }

    #[test]
    fn a_weight_is_a_number_of_repetitions() {
        let weighted = [(20, 6), (40, 1), (10, 8), (30, 3), (5, 0), (50, -2)];
        let mut repeated: Vec<(i64, ())> = weighted
            .iter()
            .flat_map(|(value, weight)| std::iter::repeat_n((*value, ()), 0.max(*weight) as usize))
            .collect();
        for point in [0.0, 1.0, 44.0, 45.0, 50.0, 75.0, 94.0, 95.0, 99.9, 100.0] {
            let expected = Weight::pick(&mut repeated, point, i64::cmp);
            let found = Weight::pick(
                &mut weighted.map(|(value, weight)| (value, i64::from(weight))),
                point,
                i64::cmp,
            );
            assert_eq!(found, expected, "{point}");
        }
    }
}
