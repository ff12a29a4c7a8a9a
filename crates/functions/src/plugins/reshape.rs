//! Plugins that turn columns into rows.

use std::sync::Arc;

use arrow_array::{Int64Array, StringViewArray};
use kql_types::{Batch, Column, Field, ScalarType::Long, ScalarType::String, Schema};

use super::{Plugin, PluginCall, PluginSchema};
use crate::{Example, KernelError};

/// The family.
pub static PLUGINS: &[&Plugin] = &[&NARROW];

static NARROW: Plugin = Plugin {
    names: &["narrow"],
    doc: "One row for each cell: the row's number, the column's name, and the value as text.",
    examples: &[Example {
        query: "datatable(a:long, b:string)[1, 'x'] | evaluate narrow() | where Column == 'b' | project Value",
        result: "x",
    }],
    parameters: &[],
    schema: PluginSchema::Known(|_| Ok(narrow_schema())),
    run: narrow,
};

fn narrow_schema() -> Schema {
    Schema::new(vec![Field::new("Row", Long), Field::new("Column", String), Field::new("Value", String)])
}

fn narrow(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let input = call.input()?;
    let texts: Vec<StringViewArray> = input.columns.iter().map(Column::to_text).collect();
    let cells = input.rows * texts.len();
    let rows = (0..input.rows).flat_map(|row| std::iter::repeat_n(row as i64, texts.len()));
    let names = (0..input.rows).flat_map(|_| input.schema.fields.iter().map(|field| &*field.name));
    let values = (0..input.rows).flat_map(|row| texts.iter().map(move |texts| texts.value(row)));
    let columns = vec![
        Column::Long(Int64Array::from_iter_values(rows)),
        Column::String(StringViewArray::from_iter_values(names).into()),
        Column::String(StringViewArray::from_iter_values(values).into()),
    ];
    Ok(Batch::new(Arc::new(narrow_schema()), columns, cells))
}
