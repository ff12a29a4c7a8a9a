//! Elements that a decomposition does not explain.

use kql_types::{Column, Operand, ScalarType::Dynamic, ScalarType::Real};

use super::decompose::{Decomposer, Decomposition, Settings};
use super::outliers::Fences;
use super::values::{Number, write_numbers, write_reals};
use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{DYNAMIC, TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultColumns, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&DECOMPOSE_ANOMALIES];

const INTEGER: ParameterType = ParameterType::Integer;
const NUMBER: ParameterType = ParameterType::Exact(Real);

scalar_function!(
    DECOMPOSE_ANOMALIES, ["series_decompose_anomalies"],
    "Flags (1 up, -1 down, 0), scores and baseline of the series: it is decomposed as by series_decompose(), and what series_outliers() scores beyond the threshold (1.5) in the residual is an anomaly. <https://learn.microsoft.com/kusto/query/series-decompose-anomalies-function>",
    [
        "print x = series_decompose_anomalies(dynamic([1, 2, 1, 2, 1, 2, 1, 2, 50, 1, 2, 1, 2]))" => "[0,0,0,0,0,0,0,0,1,0,0,0,0]",
    ],
    ResultName::Columns(ResultColumns::Fixed {
        prefix: "series_decompose_anomalies",
        columns: &[("ad_flag", Dynamic), ("ad_score", Dynamic), ("baseline", Dynamic)],
    }),
    [columns(&[DYNAMIC, NUMBER, INTEGER, TEXT, INTEGER, TEXT, NUMBER], Dynamic, anomalies).at_least(1)],
);

/// <https://learn.microsoft.com/kusto/query/series-decompose-anomalies-function>
const THRESHOLD: f64 = 1.5;

fn anomalies(call: &Call<'_>) -> Result<Column, KernelError> {
    let settings =
        Settings { seasonality: Some(2), trend: Some(3), test_points: Some(4), threshold: Some(6) };
    let decomposer = Decomposer::new(call, &settings)?;
    let thresholds = call.arguments.get(1).map(Operand::reals);
    let methods = call.arguments.get(5).map(Operand::strings);
    let mut failure = None;
    let column = dynamic_column(call.rows, |row, out| {
        let fences = match &methods {
            Some(methods) => Fences::of(methods.text(row)).map_err(|error| failure = Some(error)).ok()?,
            None => Fences::default(),
        };
        let threshold = thresholds.as_ref().and_then(|thresholds| thresholds.get(row)).unwrap_or(THRESHOLD);
        let parts = decomposer.get(row)?;
        let scores = fences.scores(&parts.residual);
        out.push('[');
        write_numbers(out, scores.iter().map(|score| Number::Long(flag(*score, threshold))));
        out.push(',');
        write_reals(out, scores.iter().copied());
        out.push(',');
        write_reals(out, parts.baseline);
        out.push(']');
        Some(())
    });
    failure.map_or(Ok(column), Err)
}

/// What `series_decompose_anomalies()` says of a series when it is told nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct DecomposedSeries {
    /// Of each element whether it is greater (1) or less (-1) than expected, or neither.
    pub flags: Vec<i64>,
    /// What was expected.
    pub baseline: Vec<f64>,
}

impl DecomposedSeries {
    /// Of elements in order; those that are not there have no flag.
    pub fn of(values: Vec<Option<f64>>) -> Self {
        let Decomposition { baseline, residual, .. } = Decomposition::by_default(values);
        let scores = Fences::default().scores(&residual);
        Self { flags: scores.into_iter().map(|score| flag(score, THRESHOLD)).collect(), baseline }
    }
}

fn flag(score: f64, threshold: f64) -> i64 {
    i64::from(score > threshold) - i64::from(score < -threshold)
}
