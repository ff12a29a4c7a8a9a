//! Whole columns as text.

use arrow_array::builder::StringViewBuilder;
use arrow_array::{Array, StringViewArray};

use crate::column::{decimal_from_bytes, guid_from_bytes};
use crate::value::bool_text;
use crate::{Column, datetime, decimal, digits, dynamic, guid, real, timespan};

impl Column {
    /// The column as `tostring` shows it: no nulls, they are `""`. A string column, and a dynamic one of arrays and
    /// bags, is shared and not copied.
    pub fn to_text(&self) -> StringViewArray {
        match self {
            Column::String(array) => array.clone().into(),
            Column::Dynamic(array) => dynamic_to_text(array),
            Column::Bool(array) => texts(array, |row, out| out.push_str(bool_text(array.value(row)))),
            Column::Int(array) => texts(array, |row, out| digits::write_signed(out, array.value(row).into())),
            Column::Long(array) => texts(array, |row, out| digits::write_signed(out, array.value(row))),
            Column::Real(array) => texts(array, |row, out| real::write(out, array.value(row))),
            Column::DateTime(array) => texts(array, |row, out| datetime::write(out, array.value(row))),
            Column::Timespan(array) => texts(array, |row, out| timespan::write(out, array.value(row))),
            Column::Decimal(array) => {
                texts(array, |row, out| decimal::write(out, decimal_from_bytes(array.value(row))))
            }
            Column::Guid(array) => {
                texts(array, |row, out| guid::write(out, guid_from_bytes(array.value(row))))
            }
        }
    }
}

/// Writes every row into the same buffer and copies it from there.
fn texts(array: &dyn Array, write: impl Fn(usize, &mut String)) -> StringViewArray {
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for row in 0..array.len() {
        text.clear();
        if !array.is_null(row) {
            write(row, &mut text);
        }
        builder.append_value(&text);
    }
    builder.finish()
}

fn dynamic_to_text(array: &StringViewArray) -> StringViewArray {
    let is_text_already = |json: Option<&str>| json.is_some_and(|json| !json.starts_with(['"', 'n']));
    if array.iter().all(is_text_already) {
        return array.clone();
    }
    let mut builder = StringViewBuilder::with_capacity(array.len());
    for json in array {
        builder.append_value(json.map(dynamic::to_text).unwrap_or_default());
    }
    builder.finish()
}
