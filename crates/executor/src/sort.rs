//! `sort`, `order`, `top`.
//!
//! Rows are sorted by number: see [`permutation`]. The sort is stable, so its result is defined to the last row.

mod permutation;

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::UInt32Array;
use kql_planner::Plan;
use kql_planner::plan::SortKey;
use kql_types::{Batch, Column, Field, Schema};

use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::memory::{Reservation, batch_bytes, compact};
use crate::parallel;
use crate::pipeline::{self, PIECE_ROWS, Sink, Work};
use crate::query::Query;
use permutation::{Direction, Key};

/// All rows of `input`, sorted.
pub(crate) fn sort(query: &Query, input: &Plan, keys: &[SortKey]) -> Result<Vec<Batch>, QueryError> {
    run(query, input, keys, usize::MAX)
}

/// The first `count` rows of the sorted input. No more than a few times that many are held.
pub(crate) fn top(
    query: &Query,
    input: &Plan,
    keys: &[SortKey],
    count: u64,
) -> Result<Vec<Batch>, QueryError> {
    run(query, input, keys, usize::try_from(count).unwrap_or(usize::MAX))
}

fn run(query: &Query, input: &Plan, keys: &[SortKey], count: usize) -> Result<Vec<Batch>, QueryError> {
    let sorter = Sorter::new(query, &input.schema, keys, count)?;
    let rows = pipeline::run(query, query.lower(input)?, &sorter)?;
    sorter.finish(rows)
}

/// Keeps rows together with their keys.
#[derive(Debug)]
pub(crate) struct Sorter<'a> {
    query: &'a Query,
    keys: Vec<CompiledExpr>,
    directions: Vec<Direction>,
    /// How many rows are wanted.
    count: usize,
    /// Of the rows, then of the keys.
    schema: Arc<Schema>,
    /// How many columns are no keys.
    width: usize,
}

/// Rows with their keys behind them.
#[derive(Debug)]
pub(crate) struct Rows {
    batches: Vec<Batch>,
    rows: usize,
    reservation: Reservation,
}

impl<'a> Sorter<'a> {
    /// Sorts rows of that schema, and keeps the first `count`.
    pub(crate) fn new(
        query: &'a Query,
        input: &Schema,
        keys: &[SortKey],
        count: usize,
    ) -> Result<Self, QueryError> {
        let directions =
            keys.iter().map(|key| Direction { ascending: key.ascending, nulls_first: key.nulls_first });
        let compiled = keys
            .iter()
            .map(|key| CompiledExpr::compile(&key.expression, query))
            .collect::<Result<Vec<_>, QueryError>>()?;
        let key_fields = compiled.iter().map(|key| Field::new("", key.data_type()));
        let schema = input.fields.iter().cloned().chain(key_fields).collect();
        let (directions, width) = (directions.collect(), input.len());
        Ok(Self { query, keys: compiled, directions, count, schema: Arc::new(schema), width })
    }

    /// From how many rows on it pays to drop those that cannot be among the first.
    fn crowded(&self, rows: usize) -> bool {
        rows > self.count.saturating_mul(4).saturating_add(PIECE_ROWS)
    }

    /// Row numbers of the wanted rows, in order.
    fn order(&self, batch: &Batch, threads: usize) -> Vec<u32> {
        let keys = batch.columns[self.width..].iter().zip(&self.directions);
        let keys: Vec<Key<'_>> = keys.map(|(column, direction)| Key::new(column, *direction)).collect();
        permutation::permutation(&keys, batch.rows, self.count, threads)
    }

    /// Drops rows that cannot be among the first.
    fn shrink(&self, rows: &mut Rows) -> Result<(), QueryError> {
        if rows.rows <= self.count {
            return Ok(());
        }
        let batch = Batch::concat(&self.schema, &rows.batches);
        let order = self.order(&batch, 1);
        rows.batches = vec![compact(batch.take(&UInt32Array::from(order)))];
        rows.rows = rows.batches.iter().map(|batch| batch.rows).sum();
        rows.reservation.resize(rows.batches.iter().map(batch_bytes).sum())
    }

    /// The wanted rows, in order.
    pub(crate) fn finish(&self, rows: Rows) -> Result<Vec<Batch>, QueryError> {
        let threads = self.query.threads;
        let columns: Vec<usize> = (0..self.schema.len()).collect();
        let columns = parallel::map(threads, columns, |index| {
            let parts: Vec<&Column> = rows.batches.iter().map(|batch| &batch.columns[index]).collect();
            Column::concat(self.schema.fields[index].data_type, &parts)
        });
        let all = Batch::new(self.schema.clone(), columns, rows.rows);
        let order = self.order(&all, threads);
        self.query.check_cancelled()?;
        let fields = self.schema.fields[..self.width].iter().cloned();
        let schema: Arc<Schema> = Arc::new(fields.collect());
        let pieces: Vec<&[u32]> = order.chunks(PIECE_ROWS).collect();
        Ok(parallel::map(threads, pieces, |piece| {
            let rows = UInt32Array::from(piece.to_vec());
            let columns = all.columns[..self.width].iter().map(|column| column.take(&rows)).collect();
            Batch::new(schema.clone(), columns, piece.len())
        }))
    }
}

impl Sink for Sorter<'_> {
    type Local = ();
    type Partial = Rows;
    type State = Rows;

    fn local(&self) {}

    fn partial(&self) -> Rows {
        Rows { batches: Vec::new(), rows: 0, reservation: self.query.memory.reservation("sort") }
    }

    fn add(&self, work: Work<'_, Self>, mut batch: Batch) -> Result<(), QueryError> {
        let partial = work.partial;
        for key in &self.keys {
            let column = key.column(&batch.columns[..self.width], batch.rows, &self.query.context)?;
            batch.columns.push(column);
        }
        batch.schema = self.schema.clone();
        let batch = compact(batch);
        partial.reservation.grow(batch_bytes(&batch))?;
        partial.rows += batch.rows;
        partial.batches.push(batch);
        if self.crowded(partial.rows) { self.shrink(partial) } else { Ok(()) }
    }

    fn close(&self, mut partial: Rows) -> Result<Rows, QueryError> {
        self.shrink(&mut partial)?;
        Ok(partial)
    }

    fn state(&self) -> Rows {
        self.partial()
    }

    fn merge(&self, state: &mut Rows, partial: Rows) -> Result<ControlFlow<()>, QueryError> {
        state.batches.extend(partial.batches);
        state.rows += partial.rows;
        state.reservation.absorb(partial.reservation);
        if self.crowded(state.rows) {
            self.shrink(state)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}
