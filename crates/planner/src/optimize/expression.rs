//! What rules ask of expressions, and how they rewrite them.

use std::collections::BTreeSet;

use kql_functions::Support;
use kql_functions::scalar::parsing::{PARSE, PARSE_KV};
use kql_parser::Span;
use kql_types::{PathStep, ScalarType};

use crate::walk::for_each_operand;
use crate::{Expr, ExprKind};

/// The expression with each operand rewritten.
pub(super) fn map_operands(mut expression: Expr, rewrite: &mut dyn FnMut(Expr) -> Expr) -> Expr {
    let all = |operands: Vec<Expr>, rewrite: &mut dyn FnMut(Expr) -> Expr| {
        operands.into_iter().map(rewrite).collect::<Vec<Expr>>()
    };
    expression.kind = match expression.kind {
        kind @ (ExprKind::Column(_) | ExprKind::Constant(_) | ExprKind::ScalarQuery(_)) => kind,
        ExprKind::Call { function, overload, arguments } => {
            ExprKind::Call { function, overload, arguments: all(arguments, rewrite) }
        }
        ExprKind::And(operands) => ExprKind::And(all(operands, rewrite)),
        ExprKind::Or(operands) => ExprKind::Or(all(operands, rewrite)),
        ExprKind::Path { input, steps } => ExprKind::Path { input: Box::new(rewrite(*input)), steps },
        ExprKind::InQuery { function, overload, value, plan } => {
            ExprKind::InQuery { function, overload, value: Box::new(rewrite(*value)), plan }
        }
    };
    expression
}

/// Whether the test holds for the expression or for something inside.
fn any(expression: &Expr, test: &dyn Fn(&Expr) -> bool) -> bool {
    let mut found = test(expression);
    for_each_operand(expression, &mut |operand| found = found || any(operand, test));
    found
}

/// The positions of the columns that the expression reads.
pub(super) fn columns_read(expression: &Expr) -> BTreeSet<usize> {
    let mut columns = BTreeSet::new();
    add_columns(expression, &mut columns);
    columns
}

fn add_columns(expression: &Expr, columns: &mut BTreeSet<usize>) {
    if let ExprKind::Column(index) = expression.kind {
        columns.insert(index);
    }
    for_each_operand(expression, &mut |operand| add_columns(operand, columns));
}

/// The expression with each column replaced. Steps below a column that is itself a path are joined to that path.
pub(super) fn map_columns(expression: Expr, replace: &dyn Fn(usize, Expr) -> Expr) -> Expr {
    match expression.kind {
        ExprKind::Column(index) => replace(index, expression),
        ExprKind::Path { input, steps } => path_below(map_columns(*input, replace), steps, expression.span),
        _ => map_operands(expression, &mut |operand| map_columns(operand, replace)),
    }
}

/// The expression over other columns: column `i` is now at `positions[i]`.
pub(super) fn renumber(expression: Expr, position: &dyn Fn(usize) -> usize) -> Expr {
    map_columns(expression, &|index, column| Expr { kind: ExprKind::Column(position(index)), ..column })
}

/// The expression with each column replaced by what computes it.
pub(super) fn substitute(expression: Expr, columns: &[Expr]) -> Expr {
    map_columns(expression, &|index, column| columns.get(index).cloned().unwrap_or(column))
}

/// The part at the end of the path; one path where the dynamic is a path itself.
pub(super) fn path_below(input: Expr, steps: Vec<PathStep>, span: Span) -> Expr {
    if steps.is_empty() {
        return input;
    }
    let (input, steps) = match input.kind {
        ExprKind::Path { input, steps: mut before } => {
            before.extend(steps);
            (input, before)
        }
        _ => (Box::new(input), steps),
    };
    Expr::new(ExprKind::Path { input, steps }, ScalarType::Dynamic, span)
}

/// A column and the steps below it, if that is all there is to the expression.
pub(super) fn as_part(expression: &Expr) -> Option<(usize, &[PathStep])> {
    match &expression.kind {
        ExprKind::Column(index) => Some((*index, &[])),
        ExprKind::Path { input, steps } => match input.kind {
            ExprKind::Column(index) => Some((index, steps)),
            _ => None,
        },
        _ => None,
    }
}

/// The operands of an `and`, of nested ones too; anything else is its own only conjunct.
pub(super) fn conjuncts(predicate: Expr) -> Vec<Expr> {
    match predicate.kind {
        ExprKind::And(operands) => operands.into_iter().flat_map(conjuncts).collect(),
        _ => vec![predicate],
    }
}

/// The `and` of these; `None` of nothing.
pub(super) fn conjunction(mut conjuncts: Vec<Expr>) -> Option<Expr> {
    if conjuncts.len() < 2 {
        return conjuncts.pop();
    }
    let span = conjuncts.iter().map(|conjunct| conjunct.span).reduce(Span::to).unwrap_or_default();
    Some(Expr::new(ExprKind::And(conjuncts), ScalarType::Bool, span))
}

/// Whether the value depends on nothing but the values of the same row, so that it may be computed elsewhere, or twice.
pub(super) fn is_pure(expression: &Expr) -> bool {
    !any(expression, &|one| match &one.kind {
        ExprKind::Call { function, .. } => function.support != Support::Rows,
        _ => false,
    })
}

/// Whether it looks for the captures of `parse` or `parse-kv`, which is much work that several expressions share.
pub(super) fn finds_captures(expression: &Expr) -> bool {
    any(expression, &|one| match one.kind {
        ExprKind::Call { function, .. } => {
            std::ptr::eq(function, &PARSE) || std::ptr::eq(function, &PARSE_KV)
        }
        _ => false,
    })
}

/// Functions that refuse some values of the argument at that position. Where it is constant they refuse it before the
/// first row is read.
const PARTICULAR_ARGUMENTS: &[(&str, usize)] = &[
    ("matches regex", 1),
    ("extract", 0),
    ("extract_all", 0),
    ("extract_all", 1),
    ("replace_regex", 1),
    ("replace", 0),
    ("trim", 0),
    ("trim_start", 0),
    ("trim_end", 0),
    ("indexof_regex", 1),
    ("countof", 1),
    ("countof", 2),
    ("repeat", 1),
    ("format_bytes", 2),
];

/// Whether evaluation can fail for some rows, so that the query must not evaluate it for more rows than it says.
pub(super) fn may_fail(expression: &Expr) -> bool {
    any(expression, &|one| {
        let ExprKind::Call { function, arguments, .. } = &one.kind else { return false };
        PARTICULAR_ARGUMENTS.iter().any(|(name, position)| {
            // Of extract_all the last argument is the text, whatever comes before.
            let is_text = *name == "extract_all" && position + 1 == arguments.len();
            function.names[0] == *name
                && !is_text
                && arguments.get(*position).is_some_and(|argument| argument.as_constant().is_none())
        })
    })
}

/// How many columns, constants and calls the expression has.
pub(super) fn size(expression: &Expr) -> usize {
    let mut total = 1;
    for_each_operand(expression, &mut |operand| total += size(operand));
    total
}

#[cfg(test)]
mod tests {
    use kql_functions::registry;

    use super::*;
    use crate::optimize::testing::*;

    #[test]
    fn conjuncts_of_nested_ands_are_joined_again() {
        let nested = and(vec![equals(0, "a"), and(vec![equals(1, "b"), equals(2, "c")])]);
        let parts = conjuncts(nested);
        assert_eq!(parts.len(), 3);
        assert!(matches!(conjunction(parts).map(|all| all.kind), Some(ExprKind::And(all)) if all.len() == 3));
        assert!(conjunction(Vec::new()).is_none());
    }

    #[test]
    fn steps_below_a_path_make_one_path() {
        let inner = path(column(3, ScalarType::Dynamic), &["a"]);
        let outer = path(column(0, ScalarType::Dynamic), &["b"]);
        let found = substitute(outer, &[inner]);
        assert_eq!(as_part(&found), Some((3, &[key("a"), key("b")][..])));
    }

    #[test]
    fn a_regular_expression_may_fail_unless_it_is_constant() {
        let with = |pattern| call("matches regex", vec![column(0, ScalarType::String), pattern]);
        assert!(may_fail(&with(column(1, ScalarType::String))));
        assert!(!may_fail(&with(text("a.b"))));
        for (name, _) in PARTICULAR_ARGUMENTS {
            assert_eq!(registry::scalar(name).map(|function| function.names[0]), Some(*name));
        }
    }

    #[test]
    fn calls_over_the_whole_table_are_not_pure() {
        let numbered = call("row_number", Vec::new());
        assert!(and(vec![call("isempty", vec![numbered.clone()])]).needs_whole_table());
        assert!(!is_pure(&numbered));
        assert!(is_pure(&equals(0, "a")));
    }
}
