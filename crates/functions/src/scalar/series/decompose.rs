//! Series as the sum of a season, a trend and a rest.

use kql_types::{Column, Longs, Operand, Reals, ScalarType::Dynamic, ScalarType::Real, Strings};

use super::periods::periods;
use super::values::{Series, SeriesReader, mean, write_reals, write_some_reals};
use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{DYNAMIC, TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultColumns, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&SEASONAL, &DECOMPOSE, &DECOMPOSE_FORECAST];

const INTEGER: ParameterType = ParameterType::Integer;
const NUMBER: ParameterType = ParameterType::Exact(Real);
const COLUMNS: &[(&str, kql_types::ScalarType)] =
    &[("baseline", Dynamic), ("seasonal", Dynamic), ("trend", Dynamic), ("residual", Dynamic)];

scalar_function!(
    SEASONAL, ["series_seasonal"],
    "The seasonal part of the series: for each element the median of all that are a multiple of the period away; the period is found if it is -1, and without one all is 0. <https://learn.microsoft.com/kusto/query/series-seasonal-function>",
    [
        "print series_seasonal(dynamic([1, 3, 5, 1, 3, 5, 2, 4, 6]), 3)" => "[1.0,3.0,5.0,1.0,3.0,5.0,1.0,3.0,5.0]",
        "print series_seasonal(dynamic([1, 3, 5, 2, 4, 6]))" => "[0.0,0.0,0.0,0.0,0.0,0.0]",
    ],
    ResultName::Generated,
    [columns(&[DYNAMIC, INTEGER, NUMBER], Dynamic, seasonal).at_least(1)],
);
scalar_function!(
    DECOMPOSE, ["series_decompose"],
    "The series as baseline (the sum of season and trend), season, trend (\"avg\", \"linefit\" or \"none\") and residual; learned from all but the given number of elements at the end. <https://learn.microsoft.com/kusto/query/series-decompose-function>",
    ["print x = series_decompose(dynamic([1, 2, 3, 4]), 0, 'linefit')" => "[1.0,2.0,3.0,4.0]"],
    ResultName::Columns(ResultColumns::Fixed { prefix: "series_decompose", columns: COLUMNS }),
    [columns(&[DYNAMIC, INTEGER, TEXT, INTEGER, NUMBER], Dynamic, |call| {
        decompose(call, Settings { seasonality: Some(1), trend: Some(2), test_points: Some(3), threshold: Some(4) })
    })
    .at_least(1)],
);
scalar_function!(
    DECOMPOSE_FORECAST, ["series_decompose_forecast"],
    "The series as series_decompose() gives it, whose baseline forecasts the given number of elements at its end. <https://learn.microsoft.com/kusto/query/series-decompose-forecast-function>",
    ["print x = series_decompose_forecast(dynamic([1, 2, 3, 0]), 1, 0, 'linefit')" => "[1.0,2.0,3.0,4.0]"],
    ResultName::Columns(ResultColumns::Fixed { prefix: "series_decompose_forecast", columns: COLUMNS }),
    [columns(&[DYNAMIC, INTEGER, INTEGER, TEXT, NUMBER], Dynamic, |call| {
        decompose(call, Settings { test_points: Some(1), seasonality: Some(2), trend: Some(3), threshold: Some(4) })
    })
    .at_least(2)],
);

/// At which positions the settings of a decomposition stand among the arguments; those behind the last are left out.
pub(super) struct Settings {
    pub(super) seasonality: Option<usize>,
    pub(super) trend: Option<usize>,
    pub(super) test_points: Option<usize>,
    pub(super) threshold: Option<usize>,
}

/// Decomposes the series of each row.
pub(super) struct Decomposer<'a> {
    series: SeriesReader<'a>,
    seasonality: Option<Longs<'a>>,
    trend: Option<Strings<'a>>,
    test_points: Option<Longs<'a>>,
    threshold: Option<Reals<'a>>,
}

impl<'a> Decomposer<'a> {
    pub(super) fn new(call: &'a Call<'_>, settings: &Settings) -> Result<Self, KernelError> {
        let argument = |position: Option<usize>| call.arguments.get(position?);
        let decomposer = Self {
            series: SeriesReader::new(&call.arguments[0]),
            seasonality: argument(settings.seasonality).map(Operand::longs),
            trend: argument(settings.trend).map(Operand::strings),
            test_points: argument(settings.test_points).map(Operand::longs),
            threshold: argument(settings.threshold).map(Operand::reals),
        };
        warn_of_detection(call, decomposer.seasonality.as_ref());
        match (0..call.rows)
            .map(|row| decomposer.trend(row))
            .find(|trend| !matches!(*trend, "avg" | "linefit" | "none"))
        {
            Some(trend) => Err(KernelError::new(format!(
                "the trend is \"avg\", \"linefit\" or \"none\", not \"{trend}\""
            ))),
            None => Ok(decomposer),
        }
    }

    fn trend(&self, row: usize) -> &str {
        self.trend.as_ref().map_or("avg", |trend| trend.text(row))
    }

    /// `None` if there is no series in the row.
    pub(super) fn get(&self, row: usize) -> Option<Decomposition> {
        let values: Vec<Option<f64>> = known_values(&*self.series.get(row)?);
        let test_points = self.test_points.as_ref().and_then(|points| points.get(row)).unwrap_or_default();
        let learned = values.len().saturating_sub(usize::try_from(test_points).unwrap_or_default());
        let seasonality =
            self.seasonality.as_ref().and_then(|seasonality| seasonality.get(row)).unwrap_or(-1);
        let threshold =
            self.threshold.as_ref().and_then(|threshold| threshold.get(row)).unwrap_or(DECOMPOSE_THRESHOLD);
        let period = period(&values[..learned], seasonality, threshold);
        Some(Decomposition::new(values, learned, period, self.trend(row)))
    }
}

/// Says that a period which is found by itself may not be the engine's: the one score that was recorded of it is less
/// than the correlation that is compared with the threshold here.
fn warn_of_detection(call: &Call<'_>, seasonality: Option<&Longs<'_>>) {
    let detects = |row| seasonality.is_none_or(|seasonality| seasonality.get(row).unwrap_or(-1) == -1);
    if (0..call.rows).any(detects) {
        call.context.warnings.add(
            "a seasonality that is detected (-1) may differ from the service's, whose score of a period is not documented; give its length to be sure",
        );
    }
}

/// What a detected period must score: <https://learn.microsoft.com/kusto/query/series-decompose-function>.
const DECOMPOSE_THRESHOLD: f64 = 0.6;
/// The same for `series_seasonal`: <https://learn.microsoft.com/kusto/query/series-seasonal-function>.
const SEASONAL_THRESHOLD: f64 = 0.7;

pub(super) struct Decomposition {
    pub(super) baseline: Vec<f64>,
    pub(super) seasonal: Vec<f64>,
    pub(super) trend: Vec<f64>,
    pub(super) residual: Vec<Option<f64>>,
}

impl Decomposition {
    /// With what is usual: a season that is found, and the average as trend.
    pub(super) fn by_default(values: Vec<Option<f64>>) -> Self {
        let period = period(&values, -1, DECOMPOSE_THRESHOLD);
        let learned = values.len();
        Self::new(values, learned, period, "avg")
    }

    fn new(values: Vec<Option<f64>>, learned: usize, period: Option<usize>, trend: &str) -> Self {
        let seasonal = season(&values[..learned], values.len(), period);
        let rest: Vec<(f64, f64)> = (0..learned)
            .filter_map(|position| Some((position as f64, values[position]? - seasonal[position])))
            .collect();
        let trend = trend_of(&rest, values.len(), trend);
        let baseline: Vec<f64> =
            seasonal.iter().zip(&trend).map(|(seasonal, trend)| seasonal + trend).collect();
        let residual =
            values.iter().zip(&baseline).map(|(value, baseline)| Some((*value)? - baseline)).collect();
        Self { baseline, seasonal, trend, residual }
    }
}

fn known_values(series: &Series) -> Vec<Option<f64>> {
    series.reals().map(|real| real.filter(|real| real.is_finite())).collect()
}

/// The period to use: the given one, or with -1 the best one that scores enough.
fn period(values: &[Option<f64>], seasonality: i64, threshold: f64) -> Option<usize> {
    if seasonality != -1 {
        return usize::try_from(seasonality).ok().filter(|period| *period > 0);
    }
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let level = mean(&known);
    let filled: Vec<f64> = values.iter().map(|value| value.unwrap_or(level)).collect();
    let best = *periods(&filled).first()?;
    (best.score >= threshold).then_some(best.length)
}

/// `length` elements, each the median of the values in the same phase; zeros without a period.
fn season(values: &[Option<f64>], length: usize, period: Option<usize>) -> Vec<f64> {
    let Some(period) = period else { return vec![0.0; length] };
    let medians: Vec<f64> = (0..period.min(length))
        .map(|phase| median(values.iter().skip(phase).step_by(period).flatten().copied().collect()))
        .collect();
    (0..length).map(|position| medians[position % period]).collect()
}

/// The middle value, or the mean of the two middle ones; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[count / 2],
        count => (values[count / 2 - 1] + values[count / 2]) / 2.0,
    }
}

/// `length` points of the trend of values at positions.
fn trend_of(points: &[(f64, f64)], length: usize, kind: &str) -> Vec<f64> {
    if points.is_empty() || kind == "none" {
        return vec![0.0; length];
    }
    let count = points.len() as f64;
    let middle = points.iter().map(|(position, _)| position).sum::<f64>() / count;
    let level = points.iter().map(|(_, value)| value).sum::<f64>() / count;
    let spread: f64 = points.iter().map(|(position, _)| (position - middle).powi(2)).sum();
    let common: f64 = points.iter().map(|(position, value)| (position - middle) * (value - level)).sum();
    let slope = if kind == "linefit" && spread > 0.0 { common / spread } else { 0.0 };
    (0..length).map(|position| level + slope * (position as f64 - middle)).collect()
}

fn seasonal(call: &Call<'_>) -> Result<Column, KernelError> {
    let series = SeriesReader::new(&call.arguments[0]);
    let seasonality = call.arguments.get(1).map(Operand::longs);
    warn_of_detection(call, seasonality.as_ref());
    let threshold = call.arguments.get(2).map(Operand::reals);
    Ok(dynamic_column(call.rows, |row, out| {
        let values = known_values(&*series.get(row)?);
        let seasonality = seasonality.as_ref().and_then(|seasonality| seasonality.get(row)).unwrap_or(-1);
        let threshold =
            threshold.as_ref().and_then(|threshold| threshold.get(row)).unwrap_or(SEASONAL_THRESHOLD);
        write_reals(out, season(&values, values.len(), period(&values, seasonality, threshold)));
        Some(())
    }))
}

fn decompose(call: &Call<'_>, settings: Settings) -> Result<Column, KernelError> {
    let decomposer = Decomposer::new(call, &settings)?;
    Ok(dynamic_column(call.rows, |row, out| {
        let parts = decomposer.get(row)?;
        out.push('[');
        for part in [parts.baseline, parts.seasonal, parts.trend] {
            write_reals(out, part);
            out.push(',');
        }
        write_some_reals(out, parts.residual);
        out.push(']');
        Some(())
    }))
}
