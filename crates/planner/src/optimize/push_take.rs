//! `take` goes down: below projections, so that they compute no more than is wanted; over `sort` it makes `top`, which
//! keeps only as many rows; and scans are told how many rows are wanted. Through `union` only these two go on: its
//! branches stream one after another, and the `take` above stops them.

use super::tree::map_inputs;
use crate::plan::Scan;
use crate::{Expr, Operator, Plan};

/// The rule.
pub(super) fn push_take(plan: Plan) -> Plan {
    match plan.operator {
        Operator::Take { input, count } => first(*input, count),
        _ => map_inputs(plan, &mut push_take),
    }
}

/// Exactly the first `count` rows of the plan.
fn first(plan: Plan, count: u64) -> Plan {
    let Plan { operator, schema } = plan;
    match operator {
        Operator::Take { input, count: inner } => first(*input, count.min(inner)),
        Operator::Project { input, columns } if !columns.iter().any(Expr::needs_whole_table) => {
            let input = Box::new(first(*input, count));
            Plan { operator: Operator::Project { input, columns }, schema }
        }
        Operator::Sort { .. } | Operator::Top { .. } => limit(Plan { operator, schema }, count),
        operator => {
            let input = Box::new(limit(Plan { operator, schema: schema.clone() }, count));
            Plan { operator: Operator::Take { input, count }, schema }
        }
    }
}

/// A plan that gives the same first `count` rows, and may give less behind them.
fn limit(plan: Plan, count: u64) -> Plan {
    let Plan { operator, schema } = plan;
    let operator = match operator {
        Operator::Take { input, count: inner } => return first(*input, count.min(inner)),
        Operator::Scan(scan) => {
            let limit = scan.limit.map_or(count, |limit| limit.min(count));
            Operator::Scan(Scan { limit: Some(limit), ..scan })
        }
        Operator::Sort { input, keys } => Operator::Top { input: Box::new(push_take(*input)), keys, count },
        Operator::Top { input, keys, count: inner } => {
            Operator::Top { input: Box::new(push_take(*input)), keys, count: count.min(inner) }
        }
        Operator::Project { input, columns } if !columns.iter().any(Expr::needs_whole_table) => {
            Operator::Project { input: Box::new(limit(*input, count)), columns }
        }
        Operator::Union(inputs) => {
            Operator::Union(inputs.into_iter().map(|input| limit(input, count)).collect())
        }
        operator => return map_inputs(Plan { operator, schema }, &mut push_take),
    };
    Plan { operator, schema }
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::Long;

    use super::*;
    use crate::optimize::testing::*;

    fn table() -> Plan {
        scan("T", &[("n", Long)])
    }

    fn pushed(plan: Plan) -> Vec<String> {
        shown(push_take(plan))
    }

    #[test]
    fn the_scan_is_told_below_projections() {
        let doubled = call("*", vec![column(0, Long), long(2)]);
        let plan = take(project(take(table(), 7), &[("m", doubled)]), 5);
        assert_eq!(pushed(plan), ["project m = n * 2", "  take 5", "    scan T (n: long) limit 5"]);
    }

    #[test]
    fn sort_becomes_top() {
        let sorted = || sort(table(), column(0, Long));
        let top = "top 5 by n desc";
        assert_eq!(pushed(take(sorted(), 5)), [top, "  scan T (n: long)"]);
        assert_eq!(pushed(take(take(sorted(), 5), 9)), [top, "  scan T (n: long)"]);
        let projected = project(sorted(), &[("m", column(0, Long))]);
        assert_eq!(
            pushed(take(projected, 5)),
            ["project m = n", "  top 5 by n desc", "    scan T (n: long)"]
        );
    }

    #[test]
    fn branches_of_a_union_give_no_more_than_is_wanted() {
        let plan = take(union(vec![table(), sort(table(), column(0, Long))]), 5);
        assert_eq!(
            pushed(plan),
            [
                "take 5",
                "  union",
                "    scan T (n: long) limit 5",
                "    top 5 by n desc",
                "      scan T (n: long)"
            ]
        );
    }

    #[test]
    fn rows_are_not_counted_below_what_drops_or_numbers_them() {
        let filtered = take(filter(take(table(), 9), call(">", vec![column(0, Long), long(1)])), 5);
        assert_eq!(
            pushed(filtered),
            ["take 5", "  where n > 1", "    take 9", "      scan T (n: long) limit 9"]
        );
        let numbered = take(project(table(), &[("i", call("row_number", Vec::new()))]), 5);
        assert_eq!(pushed(numbered), ["take 5", "  project i = row_number()", "    scan T (n: long)"]);
    }
}
