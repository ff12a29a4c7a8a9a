//! Turns plans into pipelines. Operators that must see all their input run here, and their result becomes a source.

use std::sync::Arc;

use kql_planner::plan::{Operator, WholeTable};
use kql_planner::{Expr, Plan};
use kql_types::{Batch, Schema};

use crate::aggregate::Aggregation;
use crate::expand::Expand;
use crate::expression::CompiledExpr;
use crate::pipeline::{self, Limit, Pipeline, Source};
use crate::query::Query;
use crate::stages::{Filter, Project};
use crate::{QueryError, join, scan, series, sort};

impl Query {
    /// The pipeline that gives the plan's rows. All work that its first row needs is done when this returns.
    pub(crate) fn lower(&self, plan: &Plan) -> Result<Pipeline, QueryError> {
        self.check_cancelled()?;
        let schema = plan.schema.clone();
        let of_batches = |batches: Vec<Batch>| Ok(Pipeline::of_batches(schema.clone(), batches));
        if let Some(outcome) = self.take_ahead(plan) {
            return of_batches(outcome?);
        }
        match &plan.operator {
            Operator::Scan(scan) => Ok(Pipeline::new(schema, scan::source(scan, self)?)),
            Operator::Rows(batch) => of_batches(vec![(**batch).clone()]),
            Operator::Print(cells) => of_batches(vec![self.print(cells, &plan.schema)?]),
            Operator::Range { from, to, step } => {
                let series = series::series([from, to, step], &plan.schema, self)?;
                Ok(Pipeline::new(schema, Source::Series(series)))
            }
            Operator::Filter { input, predicate } => self.filter(input, predicate, schema),
            Operator::Project { input, columns } => self.project(input, columns, schema),
            Operator::Aggregate { input, keys, aggregates } => {
                let aggregation = Aggregation::new(keys, aggregates, schema.clone(), self)?;
                let state = pipeline::run(self, self.lower(input)?, &aggregation)?;
                of_batches(vec![aggregation.finish(state)?])
            }
            Operator::Sort { input, keys } => of_batches(sort::sort(self, input, keys)?),
            Operator::Top { input, keys, count } => of_batches(sort::top(self, input, keys, *count)?),
            Operator::Take { input, count } => {
                let rows = usize::try_from(*count).unwrap_or(usize::MAX);
                of_batches(pipeline::run(self, self.lower(input)?, &Limit { rows })?.batches)
            }
            Operator::Join(join) => join::join(self, join, schema),
            Operator::Union(inputs) => self.union(inputs, schema),
            Operator::MvExpand(expand) => {
                let input = self.lower(&expand.input)?;
                let stage = Expand::new(expand, schema.clone(), self)?;
                Ok(input.with_stage(schema, Arc::new(stage)))
            }
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

    fn filter(&self, input: &Plan, predicate: &Expr, schema: Arc<Schema>) -> Result<Pipeline, QueryError> {
        let stage = Filter::new(CompiledExpr::compile(predicate, self)?, self);
        if !predicate.needs_whole_table() {
            return Ok(self.lower(input)?.with_stage(schema, Arc::new(stage)));
        }
        let passed = stage.apply(self.collect_one(input)?)?;
        Ok(Pipeline::of_batches(schema, vec![passed]))
    }

    fn project(&self, input: &Plan, columns: &[Expr], schema: Arc<Schema>) -> Result<Pipeline, QueryError> {
        let stage = Project::new(CompiledExpr::compile_all(columns, self)?, schema.clone(), self);
        if !columns.iter().any(Expr::needs_whole_table) {
            return Ok(self.lower(input)?.with_stage(schema, Arc::new(stage)));
        }
        let projected = stage.apply(&self.collect_one(input)?)?;
        Ok(Pipeline::of_batches(schema, vec![projected]))
    }

    fn union(&self, inputs: &[Plan], schema: Arc<Schema>) -> Result<Pipeline, QueryError> {
        let mut segments = Vec::new();
        for input in inputs {
            segments.extend(self.lower(input)?.segments);
        }
        Ok(Pipeline { schema, segments })
    }

    fn whole_table(&self, inputs: &[Plan], operation: &dyn WholeTable) -> Result<Batch, QueryError> {
        let inputs = inputs.iter().map(|input| self.collect_one(input)).collect::<Result<Vec<Batch>, _>>()?;
        let outcome = operation.run(&inputs, self);
        self.check_cancelled()?;
        Ok(outcome?)
    }
}
