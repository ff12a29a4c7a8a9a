//! What a query holds in memory, and the limit on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::Array;
use kql_types::{Batch, Column};

use crate::QueryError;

/// Counts the bytes that the operators of one query hold for longer than a morsel: collected rows, hash tables, sort
/// keys. What a single morsel needs on its way through is not counted.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    limit: usize,
    used: AtomicUsize,
}

impl MemoryBudget {
    /// A budget of that many bytes.
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicUsize::new(0) })
    }

    /// An empty reservation for `operator`.
    pub(crate) fn reservation(self: &Arc<Self>, operator: &'static str) -> Reservation {
        Reservation { budget: self.clone(), operator, bytes: 0 }
    }
}

/// The share of one operator. Given back when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<MemoryBudget>,
    operator: &'static str,
    bytes: usize,
}

impl Reservation {
    /// Adds `bytes`, or refuses if that exceeds the limit.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), QueryError> {
        let used = self.budget.used.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.bytes += bytes;
        if used > self.budget.limit {
            return Err(QueryError::MemoryLimit { operator: self.operator, limit: self.budget.limit });
        }
        Ok(())
    }

    /// Takes over the share of another reservation.
    pub(crate) fn absorb(&mut self, mut other: Reservation) {
        self.bytes += std::mem::take(&mut other.bytes);
    }

    /// Makes the share `bytes` large, or refuses if that exceeds the limit.
    pub(crate) fn resize(&mut self, bytes: usize) -> Result<(), QueryError> {
        if bytes >= self.bytes {
            return self.grow(bytes - self.bytes);
        }
        self.budget.used.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The bytes that the values of a batch need.
pub(crate) fn batch_bytes(batch: &Batch) -> usize {
    batch.columns.iter().map(column_bytes).sum()
}

/// The bytes that the values of a column need.
pub(crate) fn column_bytes(column: &Column) -> usize {
    match column {
        Column::String(texts) | Column::Dynamic(texts) => {
            let outside: usize =
                texts.views().iter().map(|&view| view as u32 as usize).filter(|&n| n > 12).sum();
            texts.len() * 16 + outside
        }
        Column::Bool(values) => values.len() / 4,
        Column::Int(values) => values.len() * 4,
        Column::Decimal(values) | Column::Guid(values) => values.len() * 16,
        other => other.len() * 8,
    }
}

/// The batch with its text copied together, where it keeps alive far more text than it uses: a few rows that were
/// filtered out of a morsel must not hold on to the whole morsel.
pub(crate) fn compact(batch: Batch) -> Batch {
    let columns = batch.columns.into_iter().map(compact_column).collect();
    Batch { schema: batch.schema, columns, rows: batch.rows }
}

/// As [`compact`], of one column.
pub(crate) fn compact_column(column: Column) -> Column {
    let (Column::String(texts) | Column::Dynamic(texts)) = &column else { return column };
    let held: usize = texts.data_buffers().iter().map(|buffer| buffer.len()).sum();
    if held < 4096 || held < 4 * column_bytes(&column) {
        return column;
    }
    match &column {
        Column::Dynamic(_) => Column::Dynamic(texts.gc().into()),
        _ => Column::String(texts.gc().into()),
    }
}
