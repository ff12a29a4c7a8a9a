//! Looks through plans and expressions without changing them.

use std::sync::Arc;

use crate::plan::{Aggregate, AggregateCall};
use crate::{Expr, ExprKind, Operator, Plan};

impl Plan {
    /// The operator's own expressions; those of its inputs are not among them.
    pub fn expressions(&self) -> Vec<&Expr> {
        match &self.operator {
            Operator::Rows(_)
            | Operator::Take { .. }
            | Operator::Union(_)
            | Operator::Shared { .. }
            | Operator::WholeTable { .. } => Vec::new(),
            Operator::Scan(scan) => scan.predicate.iter().collect(),
            Operator::Print(cells) => cells.iter().collect(),
            Operator::Range { from, to, step } => vec![from, to, step],
            Operator::Filter { predicate, .. } => vec![predicate],
            Operator::Project { columns, .. } => columns.iter().collect(),
            Operator::Aggregate { keys, aggregates, .. } => {
                keys.iter().chain(aggregates.iter().flat_map(aggregate_expressions)).collect()
            }
            Operator::Sort { keys, .. } | Operator::Top { keys, .. } => {
                keys.iter().map(|key| &key.expression).collect()
            }
            Operator::Join(join) => join.keys.iter().flat_map(|(left, right)| [left, right]).collect(),
            Operator::MvExpand(expand) => expand.columns.iter().map(|column| &column.expression).collect(),
        }
    }

    /// The input of an operator that looks at each row alone: a filter or a projection without functions that must see the
    /// whole table, or `mv-expand`.
    pub fn row_wise_input(&self) -> Option<&Plan> {
        match &self.operator {
            Operator::Filter { input, .. } | Operator::Project { input, .. } => {
                let is_row_wise = !self.expressions().into_iter().any(Expr::needs_whole_table);
                is_row_wise.then_some(&**input)
            }
            Operator::MvExpand(expand) => Some(&expand.input),
            _ => None,
        }
    }

    /// The plans of sub-queries in the operator's own expressions.
    pub fn subqueries(&self) -> Vec<&Arc<Plan>> {
        let mut plans = Vec::new();
        for expression in self.expressions() {
            add_subqueries(expression, &mut plans);
        }
        plans
    }
}

fn add_subqueries<'e>(expression: &'e Expr, plans: &mut Vec<&'e Arc<Plan>>) {
    if let ExprKind::ScalarQuery(plan) | ExprKind::InQuery { plan, .. } = &expression.kind {
        plans.push(plan);
    }
    for_each_operand(expression, &mut |operand| add_subqueries(operand, plans));
}

/// Calls `visit` with each operand.
pub(crate) fn for_each_operand<'e>(expression: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match &expression.kind {
        ExprKind::Column(_) | ExprKind::Constant(_) | ExprKind::ScalarQuery(_) => {}
        ExprKind::Call { arguments: operands, .. } | ExprKind::And(operands) | ExprKind::Or(operands) => {
            operands.iter().for_each(visit);
        }
        ExprKind::Path { input: operand, .. } | ExprKind::InQuery { value: operand, .. } => visit(operand),
    }
}

/// The expressions of an aggregate.
pub(crate) fn aggregate_expressions(aggregate: &Aggregate) -> Vec<&Expr> {
    let mut expressions: Vec<&Expr> = match &aggregate.call {
        AggregateCall::Function { arguments, .. } => arguments.iter().collect(),
        AggregateCall::Extreme { by, values, .. } => std::iter::once(by).chain(values).collect(),
        AggregateCall::First { values } => values.iter().collect(),
    };
    expressions.extend(&aggregate.condition);
    expressions
}
