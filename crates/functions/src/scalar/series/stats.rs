//! Extremes, mean and spread of a series.

use kql_types::dynamic::write_value;
use kql_types::{Column, ScalarType::Bool, ScalarType::Dynamic, ScalarType::Long, ScalarType::Real, Value};

use super::values::{Series, SeriesReader, mean, squared_distances};
use crate::kernel::dynamic::{dynamic_column, write_array, write_member};
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, ParameterType, ResultColumns, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&SERIES_STATS, &SERIES_STATS_DYNAMIC];

const PARAMETERS: &[ParameterType] = &[DYNAMIC, ParameterType::Exact(Bool)];

scalar_function!(
    SERIES_STATS, ["series_stats"],
    "Smallest and largest number with their first positions, mean, standard deviation and variance of the sample; null if there is something else than finite numbers and the second argument does not say to ignore it. <https://learn.microsoft.com/kusto/query/series-stats-function>",
    ["print x = series_stats(dynamic([1, 2, 6]))" => "1.0"],
    ResultName::Columns(ResultColumns::Fixed {
        prefix: "series_stats",
        columns: &[("min", Real), ("min_idx", Long), ("max", Real), ("max_idx", Long), ("avg", Real), ("stdev", Real), ("variance", Real)],
    }),
    [columns(PARAMETERS, Dynamic, |call| Ok(stats(call, |stats, out| {
        write_array(out, stats.members()[..7].iter().map(|(_, value)| value.as_str()));
    }))).at_least(1)],
);
scalar_function!(
    SERIES_STATS_DYNAMIC, ["series_stats_dynamic"],
    "The statistics of series_stats(), and the sum and the length, as a bag. <https://learn.microsoft.com/kusto/query/series-stats-dynamic-function>",
    ["print series_stats_dynamic(dynamic([1, 2, 6]))" => r#"{"min":1.0,"min_idx":0,"max":6.0,"max_idx":2,"avg":3.0,"stdev":2.6457513110645909,"variance":7.0,"sum":9.0,"len":3}"#],
    ResultName::Generated,
    [columns(PARAMETERS, Dynamic, |call| Ok(stats(call, |stats, out| {
        out.push('{');
        for (name, value) in stats.members() {
            write_member(out, name, &value);
        }
        out.push('}');
    }))).at_least(1)],
);

fn stats(call: &Call<'_>, write: impl Fn(&Stats, &mut String)) -> Column {
    let series = SeriesReader::new(&call.arguments[0]);
    let ignore = call.arguments.get(1).map(|ignore| ignore.bools());
    dynamic_column(call.rows, |row, out| {
        let series = series.get(row)?;
        let ignore = ignore.as_ref().and_then(|ignore| ignore.get(row)).unwrap_or_default();
        write(&Stats::new(&series, ignore), out);
        Some(())
    })
}

/// The statistics of the finite numbers, with their positions; nothing if others do not count but occur.
struct Stats {
    positions: Vec<usize>,
    numbers: Vec<f64>,
    length: usize,
}

impl Stats {
    fn new(series: &Series, ignore_others: bool) -> Self {
        let finite = series.reals().enumerate().filter_map(|(position, real)| Some((position, real?)));
        let (positions, numbers): (Vec<usize>, Vec<f64>) =
            finite.filter(|(_, real)| real.is_finite()).unzip();
        let length = series.numbers.len();
        match ignore_others || numbers.len() == length {
            true => Self { positions, numbers, length },
            false => Self { positions: Vec::new(), numbers: Vec::new(), length },
        }
    }

    /// Names and JSON texts, in the order in which the engine lists them.
    fn members(&self) -> [(&'static str, String); 9] {
        let count = self.numbers.len();
        let real = |value: f64| if count == 0 { Value::Null(Real) } else { Value::Real(value) };
        let (min, min_index) = self.extreme(|number, best| number < best);
        let (max, max_index) = self.extreme(|number, best| number > best);
        let variance = squared_distances(&self.numbers) / (count.max(2) - 1) as f64;
        let values = [
            ("min", min),
            ("min_idx", min_index),
            ("max", max),
            ("max_idx", max_index),
            ("avg", real(mean(&self.numbers))),
            ("stdev", real(variance.sqrt())),
            ("variance", real(variance)),
            ("sum", real(self.numbers.iter().sum())),
            ("len", Value::Long(self.length as i64)),
        ];
        values.map(|(name, value)| {
            let mut text = String::new();
            write_value(&mut text, &value);
            (name, text)
        })
    }

    /// The first of the numbers that no other is better than, and its position in the series.
    fn extreme(&self, is_better: fn(f64, f64) -> bool) -> (Value, Value) {
        let mut best: Option<(f64, usize)> = None;
        for (number, position) in self.numbers.iter().copied().zip(self.positions.iter().copied()) {
            if best.is_none_or(|(best, _)| is_better(number, best)) {
                best = Some((number, position));
            }
        }
        match best {
            Some((number, position)) => (Value::Real(number), Value::Long(position as i64)),
            None => (Value::Null(Real), Value::Null(Long)),
        }
    }
}
