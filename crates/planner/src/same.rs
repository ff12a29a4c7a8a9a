//! Tells plans that compute the same, wherever in whichever query they stand.

use std::sync::Arc;

use kql_functions::Support;
use kql_types::Value;

use crate::plan::{Aggregate, AggregateCall, ExpandedColumn, Join, MvExpand, Scan, SortKey};
use crate::walk::for_each_operand;
use crate::{Expr, ExprKind, Operator, Plan};

impl Plan {
    /// Whether both give the same rows, in the same `now()`: they consist of the same operators over the same tables. What
    /// this does not know to compare is different: so is what a volatile function, such as `rand()`, decides.
    pub fn computes_the_same(&self, other: &Plan) -> bool {
        self.schema == other.schema && same_operators(&self.operator, &other.operator)
    }
}

fn same_operators(one: &Operator, other: &Operator) -> bool {
    match (one, other) {
        (Operator::Scan(one), Operator::Scan(other)) => same_scans(one, other),
        (Operator::Rows(one), Operator::Rows(other)) => Arc::ptr_eq(one, other),
        (
            Operator::Filter { input, predicate },
            Operator::Filter { input: input2, predicate: predicate2 },
        ) => same(predicate, predicate2) && input.computes_the_same(input2),
        (Operator::Project { input, columns }, Operator::Project { input: input2, columns: columns2 }) => {
            all(columns, columns2, same) && input.computes_the_same(input2)
        }
        (
            Operator::Aggregate { input, keys, aggregates },
            Operator::Aggregate { input: input2, keys: keys2, aggregates: aggregates2 },
        ) => {
            all(keys, keys2, same)
                && all(aggregates, aggregates2, same_aggregates)
                && input.computes_the_same(input2)
        }
        (Operator::Sort { input, keys }, Operator::Sort { input: input2, keys: keys2 }) => {
            all(keys, keys2, same_keys) && input.computes_the_same(input2)
        }
        (
            Operator::Top { input, keys, count },
            Operator::Top { input: input2, keys: keys2, count: count2 },
        ) => count == count2 && all(keys, keys2, same_keys) && input.computes_the_same(input2),
        (Operator::Take { input, count }, Operator::Take { input: input2, count: count2 }) => {
            count == count2 && input.computes_the_same(input2)
        }
        (Operator::MvExpand(one), Operator::MvExpand(other)) => same_expansions(one, other),
        (Operator::Join(one), Operator::Join(other)) => same_joins(one, other),
        (Operator::Union(inputs), Operator::Union(inputs2)) => {
            all(inputs, inputs2, |one, other| one.computes_the_same(other))
        }
        // The numbers of what is shared are those of one query.
        (Operator::Shared { input, .. }, Operator::Shared { input: input2, .. }) => {
            input.computes_the_same(input2)
        }
        _ => false,
    }
}

fn all<T>(one: &[T], other: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
}

fn both<T>(one: Option<&T>, other: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => same(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// Needles and conditions follow from the predicate.
fn same_scans(one: &Scan, other: &Scan) -> bool {
    Arc::as_ptr(&one.table).addr() == Arc::as_ptr(&other.table).addr()
        && one.columns == other.columns
        && one.limit == other.limit
        && both(one.predicate.as_ref(), other.predicate.as_ref(), same)
}

fn same_keys(one: &SortKey, other: &SortKey) -> bool {
    one.ascending == other.ascending
        && one.nulls_first == other.nulls_first
        && same(&one.expression, &other.expression)
}

fn same_aggregates(one: &Aggregate, other: &Aggregate) -> bool {
    let same_calls = match (&one.call, &other.call) {
        (
            AggregateCall::Function { overload, arguments, .. },
            AggregateCall::Function { overload: overload2, arguments: arguments2, .. },
        ) => std::ptr::eq(*overload, *overload2) && all(arguments, arguments2, same),
        (
            AggregateCall::Extreme { largest, by, values },
            AggregateCall::Extreme { largest: largest2, by: by2, values: values2 },
        ) => largest == largest2 && same(by, by2) && all(values, values2, same),
        (AggregateCall::First { values }, AggregateCall::First { values: values2 }) => {
            all(values, values2, same)
        }
        _ => false,
    };
    same_calls && one.outputs == other.outputs && both(one.condition.as_ref(), other.condition.as_ref(), same)
}

fn same_joins(one: &Join, other: &Join) -> bool {
    one.kind == other.kind
        && one.outputs == other.outputs
        && all(&one.keys, &other.keys, |one, other| same(&one.0, &other.0) && same(&one.1, &other.1))
        && one.left.computes_the_same(&other.left)
        && one.right.computes_the_same(&other.right)
}

fn same_expansions(one: &MvExpand, other: &MvExpand) -> bool {
    let same_columns = |one: &ExpandedColumn, other: &ExpandedColumn| {
        one.output == other.output
            && one.data_type == other.data_type
            && same(&one.expression, &other.expression)
    };
    one.item_index == other.item_index
        && one.limit == other.limit
        && one.bags_as_arrays == other.bags_as_arrays
        && all(&one.columns, &other.columns, same_columns)
        && one.input.computes_the_same(&other.input)
}

/// Whether two expressions over the same columns give the same values.
fn same(one: &Expr, other: &Expr) -> bool {
    let same_kinds = match (&one.kind, &other.kind) {
        (ExprKind::Column(column), ExprKind::Column(column2)) => column == column2,
        (ExprKind::Constant(value), ExprKind::Constant(value2)) => same_values(value, value2),
        (ExprKind::Call { function, overload, .. }, ExprKind::Call { overload: overload2, .. }) => {
            std::ptr::eq(*overload, *overload2) && function.support != Support::Volatile
        }
        (ExprKind::And(_), ExprKind::And(_)) | (ExprKind::Or(_), ExprKind::Or(_)) => true,
        (ExprKind::Path { steps, .. }, ExprKind::Path { steps: steps2, .. }) => steps == steps2,
        (ExprKind::ScalarQuery(plan), ExprKind::ScalarQuery(plan2)) => plan.computes_the_same(plan2),
        (
            ExprKind::InQuery { overload, plan, .. },
            ExprKind::InQuery { overload: overload2, plan: plan2, .. },
        ) => std::ptr::eq(*overload, *overload2) && plan.computes_the_same(plan2),
        _ => false,
    };
    same_kinds && one.data_type == other.data_type && same_operands(one, other)
}

fn same_operands(one: &Expr, other: &Expr) -> bool {
    let operands = |expression| {
        let mut operands: Vec<&Expr> = Vec::new();
        for_each_operand(expression, &mut |operand| operands.push(operand));
        operands
    };
    all(&operands(one), &operands(other), |one, other| same(one, other))
}

/// Zeros of either sign are different values here: what is divided by them is.
fn same_values(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Real(one), Value::Real(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}
