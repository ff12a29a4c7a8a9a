//! A trigger that any row sets off, on a query that always returns one.

use kql_parser::Span;
use kql_parser::ast::{Expr, ExprKind, Operator, OperatorKind, StatementKind};

use super::expressions::{keeps_rows, pipeline};
use super::{Finding, Subject};
use crate::{Comparison, Kind};

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let about = &subject.rule.metadata;
    let trigger = about.schedule.trigger;
    let is_any_row =
        matches!(trigger.comparison, Comparison::Greater | Comparison::NotEqual) && trigger.threshold == 0;
    let alerts =
        about.kind != Kind::Hunting || about.fields.iter().any(|(name, _)| name == "triggerOperator");
    if !alerts || !is_any_row {
        return Vec::new();
    }
    let result = subject.query.statements.iter().rev().find_map(|statement| match &statement.kind {
        StatementKind::Expression(result) => Some(result),
        _ => None,
    });
    let Some(span) = result.and_then(|result| always(subject, result)) else { return Vec::new() };
    let message = "this always gives a row, so the rule alerts at every run";
    let hint = "group by something, or filter the row afterwards: `| where n > 10`";
    vec![Finding::in_query("KQL111", message, span).with_hint(hint)]
}

/// What makes that an expression always gives a row, if it does.
fn always<'q>(subject: &Subject<'q>, expression: &'q Expr) -> Option<Span> {
    let expression = subject.lets.resolve(expression);
    if let ExprKind::Source(operator) = &expression.kind {
        return matches!(operator.kind, OperatorKind::Print(_)).then_some(operator.keyword_span);
    }
    let (source, operators) = pipeline(expression)?;
    let mut reason = source.and_then(|source| always(subject, source));
    for operator in operators {
        reason = match &operator.kind {
            OperatorKind::Count(_) => Some(operator.keyword_span),
            OperatorKind::Summarize { by, .. } if by.is_empty() => Some(operator.keyword_span),
            _ => reason.filter(|_| keeps_row(operator)),
        };
    }
    reason
}

/// Whether at least one row of several comes out.
fn keeps_row(operator: &Operator) -> bool {
    let picks = matches!(
        operator.kind,
        OperatorKind::Summarize { .. }
            | OperatorKind::Distinct(_)
            | OperatorKind::Top { .. }
            | OperatorKind::Union(_)
    );
    picks || keeps_rows(operator)
}
