//! To dynamic and back to JSON text.

use arrow_array::StringViewArray;
use kql_types::dynamic::{canonicalize, write_json_string, write_value};
use kql_types::{Column, Operand};

use crate::kernel::rows;

/// The values as elements of a dynamic: strings get quotes, times and guids become strings.
pub(super) fn as_dynamic(column: &Column) -> StringViewArray {
    match column {
        Column::Dynamic(array) => array.clone().into(),
        Column::String(array) => rows::dynamics(array.len(), |row, out| {
            write_json_string(out, array.value(row));
            Some(())
        }),
        other => rows::dynamics(other.len(), |row, out| {
            let value = other.value(row);
            if value.is_null() {
                return None;
            }
            write_value(out, &value);
            Some(())
        }),
    }
}

/// Reads JSON text. What is no JSON becomes a dynamic string, empty text null.
pub(super) fn parse(operand: &Operand, row_count: usize) -> Column {
    let texts = operand.strings();
    Column::Dynamic(
        rows::dynamics(row_count, |row, out| {
            let text = texts.text(row);
            match canonicalize(text) {
                Some(json) if json == "null" => return None,
                Some(json) => out.push_str(&json),
                None if text.is_empty() => return None,
                None => write_json_string(out, text),
            }
            Some(())
        })
        .into(),
    )
}

pub(super) fn to_json(operand: &Operand, row_count: usize) -> Column {
    let values = operand.strings();
    Column::String(
        rows::strings(row_count, |row, out| out.push_str(values.get(row).unwrap_or("null"))).into(),
    )
}
