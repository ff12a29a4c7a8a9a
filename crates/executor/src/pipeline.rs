//! Pipelines: morsels flow from sources through streaming stages into a sink, in parallel.
//!
//! Workers take runs of morsels, so the work balances itself. Every run becomes one partial result of the sink, and partial
//! results are merged in the order of the runs. Where runs and morsels begin and end depends on the data alone; so the
//! result does not depend on the number of workers or on their timing. What a sink can put in order afterwards, a worker
//! keeps over all its runs instead, so that there is less to merge.

mod collect;
mod merge;
mod source;
mod together;
mod worker;

use std::ops::ControlFlow;
use std::sync::Arc;

use kql_types::{Batch, Schema};

use crate::QueryError;

pub(crate) use collect::{Collect, Collected, Limit, WatchRows};
pub(crate) use source::{PIECE_ROWS, Series, SeriesValues, Source};
pub(crate) use together::{Branch, Kept, SinkBranch, Together};
pub(crate) use worker::run;

/// Sources and what happens to their rows on the way.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// What comes out.
    pub(crate) schema: Arc<Schema>,
    /// One after the other: more than one below a `union`.
    pub(crate) segments: Vec<Segment>,
}

/// A source and the stages that its rows pass.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) source: Source,
    pub(crate) stages: Vec<Arc<dyn Stage>>,
}

impl Pipeline {
    /// A pipeline that starts at `source`.
    pub(crate) fn new(schema: Arc<Schema>, source: Source) -> Self {
        Self { schema, segments: vec![Segment { source, stages: Vec::new() }] }
    }

    /// A pipeline over rows that are in memory.
    pub(crate) fn of_batches(schema: Arc<Schema>, batches: impl Into<Vec<Batch>>) -> Self {
        Self::new(schema, Source::batches(batches.into()))
    }

    /// Adds a stage at the end.
    pub(crate) fn with_stage(mut self, schema: Arc<Schema>, stage: Arc<dyn Stage>) -> Self {
        for segment in &mut self.segments {
            segment.stages.push(stage.clone());
        }
        self.schema = schema;
        self
    }
}

/// Stages in the order in which rows pass them.
pub(crate) type Stages = Arc<[Arc<dyn Stage>]>;

/// Where a stage puts what it makes.
pub(crate) type Emit<'a> = dyn FnMut(Batch) -> Result<(), QueryError> + 'a;

/// A streaming operator. It sees batches one by one, on any thread, and keeps nothing between them that could change
/// what comes out.
pub(crate) trait Stage: std::fmt::Debug + Send + Sync {
    /// Works on a batch and hands the outcome, in one batch or several, to `emit`.
    fn push(&self, batch: Batch, emit: &mut Emit<'_>) -> Result<(), QueryError>;
}

/// The end of a pipeline.
pub(crate) trait Sink: Sync {
    /// What a worker keeps over all its runs, which come in ascending order.
    type Local: Send;
    /// What one run of morsels comes to.
    type Partial: Send;
    /// What all runs come to.
    type State: Send;

    /// What a worker keeps before its first run.
    fn local(&self) -> Self::Local;
    /// An empty partial result.
    fn partial(&self) -> Self::Partial;
    /// Adds rows of a run, in order.
    fn add(&self, work: Work<'_, Self>, batch: Batch) -> Result<(), QueryError>;
    /// Called once a run, after its last row, still on the worker.
    fn close(&self, partial: Self::Partial) -> Result<Self::Partial, QueryError> {
        Ok(partial)
    }
    /// The result of no input.
    fn state(&self) -> Self::State;
    /// Adds the partial result of the next run. To break is to need no further run.
    fn merge(&self, state: &mut Self::State, partial: Self::Partial) -> Result<ControlFlow<()>, QueryError>;
    /// Adds what a worker has kept. Workers come in any order, after all runs.
    fn merge_local(&self, _state: &mut Self::State, _local: Self::Local) -> Result<(), QueryError> {
        Ok(())
    }
}

/// Where the rows of a run go.
pub(crate) struct Work<'a, S: Sink + ?Sized> {
    /// What the worker keeps.
    pub(crate) local: &'a mut S::Local,
    /// What the run has come to so far.
    pub(crate) partial: &'a mut S::Partial,
    /// Which run it is.
    pub(crate) run: usize,
}

impl<S: Sink + ?Sized> Work<'_, S> {
    /// The same, for one call.
    pub(crate) fn again(&mut self) -> Work<'_, S> {
        Work { local: self.local, partial: self.partial, run: self.run }
    }
}
