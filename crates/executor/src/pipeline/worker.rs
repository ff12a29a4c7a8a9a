//! The workers of a pipeline.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use kql_types::Batch;

use super::merge::Merger;
use super::source::{Feed, Unit};
use super::{Emit, Pipeline, Sink, Stage};
use crate::QueryError;
use crate::parallel;
use crate::query::{Query, locked};

/// Rows that pass the stages at once: enough to spread the cost of a call, few enough that intermediate columns stay in
/// the processor's cache.
const VECTOR_ROWS: usize = 1 << 14;

/// Runs a pipeline into a sink.
pub(crate) fn run<S: Sink>(query: &Query, pipeline: Pipeline, sink: &S) -> Result<S::State, QueryError> {
    let merger = Merger::new(sink, query.threads);
    let mut feed = Feed::new(pipeline.segments);
    // Small inputs are one morsel; they are done before a thread would have started.
    let first = feed.next()?;
    let second = if first.is_some() { feed.next()? } else { None };
    let workers = if second.is_some() { query.threads } else { 1 };
    let work =
        Work { query, sink, merger: &merger, queue: Mutex::new(Queue { ready: [second, first], feed }) };
    if workers == 1 {
        work.run();
    } else {
        std::thread::scope(|scope| {
            for _ in 1..workers {
                parallel::spawn(scope, || work.run());
            }
            work.run();
        });
    }
    merger.finish()
}

struct Queue {
    /// Units that were taken from the feed already, the next one last.
    ready: [Option<Unit>; 2],
    feed: Feed,
}

impl Queue {
    fn next(&mut self) -> Result<Option<Unit>, QueryError> {
        for unit in self.ready.iter_mut().rev() {
            if unit.is_some() {
                return Ok(unit.take());
            }
        }
        self.feed.next()
    }
}

struct Work<'a, S: Sink> {
    query: &'a Query,
    sink: &'a S,
    merger: &'a Merger<'a, S>,
    queue: Mutex<Queue>,
}

impl<S: Sink> Work<'_, S> {
    /// Works until there is nothing left to do.
    fn run(&self) {
        while !self.merger.stopped() {
            let mut queue = locked(&self.queue);
            let taken = queue.next();
            let position = queue.feed.position();
            drop(queue);
            match taken {
                Ok(None) => return,
                Ok(Some(unit)) => {
                    let sequence = unit.sequence;
                    let outcome = catch_unwind(AssertUnwindSafe(|| {
                        self.merger.submit(sequence, guarded(|| self.process(unit)));
                    }));
                    if let Err(panic) = outcome {
                        self.merger.submit(sequence, Err(panic_error(panic.as_ref())));
                    }
                }
                Err(error) => self.merger.submit(position, Err(error)),
            }
        }
    }

    fn process(&self, unit: Unit) -> Result<S::Partial, QueryError> {
        self.query.check_cancelled()?;
        let (batch, stages) = unit.read(&self.query.progress)?;
        let mut partial = self.sink.partial();
        for start in (0..batch.rows).step_by(VECTOR_ROWS) {
            let vector = match batch.rows <= VECTOR_ROWS {
                true => batch.clone(),
                false => batch.slice(start, VECTOR_ROWS.min(batch.rows - start)),
            };
            pass(&stages, vector, &mut |made| {
                self.query.check_cancelled()?;
                self.sink.add(&mut partial, made)
            })?;
        }
        self.sink.close(partial)
    }
}

/// Hands a batch through the stages.
pub(super) fn pass(stages: &[Arc<dyn Stage>], batch: Batch, emit: &mut Emit<'_>) -> Result<(), QueryError> {
    if batch.rows == 0 {
        return Ok(());
    }
    match stages.split_first() {
        None => emit(batch),
        Some((first, rest)) => first.push(batch, &mut |made| pass(rest, made, emit)),
    }
}

/// A panic is a bug; it ends the query, not the program.
fn guarded<T>(work: impl FnOnce() -> Result<T, QueryError>) -> Result<T, QueryError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panic_error(panic.as_ref())))
}

fn panic_error(panic: &(dyn Any + Send)) -> QueryError {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    QueryError::Internal(text.unwrap_or_else(|| "panic".to_owned()))
}
