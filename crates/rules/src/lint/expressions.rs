//! What checks ask of expressions.

use kql_parser::ast::{Expr, ExprKind, Literal, Operator, OperatorKind};

/// The text of a string literal.
pub(super) fn string(expression: &Expr) -> Option<&str> {
    match &expression.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}

/// The name that an expression is.
pub(super) fn name(expression: &Expr) -> Option<&str> {
    match &expression.kind {
        ExprKind::Name(name) => Some(&name.text),
        _ => None,
    }
}

/// The function that an expression calls, and its arguments.
pub(super) fn call(expression: &Expr) -> Option<(&str, Vec<&Expr>)> {
    match &expression.kind {
        ExprKind::Call { name, arguments } => {
            Some((&name.text, arguments.iter().map(|argument| &argument.value).collect()))
        }
        _ => None,
    }
}

/// A comparison of a value with others: `a == b`, `a in (b, c)`.
pub(super) struct Comparison<'q> {
    pub(super) operator: &'static str,
    pub(super) value: &'q Expr,
    pub(super) others: Vec<&'q Expr>,
}

/// The comparison that an expression is.
pub(super) fn comparison(expression: &Expr) -> Option<Comparison<'_>> {
    match &expression.kind {
        ExprKind::Binary { operator, left, right, .. } => {
            Some(Comparison { operator: operator.as_str(), value: left, others: vec![right] })
        }
        ExprKind::InList { operator, value, list, .. } => {
            Some(Comparison { operator: operator.as_str(), value, others: list.iter().collect() })
        }
        _ => None,
    }
}

/// The operators of a pipeline and what feeds it.
pub(super) fn pipeline(expression: &Expr) -> Option<(Option<&Expr>, &[Operator])> {
    match &expression.kind {
        ExprKind::Pipe { source, operators } => Some((source.as_deref(), operators)),
        _ => None,
    }
}

/// Whether an operator only reshapes rows one by one or puts them in order.
pub(super) fn keeps_rows(operator: &Operator) -> bool {
    use OperatorKind as Kind;
    matches!(
        operator.kind,
        Kind::As(_)
            | Kind::Extend(_)
            | Kind::Project(_)
            | Kind::ProjectAway(_)
            | Kind::ProjectKeep(_)
            | Kind::ProjectRename(_)
            | Kind::ProjectReorder(_)
            | Kind::ProjectByNames(_)
            | Kind::Parse { .. }
            | Kind::ParseKv { .. }
            | Kind::Render { .. }
            | Kind::Serialize(_)
            | Kind::Sort(_)
    ) && operator.keyword != "parse-where"
}
