//! How far the elements of a series lie outside of its usual range.

use kql_types::{Column, Operand, ScalarType::Dynamic, ScalarType::Real};

use super::values::{SeriesReader, write_reals};
use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{DYNAMIC, TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&OUTLIERS];

const NUMBER: ParameterType = ParameterType::Exact(Real);

scalar_function!(
    OUTLIERS, ["series_outliers"],
    "How many times the range between two percentiles each element lies above it (or below, negative), 0 inside: \"ctukey\" takes 10 and 90 or the given ones, \"tukey\" 25 and 75. Percentiles are interpolated; null and the value to ignore have 0. <https://learn.microsoft.com/kusto/query/series-outliers-function>",
    [r#"print series_outliers(dynamic([1, 2, 3, 4, 13]), "tukey")"# => "[-0.5,0.0,0.0,0.0,4.5]"],
    ResultName::FirstArgument,
    [columns(&[DYNAMIC, TEXT, NUMBER, NUMBER, NUMBER], Dynamic, outliers).at_least(1)],
);

/// The percentiles between which a value is usual.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fences {
    low: f64,
    high: f64,
}

impl Default for Fences {
    /// Those of `ctukey`.
    fn default() -> Self {
        Self { low: 10.0, high: 90.0 }
    }
}

impl Fences {
    /// Those of a kind of test, by name.
    pub(super) fn of(kind: &str) -> Result<Self, KernelError> {
        match kind {
            "ctukey" => Ok(Self::default()),
            "tukey" => Ok(Self { low: 25.0, high: 75.0 }),
            _ => Err(KernelError::new(format!(
                "the test for outliers is \"ctukey\" or \"tukey\", not \"{kind}\""
            ))),
        }
    }

    /// The scores of the values; what is not there has 0.
    pub(super) fn scores(self, values: &[Option<f64>]) -> Vec<f64> {
        let mut sorted: Vec<f64> =
            values.iter().flatten().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let (Some(low), Some(high)) = (percentile(&sorted, self.low), percentile(&sorted, self.high)) else {
            return vec![0.0; values.len()];
        };
        let score = |value: f64| match value {
            _ if value > high => (value - high) / (high - low),
            _ if value < low => (value - low) / (high - low),
            _ => 0.0,
        };
        values.iter().map(|value| value.map_or(0.0, score)).collect()
    }
}

/// Interpolated between the two nearest of the sorted values.
fn percentile(sorted: &[f64], percent: f64) -> Option<f64> {
    let place = percent / 100.0 * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted.get(place.floor() as usize)?, sorted.get(place.ceil() as usize)?);
    Some(below + (above - below) * place.fract())
}

fn outliers(call: &Call<'_>) -> Result<Column, KernelError> {
    let series = SeriesReader::new(&call.arguments[0]);
    let kinds = call.arguments.get(1).map(Operand::strings);
    let [ignored, lows, highs] = [2, 3, 4].map(|index| call.arguments.get(index).map(Operand::reals));
    let mut failure = None;
    let column = dynamic_column(call.rows, |row, out| {
        let kind = kinds.as_ref().map_or("ctukey", |kinds| kinds.text(row));
        let mut fences = Fences::of(kind).map_err(|error| failure = Some(error)).ok()?;
        if kind == "ctukey" {
            let given = |percents: &Option<kql_types::Reals<'_>>| {
                percents.as_ref().and_then(|percents| percents.get(row))
            };
            fences.low = given(&lows).unwrap_or(fences.low);
            fences.high = given(&highs).unwrap_or(fences.high);
        }
        if !(2.0..=98.0).contains(&fences.low)
            || !(2.0..=98.0).contains(&fences.high)
            || fences.low >= fences.high
        {
            failure = Some(KernelError::new(
                "the percentiles of series_outliers() must be from 2 to 98, the first the lower",
            ));
        }
        let ignored = ignored.as_ref().and_then(|ignored| ignored.get(row));
        let values: Vec<Option<f64>> =
            series.get(row)?.reals().map(|value| value.filter(|value| Some(*value) != ignored)).collect();
        write_reals(out, fences.scores(&values));
        Some(())
    });
    failure.map_or(Ok(column), Err)
}
