//! `take` of rows in no order, where what comes next depends on which rows they are.

use kql_parser::ast::{Expr, ExprKind, Literal, Operator, OperatorKind, Statement, StatementKind};
use kql_parser::walk::{self, Visitor};

use super::expressions::{call, keeps_rows, pipeline};
use super::{Finding, Subject};

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let mut search = Search { is_result: false, found: Vec::new() };
    walk::query(&mut search, subject.query);
    search.found
}

struct Search {
    /// Whether the expression that is met next is what the query returns.
    is_result: bool,
    found: Vec<Finding>,
}

impl<'q> Visitor<'q> for Search {
    fn statement(&mut self, found: &'q Statement) {
        self.is_result = matches!(found.kind, StatementKind::Expression(_));
        walk::statement(self, found);
    }

    fn expression(&mut self, found: &'q Expr) {
        let is_result = std::mem::take(&mut self.is_result);
        // A text without a source is about the elements of one value, or of one partition.
        if let Some((Some(source), operators)) = pipeline(found) {
            self.takes(source, operators, is_result);
        }
        walk::expression(self, found);
    }
}

impl Search {
    fn takes(&mut self, source: &Expr, operators: &[Operator], is_result: bool) {
        for (at, operator) in operators.iter().enumerate() {
            let is_take = matches!(&operator.kind, OperatorKind::Take(count) if !is_zero(count));
            if !is_take || is_ordered(&operators[..at]) || gives_one_row(source, &operators[..at]) {
                continue;
            }
            let next = operators[at + 1..].iter().find(|one| !keeps_rows(one));
            let what = match next.map(|next| &next.kind) {
                Some(
                    OperatorKind::GetSchema
                    | OperatorKind::Consume
                    | OperatorKind::Take(_)
                    | OperatorKind::MvExpand { .. },
                ) => continue,
                Some(_) => next.map_or("", |next| &next.keyword),
                None if is_result => continue,
                None => "what uses these rows",
            };
            let message = format!(
                "`{}` without an order picks any rows, and {what} depends on which",
                operator.keyword
            );
            self.found.push(
                Finding::in_query("KQL112", message, operator.keyword_span)
                    .with_hint("put them in order first: `top n by ...`"),
            );
        }
    }
}

/// `take 0` asks for the columns only.
fn is_zero(count: &Expr) -> bool {
    matches!(count.kind, ExprKind::Literal(Literal::Long(Some(0))))
}

/// Whether the rows come in an order that was asked for.
fn is_ordered(before: &[Operator]) -> bool {
    let shaping = |one: &&Operator| !keeps_rows(one) && !matches!(one.kind, OperatorKind::Where(_));
    let sorting = |one: &Operator| matches!(one.kind, OperatorKind::Sort(_));
    let last_shape = before.iter().rposition(|one| shaping(&one));
    match last_shape {
        Some(at) => {
            matches!(before[at].kind, OperatorKind::Top { .. }) || before[at + 1..].iter().any(sorting)
        }
        None => before.iter().any(sorting),
    }
}

/// Whether there is but one row.
fn gives_one_row(source: &Expr, before: &[Operator]) -> bool {
    let shape =
        before.iter().rev().find(|one| !keeps_rows(one) && !matches!(one.kind, OperatorKind::Where(_)));
    match shape.map(|operator| &operator.kind) {
        Some(OperatorKind::Summarize { by, .. }) => by.is_empty(),
        Some(OperatorKind::Count(_)) => true,
        Some(_) => false,
        None => {
            matches!(&source.kind, ExprKind::Source(operator) if matches!(operator.kind, OperatorKind::Print(_)))
                // Rows that stand in the text have the order of the text.
                || matches!(source.kind, ExprKind::DataTable { .. })
                || call(source).is_some_and(|(function, _)| function == "datatable")
        }
    }
}
