//! `scan`: a state machine over the rows in order.
//!
//! Row by row, because what a row matches depends on what the rows before it matched.

use std::sync::Arc;

use kql_types::{Batch, Column, ColumnBuilder, Schema, Value};

use crate::Expr;
use crate::plan::{Evaluate, EvaluateError, WholeTable};

/// The bound operator.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Number of columns of the input and declared ones together.
    pub width: usize,
    /// The values of declared columns that no step has assigned.
    pub defaults: Vec<Expr>,
    pub steps: Vec<ScanStep>,
    /// What conditions and assignments see: input and declared columns, then the state, those once more for each step.
    pub row: Arc<Schema>,
    /// The result's columns.
    pub schema: Arc<Schema>,
    /// Whether the last column of the result numbers the matches.
    pub match_id: bool,
}

/// A step.
#[derive(Debug)]
pub(crate) struct ScanStep {
    pub condition: Expr,
    /// Positions among input and declared columns, and what is assigned.
    pub assignments: Vec<(usize, Expr)>,
    pub output: ScanOutput,
}

/// Which of the rows that match a step come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScanOutput {
    /// All.
    All,
    /// The last of a run of repeated matches.
    Last,
    /// None.
    None,
}

/// A step's state: for it and each step before it the row that matched last.
#[derive(Clone, Debug, Default)]
struct State {
    rows: Vec<Vec<Value>>,
    match_id: i64,
    /// A matched row that comes out only when another match does not replace it.
    held: Option<Vec<Value>>,
}

impl State {
    fn is_active(&self) -> bool {
        !self.rows.is_empty()
    }
}

impl WholeTable for Scan {
    fn name(&self) -> &'static str {
        "scan"
    }

    fn run(&self, inputs: &[Batch], evaluator: &dyn Evaluate) -> Result<Batch, EvaluateError> {
        let nothing = Batch::new(Arc::default(), Vec::new(), 1);
        let defaults = self
            .defaults
            .iter()
            .map(|default| Ok(evaluator.expression(default, &nothing)?.value(0)))
            .collect::<Result<Vec<Value>, EvaluateError>>()?;
        let mut machine = Machine {
            scan: self,
            evaluator,
            states: vec![State::default(); self.steps.len()],
            next_match: 0,
            output: Vec::new(),
        };
        if let Some(input) = inputs.first() {
            for row in 0..input.rows {
                let mut values: Vec<Value> = input.columns.iter().map(|column| column.value(row)).collect();
                values.extend(defaults.iter().cloned());
                machine.take(&values)?;
            }
        }
        machine.finish();
        Ok(self.batch(&machine.output))
    }
}

impl Scan {
    fn batch(&self, rows: &[Vec<Value>]) -> Batch {
        let mut builders: Vec<ColumnBuilder> = self
            .schema
            .fields
            .iter()
            .map(|field| ColumnBuilder::with_capacity(field.data_type, rows.len()))
            .collect();
        for row in rows {
            builders.iter_mut().zip(row).for_each(|(builder, value)| builder.push(value));
        }
        let columns = builders.into_iter().map(ColumnBuilder::finish).collect();
        Batch::new(self.schema.clone(), columns, rows.len())
    }
}

struct Machine<'a> {
    scan: &'a Scan,
    evaluator: &'a dyn Evaluate,
    states: Vec<State>,
    next_match: i64,
    output: Vec<Vec<Value>>,
}

impl Machine<'_> {
    /// Evaluates a row against the steps, from the last to the first.
    fn take(&mut self, row: &[Value]) -> Result<(), EvaluateError> {
        for step in (0..self.scan.steps.len()).rev() {
            let promoted =
                step > 0 && self.states[step - 1].is_active() && self.matches(step, row, step - 1)?;
            if promoted {
                self.release(step);
                // The sequence moves on: the step before starts anew.
                self.release(step - 1);
                let mut state = std::mem::take(&mut self.states[step - 1]);
                let extended = self.assigned(step, row, &state)?;
                state.rows.push(extended.clone());
                self.states[step] = state;
                self.emit(step, extended);
            } else if (step == 0 || self.states[step].is_active()) && self.matches(step, row, step)? {
                self.repeat(step, row)?;
            }
        }
        Ok(())
    }

    /// A match within the step's own sequence; of the first step it begins one, where none is active.
    fn repeat(&mut self, step: usize, row: &[Value]) -> Result<(), EvaluateError> {
        let before = self.states[step].clone();
        let extended = self.assigned(step, row, &before)?;
        let state = &mut self.states[step];
        if step == 0 && !state.is_active() {
            state.match_id = self.next_match;
            self.next_match += 1;
        }
        state.rows.truncate(step);
        state.rows.push(extended.clone());
        self.emit(step, extended);
        Ok(())
    }

    /// Puts a matched row out, or holds it back until it is known to be the last.
    fn emit(&mut self, step: usize, mut row: Vec<Value>) {
        if self.scan.match_id {
            row.push(Value::Long(self.states[step].match_id));
        }
        match self.scan.steps[step].output {
            ScanOutput::All => self.output.push(row),
            ScanOutput::Last => self.states[step].held = Some(row),
            ScanOutput::None => {}
        }
    }

    /// Puts out what a step holds back, when its sequence ends.
    fn release(&mut self, step: usize) {
        if let Some(row) = self.states[step].held.take() {
            self.output.push(row);
        }
    }

    fn finish(&mut self) {
        for step in 0..self.scan.steps.len() {
            self.release(step);
        }
    }

    fn matches(&self, step: usize, row: &[Value], state: usize) -> Result<bool, EvaluateError> {
        let batch = self.visible(row, &self.states[state]);
        let value = self.evaluator.expression(&self.scan.steps[step].condition, &batch)?.value(0);
        Ok(value == Value::Bool(true))
    }

    fn assigned(&self, step: usize, row: &[Value], state: &State) -> Result<Vec<Value>, EvaluateError> {
        let batch = self.visible(row, state);
        let mut extended = row.to_vec();
        for (target, value) in &self.scan.steps[step].assignments {
            extended[*target] = self.evaluator.expression(value, &batch)?.value(0);
        }
        Ok(extended)
    }

    /// The row beside the state, as one row.
    fn visible(&self, row: &[Value], state: &State) -> Batch {
        let width = self.scan.width;
        let value = |index: usize| -> Value {
            match index / width {
                0 => row[index].clone(),
                step => match state.rows.get(step - 1) {
                    Some(row) => row[index % width].clone(),
                    // Of a step that has not matched yet the declared columns have their defaults.
                    None if index % width >= width - self.scan.defaults.len() => row[index % width].clone(),
                    None => Value::absent(self.scan.row.fields[index].data_type),
                },
            }
        };
        let columns: Vec<Column> =
            (0..self.scan.row.len()).map(|index| Column::repeat(&value(index), 1)).collect();
        Batch::new(self.scan.row.clone(), columns, 1)
    }
}
