//! Rewrites operator trees so that they give the same rows with less work.
//!
//! Each rule is a function from plan to plan in a file of its own. Rules run once each, in the order of [`RULES`]; every
//! one keeps the columns of the result, by name and type, and the rows in their order.

mod check;
mod conditions;
mod expression;
mod merge_projects;
mod needles;
mod prune;
mod push_filters;
mod push_take;
mod shared_columns;
mod simplify;
mod subqueries;
#[cfg(test)]
pub(crate) mod testing;
mod tree;

use crate::Plan;

/// A rule: its name, for messages, and what it does.
type Rule = (&'static str, fn(Plan) -> Plan);

/// The rules, in order.
static RULES: &[Rule] = &[
    // Constants in `and` and `or`, conversions that do nothing, paths below paths.
    ("simplify", simplify::simplify),
    // Filters go to where their columns come from, into the scan where they can; adjacent ones become one.
    ("push filters", push_filters::push_filters),
    // A projection over a projection becomes one.
    ("merge projects", merge_projects::merge_projects),
    // `take` goes below projections, becomes the limit of scans, and makes `top` of `sort`.
    ("push take", push_take::push_take),
    // Columns that nobody reads are dropped; of dynamics that are read in parts the scan gives only these.
    ("prune columns", prune::prune_columns),
    // What the rule before left of projections that only pass columns on.
    ("merge projects again", merge_projects::merge_projects),
    // Texts that a record must hold to pass the scan's predicate.
    ("derive needles", needles::derive_needles),
    // Conditions on columns that a row must meet to pass the scan's predicate.
    ("derive conditions", conditions::derive_conditions),
];

/// Rewrites a plan so that it gives the same rows with less work.
pub fn optimize(plan: Plan) -> Plan {
    let mut known = subqueries::Known::new(shared_columns::Uses::of(&plan));
    apply_rules(subqueries::optimize_nested(plan, &mut known))
}

fn apply_rules(plan: Plan) -> Plan {
    RULES.iter().fold(plan, |plan, (name, rule)| {
        if !cfg!(debug_assertions) {
            return rule(plan);
        }
        let (sound, schema) = (check::check(&plan).is_ok(), plan.schema.clone());
        let rewritten = rule(plan);
        debug_assert_eq!(rewritten.schema, schema, "the rule '{name}' changed the result's columns");
        let outcome = check::check(&rewritten);
        debug_assert!(!sound || outcome.is_ok(), "the rule '{name}': {outcome:?} in {rewritten:#?}");
        rewritten
    })
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType;

    use super::optimize;
    use crate::optimize::testing::*;

    #[test]
    fn rules_work_together() {
        // T | extend os = tostring(d.os) | where os == "Windows" | sort by n | take 3 | project os
        let scan =
            scan("T", &[("n", ScalarType::Long), ("d", ScalarType::Dynamic), ("s", ScalarType::String)]);
        let os = call("tostring", vec![path(column(1, ScalarType::Dynamic), &["os"])]);
        let extended = extend(scan, "os", os);
        let sorted = sort(filter(extended, equals(3, "Windows")), column(0, ScalarType::Long));
        let plan = project(take(sorted, 3), &[("os", column(3, ScalarType::String))]);
        assert_eq!(
            shown(optimize(plan)),
            [
                "project os",
                "  top 3 by n desc",
                "    project n, os = tostring(d.os)",
                r#"      scan T (n: long, d.os: dynamic) where tostring(d.os) == "Windows" needles "Windows""#,
            ]
        );
    }
}
