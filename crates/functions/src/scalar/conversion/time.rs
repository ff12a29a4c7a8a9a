//! To datetime and timespan.

use arrow_array::{Array, Int64Array};
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, datetime, timespan};

use super::number::{dynamic_to_long, map, real_to_long, to_long};
use crate::kernel::rows;

/// A number is a count of ticks since 0001-01-01, as `tolong` of a datetime gives it.
pub(super) fn to_datetime(column: &Column) -> Int64Array {
    match column {
        Column::DateTime(array) => array.clone(),
        Column::Int(array) => map!(rows::longs, array, |value| datetime::in_range(value.into())),
        Column::Long(array) | Column::Timespan(array) => {
            map!(rows::longs, array, |value| datetime::in_range(value))
        }
        Column::Real(array) => {
            map!(rows::longs, array, |value| finite_to_long(value).and_then(datetime::in_range))
        }
        Column::String(array) => map!(rows::longs, array, |text| datetime::parse(text)),
        Column::Dynamic(array) => map!(rows::longs, array, |json| dynamic_to_datetime(Json::new(json))),
        Column::Bool(_) | Column::Decimal(_) | Column::Guid(_) => rows::longs(column.len(), |_| None),
    }
}

fn dynamic_to_datetime(json: Json<'_>) -> Option<i64> {
    match json.kind() {
        JsonKind::String => datetime::parse(&json.as_str()?),
        JsonKind::Number => dynamic_to_long(json).and_then(datetime::in_range),
        JsonKind::Bool | JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

/// A number or bool is a count of ticks, a datetime gives its ticks since 0001-01-01 (measured).
pub(super) fn to_timespan(column: &Column) -> Int64Array {
    match column {
        Column::Timespan(array) => array.clone(),
        Column::Real(array) => map!(rows::longs, array, |value| finite_to_long(value)),
        Column::String(array) => map!(rows::longs, array, |text| timespan::parse(text)),
        Column::Dynamic(array) => map!(rows::longs, array, |json| dynamic_to_timespan(Json::new(json))),
        Column::Bool(_) | Column::Int(_) | Column::Long(_) | Column::Decimal(_) | Column::DateTime(_) => {
            to_long(column)
        }
        Column::Guid(_) => rows::longs(column.len(), |_| None),
    }
}

fn dynamic_to_timespan(json: Json<'_>) -> Option<i64> {
    match json.kind() {
        JsonKind::String => timespan::parse(&json.as_str()?),
        JsonKind::Number | JsonKind::Bool => dynamic_to_long(json),
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

fn finite_to_long(value: f64) -> Option<i64> {
    if value.is_finite() { real_to_long(value) } else { None }
}
