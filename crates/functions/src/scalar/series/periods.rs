//! Periods of series.

use kql_types::{Column, Operand, Reals, ScalarType::Dynamic, ScalarType::Real};

use super::fourier::lagged_products;
use super::values::{SeriesReader, mean, write_reals};
use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultColumns, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PERIODS_DETECT, &PERIODS_VALIDATE];

const NUMBER: ParameterType = ParameterType::Exact(Real);

scalar_function!(
    PERIODS_DETECT, ["series_periods_detect"],
    "The most significant periods between the least and the greatest given length, best first, and their scores from 0 to 1: the correlation of the series with itself so many places further on. Missing ones are 0. <https://learn.microsoft.com/kusto/query/series-periods-detect-function>",
    ["print x = series_periods_detect(dynamic([1, 2, 3, 4, 3, 1, 2, 3, 4, 3, 1, 2, 3, 4, 3]), 4.0, 6.0, 1)" => "[5.0]"],
    ResultName::Columns(ResultColumns::Fixed { prefix: "series_periods_detect", columns: &[("periods", Dynamic), ("scores", Dynamic)] }),
    [columns(&[DYNAMIC, NUMBER, NUMBER, ParameterType::Integer], Dynamic, detect)],
);
scalar_function!(
    PERIODS_VALIDATE, ["series_periods_validate"],
    "The given periods, and their scores as of series_periods_detect(), 0 if the series has no such period. <https://learn.microsoft.com/kusto/query/series-periods-validate-function>",
    ["print (p, s) = series_periods_validate(dynamic([1, 2, 3, 4, 3, 1, 2, 3, 4, 3, 1, 2, 3, 4, 3]), 4.0) | project s" => "[0.0]"],
    ResultName::Columns(ResultColumns::Fixed { prefix: "series_periods_validate", columns: &[("periods", Dynamic), ("scores", Dynamic)] }),
    [columns(&[DYNAMIC, NUMBER], Dynamic, validate).repeating(1, 2)],
);

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

fn detect(call: &Call<'_>) -> Result<Column, KernelError> {
    let series = SeriesReader::new(&call.arguments[0]);
    let (least, greatest) = (call.arguments[1].reals(), call.arguments[2].reals());
    let counts = call.arguments[3].longs();
    Ok(dynamic_column(call.rows, |row, out| {
        let values = series.get(row)?.finite()?;
        let wanted = least.get(row)?..=greatest.get(row)?;
        let count = usize::try_from(counts.get(row)?).ok()?.min(values.len());
        let mut found = periods(&values);
        found.retain(|period| wanted.contains(&(period.length as f64)));
        found.resize(count, Period { length: 0, score: 0.0 });
        write_periods(out, found.iter().map(|period| (period.length as f64, period.score)));
        Some(())
    }))
}

fn validate(call: &Call<'_>) -> Result<Column, KernelError> {
    let series = SeriesReader::new(&call.arguments[0]);
    let lengths: Vec<Reals<'_>> = call.arguments[1..].iter().map(Operand::reals).collect();
    Ok(dynamic_column(call.rows, |row, out| {
        let found = periods(&series.get(row)?.finite()?);
        let lengths: Vec<f64> = lengths.iter().map(|lengths| lengths.get(row)).collect::<Option<_>>()?;
        let score = |length: f64| {
            let period = found.iter().find(|period| period.length as f64 == length.round());
            period.map_or(0.0, |period| period.score)
        };
        write_periods(out, lengths.iter().map(|length| (*length, score(*length))));
        Some(())
    }))
}

fn write_periods(out: &mut String, periods: impl Iterator<Item = (f64, f64)> + Clone) {
    out.push('[');
    write_reals(out, periods.clone().map(|(length, _)| length));
    out.push(',');
    write_reals(out, periods.map(|(_, score)| score));
    out.push(']');
}
