//! Sinks that keep the rows.

use std::ops::ControlFlow;

use kql_types::Batch;

use super::{Sink, Work};
use crate::QueryError;
use crate::memory::{Reservation, batch_bytes, compact};
use crate::query::Query;

/// Keeps all rows.
pub(crate) struct Collect<'a> {
    query: &'a Query,
    operator: &'static str,
    watch: Option<WatchRows<'a>>,
}

/// Is shown the rows of a result one batch after the other, in their order, while others are still computed.
pub(crate) type WatchRows<'a> = &'a (dyn Fn(&Batch) + Sync);

/// Rows in memory, and the reservation for them.
#[derive(Debug)]
pub(crate) struct Collected {
    batches: Vec<Batch>,
    reservation: Reservation,
}

impl Collected {
    /// The rows; the reservation ends when its owner drops it.
    pub(crate) fn into_parts(self) -> (Vec<Batch>, Reservation) {
        (self.batches, self.reservation)
    }
}

impl<'a> Collect<'a> {
    /// Keeps rows on behalf of `operator`.
    pub(crate) fn new(query: &'a Query, operator: &'static str) -> Self {
        Self { query, operator, watch: None }
    }

    /// The same, and shows them.
    pub(crate) fn watched(self, watch: WatchRows<'a>) -> Self {
        Self { watch: Some(watch), ..self }
    }
}

impl Sink for Collect<'_> {
    type Local = ();
    type Partial = Collected;
    type State = Collected;

    fn local(&self) {}

    fn partial(&self) -> Collected {
        Collected { batches: Vec::new(), reservation: self.query.memory.reservation(self.operator) }
    }

    fn add(&self, work: Work<'_, Self>, batch: Batch) -> Result<(), QueryError> {
        let partial = work.partial;
        let batch = compact(batch);
        partial.reservation.grow(batch_bytes(&batch))?;
        partial.batches.push(batch);
        Ok(())
    }

    fn state(&self) -> Collected {
        self.partial()
    }

    fn merge(&self, state: &mut Collected, partial: Collected) -> Result<ControlFlow<()>, QueryError> {
        if let Some(watch) = self.watch {
            partial.batches.iter().for_each(watch);
        }
        state.reservation.absorb(partial.reservation);
        state.batches.extend(partial.batches);
        Ok(ControlFlow::Continue(()))
    }
}

/// Keeps the first rows.
#[derive(Debug)]
pub(crate) struct Limit {
    /// How many.
    pub(crate) rows: usize,
}

/// The first rows so far.
#[derive(Debug, Default)]
pub(crate) struct Limited {
    pub(crate) batches: Vec<Batch>,
    rows: usize,
}

impl Limited {
    fn push(&mut self, batch: Batch, limit: usize) {
        let room = limit - self.rows;
        let batch = if batch.rows > room { batch.slice(0, room) } else { batch };
        if batch.rows > 0 {
            self.rows += batch.rows;
            self.batches.push(compact(batch));
        }
    }
}

impl Sink for Limit {
    type Local = ();
    type Partial = Limited;
    type State = Limited;

    fn local(&self) {}

    fn partial(&self) -> Limited {
        Limited::default()
    }

    fn add(&self, work: Work<'_, Self>, batch: Batch) -> Result<(), QueryError> {
        let partial = work.partial;
        partial.push(batch, self.rows);
        Ok(())
    }

    fn state(&self) -> Limited {
        Limited::default()
    }

    fn merge(&self, state: &mut Limited, partial: Limited) -> Result<ControlFlow<()>, QueryError> {
        for batch in partial.batches {
            state.push(batch, self.rows);
        }
        Ok(if state.rows < self.rows { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    }
}
