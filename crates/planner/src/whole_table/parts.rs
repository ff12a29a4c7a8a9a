//! Sub-pipelines over parts of the rows, where they cannot work on all parts at once.

use std::sync::Arc;

use arrow_array::UInt32Array;
use hashbrown::HashMap;
use kql_types::{Batch, Column};

use crate::Plan;
use crate::plan::{Evaluate, EvaluateError, Operator, WholeTable};

/// A plan over rows that are not known yet: `leaf` stands for them.
#[derive(Clone, Debug)]
pub(crate) struct SubPlan {
    pub plan: Plan,
    pub leaf: Arc<Batch>,
}

impl SubPlan {
    /// The plan over these rows.
    pub(crate) fn over(&self, rows: Batch) -> Plan {
        let mut plan = self.plan.clone();
        self.replace(&mut plan, &Arc::new(rows));
        plan
    }

    fn replace(&self, plan: &mut Plan, rows: &Arc<Batch>) {
        if let Operator::Rows(batch) = &mut plan.operator
            && Arc::ptr_eq(batch, &self.leaf)
        {
            *batch = rows.clone();
        }
        if let Operator::Shared { input, .. } = &plan.operator {
            // What is computed once a query must be computed anew for every part.
            let mut inner = (**input).clone();
            self.replace(&mut inner, rows);
            *plan = inner;
            return;
        }
        for input in plan.inputs_mut() {
            self.replace(input, rows);
        }
    }
}

/// The sub-plan over each part. The last column of the input is the part's key, and becomes the result's last one.
#[derive(Debug)]
pub(crate) struct PartByPart {
    pub sub: SubPlan,
}

impl WholeTable for PartByPart {
    fn name(&self) -> &'static str {
        "part-by-part"
    }

    fn run(&self, inputs: &[Batch], evaluator: &dyn Evaluate) -> Result<Batch, EvaluateError> {
        let Some(input) = inputs.first() else { return Err(missing_input()) };
        let Some((key, columns)) = input.columns.split_last() else { return Err(missing_input()) };
        let visible = Batch::new(self.sub.leaf.schema.clone(), columns.to_vec(), input.rows);
        let mut results = Vec::new();
        let mut schema = None;
        for rows in parts(key) {
            let result = evaluator.plan(&self.sub.over(visible.take(&rows)))?;
            let mut fields = result.schema.fields.clone();
            fields.push(input.schema.fields[input.schema.len() - 1].clone());
            let mut columns = result.columns;
            columns.push(Column::repeat(&key.value(rows.value(0) as usize), result.rows));
            let schema = schema.get_or_insert_with(|| Arc::new(kql_types::Schema::new(fields)));
            results.push(Batch::new(schema.clone(), columns, result.rows));
        }
        let schema = schema.unwrap_or_else(|| {
            let mut fields = self.sub.plan.schema.fields.clone();
            fields.push(input.schema.fields[input.schema.len() - 1].clone());
            Arc::new(kql_types::Schema::new(fields))
        });
        Ok(Batch::concat(&schema, &results))
    }
}

/// The rows of each part, parts in the order of their first row.
fn parts(key: &Column) -> Vec<UInt32Array> {
    let texts = key.to_text();
    let mut place: HashMap<(bool, &str), usize> = HashMap::new();
    let mut rows: Vec<Vec<u32>> = Vec::new();
    for row in 0..key.len() {
        let part = *place.entry((key.is_null(row), texts.value(row))).or_insert_with(|| {
            rows.push(Vec::new());
            rows.len() - 1
        });
        rows[part].push(row as u32);
    }
    rows.into_iter().map(UInt32Array::from).collect()
}

/// The first rows of every run of rows with the same value in a column.
#[derive(Debug)]
pub(crate) struct FirstOfRun {
    pub column: usize,
    pub count: u64,
}

impl WholeTable for FirstOfRun {
    fn name(&self) -> &'static str {
        "first-of-run"
    }

    fn may_hold_plans(&self) -> bool {
        false
    }

    fn run(&self, inputs: &[Batch], _: &dyn Evaluate) -> Result<Batch, EvaluateError> {
        let Some(input) = inputs.first() else { return Err(missing_input()) };
        let key = &input.columns[self.column];
        let texts = key.to_text();
        let same = |a: usize, b: usize| key.is_null(a) == key.is_null(b) && texts.value(a) == texts.value(b);
        let mut kept: Vec<u32> = Vec::new();
        let mut in_run = 0;
        for row in 0..input.rows {
            in_run = if row > 0 && same(row - 1, row) { in_run + 1 } else { 0 };
            if in_run < self.count {
                kept.push(row as u32);
            }
        }
        Ok(input.take(&UInt32Array::from(kept)))
    }
}

fn missing_input() -> EvaluateError {
    EvaluateError { message: "the operation has no input".to_owned(), span: None }
}
