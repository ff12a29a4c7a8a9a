//! Plans written by hand, over tables in memory.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod join;
mod operators;
mod summarize;
mod together;

use std::sync::Arc;

use kql_executor::{Options, QueryError, execute};
use kql_functions::registry;
use kql_parser::Span;
use kql_planner::plan::{self, Operator};
use kql_planner::{Expr, ExprKind, Plan};
use kql_tables::{MemoryTable, ScanColumn};
use kql_types::{Batch, Column, ColumnBuilder, Field, ScalarType, Schema, Value};

/// A batch of these columns.
fn table(columns: &[(&str, ScalarType, &[Value])]) -> Batch {
    let schema = columns.iter().map(|(name, data_type, _)| Field::new(*name, *data_type)).collect();
    let build = |(_, data_type, values): &(&str, ScalarType, &[Value])| {
        let mut builder = ColumnBuilder::new(*data_type);
        values.iter().for_each(|value| builder.push(value));
        builder.finish()
    };
    let rows = columns.first().map_or(0, |(_, _, values)| values.len());
    Batch::new(Arc::new(schema), columns.iter().map(build).collect(), rows)
}

fn plan(operator: Operator, fields: &[(&str, ScalarType)]) -> Plan {
    Plan { operator, schema: schema(fields) }
}

fn schema(fields: &[(&str, ScalarType)]) -> Arc<Schema> {
    Arc::new(fields.iter().map(|(name, data_type)| Field::new(*name, *data_type)).collect())
}

fn rows(batch: Batch) -> Plan {
    Plan { schema: batch.schema.clone(), operator: Operator::Rows(Arc::new(batch)) }
}

/// A scan of all columns of a table that holds the batch.
fn scan(batch: Batch, predicate: Option<Expr>) -> Plan {
    let columns = batch.schema.fields.iter().map(ScanColumn::whole).collect();
    let schema = batch.schema.clone();
    let table = Arc::new(MemoryTable::new("T", batch));
    Plan {
        schema,
        operator: Operator::Scan(plan::Scan {
            table,
            columns,
            predicate,
            needles: Vec::new(),
            conditions: Vec::new(),
            limit: None,
        }),
    }
}

fn column(index: usize, data_type: ScalarType) -> Expr {
    Expr::new(ExprKind::Column(index), data_type, Span::new(index, index + 1))
}

fn constant(value: Value) -> Expr {
    Expr::constant(value, Span::new(0, 1))
}

/// A call of the overload with that many arguments.
fn call(name: &str, arguments: Vec<Expr>, data_type: ScalarType) -> Expr {
    let function = registry::scalar(name).unwrap_or_else(|| panic!("no function {name}"));
    let overload = function.overloads.iter().find(|overload| overload.parameters.len() == arguments.len());
    let overload = overload.unwrap_or_else(|| panic!("no overload of {name}"));
    Expr::new(ExprKind::Call { function, overload, arguments }, data_type, Span::new(0, 1))
}

fn options(threads: usize) -> Options {
    Options { threads, ..Options::default() }
}

/// The rows of the result, which must be the same for several numbers of threads.
fn run(plan: &Plan) -> Vec<Vec<Value>> {
    let one = values(&execute(plan, &options(1)).unwrap());
    for threads in [2, 5] {
        assert_eq!(values(&execute(plan, &options(threads)).unwrap()), one, "{threads} threads");
    }
    one
}

fn fails(plan: &Plan) -> QueryError {
    execute(plan, &options(2)).unwrap_err()
}

fn values(batches: &[Batch]) -> Vec<Vec<Value>> {
    let row =
        |batch: &Batch, row: usize| batch.columns.iter().map(|column: &Column| column.value(row)).collect();
    batches.iter().flat_map(|batch| (0..batch.rows).map(move |index| row(batch, index))).collect()
}

fn longs(values: impl IntoIterator<Item = i64>) -> Vec<Value> {
    values.into_iter().map(Value::Long).collect()
}

fn strings<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
    values.into_iter().map(|value| Value::String(value.to_owned())).collect()
}

const LONG: ScalarType = ScalarType::Long;
const STRING: ScalarType = ScalarType::String;
const BOOL: ScalarType = ScalarType::Bool;
const DYNAMIC: ScalarType = ScalarType::Dynamic;
