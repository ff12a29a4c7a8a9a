//! One pass over a table for all that reads it.
//!
//! Before plans run, the parts of them are found that do nothing but read a table, look at its rows one by one, and
//! gather them: the two sides of a rule's join, the branches of a union, the rules of a run. Parts over one table are
//! computed together, each morsel being read once. Their results wait until [`Query::lower`](Query) comes to them.

mod search;

use std::sync::Arc;

use kql_planner::plan::Operator;
use kql_planner::{Plan, plan};
use kql_types::Batch;

use crate::QueryError;
use crate::aggregate::Aggregation;
use crate::pipeline::{self, Branch, Collect, SinkBranch, Stages, Together};
use crate::query::Query;
use crate::scan::{self, Selection};
use crate::sort::Sorter;

/// A part of a plan: rows of a scan that pass through streaming operators and are gathered.
pub(crate) struct Part<'p> {
    /// Whose plan it is of.
    query: &'p Query,
    /// What it is computed for.
    plan: &'p Plan,
    /// The streaming operators over the scan: the input of `plan`, or `plan` itself.
    rows: &'p Plan,
    /// The scan, and its columns.
    scan: &'p plan::Scan,
    scanned: &'p Plan,
}

/// Computes what these plans can share.
pub(crate) fn run<'p>(jobs: &[(&'p Query, &'p Plan)]) {
    let mut groups: Vec<Vec<Part<'p>>> = Vec::new();
    for part in search::parts(jobs) {
        let table = Arc::as_ptr(&part.scan.table).addr();
        match groups.iter_mut().find(|group| Arc::as_ptr(&group[0].scan.table).addr() == table) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    for group in groups.into_iter().filter(|group| group.len() > 1) {
        run_group(group);
    }
}

/// One pass. A part that cannot be made ready is left out: its failure shows where it is computed alone.
fn run_group(mut group: Vec<Part<'_>>) {
    let mut ready = Vec::new();
    group.retain(|part| match part.stages() {
        Ok(stages) => {
            ready.push(stages);
            true
        }
        Err(_) => false,
    });
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
    let together = Together { branches };
    match pipeline::run(first.query, pipeline, &together) {
        Ok(states) => {
            for (part, outcome) in parts.iter().zip(together.finish(states)) {
                part.query.keep_ahead(part.plan, outcome);
            }
        }
        Err(error) => parts.iter().for_each(|part| part.query.keep_ahead(part.plan, Err(error.clone()))),
    }
}

impl<'p> Part<'p> {
    fn reader(&self) -> scan::Reader<'p> {
        scan::Reader { scan: self.scan, schema: self.scanned.schema.clone(), query: self.query }
    }

    /// The streaming operators, made ready, in the order in which rows pass them.
    fn stages(&self) -> Result<Stages, QueryError> {
        let mut stages = Vec::new();
        let mut plan = self.rows;
        while let Some(input) = plan.row_wise_input() {
            stages.push(self.query.stage(plan)?);
            plan = input;
        }
        stages.reverse();
        Ok(stages.into())
    }

    fn branch(&self, stages: Stages, selection: Selection) -> Result<Box<dyn Branch + 'p>, QueryError> {
        let (query, schema) = (self.query, &self.plan.schema);
        Ok(match &self.plan.operator {
            Operator::Aggregate { keys, aggregates, .. } => {
                let sink = Aggregation::new(keys, aggregates, schema.clone(), query)?;
                let finish = |sink: &Aggregation<'_>, state| Ok(vec![sink.finish(state)?]);
                Box::new(SinkBranch { query, selection, stages, sink, finish })
            }
            Operator::Sort { keys, .. } => self.sorted(stages, selection, keys, usize::MAX)?,
            Operator::Top { keys, count, .. } => {
                self.sorted(stages, selection, keys, usize::try_from(*count).unwrap_or(usize::MAX))?
            }
            _ => {
                let sink = Collect::new(query, "the result");
                let finish = |_: &Collect<'_>, state: pipeline::Collected| Ok(state.into_parts().0);
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
        let finish = |sink: &Sorter<'_>, rows| -> Result<Vec<Batch>, QueryError> { sink.finish(rows) };
        Ok(Box::new(SinkBranch { query, selection, stages, sink, finish }))
    }
}
