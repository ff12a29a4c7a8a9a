//! To bool, int, long, real and decimal.

use arrow_array::{Array, BooleanArray, Float64Array, Int32Array, Int64Array};
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, Decimal, DecimalArray, convert, decimal, real};

use crate::kernel::rows;

/// Makes an array from the rows of `$array` that are not null.
macro_rules! map {
    ($make:path, $array:expr, |$value:pat_param| $body:expr) => {
        $make($array.len(), |row| {
            if $array.is_null(row) {
                return None;
            }
            let $value = $array.value(row);
            $body
        })
    };
}
pub(super) use map;

pub(super) fn to_bool(column: &Column) -> BooleanArray {
    match column {
        Column::Bool(array) => array.clone(),
        Column::Int(array) => map!(rows::bools, array, |value| Some(value != 0)),
        Column::Long(array) => map!(rows::bools, array, |value| Some(value != 0)),
        Column::Real(array) => map!(rows::bools, array, |value| Some(value != 0.0)),
        Column::Decimal(array) => map!(rows::bools, array, |bytes| Some(!decimal_of(bytes).is_zero())),
        Column::String(array) => map!(rows::bools, array, |text| convert::to_bool(text)),
        Column::Dynamic(array) => map!(rows::bools, array, |json| dynamic_to_bool(Json::new(json))),
        Column::DateTime(_) | Column::Timespan(_) | Column::Guid(_) => rows::bools(column.len(), |_| None),
    }
}

fn dynamic_to_bool(json: Json<'_>) -> Option<bool> {
    match json.kind() {
        JsonKind::Bool => json.as_bool(),
        JsonKind::Number => json.as_f64().map(|number| number != 0.0),
        JsonKind::String => convert::to_bool(&json.as_str()?),
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

pub(super) fn to_int(column: &Column) -> Int32Array {
    match column {
        Column::Int(array) => array.clone(),
        Column::Bool(array) => map!(rows::ints, array, |value| Some(i32::from(value))),
        Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => {
            map!(rows::ints, array, |value| Some(value as i32))
        }
        Column::Real(array) => map!(rows::ints, array, |value| real_to_int(value)),
        Column::Decimal(array) => {
            map!(rows::ints, array, |bytes| decimal_to_long(decimal_of(bytes)).map(|value| value as i32))
        }
        Column::String(array) => map!(rows::ints, array, |text| convert::to_int(text)),
        Column::Dynamic(array) => map!(rows::ints, array, |json| dynamic_to_int(Json::new(json))),
        Column::Guid(_) => rows::ints(column.len(), |_| None),
    }
}

/// Cut off at the point, and held within the range of the type (measured).
fn real_to_int(value: f64) -> Option<i32> {
    (!value.is_nan()).then_some(value as i32)
}

fn dynamic_to_int(json: Json<'_>) -> Option<i32> {
    match json.kind() {
        JsonKind::Bool => json.as_bool().map(i32::from),
        JsonKind::Number => match json.as_i64() {
            Some(whole) => Some(whole as i32),
            None => json.as_f64().and_then(real_to_int),
        },
        JsonKind::String => convert::to_int(&json.as_str()?),
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

pub(super) fn to_long(column: &Column) -> Int64Array {
    match column {
        Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => array.clone(),
        Column::Int(array) => array.unary(i64::from),
        Column::Bool(array) => map!(rows::longs, array, |value| Some(i64::from(value))),
        Column::Real(array) => map!(rows::longs, array, |value| real_to_long(value)),
        Column::Decimal(array) => map!(rows::longs, array, |bytes| decimal_to_long(decimal_of(bytes))),
        Column::String(array) => map!(rows::longs, array, |text| convert::to_long(text)),
        Column::Dynamic(array) => map!(rows::longs, array, |json| dynamic_to_long(Json::new(json))),
        Column::Guid(_) => rows::longs(column.len(), |_| None),
    }
}

/// Cut off at the point, and held within the range of the type (measured).
pub(super) fn real_to_long(value: f64) -> Option<i64> {
    (!value.is_nan()).then_some(value as i64)
}

fn decimal_to_long(value: Decimal) -> Option<i64> {
    i64::try_from(value.trunc()).ok()
}

pub(super) fn dynamic_to_long(json: Json<'_>) -> Option<i64> {
    match json.kind() {
        JsonKind::Bool => json.as_bool().map(i64::from),
        JsonKind::Number => json.as_i64().or_else(|| json.as_f64().and_then(real_to_long)),
        JsonKind::String => convert::to_long(&json.as_str()?),
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

pub(super) fn to_real(column: &Column) -> Float64Array {
    match column {
        Column::Real(array) => array.clone(),
        Column::Int(array) => array.unary(f64::from),
        Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => {
            array.unary(|value| value as f64)
        }
        Column::Bool(array) => map!(rows::reals, array, |value| Some(f64::from(u8::from(value)))),
        Column::Decimal(array) => map!(rows::reals, array, |bytes| f64::try_from(decimal_of(bytes)).ok()),
        Column::String(array) => map!(rows::reals, array, |text| convert::to_real(text)),
        Column::Dynamic(array) => map!(rows::reals, array, |json| dynamic_to_real(Json::new(json))),
        Column::Guid(_) => rows::reals(column.len(), |_| None),
    }
}

fn dynamic_to_real(json: Json<'_>) -> Option<f64> {
    match json.kind() {
        JsonKind::Bool => json.as_bool().map(|value| f64::from(u8::from(value))),
        JsonKind::Number => json.as_f64(),
        JsonKind::String => convert::to_real(&json.as_str()?),
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

pub(super) fn to_decimal(column: &Column) -> DecimalArray {
    match column {
        Column::Decimal(array) => array.clone(),
        Column::Bool(array) => map!(rows::decimals, array, |value| Some(Decimal::from(u8::from(value)))),
        Column::Int(array) => map!(rows::decimals, array, |value| Some(value.into())),
        Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => {
            map!(rows::decimals, array, |value| Some(value.into()))
        }
        // The digits that the real shows, not those of its binary fraction.
        Column::Real(array) => map!(rows::decimals, array, |value| decimal::parse(&real::format(value))),
        Column::String(array) => map!(rows::decimals, array, |text| decimal::parse(text)),
        Column::Dynamic(array) => map!(rows::decimals, array, |json| dynamic_to_decimal(Json::new(json))),
        Column::Guid(_) => rows::decimals(column.len(), |_| None),
    }
}

fn dynamic_to_decimal(json: Json<'_>) -> Option<Decimal> {
    match json.kind() {
        JsonKind::Bool => json.as_bool().map(|value| Decimal::from(u8::from(value))),
        JsonKind::Number => decimal::parse(json.text()),
        JsonKind::String => decimal::parse(&json.as_str()?),
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

/// Reads 16 bytes of a [`DecimalArray`].
fn decimal_of(bytes: &[u8]) -> Decimal {
    bytes.try_into().map(Decimal::deserialize).unwrap_or_default()
}
