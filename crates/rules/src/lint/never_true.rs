//! Conditions that no value meets.

use std::collections::HashMap;

use kql_parser::Span;
use kql_parser::ast::{Expr, ExprKind, Literal, Operator, OperatorKind, UnaryOperator};
use kql_parser::walk::{self, Visitor};

use super::expressions::{call, comparison};
use super::{Finding, Subject};

const CODE: &str = "KQL103";

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
        match &found.kind {
            ExprKind::Pipe { operators, .. } => self.filters(operators),
            ExprKind::Between { negated: false, low, high, .. } => self.between(found, low, high),
            _ => {}
        }
        walk::expression(self, found);
    }
}

impl<'q> Search<'_, 'q> {
    /// Filters that follow one another must hold together.
    fn filters(&mut self, operators: &'q [Operator]) {
        let mut demands = Demands::default();
        for operator in operators {
            let OperatorKind::Where(predicate) = &operator.kind else {
                demands = Demands::default();
                continue;
            };
            for condition in walk::conjuncts(predicate) {
                self.condition(condition, &mut demands);
            }
        }
    }

    fn condition(&mut self, condition: &'q Expr, demands: &mut Demands<'q>) {
        let Some(comparison) = comparison(condition) else { return };
        let value = self.subject.text(comparison.value.span);
        let literals: Option<Vec<Constant<'q>>> =
            comparison.others.iter().map(|other| constant(self.subject.lets.resolve(other))).collect();
        let demand = demands.values.entry(value).or_default();
        match (comparison.operator, literals) {
            ("==" | "in", Some(allowed)) if !allowed.is_empty() => {
                if let Some(previous) = &demand.allowed
                    && Constant::are_alike(previous.0.iter().chain(&allowed))
                    && !previous.0.iter().any(|one| allowed.contains(one))
                {
                    self.report(
                        condition.span,
                        format!("{value} cannot be {} and {}", list(&previous.0), list(&allowed)),
                    );
                }
                demand.allowed = Some((allowed, condition.span));
            }
            (operator @ ("<" | "<=" | ">" | ">="), _) => {
                self.bound(condition, value, operator, comparison.others[0], demand);
            }
            _ => {}
        }
        let demand = demands.values.entry(value).or_default();
        if let Some((allowed, _)) = &demand.allowed
            && let Some(message) = demand.conflict(value, allowed)
        {
            self.report(condition.span, message);
            demand.allowed = None;
        }
    }

    fn bound(
        &mut self,
        condition: &'q Expr,
        value: &str,
        operator: &str,
        limit: &'q Expr,
        demand: &mut Demand<'q>,
    ) {
        let Some(limit) = self.limit(limit) else { return };
        let is_strict = operator.len() == 1;
        let bound = Bound { limit, is_strict, span: condition.span };
        if operator.starts_with('>') {
            demand.low = Some(bound);
        } else {
            demand.high = Some(bound);
        }
        if let (Some(low), Some(high)) = (demand.low, demand.high)
            && low.excludes(high)
        {
            let [low, high] = [low.span, high.span].map(|span| self.subject.text(span));
            self.report(condition.span, format!("no {value} meets both `{low}` and `{high}`"));
            (demand.low, demand.high) = (None, None);
        }
    }

    fn between(&mut self, condition: &'q Expr, low: &'q Expr, high: &'q Expr) {
        let at = |limit, span| Some(Bound { limit: self.limit(limit)?, is_strict: false, span });
        if let (Some(from), Some(to)) = (at(low, low.span), at(high, high.span))
            && from.excludes(to)
        {
            let [low, high] = [low.span, high.span].map(|span| self.subject.text(span));
            self.found.push(
                Finding::in_query(CODE, format!("nothing lies between {low} and {high}"), condition.span)
                    .with_hint(format!("the smaller bound comes first: `between ({high} .. {low})`")),
            );
        }
    }

    fn limit(&self, expression: &'q Expr) -> Option<Limit> {
        let lets = &self.subject.lets;
        if let Some(moment) = lets.moment(expression) {
            return (!moment.is_rounded).then_some(Limit::Ticks(-i128::from(moment.ago)));
        }
        number(lets.resolve(expression)).map(Limit::Number)
    }

    fn report(&mut self, span: Span, message: String) {
        self.found.push(Finding::in_query(CODE, message, span));
    }
}

/// What the conditions so far demand of each value, by its text.
#[derive(Default)]
struct Demands<'q> {
    values: HashMap<&'q str, Demand<'q>>,
}

#[derive(Default)]
struct Demand<'q> {
    allowed: Option<(Vec<Constant<'q>>, Span)>,
    low: Option<Bound>,
    high: Option<Bound>,
}

impl Demand<'_> {
    /// Why none of the allowed values is within the bounds.
    fn conflict(&self, value: &str, allowed: &[Constant<'_>]) -> Option<String> {
        let numbers: Vec<f64> = allowed.iter().map(Constant::number).collect::<Option<_>>()?;
        let is_within = |number: &f64| {
            let place = Bound { limit: Limit::Number(*number), is_strict: false, span: Span::default() };
            !self.low.is_some_and(|low| low.excludes(place))
                && !self.high.is_some_and(|high| place.excludes(high))
        };
        let is_met = numbers.iter().any(is_within);
        (!is_met).then(|| format!("{value} cannot be {} and within these bounds", list(allowed)))
    }
}

#[derive(Clone, Copy)]
struct Bound {
    limit: Limit,
    is_strict: bool,
    span: Span,
}

#[derive(Clone, Copy)]
enum Limit {
    Number(f64),
    /// After now.
    Ticks(i128),
}

impl Bound {
    /// Whether nothing is at or above this bound and at or below the other.
    fn excludes(self, high: Bound) -> bool {
        let is_strict = self.is_strict || high.is_strict;
        match (self.limit, high.limit) {
            (Limit::Number(low), Limit::Number(high)) => low > high || (is_strict && low == high),
            (Limit::Ticks(low), Limit::Ticks(high)) => low > high || (is_strict && low == high),
            _ => false,
        }
    }
}

/// A literal that `==` compares exactly.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Constant<'q> {
    Text(&'q str),
    Number(f64),
    Bool(bool),
}

impl Constant<'_> {
    fn are_alike<'c>(constants: impl Iterator<Item = &'c Self>) -> bool
    where
        Self: 'c,
    {
        let mut kinds = constants.map(std::mem::discriminant);
        kinds.next().is_none_or(|first| kinds.all(|kind| kind == first))
    }

    fn number(&self) -> Option<f64> {
        match self {
            Constant::Number(number) => Some(*number),
            Constant::Text(_) | Constant::Bool(_) => None,
        }
    }
}

fn constant(expression: &Expr) -> Option<Constant<'_>> {
    match &expression.kind {
        ExprKind::Literal(Literal::String(text)) => Some(Constant::Text(text)),
        ExprKind::Literal(Literal::Bool(Some(value))) => Some(Constant::Bool(*value)),
        _ => number(expression).map(Constant::Number),
    }
}

fn number(expression: &Expr) -> Option<f64> {
    match &expression.kind {
        ExprKind::Literal(Literal::Long(Some(value))) => Some(*value as f64),
        ExprKind::Literal(Literal::Int(Some(value))) => Some(f64::from(*value)),
        ExprKind::Literal(Literal::Real(Some(value))) => Some(*value),
        ExprKind::Unary { operator: UnaryOperator::Minus, operand } => number(operand).map(|value| -value),
        ExprKind::Call { .. } => match call(expression)? {
            ("toint" | "tolong" | "toreal" | "todouble", arguments) => number(arguments.first()?),
            _ => None,
        },
        _ => None,
    }
}

fn list(constants: &[Constant<'_>]) -> String {
    let one = |constant: &Constant<'_>| match constant {
        Constant::Text(text) => format!("\"{text}\""),
        Constant::Number(number) => number.to_string(),
        Constant::Bool(value) => value.to_string(),
    };
    let shown: Vec<String> = constants.iter().take(3).map(one).collect();
    let more = if constants.len() > 3 { ", ..." } else { "" };
    match constants {
        [_] => shown.concat(),
        _ => format!("one of {}{more}", shown.join(", ")),
    }
}
