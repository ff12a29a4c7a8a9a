//! The side of a join that is kept in memory.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use kql_types::{Batch, Column};

use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::grouping::{Groups, NO_GROUP};
use crate::memory::Reservation;
use crate::pipeline::{self, Collect, Pipeline, Sink, Work};
use crate::query::Query;

/// Values of the key expressions over a batch.
pub(super) fn key_columns(
    keys: &[CompiledExpr],
    batch: &Batch,
    query_context: &kql_functions::Context,
) -> Result<Vec<Column>, QueryError> {
    keys.iter().map(|key| key.column(&batch.columns, batch.rows, query_context)).collect()
}

/// Rows, indexed by key.
#[derive(Debug)]
pub(super) struct BuildSide {
    pub(super) rows: Batch,
    pub(super) keys: Groups,
    /// The rows with key `k` are `members[starts[k]..starts[k + 1]]`, ascending.
    starts: Vec<u32>,
    members: Vec<u32>,
    /// By key, whether a row of the other side has it.
    matched: Vec<AtomicBool>,
    _reservation: Reservation,
}

impl BuildSide {
    /// Collects the rows of a pipeline.
    pub(super) fn collect(
        pipeline: Pipeline,
        keys: &[CompiledExpr],
        query: &Query,
    ) -> Result<Self, QueryError> {
        let schema = pipeline.schema.clone();
        let (batches, mut reservation) =
            pipeline::run(query, pipeline, &Collect::new(query, "join"))?.into_parts();
        let rows = Batch::concat(&schema, &batches);
        let columns = key_columns(keys, &rows, &query.context)?;
        let mut groups = Groups::new(keys.iter().map(CompiledExpr::data_type));
        let mut of_row = Vec::new();
        groups.insert(&columns, rows.rows, &mut of_row);
        let (starts, members) = index(&of_row, groups.len());
        let matched = (0..groups.len()).map(|_| AtomicBool::new(false)).collect();
        reservation.grow(groups.bytes() + 4 * (starts.len() + members.len()))?;
        Ok(Self { rows, keys: groups, starts, members, matched, _reservation: reservation })
    }

    /// The rows with that key.
    pub(super) fn rows_of(&self, key: u32) -> &[u32] {
        match key {
            NO_GROUP => &[],
            key => &self.members[self.starts[key as usize] as usize..self.starts[key as usize + 1] as usize],
        }
    }

    /// Notes that the other side has these keys.
    pub(super) fn mark(&self, keys: &[u32]) {
        for &key in keys.iter().filter(|&&key| key != NO_GROUP) {
            self.matched[key as usize].store(true, Ordering::Relaxed);
        }
    }

    /// The rows whose key the other side does not have.
    pub(super) fn unmatched(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = (0..self.keys.len() as u32)
            .filter(|&key| !self.matched[key as usize].load(Ordering::Relaxed))
            .flat_map(|key| self.rows_of(key).iter().copied())
            .collect();
        rows.sort_unstable();
        rows
    }
}

/// Rows by their group: where each group's begin, and the rows.
fn index(of_row: &[u32], groups: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; groups + 1];
    for &group in of_row {
        starts[group as usize + 1] += 1;
    }
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    let mut next = starts.clone();
    let mut members = vec![0; of_row.len()];
    for (row, &group) in of_row.iter().enumerate() {
        let place = &mut next[group as usize];
        members[*place as usize] = row as u32;
        *place += 1;
    }
    (starts, members)
}

/// The keys of one side, without its rows.
#[derive(Debug)]
pub(super) struct DistinctKeys {
    pub(super) groups: Groups,
}

impl DistinctKeys {
    /// The keys that occur in a pipeline's rows.
    pub(super) fn collect(
        pipeline: Pipeline,
        keys: Vec<CompiledExpr>,
        query: &Query,
    ) -> Result<Self, QueryError> {
        let (groups, _reservation) = pipeline::run(query, pipeline, &KeySink { keys, query })?;
        Ok(Self { groups })
    }
}

struct KeySink<'a> {
    keys: Vec<CompiledExpr>,
    query: &'a Query,
}

impl Sink for KeySink<'_> {
    type Local = ();
    type Partial = Groups;
    type State = (Groups, Reservation);

    fn local(&self) {}

    fn partial(&self) -> Groups {
        Groups::new(self.keys.iter().map(CompiledExpr::data_type))
    }

    fn add(&self, work: Work<'_, Self>, batch: Batch) -> Result<(), QueryError> {
        let partial = work.partial;
        let columns = key_columns(&self.keys, &batch, &self.query.context)?;
        partial.insert(&columns, batch.rows, &mut Vec::new());
        Ok(())
    }

    fn state(&self) -> Self::State {
        (self.partial(), self.query.memory.reservation("join"))
    }

    fn merge(&self, state: &mut Self::State, partial: Groups) -> Result<ControlFlow<()>, QueryError> {
        let rows = partial.len();
        state.0.insert(&partial.into_columns(), rows, &mut Vec::new());
        state.1.resize(state.0.bytes())?;
        Ok(ControlFlow::Continue(()))
    }
}
