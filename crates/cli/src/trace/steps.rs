//! The pipelines of a query, step by step: each step is a query of its own.

use std::collections::HashSet;

use kql_parser::ast::{Expr, ExprKind, Operator, OperatorKind, Query, Statement, StatementKind};
use kql_parser::{Span, TokenKind, tokenize};

/// A source and the operators behind it.
#[derive(Debug, Default)]
pub struct Pipeline<'q> {
    /// The steps in order; the first is the source.
    pub steps: Vec<Step<'q>>,
}

/// A step.
#[derive(Debug)]
pub struct Step<'q> {
    /// The operator; of the first step none, unless the operator makes rows.
    pub operator: Option<&'q Operator>,
    /// What people see of it.
    pub span: Span,
    /// The pipelines that feed it besides the one that it stands in: the right side of a join, the legs of a union. By
    /// their places in what [`pipelines`] gives.
    pub sides: Vec<usize>,
    /// The statements before it end here.
    before: usize,
    /// The pipeline up to it.
    pipeline: Span,
    /// What makes the pipeline a query where it is none by itself.
    prefix: &'static str,
}

impl Step<'_> {
    /// A query that gives the rows that come out of the step.
    pub fn query(&self, text: &str) -> String {
        format!("{}\n{}{}", &text[..self.before], self.prefix, self.pipeline.text(text))
    }
}

/// The pipelines of a query: first that of its last result, then those that feed it. A `let` that feeds one is taken
/// apart too, where it is met first; afterwards it is a source.
pub fn pipelines<'q>(query: &'q Query, text: &'q str) -> Vec<Pipeline<'q>> {
    let mut search = Search { text, found: vec![Pipeline::default()], taken_apart: HashSet::new() };
    let result = query.statements.iter().rposition(|one| matches!(one.kind, StatementKind::Expression(_)));
    if let Some(at) = result
        && let StatementKind::Expression(value) = &query.statements[at].kind
    {
        let place = Place { before: &query.statements[..at], statement: &query.statements[at] };
        search.add(place, value, 0);
    }
    search.found
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Place<'q> {
    before: &'q [Statement],
    statement: &'q Statement,
}

struct Search<'q> {
    text: &'q str,
    found: Vec<Pipeline<'q>>,
    /// The `let` statements whose steps are there already, by where they begin.
    taken_apart: HashSet<usize>,
}

impl<'q> Search<'q> {
    /// Adds the steps of an expression to a pipeline.
    fn add(&mut self, place: Place<'q>, value: &'q Expr, pipeline: usize) {
        let (source, operators): (&Expr, &[Operator]) = match &value.kind {
            ExprKind::Pipe { source: Some(source), operators } => (source, operators),
            _ => (value, &[]),
        };
        self.source(place, source, pipeline);
        for operator in operators {
            // What makes several results, or none, is no step on the way.
            if matches!(
                operator.kind,
                OperatorKind::Fork(_) | OperatorKind::Facet { .. } | OperatorKind::Consume
            ) {
                break;
            }
            let span = without_comment(operator.span, self.text);
            let step = Step {
                operator: Some(operator),
                span,
                sides: self.sides(place, operator),
                before: place.statement.span.start,
                pipeline: Span::new(source.span.start, span.end),
                prefix: "",
            };
            self.found[pipeline].steps.push(step);
        }
    }

    fn source(&mut self, place: Place<'q>, source: &'q Expr, pipeline: usize) {
        if let ExprKind::Pipe { source: Some(_), .. } = &source.kind {
            return self.add(place, source, pipeline);
        }
        if let Some((declared, value)) = declaration(place, source)
            && self.taken_apart.insert(declared.statement.span.start)
        {
            return self.add(declared, value, pipeline);
        }
        let operator = match &source.kind {
            ExprKind::Source(operator) => Some(&**operator),
            _ => None,
        };
        let step = Step {
            operator,
            span: source.span,
            sides: operator.map(|operator| self.sides(place, operator)).unwrap_or_default(),
            before: place.statement.span.start,
            pipeline: source.span,
            prefix: if matches!(source.kind, ExprKind::Wildcard(_) | ExprKind::Star) { "union " } else { "" },
        };
        self.found[pipeline].steps.push(step);
    }

    /// The pipelines that feed an operator besides its own.
    fn sides(&mut self, place: Place<'q>, operator: &'q Operator) -> Vec<usize> {
        let sides: Vec<&'q Expr> = match &operator.kind {
            OperatorKind::Join { right, .. } | OperatorKind::Lookup { right, .. } => vec![right],
            OperatorKind::Union(legs) => legs.iter().collect(),
            _ => Vec::new(),
        };
        let mut side = |value| {
            let number = self.found.len();
            self.found.push(Pipeline::default());
            self.add(place, value, number);
            number
        };
        sides.into_iter().map(&mut side).collect()
    }
}

/// The `let` statement that a name means, and its value.
fn declaration<'q>(place: Place<'q>, source: &Expr) -> Option<(Place<'q>, &'q Expr)> {
    let ExprKind::Name(read) = &source.kind else { return None };
    let declared = |(at, one): (usize, &'q Statement)| match &one.kind {
        StatementKind::Let { name, value } if name.text == read.text => {
            Some((Place { before: &place.before[..at], statement: one }, value))
        }
        _ => None,
    };
    place.before.iter().enumerate().rev().find_map(declared)
}

/// A comment behind an operator would hide what is put behind it.
fn without_comment(span: Span, text: &str) -> Span {
    let own = span.text(text);
    let last =
        tokenize(own).iter().rfind(|token| token.kind != TokenKind::Comment).map(|token| token.span.end);
    Span::new(span.start, span.start + last.unwrap_or(own.len()))
}
