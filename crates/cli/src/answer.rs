//! What a query answers.

use std::sync::Arc;
use std::time::Duration;

use kql_parser::Diagnostic;
use kql_planner::Visualization;
use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Schema, Value};

/// What a query answers.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Its results in order: one, but for `fork` and its like.
    pub results: Vec<ResultTable>,
    /// What is worth a note though the query ran.
    pub warnings: Vec<Diagnostic>,
    /// How long it took, without what was read together with other queries.
    pub time: Duration,
}

impl Answer {
    /// Number of rows of all results.
    pub fn rows(&self) -> usize {
        self.results.iter().map(ResultTable::rows).sum()
    }
}

/// One table of an answer.
#[derive(Clone, Debug)]
pub struct ResultTable {
    /// Its name, if the query gives one.
    pub name: Option<String>,
    /// Names and types of the columns; also known where there is no batch.
    pub schema: Arc<Schema>,
    /// The rows in order.
    pub batches: Vec<Batch>,
    /// How the query wants it drawn.
    pub visualization: Option<Visualization>,
}

impl ResultTable {
    /// A table without a name.
    pub fn new(schema: Arc<Schema>, batches: Vec<Batch>) -> Self {
        Self { name: None, schema, batches, visualization: None }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(|batch| batch.rows).sum()
    }
}

/// A result made row by row, for what is listed rather than queried.
#[derive(Debug)]
pub struct ResultBuilder {
    schema: Schema,
    columns: Vec<ColumnBuilder>,
    rows: usize,
}

impl ResultBuilder {
    /// A result with these columns.
    pub fn new(columns: &[(&str, ScalarType)]) -> Self {
        let schema = columns.iter().map(|&(name, data_type)| Field::new(name, data_type)).collect();
        let columns = columns.iter().map(|&(_, data_type)| ColumnBuilder::new(data_type)).collect();
        Self { schema, columns, rows: 0 }
    }

    /// Adds a row: a value for each column.
    pub fn push(&mut self, values: &[Value]) {
        debug_assert_eq!(values.len(), self.columns.len());
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
        }
        self.rows += 1;
    }

    /// The result.
    pub fn finish(self) -> ResultTable {
        let schema = Arc::new(self.schema);
        let columns = self.columns.into_iter().map(ColumnBuilder::finish).collect();
        ResultTable::new(schema.clone(), vec![Batch::new(schema, columns, self.rows)])
    }
}
