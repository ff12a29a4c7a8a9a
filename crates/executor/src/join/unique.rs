//! The first row of each key, for `innerunique`.

use std::ops::ControlFlow;

use arrow_array::UInt32Array;
use kql_types::{Batch, Column};

use super::build::key_columns;
use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::grouping::Groups;
use crate::memory::{Reservation, batch_bytes, compact};
use crate::pipeline::{Sink, Work};
use crate::query::Query;

/// Keeps the first row of each key.
pub(super) struct FirstPerKey<'a> {
    keys: Vec<CompiledExpr>,
    query: &'a Query,
}

/// Rows of different keys, in order.
pub(super) struct Unique {
    pub(super) groups: Groups,
    pub(super) batches: Vec<Batch>,
    reservation: Reservation,
}

impl<'a> FirstPerKey<'a> {
    pub(super) fn new(keys: Vec<CompiledExpr>, query: &'a Query) -> Self {
        Self { keys, query }
    }
}

impl Unique {
    fn add(&mut self, keys: &[Column], batch: &Batch) -> Result<(), QueryError> {
        let known = self.groups.len();
        let mut of_row = Vec::new();
        self.groups.insert(keys, batch.rows, &mut of_row);
        let mut seen = vec![false; self.groups.len() - known];
        let mut first = Vec::with_capacity(seen.len());
        for (row, &group) in of_row.iter().enumerate() {
            if let Some(seen) = (group as usize).checked_sub(known).and_then(|fresh| seen.get_mut(fresh))
                && !std::mem::replace(seen, true)
            {
                first.push(row as u32);
            }
        }
        let kept = match first.len() {
            0 => return Ok(()),
            all if all == batch.rows => batch.clone(),
            _ => compact(batch.take(&UInt32Array::from(first))),
        };
        self.reservation.grow(batch_bytes(&kept))?;
        self.batches.push(kept);
        Ok(())
    }
}

impl Sink for FirstPerKey<'_> {
    type Local = ();
    type Partial = Unique;
    type State = Unique;

    fn local(&self) {}

    fn partial(&self) -> Unique {
        Unique {
            groups: Groups::new(self.keys.iter().map(CompiledExpr::data_type)),
            batches: Vec::new(),
            reservation: self.query.memory.reservation("join"),
        }
    }

    fn add(&self, work: Work<'_, Self>, batch: Batch) -> Result<(), QueryError> {
        let partial = work.partial;
        partial.add(&key_columns(&self.keys, &batch, &self.query.context)?, &batch)
    }

    fn state(&self) -> Unique {
        self.partial()
    }

    fn merge(&self, state: &mut Unique, partial: Unique) -> Result<ControlFlow<()>, QueryError> {
        for batch in &partial.batches {
            state.add(&key_columns(&self.keys, batch, &self.query.context)?, batch)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}
