//! Periods of series.
//!
//! `series_periods_detect()` and `series_periods_validate()` are not defined: how the engine scores a period is not known.
//! The one recorded score is 0.8406 for a series whose correlation with itself is 0.9605.

use super::fourier::lagged_products;
use super::values::mean;

/// A period, in elements, and how well the series repeats after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Period {
    pub(super) length: usize,
    pub(super) score: f64,
}

/// Shorter periods are not looked for: <https://learn.microsoft.com/kusto/query/series-periods-detect-function>.
const SHORTEST: usize = 4;

/// The periods of a series, best first: lengths, shorter than half of the series, at which it is more like itself than
/// at any other length from half of it to half as much again, but no multiples of better ones. That these are the
/// engine's rules is inferred from its few recorded answers.
pub(super) fn periods(values: &[f64]) -> Vec<Period> {
    let correlations = correlations(values);
    // What a series without any order stays below at 95 of 100 lengths.
    let noise = 1.96 / (values.len() as f64).sqrt();
    let is_hill = |length: usize| {
        let score = correlations[length];
        let around = length / 2 + 1..(length + length.div_ceil(2)).min(correlations.len());
        score > noise && around.into_iter().all(|other| other == length || correlations[other] < score)
    };
    let lengths = SHORTEST..correlations.len().saturating_sub(1);
    let mut found: Vec<Period> = lengths
        .filter(|length| is_hill(*length))
        .map(|length| Period { length, score: correlations[length].min(1.0) })
        .collect();
    found.sort_by(|left, right| right.score.total_cmp(&left.score));
    let mut best: Vec<Period> = Vec::new();
    for period in found {
        if best.iter().all(|better| period.length % better.length != 0) {
            best.push(period);
        }
    }
    best
}

/// The correlation of the series with itself 0, 1, ... places further on, up to half of its length, each over as many
/// pairs as there are.
fn correlations(values: &[f64]) -> Vec<f64> {
    let level = mean(values);
    let distances: Vec<f64> = values.iter().map(|value| value - level).collect();
    let products = lagged_products(&distances, values.len() / 2);
    let all = values.len() as f64;
    let variance = products.first().copied().unwrap_or_default();
    let scale = |(lag, product): (usize, f64)| match variance > 0.0 {
        true => product / variance * all / (all - lag as f64),
        false => 0.0,
    };
    products.into_iter().enumerate().map(scale).collect()
}
