//! `join` and `lookup`.
//!
//! The right side is kept in memory, indexed by key; the left side streams past it. Kinds that only ask whether a key
//! exists keep nothing but the keys of the side that is asked, and stream the other. The order of the result is defined:
//! left rows in their order, each with its matches in the order of the right side, then the right rows without a match in
//! theirs; for `rightsemi` and `rightanti` the right rows in their order.

mod build;
mod probe;
mod unique;

use std::sync::Arc;

use kql_planner::plan::{Join, JoinKind};
use kql_planner::{Expr, Plan};
use kql_types::{Batch, Schema};

use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::pipeline::{self, Pipeline};
use crate::query::Query;
use build::{BuildSide, DistinctKeys};
use probe::{Probe, Semi};
use unique::FirstPerKey;

/// The pipeline of a join.
pub(crate) fn join(query: &Query, join: &Join, schema: Arc<Schema>) -> Result<Pipeline, QueryError> {
    let (left_keys, right_keys): (Vec<&Expr>, Vec<&Expr>) =
        join.keys.iter().map(|(left, right)| (left, right)).unzip();
    let left = Side { plan: &join.left, keys: left_keys };
    let right = Side { plan: &join.right, keys: right_keys };
    match join.kind {
        JoinKind::LeftSemi => left.semi(&right, true, query),
        JoinKind::LeftAnti => left.semi(&right, false, query),
        JoinKind::RightSemi => right.semi(&left, true, query),
        JoinKind::RightAnti => right.semi(&left, false, query),
        JoinKind::InnerUnique => inner_unique(&left, &right, join, schema, query),
        JoinKind::Inner | JoinKind::LeftOuter => {
            let probe =
                Probe::new(left.compiled(query)?, right.build(None, query)?, join, schema.clone(), query);
            Ok(query.lower(left.plan)?.with_stage(schema, Arc::new(probe)))
        }
        JoinKind::RightOuter | JoinKind::FullOuter => {
            let probe =
                Probe::new(left.compiled(query)?, right.build(None, query)?, join, schema.clone(), query);
            let probe = Arc::new(probe);
            let pairs = query.lower(left.plan)?.with_stage(schema.clone(), probe.clone());
            let mut batches = query.collect_pipeline(pairs)?;
            batches.push(probe.unmatched_right());
            Ok(Pipeline::of_batches(schema, batches))
        }
    }
}

/// The left side is reduced first; then only right rows with one of its keys are kept.
fn inner_unique(
    left: &Side<'_>,
    right: &Side<'_>,
    join: &Join,
    schema: Arc<Schema>,
    query: &Query,
) -> Result<Pipeline, QueryError> {
    let first = FirstPerKey::new(left.compiled(query)?, query);
    let reduced = pipeline::run(query, query.lower(left.plan)?, &first)?;
    let known = Arc::new(DistinctKeys { groups: reduced.groups });
    let batches: Vec<Batch> = reduced.batches;
    let probe =
        Probe::new(left.compiled(query)?, right.build(Some(known), query)?, join, schema.clone(), query);
    Ok(Pipeline::of_batches(left.plan.schema.clone(), batches).with_stage(schema, Arc::new(probe)))
}

/// One input of a join.
struct Side<'a> {
    plan: &'a Plan,
    keys: Vec<&'a Expr>,
}

impl Side<'_> {
    fn compiled(&self, query: &Query) -> Result<Vec<CompiledExpr>, QueryError> {
        self.keys.iter().map(|key| CompiledExpr::compile(key, query)).collect()
    }

    /// The rows whose key the other side has, or has not.
    fn semi(&self, other: &Side<'_>, with_match: bool, query: &Query) -> Result<Pipeline, QueryError> {
        let keys = DistinctKeys::collect(query.lower(other.plan)?, other.compiled(query)?, query)?;
        let stage = Semi::new(self.compiled(query)?, Arc::new(keys), with_match, query);
        let schema = self.plan.schema.clone();
        Ok(query.lower(self.plan)?.with_stage(schema, Arc::new(stage)))
    }

    /// Collects and indexes the rows, those only that have a known key if such are given.
    fn build(&self, known: Option<Arc<DistinctKeys>>, query: &Query) -> Result<BuildSide, QueryError> {
        let mut pipeline = query.lower(self.plan)?;
        if let Some(known) = known {
            let stage = Semi::new(self.compiled(query)?, known, true, query);
            pipeline = pipeline.with_stage(self.plan.schema.clone(), Arc::new(stage));
        }
        BuildSide::collect(pipeline, &self.compiled(query)?, query)
    }
}
