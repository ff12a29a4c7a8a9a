//! Several sinks over one source: every morsel is read once and handed to each branch in turn.

use std::any::Any;
use std::ops::ControlFlow;

use kql_types::Batch;

use super::worker::pass;
use super::{Sink, Stages, Work};
use crate::QueryError;
use crate::parallel;
use crate::passes::Outcome;
use crate::query::Query;
use crate::scan::Selection;

/// What some branch's sink keeps of a run, on a worker, or of all.
pub(crate) type Kept = Box<dyn Any + Send>;

/// One of several sinks, with the stages before it. What is kept between the calls is the branch's own business.
pub(crate) trait Branch: Sync {
    /// What a worker keeps before its first run.
    fn local(&self) -> Kept;
    /// Adds those of the rows of a run that are the branch's. A run of which it wants nothing keeps nothing.
    fn add(
        &self,
        local: &mut Kept,
        partial: &mut Option<Kept>,
        run: usize,
        batch: &Batch,
    ) -> Result<(), QueryError>;
    /// Called once a run, after its last row.
    fn close(&self, partial: Kept) -> Result<Kept, QueryError>;
    /// The result of no input.
    fn state(&self) -> Kept;
    /// Adds the partial result of the next run.
    fn merge(&self, state: &mut Kept, partial: Kept) -> Result<(), QueryError>;
    /// Adds what a worker has kept.
    fn merge_local(&self, state: &mut Kept, local: Kept) -> Result<(), QueryError>;
    /// What all runs come to.
    fn finish(&self, state: Kept) -> Result<Outcome, QueryError>;
}

/// A branch that ends in a sink.
pub(crate) struct SinkBranch<'q, S, F> {
    /// Whose branch it is.
    pub(crate) query: &'q Query,
    /// Which rows and columns of the source are its.
    pub(crate) selection: Selection,
    /// What its rows pass.
    pub(crate) stages: Stages,
    /// Where they end.
    pub(crate) sink: S,
    /// What becomes of what the sink has gathered.
    pub(crate) finish: F,
}

impl<S, F> Branch for SinkBranch<'_, S, F>
where
    S: Sink,
    S::Local: 'static,
    S::Partial: 'static,
    S::State: 'static,
    F: Fn(&S, S::State) -> Result<Outcome, QueryError> + Sync,
{
    fn local(&self) -> Kept {
        Box::new(self.sink.local())
    }

    fn add(
        &self,
        local: &mut Kept,
        kept: &mut Option<Kept>,
        run: usize,
        batch: &Batch,
    ) -> Result<(), QueryError> {
        let Some(selected) = self.selection.apply(batch)? else { return Ok(()) };
        let local = local.downcast_mut::<S::Local>().ok_or_else(mixed_up)?;
        let kept = kept.get_or_insert_with(|| Box::new(self.sink.partial()));
        let partial = kept.downcast_mut::<S::Partial>().ok_or_else(mixed_up)?;
        let mut work = Work::<S> { local, partial, run };
        pass(&self.stages, selected, &mut |made| {
            self.query.check_cancelled()?;
            self.sink.add(work.again(), made)
        })
    }

    fn close(&self, partial: Kept) -> Result<Kept, QueryError> {
        Ok(Box::new(self.sink.close(owned(partial)?)?))
    }

    fn state(&self) -> Kept {
        Box::new(self.sink.state())
    }

    fn merge(&self, state: &mut Kept, partial: Kept) -> Result<(), QueryError> {
        let state = state.downcast_mut::<S::State>().ok_or_else(mixed_up)?;
        self.sink.merge(state, owned(partial)?).map(|_| ())
    }

    fn merge_local(&self, state: &mut Kept, local: Kept) -> Result<(), QueryError> {
        let state = state.downcast_mut::<S::State>().ok_or_else(mixed_up)?;
        self.sink.merge_local(state, owned(local)?)
    }

    fn finish(&self, state: Kept) -> Result<Outcome, QueryError> {
        (self.finish)(&self.sink, owned(state)?)
    }
}

fn owned<T: 'static>(kept: Kept) -> Result<T, QueryError> {
    kept.downcast().map(|inner| *inner).map_err(|_| mixed_up())
}

fn mixed_up() -> QueryError {
    QueryError::Internal("a branch was given what another one kept".to_owned())
}

/// All branches as one sink. A branch that fails leaves the others alone.
pub(crate) struct Together<'b> {
    /// The branches.
    pub(crate) branches: Vec<Box<dyn Branch + 'b>>,
    /// How many threads put together what workers have kept.
    pub(crate) threads: usize,
}

impl Together<'_> {
    /// What each branch comes to.
    pub(crate) fn finish(&self, states: Vec<Result<Kept, QueryError>>) -> Vec<Result<Outcome, QueryError>> {
        let states = self.branches.iter().zip(states).collect();
        parallel::map(self.threads, states, |(branch, state)| branch.finish(state?))
    }
}

impl Sink for Together<'_> {
    type Local = Vec<Kept>;
    type Partial = Vec<Result<Option<Kept>, QueryError>>;
    type State = Vec<Result<Kept, QueryError>>;

    fn local(&self) -> Vec<Kept> {
        self.branches.iter().map(|branch| branch.local()).collect()
    }

    fn partial(&self) -> Self::Partial {
        self.branches.iter().map(|_| Ok(None)).collect()
    }

    fn add(&self, work: Work<'_, Self>, batch: Batch) -> Result<(), QueryError> {
        for ((branch, local), slot) in self.branches.iter().zip(work.local).zip(work.partial) {
            if let Ok(kept) = slot
                && let Err(error) = branch.add(local, kept, work.run, &batch)
            {
                *slot = Err(error);
            }
        }
        Ok(())
    }

    fn close(&self, partial: Self::Partial) -> Result<Self::Partial, QueryError> {
        let close = |branch: &dyn Branch, kept: Option<Kept>| kept.map(|kept| branch.close(kept)).transpose();
        let slots = self.branches.iter().zip(partial);
        Ok(slots.map(|(branch, slot)| slot.and_then(|kept| close(branch.as_ref(), kept))).collect())
    }

    fn state(&self) -> Self::State {
        self.branches.iter().map(|branch| Ok(branch.state())).collect()
    }

    fn merge(&self, states: &mut Self::State, partial: Self::Partial) -> Result<ControlFlow<()>, QueryError> {
        for ((branch, state), slot) in self.branches.iter().zip(&mut *states).zip(partial) {
            let outcome = match (&mut *state, slot) {
                (Err(_), _) | (_, Ok(None)) => Ok(()),
                (Ok(state), Ok(Some(partial))) => branch.merge(state, partial),
                (Ok(_), Err(error)) => Err(error),
            };
            if let Err(error) = outcome {
                *state = Err(error);
            }
        }
        Ok(if states.iter().all(Result::is_err) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn merge_local(&self, states: &mut Self::State, locals: Vec<Kept>) -> Result<(), QueryError> {
        let kept: Vec<_> = self.branches.iter().zip(states).zip(locals).collect();
        parallel::map(self.threads, kept, |((branch, state), local)| {
            if let Ok(gathered) = state
                && let Err(error) = branch.merge_local(gathered, local)
            {
                *state = Err(error);
            }
        });
        Ok(())
    }
}
