//! `join` without `kind`.

use kql_parser::ast::{BinaryOperator, Expr, ExprKind, NamedExpr, Operator, OperatorKind};
use kql_parser::walk::{self, Visitor};

use super::expressions::{keeps_rows, name, pipeline};
use super::{Finding, Subject};

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let mut search = Search { subject, found: Vec::new() };
    walk::query(&mut search, subject.query);
    search.found
}

struct Search<'s, 'q> {
    subject: &'s Subject<'q>,
    found: Vec<Finding>,
}

impl<'q> Visitor<'q> for Search<'_, 'q> {
    fn expression(&mut self, found: &'q Expr) {
        if let Some((source, operators)) = pipeline(found) {
            for (at, operator) in operators.iter().enumerate() {
                self.join(source, &operators[..at], operator);
            }
        }
        walk::expression(self, found);
    }
}

impl<'q> Search<'_, 'q> {
    fn join(&mut self, source: Option<&'q Expr>, before: &'q [Operator], operator: &'q Operator) {
        let OperatorKind::Join { on, .. } = &operator.kind else { return };
        if operator.parameters.iter().any(|parameter| parameter.name.text == "kind") {
            return;
        }
        let keys: Option<Vec<&str>> = on.iter().flat_map(walk::conjuncts).map(left_key).collect();
        // Where each key occurs once there is nothing to drop.
        if keys.is_some_and(|keys| self.is_unique(source, before, &keys)) {
            return;
        }
        let message = "`join` without a kind keeps one left row for each key and drops the others";
        let finding = Finding::in_query("KQL106", message, operator.keyword_span);
        self.found.push(
            finding.with_hint("write `kind=inner` for all pairs, or `kind=innerunique` if this is meant"),
        );
    }

    /// Whether rows that come so far have no two with these keys.
    fn is_unique(&self, source: Option<&'q Expr>, before: &'q [Operator], keys: &[&str]) -> bool {
        let shaping =
            before.iter().rev().find(|one| !keeps_rows(one) && !matches!(one.kind, OperatorKind::Where(_)));
        match shaping.map(|operator| &operator.kind) {
            Some(OperatorKind::Summarize { by, .. }) | Some(OperatorKind::Distinct(by)) => {
                by.iter().all(|key| key_name(key).is_some_and(|key| keys.contains(&key)))
            }
            Some(OperatorKind::Count(_)) => true,
            Some(_) => false,
            None => match source.map(|source| self.subject.lets.resolve(source)) {
                Some(Expr { kind: ExprKind::DataTable { columns, values }, .. }) => {
                    values.len() <= columns.len()
                }
                Some(Expr { kind: ExprKind::Source(operator), .. }) => {
                    matches!(operator.kind, OperatorKind::Print(_))
                }
                Some(value) => {
                    pipeline(value).is_some_and(|(source, before)| self.is_unique(source, before, keys))
                }
                None => false,
            },
        }
    }
}

fn key_name(key: &NamedExpr) -> Option<&str> {
    match &key.names[..] {
        [] => name(&key.value),
        [own] => Some(&own.text),
        _ => None,
    }
}

/// The column of the left side that a condition compares.
fn left_key(condition: &Expr) -> Option<&str> {
    match &condition.kind {
        ExprKind::Name(name) => Some(&name.text),
        ExprKind::Binary { operator: BinaryOperator::Equal, left, right, .. } => {
            [left, right].into_iter().find_map(|side| match &side.kind {
                ExprKind::Member { object, member } if name(object) == Some("$left") => name(member),
                _ => None,
            })
        }
        _ => None,
    }
}
