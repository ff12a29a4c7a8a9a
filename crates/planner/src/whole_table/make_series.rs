//! `make-series`: rows -> bins along an axis -> arrays.

use std::sync::Arc;

use arrow_array::Int64Array;
use hashbrown::HashMap;
use kql_parser::Span;
use kql_types::dynamic::write_value;
use kql_types::{Batch, Column, ColumnBuilder, Field, Operand, ScalarType, Schema, Value};

use super::SubPlan;
use crate::Expr;
use crate::plan::{Evaluate, EvaluateError, WholeTable};

/// The most elements that an array may have; Kusto's limit.
const LENGTH_LIMIT: i64 = 1 << 20;

/// The bound operator. The input's first column is the axis; the rest is what the aggregates read.
#[derive(Debug)]
pub(crate) struct MakeSeries {
    pub axis: SeriesAxis,
    /// The aggregation by keys and bin number, over the input with the bin number behind its columns.
    pub sub: SubPlan,
    /// How many keys there are.
    pub keys: usize,
    /// For each aggregate what an empty bin holds: 0 unless the query says.
    pub defaults: Vec<Option<Expr>>,
    /// The result's columns.
    pub schema: Arc<Schema>,
    /// Whether no input still makes a series of defaults.
    pub nonempty: bool,
    pub span: Span,
}

/// How the axis is cut into bins.
#[derive(Debug)]
pub(crate) struct SeriesAxis {
    /// Of the bounds: datetime, timespan, long or real.
    pub data_type: ScalarType,
    pub from: Option<Expr>,
    pub to: Option<Expr>,
    pub step: Expr,
    /// The legacy form: bins are multiples of the step, and the last one is that of `to`.
    pub inclusive: bool,
}

/// The bins of one run.
#[derive(Clone, Copy, Debug)]
enum Grid {
    /// Ticks or whole numbers: bin `i` begins at `origin + i * step`.
    Whole { origin: i64, step: i64 },
    /// Reals.
    Real { origin: f64, step: f64 },
}

impl WholeTable for MakeSeries {
    fn name(&self) -> &'static str {
        "make-series"
    }

    fn run(&self, inputs: &[Batch], evaluator: &dyn Evaluate) -> Result<Batch, EvaluateError> {
        let Some(input) = inputs.first() else { return Err(self.error("make-series has no input")) };
        let (grid, window) = self.grid(evaluator)?;
        let bins = bin_numbers(&input.columns[0], grid, window);
        let mut columns = input.columns.clone();
        columns.push(Column::Long(bins));
        let binned = Batch::new(self.sub.leaf.schema.clone(), columns, input.rows);
        let groups = evaluator.plan(&self.sub.over(binned))?;
        self.series(&groups, grid, window, evaluator)
    }
}

/// First and last bin, where the query gives them.
type Window = (Option<i64>, Option<i64>);

impl MakeSeries {
    fn error(&self, message: &str) -> EvaluateError {
        EvaluateError { message: message.to_owned(), span: Some(self.span) }
    }

    fn value(&self, expression: &Expr, evaluator: &dyn Evaluate) -> Result<Value, EvaluateError> {
        let row = Batch::new(Arc::default(), Vec::new(), 1);
        Ok(evaluator.expression(expression, &row)?.value(0))
    }

    fn grid(&self, evaluator: &dyn Evaluate) -> Result<(Grid, Window), EvaluateError> {
        let of = |expression: &Option<Expr>| match expression {
            Some(expression) => self.value(expression, evaluator).map(Some),
            None => Ok(None),
        };
        let (from, to) = (of(&self.axis.from)?, of(&self.axis.to)?);
        let step = self.value(&self.axis.step, evaluator)?;
        let grid = match (ticks(&step), &step) {
            (Some(step), _) if step > 0 => {
                // The legacy form bins by multiples of the step, so `from` need not begin a bin.
                let origin = if self.axis.inclusive { 0 } else { from.as_ref().and_then(ticks).unwrap_or(0) };
                Grid::Whole { origin, step }
            }
            (_, Value::Real(step)) if *step > 0.0 => {
                let origin = match from {
                    Some(Value::Real(from)) if !self.axis.inclusive => from,
                    _ => 0.0,
                };
                Grid::Real { origin, step: *step }
            }
            _ => return Err(self.error("the step of make-series must be greater than 0")),
        };
        if [&from, &to].into_iter().flatten().any(Value::is_null) {
            return Err(self.error("the bounds of make-series must not be null"));
        }
        let first = from.as_ref().and_then(|from| grid.bin_of(from));
        let last = match (&to, self.axis.inclusive) {
            (None, _) => None,
            (Some(to), true) => grid.bin_of(to),
            (Some(to), false) => grid.bin_before(to),
        };
        Ok((grid, (first, last)))
    }

    fn series(
        &self,
        groups: &Batch,
        grid: Grid,
        window: Window,
        evaluator: &dyn Evaluate,
    ) -> Result<Batch, EvaluateError> {
        let mut defaults = Vec::with_capacity(self.defaults.len());
        for (index, default) in self.defaults.iter().enumerate() {
            let data_type = groups.columns[self.keys + 1 + index].data_type();
            defaults.push(match default {
                Some(default) => self.value(default, evaluator)?,
                None => zero(data_type),
            });
        }
        let bins = Operand::Column(groups.columns[self.keys].clone());
        let bins = bins.longs();
        let mut series = group_rows(groups, self.keys, |row| bins.get(row));
        if series.is_empty() && self.nonempty && self.keys == 0 {
            series.push(Vec::new());
        }
        let mut builders: Vec<ColumnBuilder> =
            self.schema.fields.iter().map(|field: &Field| ColumnBuilder::new(field.data_type)).collect();
        for rows in &series {
            let first = window.0.or_else(|| rows.iter().map(|(bin, _)| *bin).min());
            let last = window.1.or_else(|| rows.iter().map(|(bin, _)| *bin).max());
            let (Some(first), Some(last)) = (first, last) else { continue };
            if last.saturating_sub(first) >= LENGTH_LIMIT {
                return Err(self.error("make-series would make an array of more than 1048576 elements"));
            }
            self.push_series(&mut builders, groups, rows, first..=last, grid, &defaults);
        }
        let rows = builders.len();
        let columns: Vec<Column> = builders.into_iter().map(ColumnBuilder::finish).collect();
        let rows = columns.first().map_or(rows, Column::len);
        Ok(Batch::new(self.schema.clone(), columns, rows))
    }

    fn push_series(
        &self,
        builders: &mut [ColumnBuilder],
        groups: &Batch,
        rows: &[(i64, usize)],
        bins: std::ops::RangeInclusive<i64>,
        grid: Grid,
        defaults: &[Value],
    ) {
        let (keys, arrays) = builders.split_at_mut(self.keys);
        for (builder, column) in keys.iter_mut().zip(&groups.columns) {
            builder.push(&column.value(rows[0].1));
        }
        let row_of: HashMap<i64, usize> = rows.iter().copied().collect();
        let Some((axis, aggregates)) = arrays.split_last_mut() else { return };
        for (index, builder) in aggregates.iter_mut().enumerate() {
            let column = &groups.columns[self.keys + 1 + index];
            let value = |bin| row_of.get(&bin).map(|row| column.value(*row));
            builder.push(&array(bins.clone(), |bin| value(bin).unwrap_or_else(|| defaults[index].clone())));
        }
        axis.push(&array(bins, |bin| grid.value(bin, self.axis.data_type)));
    }
}

/// The rows of each group of keys with their bins, groups in the order of their first row.
fn group_rows(groups: &Batch, keys: usize, bin: impl Fn(usize) -> Option<i64>) -> Vec<Vec<(i64, usize)>> {
    let texts: Vec<_> = groups.columns[..keys].iter().map(Column::to_text).collect();
    let mut places: HashMap<Vec<(bool, &str)>, usize> = HashMap::new();
    let mut found: Vec<Vec<(i64, usize)>> = Vec::new();
    for row in 0..groups.rows {
        let Some(bin) = bin(row) else { continue };
        let key = texts
            .iter()
            .zip(&groups.columns)
            .map(|(texts, column)| (column.is_null(row), texts.value(row)))
            .collect();
        let place = *places.entry(key).or_insert_with(|| {
            found.push(Vec::new());
            found.len() - 1
        });
        found[place].push((bin, row));
    }
    found
}

fn array(bins: std::ops::RangeInclusive<i64>, value: impl Fn(i64) -> Value) -> Value {
    let mut text = String::from("[");
    for (index, bin) in bins.enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_value(&mut text, &value(bin));
    }
    text.push(']');
    Value::Dynamic(text)
}

/// What an empty bin holds where the query does not say.
fn zero(data_type: ScalarType) -> Value {
    match data_type {
        ScalarType::Int => Value::Int(0),
        ScalarType::Long => Value::Long(0),
        ScalarType::Real => Value::Real(0.0),
        ScalarType::Timespan => Value::Timespan(0),
        ScalarType::Decimal => Value::Decimal(kql_types::Decimal::ZERO),
        other => Value::absent(other),
    }
}

fn ticks(value: &Value) -> Option<i64> {
    match value {
        Value::Int(value) => Some(i64::from(*value)),
        Value::Long(value) | Value::DateTime(value) | Value::Timespan(value) => Some(*value),
        _ => None,
    }
}

impl Grid {
    /// The bin that holds the value.
    fn bin_of(self, value: &Value) -> Option<i64> {
        match (self, value) {
            (Grid::Whole { origin, step }, value) => Some(whole_bin(ticks(value)?, origin, step)),
            (Grid::Real { origin, step }, Value::Real(value)) => {
                Some(((value - origin) / step).floor() as i64)
            }
            _ => None,
        }
    }

    /// The last bin that begins before the value.
    fn bin_before(self, value: &Value) -> Option<i64> {
        match (self, value) {
            (Grid::Whole { origin, step }, value) => {
                Some(whole_bin(ticks(value)?.saturating_sub(1), origin, step))
            }
            (Grid::Real { origin, step }, Value::Real(value)) => {
                Some(((value - origin) / step).ceil() as i64 - 1)
            }
            _ => None,
        }
    }

    /// Where a bin begins.
    fn value(self, bin: i64, data_type: ScalarType) -> Value {
        match (self, data_type) {
            (Grid::Real { origin, step }, _) => Value::Real(origin + bin as f64 * step),
            (Grid::Whole { origin, step }, data_type) => {
                let start = origin.wrapping_add(bin.wrapping_mul(step));
                match data_type {
                    ScalarType::DateTime => Value::DateTime(start),
                    ScalarType::Timespan => Value::Timespan(start),
                    _ => Value::Long(start),
                }
            }
        }
    }
}

fn whole_bin(value: i64, origin: i64, step: i64) -> i64 {
    let bin = (i128::from(value) - i128::from(origin)).div_euclid(i128::from(step));
    i64::try_from(bin).unwrap_or(i64::MAX)
}

/// The bin of each row; null outside the window and where there is no value.
fn bin_numbers(axis: &Column, grid: Grid, (first, last): Window) -> Int64Array {
    let inside = |bin: &i64| first.is_none_or(|first| *bin >= first) && last.is_none_or(|last| *bin <= last);
    let operand = Operand::Column(axis.clone());
    match grid {
        Grid::Whole { origin, step } if axis.data_type() == ScalarType::Int => {
            let values = operand.ints();
            let bin = |row| values.get(row).map(|value| whole_bin(value.into(), origin, step)).filter(inside);
            (0..axis.len()).map(bin).collect()
        }
        Grid::Whole { origin, step } => {
            let values = operand.longs();
            let bin = |row| values.get(row).map(|value| whole_bin(value, origin, step)).filter(inside);
            (0..axis.len()).map(bin).collect()
        }
        Grid::Real { origin, step } => {
            let values = operand.reals();
            let bin = |row| {
                let value: Option<f64> = values.get(row);
                value.map(|value| ((value - origin) / step).floor() as i64).filter(inside)
            };
            (0..axis.len()).map(bin).collect()
        }
    }
}
