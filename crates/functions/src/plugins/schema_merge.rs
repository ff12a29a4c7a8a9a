//! `schema_merge`

use std::sync::Arc;

use kql_types::ScalarType::{Bool, Long, String as Text};
use kql_types::{Batch, Column, ColumnBuilder, Field, Schema, Value};

use super::{ParameterCount, Plugin, PluginCall, PluginParameter, PluginParameterKind, PluginSchema};
use crate::{Example, KernelError};

/// The family.
pub(super) const PLUGINS: &[&Plugin] = &[&SCHEMA_MERGE];

static SCHEMA_MERGE: Plugin = Plugin {
    names: &["schema_merge"],
    doc: "One schema of several, given as `getschema` describes them. Columns that stand in another order are marked as an \
          error, unless `PreserveOrder = false`. <https://learn.microsoft.com/kusto/query/schema-merge-plugin>",
    examples: &[Example {
        query: "print a = 1 | getschema | evaluate schema_merge() | project ColumnName",
        result: "a",
    }],
    parameters: &[PluginParameter {
        name: "PreserveOrder",
        kind: PluginParameterKind::Constant(Bool),
        count: ParameterCount::Optional,
    }],
    schema: PluginSchema::Known(|_| Ok(merged_schema())),
    run: schema_merge,
};

fn merged_schema() -> Schema {
    let field = |name, data_type| Field::new(name, data_type);
    Schema::new(vec![
        field("ColumnName", Text),
        field("ColumnOrdinal", Long),
        field("DataType", Text),
        field("ColumnType", Text),
    ])
}

/// A column of the merged schema.
struct Merged {
    name: String,
    data_type: String,
    column_type: String,
    /// The furthest place at which a schema has it.
    ordinal: i64,
    /// Whether all schemas have it at that place.
    in_order: bool,
}

fn schema_merge(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let input = call.input()?;
    let column = |name: &str| {
        let index = input.schema.index_of(name);
        index.map(|index| &input.columns[index]).ok_or_else(|| {
            KernelError::new(format!("schema_merge needs a column {name}, as getschema gives it"))
        })
    };
    let (names, ordinals) = (column("ColumnName")?.to_text(), column("ColumnOrdinal")?);
    let (data_types, column_types) = (column("DataType")?.to_text(), column("ColumnType")?.to_text());
    let mut merged: Vec<Merged> = Vec::new();
    for row in 0..input.rows {
        let (name, ordinal) = (names.value(row), ordinal(ordinals, row).unwrap_or_default());
        match merged.iter_mut().find(|column| column.name == name) {
            Some(found) => {
                found.in_order &= found.ordinal == ordinal;
                found.ordinal = found.ordinal.max(ordinal);
            }
            None => merged.push(Merged {
                name: name.to_owned(),
                data_type: data_types.value(row).to_owned(),
                column_type: column_types.value(row).to_owned(),
                ordinal,
                in_order: true,
            }),
        }
    }
    merged.sort_by_key(|column| column.ordinal);
    Ok(result(merged, call.constant(0) != Some(&Value::Bool(false))))
}

fn ordinal(column: &Column, row: usize) -> Option<i64> {
    match column.value(row) {
        Value::Int(ordinal) => Some(ordinal.into()),
        Value::Long(ordinal) => Some(ordinal),
        _ => None,
    }
}

fn result(merged: Vec<Merged>, preserve_order: bool) -> Batch {
    let schema = merged_schema();
    let mut builders: Vec<ColumnBuilder> =
        schema.fields.iter().map(|field| ColumnBuilder::new(field.data_type)).collect();
    let rows = merged.len();
    for (ordinal, column) in merged.into_iter().enumerate() {
        let is_error = preserve_order && !column.in_order;
        let row = match is_error {
            true => [
                Value::String(column.name),
                Value::Long(-1),
                Value::String("ERROR(unknown CSL type:ERROR(columns are out of order))".to_owned()),
                Value::String("ERROR(columns are out of order)".to_owned()),
            ],
            false => [
                Value::String(column.name),
                Value::Long(ordinal as i64),
                Value::String(column.data_type),
                Value::String(column.column_type),
            ],
        };
        builders.iter_mut().zip(&row).for_each(|(builder, value)| builder.push(value));
    }
    let columns = builders.into_iter().map(ColumnBuilder::finish).collect();
    Batch::new(Arc::new(schema), columns, rows)
}
