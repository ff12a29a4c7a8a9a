//! One pass over a table for all that reads it.
//!
//! Before plans run, the parts of them are found that do nothing but read a table, look at its rows one by one, and
//! gather them: the two sides of a rule's join, the legs of a union, the rules of a run. Parts over one table are
//! computed together, each morsel being read once. Their results wait until [`Query::lower`](Query) comes to them. Parts
//! that ask for the result of others (`in (...)`, `toscalar(...)`) come in a later round.

mod search;

use std::sync::Arc;

use kql_planner::plan::Operator;
use kql_planner::{Plan, plan};
use kql_types::Batch;

use crate::QueryError;
use crate::aggregate::Aggregation;
use crate::pipeline::{self, Branch, Collect, Kept, SinkBranch, Stages, Together};
use crate::query::Query;
use crate::scan::{self, Selection};
use crate::sort::Sorter;

/// A part of a plan: rows of a scan that pass through streaming operators and are gathered.
pub(crate) struct Part<'p> {
    /// Whose plan it is of.
    query: &'p Query,
    /// What it is computed for.
    plan: &'p Plan,
    /// The input of `plan`, or `plan` itself.
    rows: &'p Plan,
    /// The operators that its rows pass, the last one first.
    streaming: Vec<&'p Plan>,
    /// Where its rows are those of a leg of a union that is aggregated: the aggregation, and which leg it is.
    leg_of: Option<(&'p Plan, usize)>,
    /// The scan, and its columns.
    scan: &'p plan::Scan,
    scanned: &'p Plan,
    /// Plans that compute the same.
    twins: Vec<(&'p Query, &'p Plan)>,
}

/// A leg of a union.
pub(crate) struct Leg<'p> {
    /// The operators between the union and what asks for its rows, the last one first.
    pub(crate) above: Vec<&'p Plan>,
    /// The leg.
    pub(crate) plan: &'p Plan,
}

/// Unions of more legs are left as they are.
const MOST_LEGS: usize = 128;

/// The legs of a union below operators that look at each row alone; those of a union in a union are its own.
pub(crate) fn legs(plan: &Plan) -> Option<Vec<Leg<'_>>> {
    let mut above = Vec::new();
    let mut found = plan;
    while let Some(input) = found.row_wise_input() {
        above.push(found);
        found = input;
    }
    let Operator::Union(inputs) = &found.operator else { return None };
    let mut all = Vec::new();
    for input in inputs {
        match legs(input) {
            Some(inner) => all.extend(
                inner
                    .into_iter()
                    .map(|leg| Leg { above: [above.as_slice(), &leg.above].concat(), plan: leg.plan }),
            ),
            None => all.push(Leg { above: above.clone(), plan: input }),
        }
    }
    (all.len() <= MOST_LEGS).then_some(all)
}

/// What a pass has computed for a plan.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Its rows.
    Rows(Vec<Batch>),
    /// What an aggregation has gathered of a leg.
    Gathered(Kept),
}

/// Plans that ask for plans that ask for plans, and so on, are computed together up to so many rounds.
const MOST_ROUNDS: usize = 4;

/// Computes what these plans can share.
pub(crate) fn run<'p>(jobs: &[(&'p Query, &'p Plan)]) {
    for round in 0..MOST_ROUNDS {
        let found = search::parts(jobs, round);
        let mut groups: Vec<Vec<Part<'p>>> = Vec::new();
        for part in found.parts {
            let table = Arc::as_ptr(&part.scan.table).addr();
            match groups.iter_mut().find(|group| Arc::as_ptr(&group[0].scan.table).addr() == table) {
                Some(group) => group.push(part),
                None => groups.push(vec![part]),
            }
        }
        for group in groups.into_iter().filter(|group| group.len() > 1) {
            run_group(group);
        }
        if !found.has_later {
            return;
        }
    }
}

/// Of parts that compute the same the first, with the others as its twins.
fn paired(parts: Vec<Part<'_>>) -> Vec<Part<'_>> {
    let mut paired: Vec<Part<'_>> = Vec::with_capacity(parts.len());
    for part in parts {
        match paired.iter_mut().find(|other| other.computes_the_same(&part)) {
            Some(first) => first.twins.push((part.query, part.plan)),
            None => paired.push(part),
        }
    }
    paired
}

/// One pass. A part that cannot be made ready is left out: its failure shows where it is computed alone.
fn run_group(group: Vec<Part<'_>>) {
    let mut group = paired(group);
    let mut ready = Vec::new();
    group.retain(|part| match part.stages().and_then(|stages| part.reader().check().map(|()| stages)) {
        Ok(stages) => {
            ready.push(stages);
            true
        }
        Err(_) => false,
    });
    if group.is_empty() {
        return;
    }
    let scans: Vec<scan::Reader<'_>> = group.iter().map(Part::reader).collect();
    let Ok((pipeline, selections)) = scan::merged(&scans) else { return };
    let mut branches = Vec::new();
    let mut parts = Vec::new();
    for ((part, stages), selection) in group.into_iter().zip(ready).zip(selections) {
        if let Ok(branch) = part.branch(stages, selection) {
            branches.push(branch);
            parts.push(part);
        }
    }
    let Some(first) = parts.first() else { return };
    let told = |part: &Part<'_>| part.query.context.warnings.texts().len();
    let told_before: Vec<usize> = parts.iter().map(told).collect();
    let together = Together { branches, threads: first.query.threads };
    match pipeline::run(first.query, pipeline, &together) {
        Ok(states) => {
            let outcomes = together.finish(states);
            for ((part, outcome), before) in parts.iter().zip(outcomes).zip(told_before) {
                part.hand_out(outcome, told(part) > before);
            }
        }
        Err(error) => parts.iter().for_each(|part| part.query.keep_ahead(part.plan, Err(error.clone()))),
    }
}

impl<'p> Part<'p> {
    fn computes_the_same(&self, other: &Part<'_>) -> bool {
        self.leg_of.is_none()
            && other.leg_of.is_none()
            && self.query.context.now == other.query.context.now
            && self.plan.computes_the_same(other.plan)
    }

    /// Keeps what the pass came to until it is asked for. Twins are computed alone where there is more to tell than rows:
    /// a warning, or a failure, which names a place in its query.
    fn hand_out(&self, outcome: Result<Outcome, QueryError>, warned: bool) {
        if let Ok(Outcome::Rows(batches)) = &outcome
            && !warned
        {
            for (query, plan) in &self.twins {
                query.keep_ahead(plan, Ok(Outcome::Rows(batches.clone())));
            }
        }
        self.query.keep_ahead(self.plan, outcome);
    }

    fn reader(&self) -> scan::Reader<'p> {
        scan::Reader { scan: self.scan, schema: self.scanned.schema.clone(), query: self.query }
    }

    /// The streaming operators, made ready, in the order in which rows pass them.
    fn stages(&self) -> Result<Stages, QueryError> {
        let stages = self.streaming.iter().rev().map(|plan| self.query.stage(plan));
        Ok(stages.collect::<Result<Vec<_>, _>>()?.into())
    }

    fn branch(&self, stages: Stages, selection: Selection) -> Result<Box<dyn Branch + 'p>, QueryError> {
        let query = self.query;
        if let Some((aggregate, leg)) = self.leg_of {
            let sink = aggregation(aggregate, query)?.of_leg(leg);
            let finish = |_: &Aggregation<'_>, state| Ok(Outcome::Gathered(Box::new(state)));
            return Ok(Box::new(SinkBranch { query, selection, stages, sink, finish }));
        }
        Ok(match &self.plan.operator {
            Operator::Aggregate { .. } => {
                let sink = aggregation(self.plan, query)?;
                let finish = |sink: &Aggregation<'_>, state| Ok(Outcome::Rows(vec![sink.finish(state)?]));
                Box::new(SinkBranch { query, selection, stages, sink, finish })
            }
            Operator::Sort { keys, .. } => self.sorted(stages, selection, keys, usize::MAX)?,
            Operator::Top { keys, count, .. } => {
                self.sorted(stages, selection, keys, usize::try_from(*count).unwrap_or(usize::MAX))?
            }
            _ => {
                let sink = Collect::new(query, "the result");
                let finish =
                    |_: &Collect<'_>, state: pipeline::Collected| Ok(Outcome::Rows(state.into_parts().0));
                Box::new(SinkBranch { query, selection, stages, sink, finish })
            }
        })
    }

    fn sorted(
        &self,
        stages: Stages,
        selection: Selection,
        keys: &[plan::SortKey],
        count: usize,
    ) -> Result<Box<dyn Branch + 'p>, QueryError> {
        let query = self.query;
        let sink = Sorter::new(query, &self.rows.schema, keys, count)?;
        let finish = |sink: &Sorter<'_>, rows| -> Result<Outcome, QueryError> {
            Ok(Outcome::Rows(sink.finish(rows)?))
        };
        Ok(Box::new(SinkBranch { query, selection, stages, sink, finish }))
    }
}

/// An aggregation, made ready.
fn aggregation<'q>(plan: &Plan, query: &'q Query) -> Result<Aggregation<'q>, QueryError> {
    match &plan.operator {
        Operator::Aggregate { keys, aggregates, .. } => {
            Aggregation::new(keys, aggregates, plan.schema.clone(), query)
        }
        _ => Err(QueryError::Internal("a leg of what is no aggregation".to_owned())),
    }
}
