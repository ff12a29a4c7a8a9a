//! Filters on time, and the time that a rule looks at.

use kql_parser::ast::{Expr, ExprKind, Operator, OperatorKind};
use kql_parser::walk::{self, Visitor};
use kql_types::{Value, timespan};

use super::expressions::{call, name, pipeline};
use super::moments::Moment;
use super::{Finding, Subject};
use crate::Kind;

/// The column by which a rule's queryPeriod cuts tables.
const TIME: &str = "TimeGenerated";

/// Filters that let nothing through of what lies within queryPeriod.
pub(super) fn outside(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(period) = period(subject) else { return Vec::new() };
    let is_outside =
        |bound: &Bound<'_>| bound.is_upper && !bound.moment.is_rounded && bound.moment.ago >= period;
    let finding = |bound: Bound<'_>| {
        let message =
            format!("this is before queryPeriod ({}) begins, so there are no such rows", length(period));
        Finding::in_query("KQL109", message, bound.condition.span)
    };
    bounds(subject).into_iter().filter(is_outside).map(finding).collect()
}

/// Filters that ask for more than lies within queryPeriod.
pub(super) fn beyond(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(period) = period(subject) else { return Vec::new() };
    let is_beyond = |bound: &Bound<'_>| {
        // A day's beginning may lie a day before.
        let slack = if bound.moment.is_rounded { timespan::TICKS_PER_DAY } else { 0 };
        !bound.is_upper && bound.moment.ago > period.saturating_add(slack)
    };
    let finding = |bound: Bound<'_>| {
        let message =
            format!("this looks back {}, and queryPeriod is {}", length(bound.moment.ago), length(period));
        Finding::in_query("KQL110", message, bound.condition.span)
            .with_hint("Sentinel gives the query only what lies within queryPeriod")
    };
    bounds(subject).into_iter().filter(is_beyond).map(finding).collect()
}

/// A query without a schedule that reads all there is.
pub(super) fn missing(subject: &Subject<'_>) -> Vec<Finding> {
    if subject.rule.metadata.schedule.period.is_some() {
        return Vec::new();
    }
    let mut search = Reads::default();
    walk::query(&mut search, subject.query);
    let table = search.tables.into_iter().find(|table| {
        let is_declared = !std::ptr::eq(subject.lets.resolve(table), *table);
        !is_declared && name(table).is_some_and(|table| subject.tables.has_time(table))
    });
    let Some(table) = table.filter(|_| !search.looks_at_time) else { return Vec::new() };
    let message = "no filter on time: without a queryPeriod the query reads all the data there is";
    let hint = format!("`| where {TIME} > ago(1d)`, or a queryPeriod in the metadata");
    vec![Finding::in_query("KQL108", message, table.span).with_hint(hint)]
}

/// What a scheduled rule looks back to. What a near-real-time rule sees is decided when records arrive.
fn period(subject: &Subject<'_>) -> Option<i64> {
    let about = &subject.rule.metadata;
    about.schedule.period.filter(|_| about.kind != Kind::NearRealTime)
}

fn length(ticks: i64) -> String {
    let units = [
        (timespan::TICKS_PER_DAY, "d"),
        (timespan::TICKS_PER_HOUR, "h"),
        (timespan::TICKS_PER_MINUTE, "m"),
        (timespan::TICKS_PER_SECOND, "s"),
    ];
    match units.into_iter().find(|(unit, _)| ticks % unit == 0) {
        Some((unit, letter)) => format!("{}{letter}", ticks / unit),
        None => Value::Timespan(ticks).to_text(),
    }
}

/// A condition on the time of a row.
struct Bound<'q> {
    condition: &'q Expr,
    is_upper: bool,
    moment: Moment,
}

fn bounds<'q>(subject: &Subject<'q>) -> Vec<Bound<'q>> {
    let mut search = Bounds { subject, found: Vec::new() };
    walk::query(&mut search, subject.query);
    search.found
}

struct Bounds<'s, 'q> {
    subject: &'s Subject<'q>,
    found: Vec<Bound<'q>>,
}

impl<'q> Visitor<'q> for Bounds<'_, 'q> {
    fn operator(&mut self, found: &'q Operator) {
        if let OperatorKind::Where(predicate) = &found.kind {
            walk::conjuncts(predicate).into_iter().for_each(|condition| self.condition(condition));
        }
        walk::operator(self, found);
    }
}

impl<'q> Bounds<'_, 'q> {
    fn condition(&mut self, condition: &'q Expr) {
        match &condition.kind {
            ExprKind::Binary { operator, left, right, .. } => {
                let sign = operator.as_str();
                if !matches!(sign, "<" | "<=" | ">" | ">=") {
                    return;
                }
                if name(left) == Some(TIME) {
                    self.add(condition, sign.starts_with('<'), right);
                } else if name(right) == Some(TIME) {
                    self.add(condition, sign.starts_with('>'), left);
                }
            }
            ExprKind::Between { negated: false, value, low, high } if name(value) == Some(TIME) => {
                let before = self.found.len();
                self.add(condition, true, high);
                if self.found.len() == before || !self.is_outside() {
                    self.add(condition, false, low);
                }
            }
            _ => {}
        }
    }

    /// Of what lies outside it need not be said that it reaches beyond.
    fn is_outside(&self) -> bool {
        let period = period(self.subject);
        self.found.last().zip(period).is_some_and(|(bound, period)| bound.moment.ago >= period)
    }

    fn add(&mut self, condition: &'q Expr, is_upper: bool, limit: &'q Expr) {
        if let Some(moment) = self.subject.lets.moment(limit) {
            self.found.push(Bound { condition, is_upper, moment });
        }
    }
}

/// What a query reads, and whether it looks at time.
#[derive(Default)]
struct Reads<'q> {
    tables: Vec<&'q Expr>,
    looks_at_time: bool,
    /// How many filters stand around the expression at hand.
    filters: usize,
}

impl<'q> Visitor<'q> for Reads<'q> {
    fn expression(&mut self, found: &'q Expr) {
        if let Some((Some(source), _)) = pipeline(found)
            && name(source).is_some()
        {
            self.tables.push(source);
        }
        let is_moment = matches!(call(found), Some(("ago" | "now" | "ingestion_time", _)));
        let is_time = self.filters > 0
            && matches!(name(found), Some(TIME | "Timestamp" | "timestamp" | "_TimeReceived"));
        self.looks_at_time |= is_moment || is_time;
        walk::expression(self, found);
    }

    fn operator(&mut self, found: &'q Operator) {
        let is_filter = matches!(
            found.kind,
            OperatorKind::Where(_) | OperatorKind::Find { .. } | OperatorKind::Search { .. }
        );
        self.filters += usize::from(is_filter);
        walk::operator(self, found);
        self.filters -= usize::from(is_filter);
    }
}
