//! A projection over a projection becomes one, if nothing costly is computed twice by that; one that only passes its
//! input's columns on is dropped.

use super::expression::{is_pure, substitute};
use super::tree::map_inputs;
use crate::walk::for_each_operand;
use crate::{Expr, ExprKind, Operator, Plan};

/// The rule.
pub(super) fn merge_projects(plan: Plan) -> Plan {
    let Plan { operator, schema } = map_inputs(plan, &mut merge_projects);
    let Operator::Project { input, columns } = operator else { return Plan { operator, schema } };
    if passes_on(&columns, &input) && input.schema == schema {
        return *input;
    }
    let (input, columns) = match input.operator {
        Operator::Project { input: below, columns: inner } if can_merge(&columns, &inner) => {
            (below, columns.into_iter().map(|column| substitute(column, &inner)).collect())
        }
        operator => (Box::new(Plan { operator, ..*input }), columns),
    };
    Plan { operator: Operator::Project { input, columns }, schema }
}

fn passes_on(columns: &[Expr], input: &Plan) -> bool {
    columns.len() == input.schema.len()
        && columns
            .iter()
            .enumerate()
            .all(|(place, column)| matches!(column.kind, ExprKind::Column(index) if index == place))
}

/// Whether the outer expressions may have the inner ones in place of the columns that they read.
fn can_merge(outer: &[Expr], inner: &[Expr]) -> bool {
    let mut uses = vec![Uses::default(); inner.len()];
    for column in outer {
        count_uses(column, true, &mut uses);
    }
    inner.iter().zip(uses).all(|(column, uses)| match uses.all {
        0 => true,
        1 => is_pure(column) || uses.bare == 1,
        _ => is_free(column),
    })
}

#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    all: usize,
    /// Those that are a whole outer expression.
    bare: usize,
}

fn count_uses(expression: &Expr, bare: bool, uses: &mut [Uses]) {
    if let ExprKind::Column(index) = expression.kind
        && let Some(uses) = uses.get_mut(index)
    {
        uses.all += 1;
        uses.bare += usize::from(bare);
    }
    for_each_operand(expression, &mut |operand| count_uses(operand, false, uses));
}

/// Whether evaluating the expression is not work to speak of.
fn is_free(expression: &Expr) -> bool {
    match &expression.kind {
        ExprKind::Column(_) | ExprKind::Constant(_) | ExprKind::ScalarQuery(_) => true,
        ExprKind::Path { input, .. } => is_free(input),
        ExprKind::Call { .. } | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::InQuery { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::{Dynamic, Long, String};

    use super::*;
    use crate::optimize::testing::*;

    const SCAN: &str = "  scan T (s: string, d: dynamic)";

    fn table() -> Plan {
        scan("T", &[("s", String), ("d", Dynamic)])
    }

    fn upper(argument: Expr) -> Expr {
        call("toupper", vec![argument])
    }

    #[test]
    fn paths_are_free_and_calls_are_used_once() {
        let inner =
            project(table(), &[("p", path(column(1, Dynamic), &["a"])), ("u", upper(column(0, String)))]);
        let parts =
            [("x", path(column(0, Dynamic), &["b"])), ("y", column(0, Dynamic)), ("z", column(1, String))];
        assert_eq!(
            shown(merge_projects(project(inner, &parts))),
            ["project x = d.a.b, y = d.a, z = toupper(s)", SCAN]
        );
    }

    #[test]
    fn a_call_is_not_computed_twice() {
        let inner = project(table(), &[("u", upper(column(0, String)))]);
        let twice =
            project(inner, &[("u", column(0, String)), ("n", call("strlen", vec![column(0, String)]))]);
        assert_eq!(
            shown(merge_projects(twice)),
            ["project u, n = strlen(u)", "  project u = toupper(s)", &format!("  {SCAN}")]
        );
    }

    #[test]
    fn what_sees_the_whole_table_is_only_passed_on() {
        let inner = || project(table(), &[("i", call("row_number", Vec::new()))]);
        let passed = project(inner(), &[("j", column(0, Long))]);
        assert_eq!(shown(merge_projects(passed)), ["project j = row_number()", SCAN]);
        let added = project(inner(), &[("j", call("+", vec![column(0, Long), long(1)]))]);
        assert_eq!(shown(merge_projects(added)).len(), 3);
    }

    #[test]
    fn passing_columns_on_is_dropped_unless_it_renames() {
        let same = project(table(), &[("s", column(0, String)), ("d", column(1, Dynamic))]);
        assert_eq!(shown(merge_projects(same)), [SCAN.trim_start()]);
        let renamed = project(table(), &[("t", column(0, String)), ("d", column(1, Dynamic))]);
        assert_eq!(shown(merge_projects(renamed)), ["project t = s, d", SCAN]);
    }
}
