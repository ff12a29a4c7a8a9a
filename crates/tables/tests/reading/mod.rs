//! Reads whole tables in tests.

use std::sync::Arc;

use kql_tables::{Catalog, ScanColumn, ScanRequest, Table};
use kql_types::{Batch, ScalarType, Schema, Value};

/// The request for all columns of a table.
pub fn everything(table: &dyn Table) -> ScanRequest {
    columns(&table.schema())
}

/// The request for these columns.
pub fn columns(schema: &Schema) -> ScanRequest {
    let column = |field: &kql_types::Field| ScanColumn {
        name: field.name.clone(),
        source: field.name.clone(),
        path: Vec::new(),
        data_type: field.data_type,
    };
    ScanRequest { columns: schema.fields.iter().map(column).collect(), ..ScanRequest::default() }
}

/// All batches of a scan as one.
pub fn run(table: &dyn Table, request: ScanRequest) -> Batch {
    let schema: Schema = request
        .columns
        .iter()
        .map(|column| kql_types::Field::new(column.name.clone(), column.data_type))
        .collect();
    let scan = table.scan(request).expect("the table can be scanned");
    let mut batches = Vec::new();
    while let Some(morsel) = scan.next().expect("morsels can be cut") {
        assert_eq!(morsel.sequence, batches.len());
        batches.push(scan.read(morsel).expect("a morsel can be read"));
    }
    Batch::concat(&Arc::new(schema), &batches)
}

/// All rows of a table.
pub fn read(catalog: &dyn Catalog, name: &str) -> Batch {
    let table = catalog.table(name).expect("the table exists");
    run(&*table, everything(&*table))
}

/// A value as its text, with quotes around strings.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null(_) => "null".to_owned(),
        Value::String(text) => format!("{text:?}"),
        other => other.to_text(),
    }
}

/// A batch as lines of text: names and types, then rows.
pub fn show(batch: &Batch) -> String {
    let head: Vec<String> =
        batch.schema.fields.iter().map(|field| format!("{}:{}", field.name, field.data_type)).collect();
    let mut lines = vec![head.join(" | ")];
    for row in 0..batch.rows {
        let cells: Vec<String> = batch.columns.iter().map(|column| text(&column.value(row))).collect();
        lines.push(cells.join(" | "));
    }
    lines.join("\n")
}

/// The type of a column.
#[allow(dead_code, reason = "not every test asks")]
pub fn type_of(schema: &Schema, name: &str) -> Option<ScalarType> {
    schema.index_of(name).map(|at| schema.fields[at].data_type)
}
