//! A query must give the same rows whether its plan was optimized or not.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cached;
mod conditions;
mod made_up;
mod needles;
mod recorded;
mod same;

use std::collections::BTreeMap;
use std::sync::Arc;

use kql_executor::{Options, evaluator, execute};
use kql_planner::{FunctionLibrary, Plan, Surroundings, bind, explain, optimize};
use kql_tables::{Catalog, MemoryTable};
use kql_types::{Batch, Column, ColumnBuilder, Field, ScalarType, Value};

/// Twelve o'clock on the first of January 2024.
const NOW: i64 = 638_397_072_000_000_000;

/// The plans of a query; `Err` says why it has none.
fn plans(query: &str, catalog: &dyn Catalog) -> Result<Vec<Plan>, String> {
    let parsed = kql_parser::parse(query);
    if !parsed.diagnostics.is_empty() {
        return Err(format!("{:?}", parsed.diagnostics));
    }
    let options = options(1);
    let context = options.context();
    let evaluator = evaluator(&options);
    let parameters = BTreeMap::new();
    let library = FunctionLibrary::built_in();
    let surroundings = Surroundings {
        catalog,
        context: &context,
        parameters,
        library: &library,
        evaluator: Some(&*evaluator),
        lookback: None,
    };
    let bound = bind(&parsed.query, query, &surroundings);
    match bound.has_errors() {
        true => Err(format!("{:?}", bound.diagnostics)),
        false => Ok(bound.results.into_iter().map(|result| result.plan).collect()),
    }
}

fn options(threads: usize) -> Options {
    Options { threads, now: NOW, ..Options::default() }
}

fn rows(plan: &Plan) -> Result<Vec<Vec<Value>>, String> {
    Ok(values(&execute(plan, &options(2)).map_err(|error| error.to_string())?))
}

fn values(batches: &[Batch]) -> Vec<Vec<Value>> {
    let row =
        |batch: &Batch, row: usize| batch.columns.iter().map(|column: &Column| column.value(row)).collect();
    batches.iter().flat_map(|batch| (0..batch.rows).map(move |index| row(batch, index))).collect()
}

/// Checks that the optimized plan gives what the plan gives, row by row.
fn check(query: &str, plan: Plan) {
    let expected = rows(&plan);
    let optimized = optimize(plan.clone());
    let found = rows(&optimized);
    // Null and NaN are compared by how they are written.
    let (expected, found) = (format!("{expected:?}"), format!("{found:?}"));
    assert_eq!(found, expected, "{query}\n{}\n{}", explain(&plan), explain(&optimized));
}

fn table(name: &str, columns: &[(&str, ScalarType)], rows: &[Vec<Value>]) -> MemoryTable {
    let schema = columns.iter().map(|(name, data_type)| Field::new(*name, *data_type)).collect();
    let build = |index: usize| {
        let mut builder = ColumnBuilder::new(columns[index].1);
        rows.iter().for_each(|row| builder.push(&row[index]));
        builder.finish()
    };
    let columns = (0..columns.len()).map(build).collect();
    MemoryTable::new(name, Batch::new(Arc::new(schema), columns, rows.len()))
}
