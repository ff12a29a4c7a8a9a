//! Walks operator trees.

use crate::plan::{Aggregate, AggregateCall, ExpandedColumn, Join, MvExpand, Scan, SortKey};
use crate::{Expr, Operator, Plan};

/// The plan with each of its inputs rewritten. What is shared is not looked into: it is rewritten once, not at each use.
pub(super) fn map_inputs(plan: Plan, rewrite: &mut dyn FnMut(Plan) -> Plan) -> Plan {
    let Plan { operator, schema } = plan;
    let mut one = |input: Box<Plan>| Box::new(rewrite(*input));
    let operator = match operator {
        operator @ (Operator::Scan(_)
        | Operator::Rows(_)
        | Operator::Print(_)
        | Operator::Range { .. }
        | Operator::Shared { .. }) => operator,
        Operator::Filter { input, predicate } => Operator::Filter { input: one(input), predicate },
        Operator::Project { input, columns } => Operator::Project { input: one(input), columns },
        Operator::Aggregate { input, keys, aggregates } => {
            Operator::Aggregate { input: one(input), keys, aggregates }
        }
        Operator::Sort { input, keys } => Operator::Sort { input: one(input), keys },
        Operator::Top { input, keys, count } => Operator::Top { input: one(input), keys, count },
        Operator::Take { input, count } => Operator::Take { input: one(input), count },
        Operator::Join(join) => {
            let (left, right) = (one(join.left), one(join.right));
            Operator::Join(Join { left, right, ..join })
        }
        Operator::Union(inputs) => Operator::Union(inputs.into_iter().map(rewrite).collect()),
        Operator::MvExpand(expand) => {
            let input = one(expand.input);
            Operator::MvExpand(MvExpand { input, ..expand })
        }
        Operator::WholeTable { inputs, operation } => {
            Operator::WholeTable { inputs: inputs.into_iter().map(rewrite).collect(), operation }
        }
    };
    Plan { operator, schema }
}

/// The plan with each of the operator's own expressions rewritten; those of its inputs stay.
pub(super) fn map_expressions(plan: Plan, rewrite: &mut dyn FnMut(Expr) -> Expr) -> Plan {
    let Plan { operator, schema } = plan;
    let operator = match operator {
        operator @ (Operator::Rows(_)
        | Operator::Take { .. }
        | Operator::Union(_)
        | Operator::Shared { .. }
        | Operator::WholeTable { .. }) => operator,
        Operator::Scan(scan) => {
            let predicate = scan.predicate.map(rewrite);
            Operator::Scan(Scan { predicate, ..scan })
        }
        Operator::Print(cells) => Operator::Print(cells.into_iter().map(rewrite).collect()),
        Operator::Range { from, to, step } => {
            Operator::Range { from: rewrite(from), to: rewrite(to), step: rewrite(step) }
        }
        Operator::Filter { input, predicate } => Operator::Filter { input, predicate: rewrite(predicate) },
        Operator::Project { input, columns } => {
            Operator::Project { input, columns: columns.into_iter().map(rewrite).collect() }
        }
        Operator::Aggregate { input, keys, aggregates } => Operator::Aggregate {
            input,
            keys: keys.into_iter().map(&mut *rewrite).collect(),
            aggregates: aggregates.into_iter().map(|one| map_aggregate(one, rewrite)).collect(),
        },
        Operator::Sort { input, keys } => Operator::Sort { input, keys: map_sort_keys(keys, rewrite) },
        Operator::Top { input, keys, count } => {
            Operator::Top { input, keys: map_sort_keys(keys, rewrite), count }
        }
        Operator::Join(join) => {
            let keys = join.keys.into_iter().map(|(left, right)| (rewrite(left), rewrite(right))).collect();
            Operator::Join(Join { keys, ..join })
        }
        Operator::MvExpand(expand) => {
            let columns = expand
                .columns
                .into_iter()
                .map(|column| ExpandedColumn { expression: rewrite(column.expression), ..column });
            Operator::MvExpand(MvExpand { columns: columns.collect(), ..expand })
        }
    };
    Plan { operator, schema }
}

/// The sort keys with their expressions rewritten.
pub(super) fn map_sort_keys(keys: Vec<SortKey>, rewrite: &mut dyn FnMut(Expr) -> Expr) -> Vec<SortKey> {
    keys.into_iter().map(|key| SortKey { expression: rewrite(key.expression), ..key }).collect()
}

/// The aggregate with its expressions rewritten.
pub(super) fn map_aggregate(aggregate: Aggregate, rewrite: &mut dyn FnMut(Expr) -> Expr) -> Aggregate {
    let all = |expressions: Vec<Expr>, rewrite: &mut dyn FnMut(Expr) -> Expr| {
        expressions.into_iter().map(rewrite).collect::<Vec<Expr>>()
    };
    let call = match aggregate.call {
        AggregateCall::Function { function, overload, arguments } => {
            AggregateCall::Function { function, overload, arguments: all(arguments, rewrite) }
        }
        AggregateCall::Extreme { largest, by, values } => {
            AggregateCall::Extreme { largest, by: rewrite(by), values: all(values, rewrite) }
        }
        AggregateCall::First { values } => AggregateCall::First { values: all(values, rewrite) },
    };
    let condition = aggregate.condition.map(rewrite);
    Aggregate { call, condition, ..aggregate }
}

/// A filter over the plan.
pub(crate) fn filter(input: Plan, predicate: Expr) -> Plan {
    let schema = input.schema.clone();
    Plan { operator: Operator::Filter { input: Box::new(input), predicate }, schema }
}
