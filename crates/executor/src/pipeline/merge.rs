//! Brings partial results back into the order of the runs.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Sink;
use crate::QueryError;
use crate::query::locked;

/// Merges partial results in order, on whichever worker happens to deliver the next one. A worker that is too far ahead
/// of the slowest waits.
pub(super) struct Merger<'a, S: Sink> {
    sink: &'a S,
    /// How many partial results may wait for an earlier one.
    capacity: usize,
    progress: Mutex<Merging<S>>,
    changed: Condvar,
    /// What workers have kept over their runs.
    locals: Mutex<Vec<S::Local>>,
}

struct Merging<S: Sink> {
    /// Sequence number of the partial result that is merged next.
    next: usize,
    waiting: BTreeMap<usize, S::Partial>,
    /// `None` while a worker merges.
    state: Option<S::State>,
    /// The failure of the earliest run. All runs before it are in work when it is found, so which failure is
    /// reported does not depend on timing.
    failure: Option<(usize, QueryError)>,
    /// The sink needs no more.
    complete: bool,
}

impl<S: Sink> Merging<S> {
    fn stopped(&self) -> bool {
        self.complete || self.failure.is_some()
    }
}

impl<'a, S: Sink> Merger<'a, S> {
    pub(super) fn new(sink: &'a S, workers: usize) -> Self {
        let merging = Merging {
            next: 0,
            waiting: BTreeMap::new(),
            state: Some(sink.state()),
            failure: None,
            complete: false,
        };
        Self {
            sink,
            capacity: 4 * workers,
            progress: Mutex::new(merging),
            changed: Condvar::new(),
            locals: Mutex::default(),
        }
    }

    /// Whether no further run is wanted.
    pub(super) fn stopped(&self) -> bool {
        locked(&self.progress).stopped()
    }

    /// Takes what a run came to.
    pub(super) fn submit(&self, sequence: usize, outcome: Result<S::Partial, QueryError>) {
        let mut merging = locked(&self.progress);
        match outcome {
            Ok(partial) => {
                merging.waiting.insert(sequence, partial);
                merging = self.drain(merging);
                while merging.waiting.len() > self.capacity && !merging.stopped() {
                    merging = self.changed.wait(merging).unwrap_or_else(PoisonError::into_inner);
                }
            }
            Err(error) => self.fail(&mut merging, sequence, error),
        }
    }

    /// Takes what a worker has kept, when there is no further run.
    pub(super) fn leave(&self, local: S::Local) {
        locked(&self.locals).push(local);
    }

    fn fail(&self, merging: &mut Merging<S>, sequence: usize, error: QueryError) {
        if merging.failure.as_ref().is_none_or(|(earliest, _)| sequence < *earliest) {
            merging.failure = Some((sequence, error));
        }
        self.changed.notify_all();
    }

    /// Merges while the next partial result is there and nobody else merges.
    fn drain<'b>(&'b self, mut merging: MutexGuard<'b, Merging<S>>) -> MutexGuard<'b, Merging<S>> {
        loop {
            let next = merging.next;
            if merging.complete || merging.state.is_none() {
                return merging;
            }
            let Some(partial) = merging.waiting.remove(&next) else { return merging };
            let Some(mut state) = merging.state.take() else { return merging };
            drop(merging);
            let outcome = self.sink.merge(&mut state, partial);
            merging = locked(&self.progress);
            merging.next = next + 1;
            merging.state = Some(state);
            match outcome {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => merging.complete = true,
                Err(error) => {
                    // What comes later cannot be merged any more.
                    merging.state = None;
                    self.fail(&mut merging, next, error);
                }
            }
            self.changed.notify_all();
        }
    }

    /// The result, when all workers have ended.
    pub(super) fn finish(self) -> Result<S::State, QueryError> {
        let merging = self.progress.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut state = match (merging.state, merging.failure) {
            (Some(state), _) if merging.complete => state,
            (_, Some((_, error))) => return Err(error),
            (Some(state), None) => state,
            (None, None) => {
                return Err(QueryError::Internal("a worker ended in the middle of a merge".to_owned()));
            }
        };
        for local in self.locals.into_inner().unwrap_or_else(PoisonError::into_inner) {
            self.sink.merge_local(&mut state, local)?;
        }
        Ok(state)
    }
}
