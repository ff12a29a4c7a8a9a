//! The steps of a query: what feeds its last pipeline, and each operator, as queries of their own.

use kql_parser::ast::{Expr, ExprKind, Operator, OperatorKind, Query, Statement, StatementKind};
use kql_parser::{Span, TokenKind, tokenize};

/// A step.
#[derive(Clone, Copy, Debug)]
pub struct Step<'q> {
    /// The operator; of the first step none.
    pub operator: Option<&'q Operator>,
    /// What people see of it.
    pub span: Span,
    /// The statements before it end here.
    before: usize,
    /// The pipeline up to it.
    pipeline: Span,
}

impl Step<'_> {
    /// A query that gives the rows that come out of the step.
    pub fn query(&self, text: &str) -> String {
        format!("{}\n{}", &text[..self.before], self.pipeline.text(text))
    }
}

/// The steps of a query's last result. A `let` that feeds the pipeline is taken apart too.
pub fn steps<'q>(query: &'q Query, text: &str) -> Vec<Step<'q>> {
    let mut steps = Vec::new();
    let result = query.statements.iter().rposition(|one| matches!(one.kind, StatementKind::Expression(_)));
    if let Some(at) = result
        && let StatementKind::Expression(value) = &query.statements[at].kind
    {
        add(&query.statements[..at], &query.statements[at], value, text, &mut steps);
    }
    steps
}

fn add<'q>(
    before: &'q [Statement],
    statement: &'q Statement,
    value: &'q Expr,
    text: &str,
    steps: &mut Vec<Step<'q>>,
) {
    let (source, operators): (&Expr, &[Operator]) = match &value.kind {
        ExprKind::Pipe { source: Some(source), operators } => (source, operators),
        _ => (value, &[]),
    };
    let declared = |(at, one): (usize, &'q Statement)| match (&one.kind, &source.kind) {
        (StatementKind::Let { name, value }, ExprKind::Name(read)) if name.text == read.text => {
            Some((at, one, value))
        }
        _ => None,
    };
    match before.iter().enumerate().rev().find_map(declared) {
        Some((at, statement, value)) => add(&before[..at], statement, value, text, steps),
        None => steps.push(Step {
            operator: None,
            span: source.span,
            before: statement.span.start,
            pipeline: source.span,
        }),
    }
    for operator in operators {
        // What makes several results, or none, is no step on the way.
        if matches!(operator.kind, OperatorKind::Fork(_) | OperatorKind::Facet { .. } | OperatorKind::Consume)
        {
            break;
        }
        let span = without_comment(operator.span, text);
        steps.push(Step {
            operator: Some(operator),
            span,
            before: statement.span.start,
            pipeline: Span::new(source.span.start, span.end),
        });
    }
}

/// A comment behind an operator would hide what is put behind it.
fn without_comment(span: Span, text: &str) -> Span {
    let own = span.text(text);
    let last =
        tokenize(own).iter().rfind(|token| token.kind != TokenKind::Comment).map(|token| token.span.end);
    Span::new(span.start, span.start + last.unwrap_or(own.len()))
}
