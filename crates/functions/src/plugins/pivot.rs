//! `pivot`: a column for each value of a column.

use std::sync::Arc;

use arrow_array::{StringViewArray, UInt32Array};
use hashbrown::HashMap;
use kql_types::{Batch, Column, ColumnBuilder, Field, Schema, Value};

use super::{
    ParameterCount, Plugin, PluginArgument, PluginCall, PluginParameter, PluginParameterKind, PluginSchema,
};
use crate::{Example, KernelError};

/// The family.
pub static PLUGINS: &[&Plugin] = &[&PIVOT];

static PIVOT: Plugin = Plugin {
    names: &["pivot"],
    doc: "A row for each combination of the key columns and a column for each value of the pivot column, in order of appearance; \
          in the cells an aggregate, by default the count. <https://learn.microsoft.com/kusto/query/pivot-plugin>",
    examples: &[Example {
        query: "datatable(k:string, v:string)['x', 'a', 'x', 'b', 'x', 'a'] | evaluate pivot(v) | project a",
        result: "2",
    }],
    parameters: &[
        PluginParameter {
            name: "pivotColumn",
            kind: PluginParameterKind::Column,
            count: ParameterCount::One,
        },
        PluginParameter {
            name: "aggregationFunction",
            kind: PluginParameterKind::Aggregate,
            count: ParameterCount::Optional,
        },
        PluginParameter {
            name: "column",
            kind: PluginParameterKind::Column,
            count: ParameterCount::Repeated,
        },
    ],
    schema: PluginSchema::FromRows,
    run: pivot,
};

/// The input is the summary that [`PluginParameterKind::Aggregate`] describes: keys, pivot, value.
fn pivot(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let input = call.input()?;
    let (Some((value, others)), Some(PluginArgument::Aggregate(absent))) =
        (input.columns.split_last(), call.arguments.get(1).and_then(|given| given.first()))
    else {
        return Err(KernelError::new("pivot needs the input summarized"));
    };
    let Some((names, keys)) = others.split_last() else {
        return Err(KernelError::new("pivot needs the column to pivot"));
    };
    let layout = Layout::new(keys, &names.to_text(), input.rows);
    let first_rows = UInt32Array::from_iter_values(layout.first_rows.iter().copied());
    let mut fields: Vec<Field> = input.schema.fields[..keys.len()].to_vec();
    let mut columns: Vec<Column> = keys.iter().map(|key| key.take(&first_rows)).collect();
    for (name, cells) in layout.names.iter().zip(&layout.cells) {
        fields.push(Field::new(free_name(&fields, name), value.data_type()));
        columns.push(cell_column(value, cells, layout.first_rows.len(), absent));
    }
    Ok(Batch::new(Arc::new(Schema::new(fields)), columns, layout.first_rows.len()))
}

/// Where each row of the summary goes.
struct Layout {
    /// For each output row the first input row with its keys.
    first_rows: Vec<u32>,
    /// The new columns.
    names: Vec<String>,
    /// For each new column: output row to input row.
    cells: Vec<HashMap<usize, usize>>,
}

impl Layout {
    fn new(keys: &[Column], names: &StringViewArray, rows: usize) -> Self {
        let keys: Vec<StringViewArray> = keys.iter().map(Column::to_text).collect();
        let mut layout = Layout { first_rows: Vec::new(), names: Vec::new(), cells: Vec::new() };
        let mut output_rows: HashMap<Vec<&str>, usize> = HashMap::new();
        let mut output_columns: HashMap<&str, usize> = HashMap::new();
        for row in 0..rows {
            let key = keys.iter().map(|texts| texts.value(row)).collect();
            let output_row = *output_rows.entry(key).or_insert_with(|| {
                layout.first_rows.push(row as u32);
                layout.first_rows.len() - 1
            });
            let name = names.value(row);
            let column = *output_columns.entry(name).or_insert_with(|| {
                layout.names.push(name.to_owned());
                layout.cells.push(HashMap::new());
                layout.cells.len() - 1
            });
            layout.cells[column].insert(output_row, row);
        }
        layout
    }
}

fn cell_column(value: &Column, cells: &HashMap<usize, usize>, rows: usize, absent: &Value) -> Column {
    let mut builder = ColumnBuilder::with_capacity(value.data_type(), rows);
    for row in 0..rows {
        match cells.get(&row) {
            Some(input_row) => builder.push(&value.value(*input_row)),
            None => builder.push(absent),
        }
    }
    builder.finish()
}

/// The name, with a number behind it where another column has it.
pub(super) fn free_name(taken: &[Field], name: &str) -> String {
    let is_free = |name: &str| taken.iter().all(|field| &*field.name != name);
    if is_free(name) {
        return name.to_owned();
    }
    (1..).map(|number| format!("{name}{number}")).find(|name| is_free(name)).unwrap_or_default()
}
