//! A query while it runs: what its operators share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;
use kql_functions::Context;
use kql_planner::Plan;
use kql_planner::plan::{Evaluate, EvaluateError};
use kql_tables::RowCount;
use kql_types::{Batch, Column, Value};

use crate::expression::CompiledExpr;
use crate::memory::MemoryBudget;
use crate::passes::Outcome;
use crate::pipeline::{self, Collect, Pipeline, WatchRows};
use crate::{Options, QueryError, passes};

/// How far a query has come. Shared with whoever watches it.
#[derive(Debug, Default)]
pub struct Progress {
    rows: AtomicU64,
    bytes: AtomicU64,
    scanned: RowCount,
}

impl Progress {
    /// Rows that scans have handed over so far; rows that a pushed filter dropped are not among them.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Bytes of files read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Records that scans which have ended looked at.
    pub fn scanned(&self) -> &RowCount {
        &self.scanned
    }

    /// Adds rows and bytes that were read.
    pub fn add(&self, rows: usize, bytes: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// What the operators of one query share.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) context: Arc<Context>,
    pub(crate) threads: usize,
    pub(crate) memory: Arc<MemoryBudget>,
    pub(crate) progress: Arc<Progress>,
    cancel: Arc<AtomicBool>,
    /// What `Operator::Shared` has computed, by its id.
    shared: Mutex<HashMap<usize, Arc<[Batch]>>>,
    /// What sub-queries in expressions have given, by the address of their plan: one that an expression holds
    /// several times is one `Arc`. The plan is kept, so that no other can get its address.
    subqueries: Mutex<HashMap<usize, (Arc<Plan>, Value)>>,
    /// What passes over tables have computed ahead, by the address of the plan, which outlives the query.
    ahead: Mutex<HashMap<usize, Result<Outcome, QueryError>>>,
}

impl Query {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            context: Arc::new(options.context()),
            threads: options.threads.max(1),
            memory: MemoryBudget::new(options.memory_limit),
            progress: options.progress.clone(),
            cancel: options.cancel.clone(),
            shared: Mutex::default(),
            subqueries: Mutex::default(),
            ahead: Mutex::default(),
        }
    }

    /// Keeps what a plan comes to until it is asked for.
    pub(crate) fn keep_ahead(&self, plan: &Plan, outcome: Result<Outcome, QueryError>) {
        locked(&self.ahead).insert(address(plan), outcome);
    }

    /// What a plan comes to, if that was computed ahead.
    pub(crate) fn take_ahead(&self, plan: &Plan) -> Option<Result<Outcome, QueryError>> {
        let mut ahead = locked(&self.ahead);
        if ahead.is_empty() { None } else { ahead.remove(&address(plan)) }
    }

    /// Stops with an error if somebody asked for it.
    pub(crate) fn check_cancelled(&self) -> Result<(), QueryError> {
        match self.cancel.load(Ordering::Relaxed) {
            true => Err(QueryError::Cancelled),
            false => Ok(()),
        }
    }

    /// The rows of a plan.
    pub(crate) fn collect(&self, plan: &Plan) -> Result<Vec<Batch>, QueryError> {
        let pipeline = self.lower(plan)?;
        self.collect_pipeline(pipeline)
    }

    /// The same, and shows them as they come.
    fn collect_watched(&self, plan: &Plan, watch: WatchRows<'_>) -> Result<Vec<Batch>, QueryError> {
        let pipeline = self.lower(plan)?;
        let sink = Collect::new(self, "the result").watched(watch);
        let (batches, _held) = pipeline::run(self, pipeline, &sink)?.into_parts();
        Ok(batches)
    }

    /// The rows of a pipeline.
    pub(crate) fn collect_pipeline(&self, pipeline: Pipeline) -> Result<Vec<Batch>, QueryError> {
        let (batches, _held) = pipeline::run(self, pipeline, &Collect::new(self, "the result"))?.into_parts();
        Ok(batches)
    }

    /// The rows of a plan, as one batch.
    pub(crate) fn collect_one(&self, plan: &Plan) -> Result<Batch, QueryError> {
        Ok(Batch::concat(&plan.schema, &self.collect(plan)?))
    }

    /// The rows of a sub-plan that is used more than once; computed at the first use.
    pub(crate) fn shared(&self, id: usize, plan: &Plan) -> Result<Arc<[Batch]>, QueryError> {
        if let Some(batches) = locked(&self.shared).get(&id) {
            return Ok(batches.clone());
        }
        let batches: Arc<[Batch]> = self.collect(plan)?.into();
        locked(&self.shared).insert(id, batches.clone());
        Ok(batches)
    }

    /// What `compute` gives for a sub-query in an expression; computed at the first use.
    pub(crate) fn subquery(
        &self,
        plan: &Arc<Plan>,
        compute: impl FnOnce(Batch) -> Value,
    ) -> Result<Value, QueryError> {
        let address = Arc::as_ptr(plan).addr();
        if let Some((_, value)) = locked(&self.subqueries).get(&address) {
            return Ok(value.clone());
        }
        let value = compute(self.collect_one(plan)?);
        locked(&self.subqueries).insert(address, (plan.clone(), value.clone()));
        Ok(value)
    }
}

fn address(plan: &Plan) -> usize {
    std::ptr::from_ref(plan).addr()
}

/// The rows of a plan.
pub fn execute(plan: &Plan, options: &Options) -> Result<Vec<Batch>, QueryError> {
    let query = Query::new(options);
    passes::run(&[(&query, plan)]);
    query.collect(plan)
}

/// The rows of several plans, each with its options. What up to 128 of them read of one table is read in one pass. The pass
/// has the threads of the first plan that takes part, is shown in its progress, and is stopped by what stops it.
///
/// What is left to do for each plan after the pass is done in their order; `begins` is told of each beforehand.
pub fn execute_all(
    jobs: &[(&Plan, &Options)],
    begins: impl FnMut(usize),
) -> Vec<Result<Vec<Batch>, QueryError>> {
    execute_all_watched(jobs, begins, &|_, _| {})
}

/// The same; `rows` is shown what each plan gives, batch by batch in the order of its rows, while it still runs. Of a plan
/// that ends in an operator which sees all rows before it gives one, as `sort`, that is when all is done.
pub fn execute_all_watched(
    jobs: &[(&Plan, &Options)],
    mut begins: impl FnMut(usize),
    rows: &(dyn Fn(usize, &Batch) + Sync),
) -> Vec<Result<Vec<Batch>, QueryError>> {
    let mut results = Vec::with_capacity(jobs.len());
    for some in jobs.chunks(MOST_TOGETHER) {
        let queries: Vec<Query> = some.iter().map(|(_, options)| Query::new(options)).collect();
        let plans = some.iter().map(|(plan, _)| *plan);
        let together: Vec<(&Query, &Plan)> = queries.iter().zip(plans).collect();
        passes::run(&together);
        for (query, plan) in together {
            let at = results.len();
            begins(at);
            results.push(query.collect_watched(plan, &|batch| rows(at, batch)));
        }
    }
    results
}

/// Of more plans than that, what the passes compute ahead is not held all at once.
const MOST_TOGETHER: usize = 128;

impl Evaluate for Query {
    fn expression(&self, expression: &kql_planner::Expr, input: &Batch) -> Result<Column, EvaluateError> {
        let compiled = CompiledExpr::compile(expression, self)?;
        Ok(compiled.evaluate(&input.columns, input.rows, &self.context)?.into_column(input.rows))
    }

    fn plan(&self, plan: &Plan) -> Result<Batch, EvaluateError> {
        Ok(self.collect_one(plan)?)
    }

    fn context(&self) -> &Context {
        &self.context
    }
}

/// Runs plans and expressions while a query is bound.
pub fn evaluator(options: &Options) -> Box<dyn Evaluate> {
    Box::new(OneByOne { options: options.clone(), context: options.context() })
}

/// Each plan is a query of its own: what is computed once a query is not kept for the next, of which the planner may
/// have left out other columns.
struct OneByOne {
    options: Options,
    context: Context,
}

impl Evaluate for OneByOne {
    fn expression(&self, expression: &kql_planner::Expr, input: &Batch) -> Result<Column, EvaluateError> {
        Query::new(&self.options).expression(expression, input)
    }

    fn plan(&self, plan: &Plan) -> Result<Batch, EvaluateError> {
        Evaluate::plan(&Query::new(&self.options), plan)
    }

    fn context(&self) -> &Context {
        &self.context
    }
}

/// The guard, also where a thread that held the lock has panicked: what the locks of this crate protect is replaced
/// as a whole.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
