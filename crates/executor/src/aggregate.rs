//! `summarize`, `distinct`, `count`: hash aggregation.
//!
//! Every morsel is aggregated into a table of its own; the tables are merged in the order of the morsels. So groups come
//! out in the order of their first row, and sums of reals do not depend on the number of workers.

mod picking;

use std::ops::ControlFlow;
use std::sync::Arc;

use kql_functions::{Accumulator, ArgumentInfo, MakeAccumulator};
use kql_parser::Span;
use kql_planner::Expr;
use kql_planner::plan::{Aggregate, AggregateCall};
use kql_types::{Batch, Column, Operand, ScalarType, Schema};

use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::grouping::Groups;
use crate::memory::Reservation;
use crate::pipeline::Sink;
use crate::query::Query;
use picking::{Picking, Rule};

/// The operator.
#[derive(Debug)]
pub(crate) struct Aggregation<'a> {
    query: &'a Query,
    keys: Vec<CompiledExpr>,
    aggregates: Vec<CompiledAggregate>,
    schema: Arc<Schema>,
}

#[derive(Debug)]
struct CompiledAggregate {
    call: CompiledCall,
    arguments: Vec<CompiledExpr>,
    condition: Option<CompiledExpr>,
    span: Span,
}

#[derive(Debug)]
enum CompiledCall {
    Function { make: MakeAccumulator, returns: ScalarType },
    Pick(Rule),
}

/// Groups and what is known of each.
pub(crate) struct Table {
    /// Without keys there is one group, which is not looked up.
    groups: Groups,
    states: Vec<State>,
    /// The group of each row of the batch in work.
    scratch: Vec<u32>,
    reservation: Reservation,
}

enum State {
    Function(Box<dyn Accumulator>),
    Pick(Picking),
}

impl<'a> Aggregation<'a> {
    pub(crate) fn new(
        keys: &[Expr],
        aggregates: &[Aggregate],
        schema: Arc<Schema>,
        query: &'a Query,
    ) -> Result<Self, QueryError> {
        let keys = CompiledExpr::compile_all(keys, query)?;
        let aggregates =
            aggregates.iter().map(|aggregate| compile(aggregate, query)).collect::<Result<_, _>>()?;
        let aggregation = Self { query, keys, aggregates, schema };
        // Constant arguments may be refused, also where there is no row.
        aggregation.table()?;
        Ok(aggregation)
    }

    fn table(&self) -> Result<Table, QueryError> {
        let mut states =
            self.aggregates.iter().map(CompiledAggregate::state).collect::<Result<Vec<_>, _>>()?;
        if self.keys.is_empty() {
            states.iter_mut().for_each(|state| state.resize(1));
        }
        Ok(Table {
            groups: Groups::new(self.keys.iter().map(CompiledExpr::data_type)),
            states,
            scratch: Vec::new(),
            reservation: self.query.memory.reservation("summarize"),
        })
    }

    /// The result: keys, then aggregates, a row for each group.
    pub(crate) fn finish(&self, table: Result<Table, QueryError>) -> Result<Batch, QueryError> {
        let mut table = table?;
        let rows = self.groups_of(&table);
        let mut columns = std::mem::replace(&mut table.groups, Groups::new([])).into_columns();
        for state in table.states {
            columns.extend(state.finish());
        }
        Ok(Batch::new(self.schema.clone(), columns, rows))
    }

    fn groups_of(&self, table: &Table) -> usize {
        if self.keys.is_empty() { 1 } else { table.groups.len() }
    }

    fn number_rows(&self, table: &mut Table, batch: &Batch) -> Result<(), QueryError> {
        if self.keys.is_empty() {
            table.scratch.clear();
            table.scratch.resize(batch.rows, 0);
            return Ok(());
        }
        let keys = self
            .keys
            .iter()
            .map(|key| key.column(&batch.columns, batch.rows, &self.query.context))
            .collect::<Result<Vec<Column>, QueryError>>()?;
        table.groups.insert(&keys, batch.rows, &mut table.scratch);
        self.make_room(table)
    }

    /// After new groups came.
    fn make_room(&self, table: &mut Table) -> Result<(), QueryError> {
        let groups = self.groups_of(table);
        table.states.iter_mut().for_each(|state| state.resize(groups));
        // States do not tell their size; two words for each group are a lower bound of most.
        table.reservation.resize(table.groups.bytes() + 16 * groups * table.states.len())
    }

    fn add_rows(&self, table: &mut Table, batch: &Batch) -> Result<(), QueryError> {
        self.number_rows(table, batch)?;
        for (aggregate, state) in self.aggregates.iter().zip(&mut table.states) {
            aggregate.add(state, &table.scratch, batch, self.query)?;
        }
        Ok(())
    }

    fn merge_tables(&self, table: &mut Table, later: Table) -> Result<(), QueryError> {
        if self.keys.is_empty() {
            table.scratch.clear();
            table.scratch.push(0);
        } else if table.groups.len() == 0 {
            *table = later;
            return Ok(());
        } else {
            let rows = later.groups.len();
            table.groups.insert(&later.groups.into_columns(), rows, &mut table.scratch);
            self.make_room(table)?;
        }
        for ((aggregate, state), later) in self.aggregates.iter().zip(&mut table.states).zip(later.states) {
            state.merge(later, &table.scratch, aggregate.span)?;
        }
        Ok(())
    }
}

impl Sink for Aggregation<'_> {
    type Partial = Result<Table, QueryError>;
    type State = Result<Table, QueryError>;

    fn partial(&self) -> Self::Partial {
        self.table()
    }

    fn add(&self, partial: &mut Self::Partial, batch: Batch) -> Result<(), QueryError> {
        match partial {
            Ok(table) => self.add_rows(table, &batch),
            Err(error) => Err(error.clone()),
        }
    }

    fn state(&self) -> Self::State {
        self.table()
    }

    fn merge(&self, state: &mut Self::State, partial: Self::Partial) -> Result<ControlFlow<()>, QueryError> {
        match state {
            Ok(table) => self.merge_tables(table, partial?)?,
            Err(error) => return Err(error.clone()),
        }
        Ok(ControlFlow::Continue(()))
    }
}

fn compile(aggregate: &Aggregate, query: &Query) -> Result<CompiledAggregate, QueryError> {
    let (call, arguments) = match &aggregate.call {
        AggregateCall::Function { overload, arguments, .. } => {
            let returns = aggregate.outputs.first().copied().unwrap_or(ScalarType::Dynamic);
            let call = CompiledCall::Function { make: overload.kernel.0, returns };
            (call, CompiledExpr::compile_all(arguments, query)?)
        }
        AggregateCall::Extreme { largest, by, values } => {
            let mut arguments = vec![CompiledExpr::compile(by, query)?];
            arguments.extend(CompiledExpr::compile_all(values, query)?);
            let rule = if *largest { Rule::Largest } else { Rule::Smallest };
            (CompiledCall::Pick(rule), arguments)
        }
        AggregateCall::First { values } => {
            (CompiledCall::Pick(Rule::First), CompiledExpr::compile_all(values, query)?)
        }
    };
    let condition = match &aggregate.condition {
        Some(condition) => Some(CompiledExpr::compile(condition, query)?),
        None => None,
    };
    Ok(CompiledAggregate { call, arguments, condition, span: aggregate.span })
}

impl CompiledAggregate {
    fn state(&self) -> Result<State, QueryError> {
        match &self.call {
            CompiledCall::Function { make, returns } => {
                let infos: Vec<ArgumentInfo<'_>> = self.arguments.iter().map(CompiledExpr::info).collect();
                let made = make(&infos, *returns).map_err(|error| QueryError::kernel(error, self.span))?;
                Ok(State::Function(made))
            }
            CompiledCall::Pick(rule) => {
                Ok(State::Pick(Picking::new(*rule, self.arguments.iter().map(CompiledExpr::data_type))))
            }
        }
    }

    fn add(&self, state: &mut State, groups: &[u32], batch: &Batch, query: &Query) -> Result<(), QueryError> {
        let evaluate =
            |argument: &CompiledExpr| argument.evaluate(&batch.columns, batch.rows, &query.context);
        let arguments = self.arguments.iter().map(evaluate).collect::<Result<Vec<Operand>, _>>()?;
        let Some(condition) = &self.condition else { return state.update(groups, arguments, self.span) };
        let keep = condition.select(&batch.columns, batch.rows, &query.context)?;
        match keep.count_set_bits() {
            0 => Ok(()),
            all if all == batch.rows => state.update(groups, arguments, self.span),
            _ => {
                let kept: Vec<u32> = keep.set_indices().map(|row| groups[row]).collect();
                let arguments = arguments.into_iter().map(|argument| match argument {
                    Operand::Column(column) => Operand::Column(column.filter(&keep)),
                    constant => constant,
                });
                state.update(&kept, arguments.collect(), self.span)
            }
        }
    }
}

impl State {
    fn resize(&mut self, groups: usize) {
        match self {
            State::Function(accumulator) => accumulator.resize(groups),
            State::Pick(picking) => picking.resize(groups),
        }
    }

    fn update(&mut self, groups: &[u32], arguments: Vec<Operand>, span: Span) -> Result<(), QueryError> {
        match self {
            State::Function(accumulator) => {
                accumulator.update(groups, &arguments).map_err(|error| QueryError::kernel(error, span))
            }
            State::Pick(picking) => {
                let columns = arguments.into_iter().map(|argument| argument.into_column(groups.len()));
                picking.update(groups, columns.collect());
                Ok(())
            }
        }
    }

    fn merge(&mut self, later: State, mapping: &[u32], span: Span) -> Result<(), QueryError> {
        match (self, later) {
            (State::Function(state), State::Function(later)) => {
                state.merge(later, mapping).map_err(|error| QueryError::kernel(error, span))
            }
            (State::Pick(state), State::Pick(later)) => {
                state.merge(later, mapping);
                Ok(())
            }
            _ => Err(QueryError::Internal("states of different aggregates cannot be merged".to_owned())),
        }
    }

    fn finish(self) -> Vec<Column> {
        match self {
            State::Function(mut accumulator) => vec![accumulator.finish()],
            State::Pick(picking) => picking.finish(),
        }
    }
}
