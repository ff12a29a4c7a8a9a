//! `top-nested`: the top values of one expression, among the rows of each the top values of the next, and so on.

use std::sync::Arc;

use arrow_array::UInt32Array;
use hashbrown::HashMap;
use kql_types::{Batch, Column, ColumnBuilder, Schema, Value};

use super::SubPlan;
use crate::Expr;
use crate::plan::{Evaluate, EvaluateError, Operator, SortKey, WholeTable};
use crate::{ExprKind, Plan};

/// The bound operator.
#[derive(Debug)]
pub(crate) struct TopNested {
    pub levels: Vec<NestedLevel>,
    pub schema: Arc<Schema>,
}

/// A clause.
#[derive(Debug)]
pub(crate) struct NestedLevel {
    /// How many values; all if absent.
    pub count: Option<u64>,
    pub key: Expr,
    /// The key of the row that stands for the values which did not make it.
    pub others: Option<Expr>,
    pub ascending: bool,
    /// The aggregate by the key.
    pub keyed: SubPlan,
    /// The aggregate over all rows.
    pub whole: SubPlan,
}

/// What one value of a level has below it.
struct Ranked {
    key: Value,
    value: Value,
    rows: Batch,
    /// Whether it stands for the values that did not make it.
    is_others: bool,
}

impl WholeTable for TopNested {
    fn name(&self) -> &'static str {
        "top-nested"
    }

    fn run(&self, inputs: &[Batch], evaluator: &dyn Evaluate) -> Result<Batch, EvaluateError> {
        let mut builders: Vec<ColumnBuilder> =
            self.schema.fields.iter().map(|field| ColumnBuilder::new(field.data_type)).collect();
        let mut rows = 0;
        if let Some(input) = inputs.first() {
            self.descend(input, &mut Vec::new(), false, evaluator, &mut |row| {
                builders.iter_mut().zip(row).for_each(|(builder, value)| builder.push(value));
                rows += 1;
            })?;
        }
        let columns = builders.into_iter().map(ColumnBuilder::finish).collect();
        Ok(Batch::new(self.schema.clone(), columns, rows))
    }
}

impl TopNested {
    /// Goes on below the values in `path`.
    fn descend(
        &self,
        input: &Batch,
        path: &mut Vec<Value>,
        in_others: bool,
        evaluator: &dyn Evaluate,
        emit: &mut dyn FnMut(&[Value]),
    ) -> Result<(), EvaluateError> {
        let Some(level) = self.levels.get(path.len() / 2) else {
            emit(path);
            return Ok(());
        };
        let ranked = match in_others {
            // Below the row for the others nothing is ranked: one row stands for all.
            true => vec![level.all(input, evaluator)?],
            false => level.rank(input, evaluator)?,
        };
        for one in ranked {
            path.push(one.key);
            path.push(one.value);
            self.descend(&one.rows, path, one.is_others, evaluator, emit)?;
            path.truncate(path.len() - 2);
        }
        Ok(())
    }
}

impl NestedLevel {
    fn constant(&self, expression: &Expr, evaluator: &dyn Evaluate) -> Result<Value, EvaluateError> {
        Ok(evaluator.expression(expression, &Batch::new(Arc::default(), Vec::new(), 1))?.value(0))
    }

    /// One row for all rows.
    fn all(&self, input: &Batch, evaluator: &dyn Evaluate) -> Result<Ranked, EvaluateError> {
        let key = match &self.others {
            Some(others) => self.constant(others, evaluator)?,
            None => Value::absent(self.key.data_type),
        };
        let result = evaluator.plan(&self.whole.over(input.clone()))?;
        let value = result.columns.first().filter(|column| !column.is_empty()).map(|column| column.value(0));
        let value = value.unwrap_or(Value::absent(self.key.data_type));
        Ok(Ranked { key, value, rows: input.clone(), is_others: true })
    }

    fn rank(&self, input: &Batch, evaluator: &dyn Evaluate) -> Result<Vec<Ranked>, EvaluateError> {
        if input.rows == 0 {
            return Ok(Vec::new());
        }
        let groups = self.sorted_groups(input, evaluator)?;
        let parts = rows_by_key(&evaluator.expression(&self.key, input)?);
        let top = usize::try_from(self.count.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let texts = groups.columns[0].to_text();
        let mut ranked = Vec::new();
        let mut rest: Vec<u32> = Vec::new();
        for row in 0..groups.rows {
            let key = (groups.columns[0].is_null(row), texts.value(row).to_owned());
            let Some(rows) = parts.get(&key) else { continue };
            if row >= top {
                rest.extend(rows);
                continue;
            }
            ranked.push(Ranked {
                key: groups.columns[0].value(row),
                value: groups.columns[1].value(row),
                rows: input.take(&UInt32Array::from(rows.clone())),
                is_others: false,
            });
        }
        if self.others.is_some() && !rest.is_empty() {
            rest.sort_unstable();
            ranked.push(self.all(&input.take(&UInt32Array::from(rest)), evaluator)?);
        }
        Ok(ranked)
    }

    /// Keys and values, the top ones first.
    fn sorted_groups(&self, input: &Batch, evaluator: &dyn Evaluate) -> Result<Batch, EvaluateError> {
        let plan = self.keyed.over(input.clone());
        let (schema, data_type) = (plan.schema.clone(), plan.schema.fields[1].data_type);
        let expression = Expr::new(ExprKind::Column(1), data_type, self.key.span);
        let key = SortKey { expression, ascending: self.ascending, nulls_first: self.ascending };
        evaluator.plan(&Plan { operator: Operator::Sort { input: Box::new(plan), keys: vec![key] }, schema })
    }
}

/// The rows of each key, told apart by text and by whether it is null.
fn rows_by_key(key: &Column) -> HashMap<(bool, String), Vec<u32>> {
    let texts = key.to_text();
    let mut rows: HashMap<(bool, String), Vec<u32>> = HashMap::new();
    for row in 0..key.len() {
        rows.entry((key.is_null(row), texts.value(row).to_owned())).or_default().push(row as u32);
    }
    rows
}
