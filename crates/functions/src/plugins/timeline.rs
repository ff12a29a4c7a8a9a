//! What the activity plugins share: events of identities on a timeline, cut into periods.

use std::sync::Arc;

use arrow_array::{Float64Array, Int32Array, Int64Array, StringViewArray, UInt32Array};
use hashbrown::HashMap;
use kql_types::datetime::Date;
use kql_types::timespan::TICKS_PER_DAY;
use kql_types::{Batch, Column, Field, Operand, ScalarType, Schema, Value};

use super::PluginCall;
use super::definition::{PluginShape, columns};
use crate::KernelError;

/// An identity seen at a moment.
pub(super) struct Event {
    /// Combination of dimension values: position in [`Events::groups`].
    pub group: u32,
    /// Number of the identity, the same for equal values.
    pub identity: u32,
    /// Moment: ticks, or the number itself.
    pub time: i64,
}

/// The rows of the input as events. Rows without a time are left out.
pub(super) struct Events {
    /// In input order.
    pub list: Vec<Event>,
    /// For each combination of dimension values the first input row that has it.
    pub groups: Vec<u32>,
}

impl Events {
    /// Reads the identity, the timeline and the dimensions of the input.
    pub fn read(call: &PluginCall<'_>, dimensions: usize) -> Result<Self, KernelError> {
        let input = call.input()?;
        let identities = &input.columns[call.column(0)?];
        let times = whole_numbers(&input.columns[call.column(1)?])?;
        let identities = identities.to_text();
        let dimensions: Vec<StringViewArray> =
            call.columns(dimensions).into_iter().map(|index| input.columns[index].to_text()).collect();
        let mut numbers = HashMap::new();
        let mut group_numbers = HashMap::new();
        let mut events = Events { list: Vec::with_capacity(input.rows), groups: Vec::new() };
        for row in 0..input.rows {
            let Some(time) = times.longs().get(row) else { continue };
            let next = numbers.len() as u32;
            let identity = *numbers.entry(identities.value(row)).or_insert(next);
            let key: Vec<&str> = dimensions.iter().map(|texts| texts.value(row)).collect();
            let group = *group_numbers.entry(key).or_insert_with(|| {
                events.groups.push(row as u32);
                events.groups.len() as u32 - 1
            });
            events.list.push(Event { group, identity, time });
        }
        Ok(events)
    }
}

fn whole_numbers(column: &Column) -> Result<Operand, KernelError> {
    match column {
        Column::Int(ints) => {
            let longs: Int64Array = ints.iter().map(|value: Option<i32>| value.map(i64::from)).collect();
            Ok(Operand::Column(Column::Long(longs)))
        }
        Column::Long(_) | Column::DateTime(_) | Column::Timespan(_) => Ok(Operand::Column(column.clone())),
        other => Err(KernelError::new(format!("a timeline of type {} is not supported", other.data_type()))),
    }
}

/// The whole number or the ticks that a constant argument holds.
pub(super) fn whole_number(call: &PluginCall<'_>, parameter: usize) -> Result<i64, KernelError> {
    match call.constant(parameter) {
        Some(Value::Int(value)) => Ok(i64::from(*value)),
        Some(Value::Long(value) | Value::DateTime(value) | Value::Timespan(value)) => Ok(*value),
        _ => Err(KernelError::new(format!("argument {} must be a whole number or a time", parameter + 1))),
    }
}

/// A timeline cut into periods, numbered from the one that holds the start.
pub(super) struct Periods {
    start: i64,
    step: Step,
}

enum Step {
    Fixed(i64),
    Week,
    Month,
    Year,
}

impl Periods {
    /// Periods from `start` on; the step is a length, or `week`, `month`, `year` for calendar periods.
    pub fn new(call: &PluginCall<'_>, start: i64, step: usize) -> Result<Self, KernelError> {
        let step = match call.constant(step) {
            Some(Value::String(unit)) => match unit.as_str() {
                "week" => Step::Week,
                "month" => Step::Month,
                "year" => Step::Year,
                other => {
                    return Err(KernelError::new(format!("'{other}' is no period; use week, month or year")));
                }
            },
            _ => match whole_number(call, step)? {
                length if length > 0 => Step::Fixed(length),
                _ => return Err(KernelError::new("the period must be greater than zero")),
            },
        };
        Ok(Self { start, step })
    }

    /// The period that holds a moment.
    pub fn number(&self, time: i64) -> i64 {
        match self.step {
            Step::Fixed(length) => time.saturating_sub(self.start).div_euclid(length),
            Step::Week => week(time) - week(self.start),
            Step::Month => month(time) - month(self.start),
            Step::Year => {
                i64::from(Date::from_ticks(time).year) - i64::from(Date::from_ticks(self.start).year)
            }
        }
    }

    /// When a period begins.
    pub fn begin(&self, number: i64) -> i64 {
        match self.step {
            Step::Fixed(length) => self.start.saturating_add(length.saturating_mul(number)),
            Step::Week => ((week(self.start) + number) * 7 - 1) * TICKS_PER_DAY,
            Step::Month => begin_of_month(month(self.start) + number),
            Step::Year => begin_of_month((i64::from(Date::from_ticks(self.start).year) + number) * 12),
        }
    }
}

/// Weeks start on Sunday; 0001-01-01 was a Monday.
fn week(time: i64) -> i64 {
    (time.div_euclid(TICKS_PER_DAY) + 1).div_euclid(7)
}

/// Months since year 0.
fn month(time: i64) -> i64 {
    let date = Date::from_ticks(time);
    i64::from(date.year) * 12 + i64::from(date.month) - 1
}

fn begin_of_month(month: i64) -> i64 {
    Date { year: month.div_euclid(12) as i32, month: month.rem_euclid(12) as u32 + 1, day: 1 }.ticks()
}

/// The output columns: timeline, dimensions, then what is counted.
pub(super) fn schema(
    shape: &PluginShape<'_>,
    dimensions: usize,
    counts: &[(&str, ScalarType)],
) -> Result<Schema, String> {
    let timeline = shape.column(1)?;
    let fields = &shape.inputs.first().ok_or("a plugin needs an input")?.fields;
    let kept = std::iter::once(timeline).chain(columns(shape.arguments, dimensions));
    let counts = counts.iter().map(|(name, data_type)| Field::new(*name, *data_type));
    Ok(kept.map(|index| fields[index].clone()).chain(counts).collect())
}

/// A count or a ratio for each output row.
pub(super) enum Measure {
    /// Counts.
    Long(Vec<i64>),
    /// Ratios.
    Real(Vec<f64>),
}

/// Builds the output from its cells, row by row: the moment, the combination of dimensions, the measures.
pub(super) fn output(
    call: &PluginCall<'_>,
    dimensions: usize,
    (times, groups): (Vec<i64>, Vec<u32>),
    measures: Vec<(&str, Measure)>,
    events: &Events,
) -> Result<Batch, KernelError> {
    let input = call.input()?;
    let rows = times.len();
    let timeline = call.column(1)?;
    let mut fields = vec![input.schema.fields[timeline].clone()];
    let mut columns = vec![timeline_column(fields[0].data_type, times)];
    let first_rows: UInt32Array =
        groups.iter().map(|group| events.groups.get(*group as usize).copied()).collect();
    for index in call.columns(dimensions) {
        fields.push(input.schema.fields[index].clone());
        columns.push(input.columns[index].take(&first_rows));
    }
    for (name, measure) in measures {
        let column = match measure {
            Measure::Long(values) => Column::Long(Int64Array::from(values)),
            Measure::Real(values) => Column::Real(Float64Array::from(values)),
        };
        fields.push(Field::new(name, column.data_type()));
        columns.push(column);
    }
    Ok(Batch::new(Arc::new(Schema::new(fields)), columns, rows))
}

fn timeline_column(data_type: ScalarType, times: Vec<i64>) -> Column {
    match data_type {
        ScalarType::Int => {
            Column::Int(times.into_iter().map(|time| i32::try_from(time).ok()).collect::<Int32Array>())
        }
        ScalarType::DateTime => Column::DateTime(Int64Array::from(times)),
        ScalarType::Timespan => Column::Timespan(Int64Array::from(times)),
        _ => Column::Long(Int64Array::from(times)),
    }
}
