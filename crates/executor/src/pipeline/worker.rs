//! The workers of a pipeline.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use kql_types::Batch;

use super::merge::Merger;
use super::source::{Feed, Unit};
use super::{Emit, Pipeline, Sink, Stage, Stages, Work};
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
    let shared = Shared {
        query,
        sink,
        merger: &merger,
        queue: Mutex::new(Queue { ready: [second, first], feed, runs: 0 }),
    };
    if workers == 1 {
        shared.work();
    } else {
        std::thread::scope(|scope| {
            for _ in 1..workers {
                parallel::spawn(scope, || shared.work());
            }
            shared.work();
        });
    }
    merger.finish()
}

/// How many morsels, from this one on, become one partial result. Small inputs are spread over all workers; of large
/// ones there are fewer partial results to merge, which only one worker can do at a time, and each has seen more of what
/// repeats. It depends on the place in the input alone, as the result of adding reals does on what is added first.
fn run_length(sequence: usize) -> usize {
    match sequence {
        0..16 => 1,
        16..64 => 4,
        64..1024 => 16,
        _ => 64,
    }
}

struct Queue {
    /// Units that were taken from the feed already, the next one last.
    ready: [Option<Unit>; 2],
    feed: Feed,
    /// How many runs were handed out.
    runs: usize,
}

impl Queue {
    /// The morsels of the next run, and its number. Of a run that cannot be had in full nothing is done.
    fn next_run(&mut self) -> (usize, Result<Vec<Unit>, QueryError>) {
        let number = self.runs;
        self.runs += 1;
        let mut run: Vec<Unit> = Vec::new();
        let mut left = 1;
        while left > 0 {
            match self.next() {
                Ok(Some(unit)) => {
                    if run.is_empty() {
                        left = run_length(unit.sequence);
                    }
                    let unit = self.feed.extended(unit, left);
                    left -= unit.morsels();
                    run.push(unit);
                }
                Ok(None) => break,
                Err(error) => return (number, Err(error)),
            }
        }
        (number, Ok(run))
    }

    fn next(&mut self) -> Result<Option<Unit>, QueryError> {
        for unit in self.ready.iter_mut().rev() {
            if unit.is_some() {
                return Ok(unit.take());
            }
        }
        self.feed.next()
    }
}

/// What the workers of a pipeline share.
struct Shared<'a, S: Sink> {
    query: &'a Query,
    sink: &'a S,
    merger: &'a Merger<'a, S>,
    queue: Mutex<Queue>,
}

impl<S: Sink> Shared<'_, S> {
    /// Works until there is nothing left to do.
    fn work(&self) {
        let mut local = self.sink.local();
        while !self.merger.stopped() {
            let (number, taken) = locked(&self.queue).next_run();
            match taken {
                Ok(run) if run.is_empty() => break,
                Ok(run) => {
                    let outcome = catch_unwind(AssertUnwindSafe(|| {
                        self.merger.submit(number, guarded(|| self.process(number, run, &mut local)));
                    }));
                    if let Err(panic) = outcome {
                        self.merger.submit(number, Err(panic_error(panic.as_ref())));
                    }
                }
                Err(error) => self.merger.submit(number, Err(error)),
            }
        }
        self.merger.leave(local);
    }

    fn process(&self, number: usize, run: Vec<Unit>, local: &mut S::Local) -> Result<S::Partial, QueryError> {
        let mut partial = self.sink.partial();
        let mut work = Work { local, partial: &mut partial, run: number };
        for unit in run {
            self.query.check_cancelled()?;
            let (batch, stages) = unit.read(&self.query.progress)?;
            self.add(batch, &stages, &mut work)?;
        }
        self.sink.close(partial)
    }

    fn add(&self, batch: Batch, stages: &Stages, work: &mut Work<'_, S>) -> Result<(), QueryError> {
        for start in (0..batch.rows).step_by(VECTOR_ROWS) {
            let vector = match batch.rows <= VECTOR_ROWS {
                true => batch.clone(),
                false => batch.slice(start, VECTOR_ROWS.min(batch.rows - start)),
            };
            pass(stages, vector, &mut |made| {
                self.query.check_cancelled()?;
                self.sink.add(work.again(), made)
            })?;
        }
        Ok(())
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
