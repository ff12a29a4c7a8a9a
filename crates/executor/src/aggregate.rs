//! `summarize`, `distinct`, `count`: hash aggregation.
//!
//! Every run of morsels is aggregated into a table of its own; the tables are merged in the order of the runs. So groups
//! come out in the order of their first row, and sums of reals do not depend on the number of workers. Where no aggregate
//! minds the order of the rows, there is a table for each worker instead, and the groups are put in order in the end.

mod picking;

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::UInt32Array;
use kql_functions::{Accumulator, ArgumentInfo, Arrivals, MakeAccumulator};
use kql_parser::Span;
use kql_planner::Expr;
use kql_planner::plan::{Aggregate, AggregateCall};
use kql_types::{Batch, Column, Operand, ScalarType, Schema};

use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::grouping::Groups;
use crate::memory::Reservation;
use crate::pipeline::{Sink, Work};
use crate::query::Query;
use picking::{Picking, Rule};

/// The operator.
#[derive(Debug)]
pub(crate) struct Aggregation<'a> {
    query: &'a Query,
    keys: Vec<CompiledExpr>,
    aggregates: Vec<CompiledAggregate>,
    /// Whether no aggregate minds the order of the rows.
    order_free: bool,
    /// What the number of the first run counts as.
    first_run: usize,
    schema: Arc<Schema>,
}

/// A leg of a union has fewer runs than that.
const RUNS_OF_LEG: usize = 1 << 24;

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
    /// In which order the groups came up, where workers have tables of their own.
    arrivals: Arrivals,
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
        let mut aggregation = Self { query, keys, aggregates, order_free: false, first_run: 0, schema };
        // Constant arguments may be refused, also where there is no row.
        let empty = aggregation.table()?;
        aggregation.order_free = empty.states.iter().all(State::is_order_free);
        Ok(aggregation)
    }

    /// The same over a leg of a union; what it gathers comes behind what the legs before gather.
    pub(crate) fn of_leg(self, leg: usize) -> Self {
        Self { first_run: leg * RUNS_OF_LEG, ..self }
    }

    /// Adds what was gathered of the next leg.
    pub(crate) fn merge_leg(
        &self,
        state: &mut Result<Table, QueryError>,
        leg: Result<Table, QueryError>,
    ) -> Result<(), QueryError> {
        self.merge(state, Some(leg)).map(|_| ())
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
            arrivals: Arrivals::default(),
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
        if let Some(order) = table.arrivals.order() {
            let order = UInt32Array::from(order);
            columns = columns.iter().map(|column| column.take(&order)).collect();
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

    fn begin_run(table: &mut Table, run: usize) {
        table.arrivals.begin_run(run as u32, table.groups.len());
        table.states.iter_mut().for_each(|state| state.begin_run(run as u32));
    }

    fn merge_tables(&self, table: &mut Table, later: Table) -> Result<(), QueryError> {
        if self.keys.is_empty() {
            table.scratch.clear();
            table.scratch.push(0);
        } else if table.groups.len() == 0 {
            *table = later;
            return Ok(());
        } else {
            let (before, rows) = (table.groups.len(), later.groups.len());
            table.groups.insert(&later.groups.into_columns(), rows, &mut table.scratch);
            if self.order_free {
                table.arrivals.absorb(before, table.groups.len(), &later.arrivals, &table.scratch);
            }
            self.make_room(table)?;
        }
        for ((aggregate, state), later) in self.aggregates.iter().zip(&mut table.states).zip(later.states) {
            state.merge(later, &table.scratch, aggregate.span)?;
        }
        Ok(())
    }
}

impl Sink for Aggregation<'_> {
    type Local = Option<Result<Table, QueryError>>;
    type Partial = Option<Result<Table, QueryError>>;
    type State = Result<Table, QueryError>;

    fn local(&self) -> Self::Local {
        None
    }

    fn partial(&self) -> Self::Partial {
        None
    }

    fn add(&self, work: Work<'_, Self>, batch: Batch) -> Result<(), QueryError> {
        let kept = if self.order_free { work.local } else { work.partial };
        let table = kept.get_or_insert_with(|| self.table()).as_mut().map_err(|error| error.clone())?;
        if self.order_free {
            Self::begin_run(table, self.first_run + work.run);
        }
        self.add_rows(table, &batch)
    }

    fn state(&self) -> Self::State {
        self.table()
    }

    fn merge(&self, state: &mut Self::State, partial: Self::Partial) -> Result<ControlFlow<()>, QueryError> {
        if let Some(partial) = partial {
            let table = state.as_mut().map_err(|error| error.clone())?;
            self.merge_tables(table, partial?)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn merge_local(&self, state: &mut Self::State, local: Self::Local) -> Result<(), QueryError> {
        self.merge(state, local).map(|_| ())
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
    fn is_order_free(&self) -> bool {
        match self {
            State::Function(accumulator) => accumulator.is_order_free(),
            State::Pick(_) => false,
        }
    }

    fn begin_run(&mut self, run: u32) {
        if let State::Function(accumulator) = self {
            accumulator.begin_run(run);
        }
    }

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
