//! What a screen shows of a result's values: nulls by their sign, datetimes in a time zone, and shorter where the head of
//! the column tells their day.

use kql_types::datetime;
use kql_types::timespan::TICKS_PER_DAY;
use kql_types::{Column, ScalarType};

use super::cell::{write_local_datetime, write_local_time, write_text};
use super::table::TableStyle;
use crate::answer::ResultTable;

/// How the values of a result are shown.
pub(crate) struct Shown<'a> {
    result: &'a ResultTable,
    style: &'a TableStyle,
    /// Of each column the local day of all its datetimes, as midnight in ticks, if the head tells it.
    days: Vec<Option<i64>>,
}

impl<'a> Shown<'a> {
    /// As the style says.
    pub(crate) fn of(result: &'a ResultTable, style: &'a TableStyle) -> Self {
        // A day that the head does not tell must stand in the rows; and one row has no use for it.
        let is_short = style.short_times && style.types && result.rows() > 1;
        let day = |at| if is_short { day_of(result, at, style) } else { None };
        Self { result, style, days: (0..result.schema.len()).map(day).collect() }
    }

    /// What stands below a column's name: its type; of datetimes that are shown without their day, the day; and the time
    /// zone, wherever one is meant.
    pub(crate) fn type_of(&self, at: usize) -> String {
        let data_type = self.result.schema.fields[at].data_type;
        let zone = self.style.zone;
        match self.days[at] {
            Some(day) => {
                let date = &datetime::format(day)[.."2024-05-14".len()];
                format!("{date} {}", zone.name())
            }
            None if data_type == ScalarType::DateTime && !zone.is_utc() => {
                format!("{data_type} {}", zone.name())
            }
            None => data_type.name().to_owned(),
        }
    }

    /// Appends the value of a row of one of the result's batches.
    pub(crate) fn write(&self, out: &mut String, at: usize, column: &Column, row: usize) {
        if column.is_null(row) {
            out.push_str(&self.style.null);
            return;
        }
        match (column, self.days[at]) {
            (Column::DateTime(ticks), Some(_)) => write_local_time(out, ticks.value(row), self.style.zone),
            (Column::DateTime(ticks), None) => write_local_datetime(out, ticks.value(row), self.style.zone),
            _ => write_text(out, column, row),
        }
    }
}

/// The day of all datetimes of a column, if it is one.
fn day_of(result: &ResultTable, at: usize, style: &TableStyle) -> Option<i64> {
    let mut day = None;
    for batch in &result.batches {
        let Column::DateTime(ticks) = &batch.columns[at] else { return None };
        for ticks in ticks.iter().flatten() {
            let local = ticks + style.zone.offset(ticks);
            let own = local - local.rem_euclid(TICKS_PER_DAY);
            if *day.get_or_insert(own) != own {
                return None;
            }
        }
    }
    day
}
