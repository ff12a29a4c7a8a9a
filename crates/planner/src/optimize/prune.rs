//! Columns that nobody reads are not produced, from the result down to the scans; and of a dynamic column of which only
//! parts are read (`DeviceDetail.operatingSystem`) a scan gives these parts alone.
//!
//! Each operator is asked for [`Parts`] of its result. It answers with a plan and the [`Layout`] of that plan: for each
//! of its columns which part of the old result it is. The layout may have more than was asked for, and has a whole column
//! where an operator cannot give a part of one; whoever asked rewrites expressions by the layout.

mod aggregate;
mod expand;
mod join;
mod parts;

use std::sync::Arc;

use kql_tables::ScanColumn;
use kql_types::{Field, Schema};

use super::expression::as_part;
use super::tree::{map_inputs, map_sort_keys};
use crate::plan::{Scan, SortKey};
use crate::{Expr, Operator, Plan};
use parts::{Layout, Part, Parts};

/// The rule.
pub(super) fn prune_columns(plan: Plan) -> Plan {
    let (schema, wanted) = (plan.schema.clone(), Parts::all(&plan.schema));
    let pruned = exactly(plan, wanted);
    Plan { schema, ..pruned }
}

/// A plan that gives these parts and nothing else, in order.
fn exactly(plan: Plan, wanted: Parts) -> Plan {
    let schema = plan.schema.clone();
    let (plan, layout) = prune(plan, wanted.clone());
    if layout.is(&wanted) {
        return plan;
    }
    let columns = wanted.iter().map(|part| layout.expression(part, &schema)).collect();
    Plan { schema: wanted.schema(&schema), operator: Operator::Project { input: Box::new(plan), columns } }
}

/// A plan that gives these parts, perhaps among others.
fn prune(plan: Plan, wanted: Parts) -> (Plan, Layout) {
    let Plan { operator, schema } = plan;
    match operator {
        Operator::Scan(scan) => prune_scan(scan, &schema, wanted),
        Operator::Print(cells) => {
            let wanted = wanted.whole();
            let cells = wanted.iter().map(|part| cells[part.column].clone()).collect();
            (Plan { operator: Operator::Print(cells), schema: wanted.schema(&schema) }, wanted.into_layout())
        }
        Operator::Filter { input, predicate } => {
            let (input, layout) = prune(*input, wanted.and_read_by([&predicate]));
            let predicate = layout.rewrite(predicate);
            (super::tree::filter(input, predicate), layout)
        }
        Operator::Project { input, columns } => prune_project(*input, columns, &schema, wanted),
        Operator::Aggregate { input, keys, aggregates } => {
            aggregate::prune(*input, keys, aggregates, &schema, &wanted)
        }
        Operator::Sort { input, keys } => {
            let (input, keys, layout) = prune_sorted(*input, keys, wanted);
            let schema = input.schema.clone();
            (Plan { operator: Operator::Sort { input: Box::new(input), keys }, schema }, layout)
        }
        Operator::Top { input, keys, count } => {
            let (input, keys, layout) = prune_sorted(*input, keys, wanted);
            let schema = input.schema.clone();
            (Plan { operator: Operator::Top { input: Box::new(input), keys, count }, schema }, layout)
        }
        Operator::Take { input, count } => {
            let (input, layout) = prune(*input, wanted);
            let schema = input.schema.clone();
            (Plan { operator: Operator::Take { input: Box::new(input), count }, schema }, layout)
        }
        Operator::Join(join) => join::prune(join, &schema, wanted),
        Operator::Union(inputs) => {
            let inputs = inputs.into_iter().map(|input| exactly(input, wanted.clone())).collect();
            (Plan { operator: Operator::Union(inputs), schema: wanted.schema(&schema) }, wanted.into_layout())
        }
        Operator::MvExpand(expand) => expand::prune(expand, &schema, wanted),
        operator @ (Operator::Rows(_)
        | Operator::Range { .. }
        | Operator::Shared { .. }
        | Operator::WholeTable { .. }) => {
            let layout = Parts::all(&schema).into_layout();
            (map_inputs(Plan { operator, schema }, &mut prune_columns), layout)
        }
    }
}

/// What the predicate reads in parts is scanned in parts even where the whole column is wanted too: the scan makes the
/// columns of the predicate first, and the others only for the rows that pass.
fn prune_scan(scan: Scan, schema: &Schema, wanted: Parts) -> (Plan, Layout) {
    let mut layout = wanted.in_order();
    if let Some(predicate) = &scan.predicate {
        layout.extend(Parts::read_by([predicate]));
    }
    let columns = layout.iter().map(|part| scan_column(&scan.columns[part.column], part)).collect();
    let fields = layout.iter().map(|part| part.field(schema)).collect();
    let predicate = scan.predicate.map(|predicate| layout.rewrite(predicate));
    let operator = Operator::Scan(Scan { columns, predicate, ..scan });
    (Plan { operator, schema: Arc::new(fields) }, layout)
}

fn scan_column(whole: &ScanColumn, part: &Part) -> ScanColumn {
    let Field { name, data_type } = part.field_of(&whole.name, whole.data_type);
    let path = whole.path.iter().chain(&part.path).cloned().collect();
    ScanColumn { name, source: whole.source.clone(), path, data_type }
}

/// A part of a column that is itself a part of an input's column is read there; of anything else the whole is computed,
/// once.
fn prune_project(input: Plan, columns: Vec<Expr>, schema: &Schema, wanted: Parts) -> (Plan, Layout) {
    let wanted = wanted.whole_unless(|column| as_part(&columns[column]).is_some());
    let columns: Vec<Expr> = wanted.iter().map(|part| part.of(&columns[part.column])).collect();
    let (input, below) = prune(input, Parts::read_by(&columns));
    let columns = columns.into_iter().map(|column| below.rewrite(column)).collect();
    let operator = Operator::Project { input: Box::new(input), columns };
    (Plan { operator, schema: wanted.schema(schema) }, wanted.into_layout())
}

/// The input of a sort, without columns that it would keep for nothing.
fn prune_sorted(input: Plan, keys: Vec<SortKey>, wanted: Parts) -> (Plan, Vec<SortKey>, Layout) {
    let wanted = wanted.and_read_by(keys.iter().map(|key| &key.expression)).sorted();
    let layout = wanted.clone().into_layout();
    let keys = map_sort_keys(keys, &mut |expression| layout.rewrite(expression));
    (exactly(input, wanted), keys, layout)
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, Long, String};

    use super::*;
    use crate::optimize::testing::*;

    fn table() -> Plan {
        scan("T", &[("s", String), ("d", Dynamic), ("n", Long)])
    }

    fn pruned(plan: Plan) -> Vec<std::string::String> {
        shown(prune_columns(plan))
    }

    fn part(steps: &[&str]) -> Expr {
        path(column(1, Dynamic), steps)
    }

    #[test]
    fn a_plan_that_reads_all_stays_as_it_is() {
        assert_eq!(
            pruned(sort(table(), column(2, Long))),
            ["sort by n desc", "  scan T (s: string, d: dynamic, n: long)"]
        );
    }

    #[test]
    fn only_parts_that_are_read_are_scanned() {
        let os = call("tostring", vec![part(&["os", "name"])]);
        let plan = project(
            filter(table(), call("has", vec![os, text("x")])),
            &[("v", part(&["os", "version"])), ("s", column(0, String))],
        );
        assert_eq!(
            pruned(plan),
            [
                "project v = d.os.version, s",
                r#"  where tostring(d.os.name) has "x""#,
                "    scan T (s: string, d.os.version: dynamic, d.os.name: dynamic)",
            ]
        );
    }

    #[test]
    fn a_whole_column_gives_its_parts() {
        let plan = project(table(), &[("d", column(1, Dynamic)), ("os", part(&["os"]))]);
        assert_eq!(pruned(plan), ["project d, os = d.os", "  scan T (d: dynamic)"]);
    }

    #[test]
    fn a_predicate_is_scanned_in_parts_before_the_whole() {
        let mut plan = table();
        if let Operator::Scan(scan) = &mut plan.operator {
            scan.predicate = Some(call("has", vec![call("tostring", vec![part(&["os"])]), text("x")]));
        }
        let found = pruned(plan);
        assert_eq!(
            found,
            [
                "project s, d, n",
                r#"  scan T (s: string, d: dynamic, n: long, d.os: dynamic) where tostring(d.os) has "x""#
            ]
        );
    }

    #[test]
    fn parts_are_found_below_projections_and_sorts() {
        let inner =
            project(table(), &[("x", part(&["a"])), ("n", column(2, Long)), ("s", column(0, String))]);
        let plan = project(sort(inner, column(1, Long)), &[("y", path(column(0, Dynamic), &["b"]))]);
        assert_eq!(
            pruned(plan),
            [
                "project y = ['x.b']",
                "  sort by n desc",
                "    project ['x.b'] = d.a.b, n",
                "      scan T (d.a.b: dynamic, n: long)"
            ]
        );
    }

    #[test]
    fn parts_of_what_is_computed_are_taken_of_the_whole() {
        let parsed = call("todynamic", vec![column(0, String)]);
        let plan = extend(table(), "p", parsed);
        let plan = project(
            plan,
            &[("a", path(column(3, Dynamic), &["a"])), ("b", path(column(3, Dynamic), &["b"]))],
        );
        assert_eq!(
            pruned(plan),
            ["project a = p.a, b = p.b", "  project p = todynamic(s)", "    scan T (s: string)"]
        );
    }

    #[test]
    fn counting_reads_no_column() {
        assert_eq!(pruned(summarize(table(), &[], &["c"])), ["summarize c = count()", "  scan T ()"]);
    }

    #[test]
    fn branches_of_a_union_keep_in_step() {
        let plan = project(union(vec![table(), table()]), &[("a", part(&["a"])), ("n", column(2, Long))]);
        assert_eq!(
            pruned(plan),
            [
                "project a = ['d.a'], n",
                "  union",
                "    scan T (d.a: dynamic, n: long)",
                "    scan T (d.a: dynamic, n: long)"
            ]
        );
    }
}
