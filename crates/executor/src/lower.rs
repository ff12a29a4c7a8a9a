//! Turns plans into pipelines. Operators that must see all their input run here, and their result becomes a source.

use std::sync::Arc;

use kql_functions::registry;
use kql_planner::plan::{Aggregate, AggregateCall, Operator, WholeTable};
use kql_planner::{Expr, Plan};
use kql_types::{Batch, Column, Schema};

use crate::aggregate::Aggregation;
use crate::expand::Expand;
use crate::expression::CompiledExpr;
use crate::passes::{self, Leg, Outcome};
use crate::pipeline::{self, Limit, Pipeline, Sink, Source, Stage};
use crate::query::Query;
use crate::stages::{Filter, Project};
use crate::{QueryError, join, scan, series, sort};

impl Query {
    /// The pipeline that gives the plan's rows. All work that its first row needs is done when this returns.
    pub(crate) fn lower(&self, plan: &Plan) -> Result<Pipeline, QueryError> {
        self.check_cancelled()?;
        let schema = plan.schema.clone();
        let of_batches = |batches: Vec<Batch>| Ok(Pipeline::of_batches(schema.clone(), batches));
        match self.take_ahead(plan).transpose()? {
            Some(Outcome::Rows(batches)) => return of_batches(batches),
            Some(Outcome::Gathered(_)) => return Err(mixed_up()),
            None => {}
        }
        match &plan.operator {
            Operator::Scan(scan) => Ok(Pipeline::new(schema, scan::source(scan, self)?)),
            Operator::Rows(batch) => of_batches(vec![(**batch).clone()]),
            Operator::Print(cells) => of_batches(vec![self.print(cells, &plan.schema)?]),
            Operator::Range { from, to, step } => {
                let series = series::series([from, to, step], &plan.schema, self)?;
                Ok(Pipeline::new(schema, Source::Series(series)))
            }
            Operator::Filter { .. } | Operator::Project { .. } | Operator::MvExpand(_) => {
                self.row_by_row(plan, schema)
            }
            Operator::Aggregate { input, keys, aggregates } => {
                if let Some(batch) = counted(plan) {
                    return of_batches(vec![batch]);
                }
                let aggregation = Aggregation::new(keys, aggregates, schema.clone(), self)?;
                of_batches(vec![match passes::legs(input) {
                    Some(legs) => self.aggregate_legs(&legs, aggregation)?,
                    None => aggregation.finish(pipeline::run(self, self.lower(input)?, &aggregation)?)?,
                }])
            }
            Operator::Sort { input, keys } => of_batches(sort::sort(self, input, keys)?),
            Operator::Top { input, keys, count } => of_batches(sort::top(self, input, keys, *count)?),
            Operator::Take { input, count } => {
                let rows = usize::try_from(*count).unwrap_or(usize::MAX);
                of_batches(pipeline::run(self, self.lower(input)?, &Limit { rows })?.batches)
            }
            Operator::Join(join) => join::join(self, join, schema),
            Operator::Union(inputs) => self.union(inputs, schema),
            Operator::Shared { id, input } => of_batches(self.shared(*id, input)?.to_vec()),
            Operator::WholeTable { inputs, operation } => {
                of_batches(vec![self.whole_table(inputs, operation.as_ref())?])
            }
        }
    }

    fn print(&self, cells: &[Expr], schema: &Arc<Schema>) -> Result<Batch, QueryError> {
        let columns = cells
            .iter()
            .map(|cell| CompiledExpr::compile(cell, self)?.column(&[], 1, &self.context))
            .collect::<Result<Vec<_>, QueryError>>()?;
        Ok(Batch::new(schema.clone(), columns, 1))
    }

    /// Filters, projections and `mv-expand`: rows stream through, or come all at once where a function must see them so.
    fn row_by_row(&self, plan: &Plan, schema: Arc<Schema>) -> Result<Pipeline, QueryError> {
        let stage = self.stage(plan)?;
        if let Some(input) = plan.row_wise_input() {
            return Ok(self.lower(input)?.with_stage(schema, stage));
        }
        let mut batches = Vec::new();
        for input in plan.inputs() {
            stage.push(self.collect_one(input)?, &mut |made| {
                batches.push(made);
                Ok(())
            })?;
        }
        Ok(Pipeline::of_batches(schema, batches))
    }

    /// What such an operator does to a batch.
    pub(crate) fn stage(&self, plan: &Plan) -> Result<Arc<dyn Stage>, QueryError> {
        let schema = plan.schema.clone();
        Ok(match &plan.operator {
            Operator::Filter { predicate, .. } => {
                Arc::new(Filter::new(CompiledExpr::compile(predicate, self)?, self))
            }
            Operator::Project { columns, .. } => {
                Arc::new(Project::new(CompiledExpr::compile_all(columns, self)?, schema, self))
            }
            Operator::MvExpand(expand) => Arc::new(Expand::new(expand, schema, self)?),
            _ => {
                return Err(QueryError::Internal(
                    "an operator that does not look at each row alone".to_owned(),
                ));
            }
        })
    }

    fn union(&self, inputs: &[Plan], schema: Arc<Schema>) -> Result<Pipeline, QueryError> {
        let mut segments = Vec::new();
        for input in inputs {
            segments.extend(self.lower(input)?.segments);
        }
        Ok(Pipeline { schema, segments })
    }

    /// The legs of a union are aggregated one by one, in the order of the text, so that each can be computed ahead.
    fn aggregate_legs(
        &self,
        legs: &[Leg<'_>],
        mut aggregation: Aggregation<'_>,
    ) -> Result<Batch, QueryError> {
        let mut state = aggregation.state();
        for (number, leg) in legs.iter().enumerate() {
            aggregation = aggregation.of_leg(number);
            let gathered = match self.take_ahead(leg.plan).transpose()? {
                Some(Outcome::Gathered(gathered)) => *gathered.downcast().map_err(|_| mixed_up())?,
                Some(Outcome::Rows(_)) => return Err(mixed_up()),
                None => {
                    let mut pipeline = self.lower(leg.plan)?;
                    for above in leg.above.iter().rev() {
                        pipeline = pipeline.with_stage(above.schema.clone(), self.stage(above)?);
                    }
                    pipeline::run(self, pipeline, &aggregation)?
                }
            };
            aggregation.merge_leg(&mut state, gathered)?;
        }
        aggregation.finish(state)
    }

    fn whole_table(&self, inputs: &[Plan], operation: &dyn WholeTable) -> Result<Batch, QueryError> {
        let inputs = inputs.iter().map(|input| self.collect_one(input)).collect::<Result<Vec<Batch>, _>>()?;
        let outcome = operation.run(&inputs, self);
        self.check_cancelled()?;
        Ok(outcome?)
    }
}

/// The result of an aggregation that only counts the rows of a table which knows how many it has.
fn counted(plan: &Plan) -> Option<Batch> {
    let Operator::Aggregate { input, keys, aggregates } = &plan.operator else { return None };
    let Operator::Scan(scan) = &input.operator else { return None };
    let count = registry::aggregate("count")?;
    let counts = |aggregate: &Aggregate| match &aggregate.call {
        AggregateCall::Function { function, arguments, .. } => {
            std::ptr::eq(*function, count) && arguments.is_empty() && aggregate.condition.is_none()
        }
        AggregateCall::Extreme { .. } | AggregateCall::First { .. } => false,
    };
    let reads_all = scan.predicate.is_none() && scan.limit.is_none();
    if !keys.is_empty() || !reads_all || !aggregates.iter().all(counts) {
        return None;
    }
    let rows = i64::try_from(scan.table.row_count()?).ok()?;
    let columns = aggregates.iter().map(|_| Column::Long(vec![rows].into())).collect();
    Some(Batch::new(plan.schema.clone(), columns, 1))
}

fn mixed_up() -> QueryError {
    QueryError::Internal("what was computed ahead is of another operator".to_owned())
}
