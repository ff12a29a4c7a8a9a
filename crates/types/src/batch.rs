//! A record batch: columns of equal length under a schema.

use std::sync::Arc;

use arrow_array::UInt32Array;
use arrow_buffer::BooleanBuffer;

use crate::{Column, Schema};

/// Rows as columns.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Names and types.
    pub schema: Arc<Schema>,
    /// One for each field of the schema, all `rows` long.
    pub columns: Vec<Column>,
    /// Number of rows; counts also where there is no column.
    pub rows: usize,
}

impl Batch {
    /// A batch of these columns.
    pub fn new(schema: Arc<Schema>, columns: Vec<Column>, rows: usize) -> Self {
        debug_assert_eq!(schema.len(), columns.len());
        debug_assert!(columns.iter().all(|column| column.len() == rows));
        debug_assert!(schema.fields.iter().zip(&columns).all(|(f, c)| f.data_type == c.data_type()));
        Self { schema, columns, rows }
    }

    /// A batch without rows.
    pub fn empty(schema: Arc<Schema>) -> Self {
        let columns = schema.fields.iter().map(|field| Column::absent(field.data_type, 0)).collect();
        Self { schema, columns, rows: 0 }
    }

    /// The rows for which `keep` is set.
    pub fn filter(&self, keep: &BooleanBuffer) -> Self {
        let columns = self.columns.iter().map(|column| column.filter(keep)).collect();
        Self { schema: self.schema.clone(), columns, rows: keep.count_set_bits() }
    }

    /// The rows at these positions, in that order; a null position gives absent values.
    pub fn take(&self, rows: &UInt32Array) -> Self {
        let columns = self.columns.iter().map(|column| column.take(rows)).collect();
        Self { schema: self.schema.clone(), columns, rows: arrow_array::Array::len(rows) }
    }

    /// `length` rows from `offset` on, without copying.
    pub fn slice(&self, offset: usize, length: usize) -> Self {
        let columns = self.columns.iter().map(|column| column.slice(offset, length)).collect();
        Self { schema: self.schema.clone(), columns, rows: length }
    }

    /// The batches one below the other. All must have `schema`.
    pub fn concat(schema: &Arc<Schema>, batches: &[Batch]) -> Self {
        if let [one] = batches {
            return one.clone();
        }
        let columns = (0..schema.len())
            .map(|index| {
                let parts: Vec<&Column> = batches.iter().map(|batch| &batch.columns[index]).collect();
                Column::concat(schema.fields[index].data_type, &parts)
            })
            .collect();
        Self { schema: schema.clone(), columns, rows: batches.iter().map(|batch| batch.rows).sum() }
    }
}
