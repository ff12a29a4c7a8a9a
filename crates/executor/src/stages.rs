//! Streaming operators that look at each row alone: `where`, and `project` with its forms.

use std::sync::Arc;

use kql_functions::Context;
use kql_types::{Batch, Column, Schema};

use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::pipeline::{Emit, Stage};
use crate::query::Query;

/// Keeps the rows for which a predicate is true.
#[derive(Debug)]
pub(crate) struct Filter {
    predicate: CompiledExpr,
    context: Arc<Context>,
}

impl Filter {
    pub(crate) fn new(predicate: CompiledExpr, query: &Query) -> Self {
        Self { predicate, context: query.context.clone() }
    }

    /// The rows that pass.
    pub(crate) fn apply(&self, batch: Batch) -> Result<Batch, QueryError> {
        let keep = self.predicate.select(&batch.columns, batch.rows, &self.context)?;
        Ok(if keep.count_set_bits() == batch.rows { batch } else { batch.filter(&keep) })
    }
}

impl Stage for Filter {
    fn push(&self, batch: Batch, emit: &mut Emit<'_>) -> Result<(), QueryError> {
        emit(self.apply(batch)?)
    }
}

/// Computes every column anew.
#[derive(Debug)]
pub(crate) struct Project {
    columns: Vec<CompiledExpr>,
    schema: Arc<Schema>,
    context: Arc<Context>,
}

impl Project {
    pub(crate) fn new(columns: Vec<CompiledExpr>, schema: Arc<Schema>, query: &Query) -> Self {
        Self { columns, schema, context: query.context.clone() }
    }

    /// The rows with the new columns.
    pub(crate) fn apply(&self, batch: &Batch) -> Result<Batch, QueryError> {
        let columns = self
            .columns
            .iter()
            .map(|column| column.column(&batch.columns, batch.rows, &self.context))
            .collect::<Result<Vec<Column>, QueryError>>()?;
        Ok(Batch::new(self.schema.clone(), columns, batch.rows))
    }
}

impl Stage for Project {
    fn push(&self, batch: Batch, emit: &mut Emit<'_>) -> Result<(), QueryError> {
        emit(self.apply(&batch)?)
    }
}
