//! Aggregates that nobody reads, and columns that `arg_max(x, *)` picks for nobody.

use std::sync::Arc;

use kql_types::{Field, Schema};

use super::parts::{Layout, Part, Parts};
use crate::optimize::expression::as_part;
use crate::optimize::tree::map_aggregate;
use crate::plan::{Aggregate, AggregateCall};
use crate::walk::aggregate_expressions;
use crate::{Expr, Operator, Plan};

/// The aggregation with all its keys, which make the groups, and those outputs that are wanted.
pub(super) fn prune(
    input: Plan,
    keys: Vec<Expr>,
    aggregates: Vec<Aggregate>,
    schema: &Schema,
    wanted: &Parts,
) -> (Plan, Layout) {
    let mut layout: Vec<Part> = (0..keys.len()).map(Part::whole).collect();
    let mut kept = Vec::with_capacity(aggregates.len());
    let mut output = keys.len();
    for aggregate in aggregates {
        let outputs = aggregate.outputs.len();
        // Without keys something has to give the one row that there is.
        let last_chance = keys.is_empty() && kept.is_empty() && output + outputs == schema.len();
        if let Some((aggregate, parts)) = narrowed(aggregate, output, wanted, last_chance) {
            kept.push(aggregate);
            layout.extend(parts);
        }
        output += outputs;
    }
    let layout = Layout::new(layout);
    let fields: Vec<Field> = layout.iter().map(|part| part.field(schema)).collect();
    let read = keys.iter().chain(kept.iter().flat_map(aggregate_expressions));
    let (input, below) = super::prune(input, Parts::read_by(read));
    let keys = keys.into_iter().map(|key| below.rewrite(key)).collect();
    let rewrite = |aggregate| map_aggregate(aggregate, &mut |expression| below.rewrite(expression));
    let aggregates = kept.into_iter().map(rewrite).collect();
    let operator = Operator::Aggregate { input: Box::new(input), keys, aggregates };
    (Plan { operator, schema: Arc::new(Schema::new(fields)) }, layout)
}

/// The aggregate, whose outputs begin at `output`, and what it then gives; `None` if nothing of it is wanted.
fn narrowed(
    aggregate: Aggregate,
    output: usize,
    wanted: &Parts,
    keep: bool,
) -> Option<(Aggregate, Vec<Part>)> {
    let outputs = output..output + aggregate.outputs.len();
    if !keep && !wanted.iter().any(|part| outputs.contains(&part.column)) {
        return None;
    }
    let (call, parts) = match aggregate.call {
        AggregateCall::Extreme { largest, by, values } => {
            let (values, mut parts) = picked(values, output + 1, wanted);
            parts.insert(0, Part::whole(output));
            (AggregateCall::Extreme { largest, by, values }, parts)
        }
        AggregateCall::First { values } if !keep => {
            let (values, parts) = picked(values, output, wanted);
            (AggregateCall::First { values }, parts)
        }
        call => {
            let aggregate = Aggregate { call, ..aggregate };
            return Some((aggregate, outputs.map(Part::whole).collect()));
        }
    };
    let outputs = match &call {
        AggregateCall::Extreme { by, values, .. } => {
            std::iter::once(by.data_type).chain(values.iter().map(|value| value.data_type)).collect()
        }
        AggregateCall::First { values } => values.iter().map(|value| value.data_type).collect(),
        AggregateCall::Function { .. } => aggregate.outputs,
    };
    Some((Aggregate { call, outputs, ..aggregate }, parts))
}

/// Those of the picked values that are wanted, in parts where only parts are.
fn picked(values: Vec<Expr>, output: usize, wanted: &Parts) -> (Vec<Expr>, Vec<Part>) {
    let (mut kept, mut parts) = (Vec::new(), Vec::new());
    for (index, value) in values.into_iter().enumerate() {
        let of_value = wanted.iter().filter(|part| part.column == output + index);
        for part in of_value {
            if as_part(&value).is_some() || part.path.is_empty() {
                kept.push(part.of(&value));
                parts.push(part.clone());
            } else if !parts.contains(&Part::whole(part.column)) {
                kept.push(value.clone());
                parts.push(Part::whole(part.column));
            }
        }
    }
    (kept, parts)
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, Long, String};

    use super::super::prune_columns;
    use crate::optimize::testing::*;

    #[test]
    fn only_wanted_columns_are_picked() {
        let input = scan("T", &[("s", String), ("d", Dynamic), ("n", Long), ("t", String)]);
        let values = vec![column(1, Dynamic), column(2, Long), column(3, String)];
        let picked =
            arg_max(input, ("s", column(0, String)), column(2, Long), values, &["n", "d", "n1", "t"]);
        let plan = project(picked, &[("a", path(column(2, Dynamic), &["a"])), ("t", column(4, String))]);
        assert_eq!(
            shown(prune_columns(plan)),
            [
                "project a = ['d.a'], t",
                "  summarize (n, ['d.a'], t) = arg_max(n, d.a, t) by s",
                "    scan T (s: string, d.a: dynamic, n: long, t: string)"
            ]
        );
    }

    #[test]
    fn unread_aggregates_go_but_a_row_stays() {
        let table = || scan("T", &[("s", String)]);
        let grouped = summarize(table(), &[("s", column(0, String))], &["a", "b"]);
        let plan = project(grouped, &[("b", column(2, Long))]);
        assert_eq!(
            shown(prune_columns(plan)),
            ["project b", "  summarize b = count() by s", "    scan T (s: string)"]
        );
        let one = project(summarize(table(), &[], &["a", "b"]), &[("x", long(1))]);
        assert_eq!(shown(prune_columns(one)), ["project x = 1", "  summarize b = count()", "    scan T ()"]);
    }
}
