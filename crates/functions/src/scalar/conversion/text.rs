//! To guid, to hex digits, and the names of types.

use std::fmt::Write;

use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, GuidArray, Operand, ScalarType, Value, guid};

use super::number::map;
use crate::Call;
use crate::kernel::rows;

pub(super) fn to_guid(column: &Column) -> GuidArray {
    match column {
        Column::Guid(array) => array.clone(),
        Column::String(array) => map!(rows::guids, array, |text| guid::parse(text)),
        Column::Dynamic(array) => {
            map!(rows::guids, array, |json| Json::new(json).as_str().and_then(|text| guid::parse(&text)))
        }
        other => rows::guids(other.len(), |_| None),
    }
}

/// No text needs more digits.
const WIDEST: i64 = 1 << 16;

pub(super) fn tohex(call: &Call<'_>) -> Column {
    let numbers = call.arguments[0].longs();
    let widths = call.arguments.get(1).map(Operand::longs);
    Column::String(
        rows::strings(call.rows, |row, out| {
            let Some(number) = numbers.get(row) else { return };
            let width = widths.and_then(|widths| widths.get(row)).unwrap_or(0).clamp(0, WIDEST) as usize;
            // Writing to a string cannot fail.
            let _ = write!(out, "{number:0width$x}");
        })
        .into(),
    )
}

pub(super) fn gettype(operand: &Operand, rows: usize) -> Column {
    if operand.data_type() != ScalarType::Dynamic {
        return Column::repeat(&Value::String(operand.data_type().name().to_owned()), rows);
    }
    let values = operand.strings();
    Column::String(
        rows::strings(rows, |row, out| {
            out.push_str(values.get(row).map_or("null", |json| type_inside(Json::new(json))));
        })
        .into(),
    )
}

/// What a dynamic holds, as `gettype` names it (measured: a real in it is `double`).
fn type_inside(json: Json<'_>) -> &'static str {
    match json.kind() {
        JsonKind::Null => "null",
        JsonKind::Bool => "bool",
        JsonKind::Number if json.as_i64().is_some() => "long",
        JsonKind::Number => "double",
        JsonKind::String => "string",
        JsonKind::Array => "array",
        JsonKind::Bag => "dictionary",
    }
}
