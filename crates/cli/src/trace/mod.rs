//! Why a rule finds a record or does not: the rule step by step, with the rows that go into each step and come out, and
//! the step that drops the records which a predicate chooses.
//!
//! Only the pipeline of the result is followed, and what feeds it; not the right sides of joins.

mod steps;
mod text;

pub use text::report;

use kql_parser::ast::{Expr, ExprKind, OperatorKind};
use kql_parser::walk::{self, Visitor};
use kql_parser::{Severity, Span};
use kql_rules::Rule;
use kql_types::Value;

use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::{Job, Session};
use crate::source::Source;

/// A rule step by step.
pub struct Trace {
    /// The steps in order; the first is the source.
    pub steps: Vec<StepRows>,
    /// Where the chosen records end, if records are followed.
    pub end: Option<End>,
}

/// A step, and the rows that come out of it.
pub struct StepRows {
    /// Its text in the query.
    pub span: Span,
    /// The rows that come out.
    pub rows: u64,
    /// How many of them are chosen; `None` where they cannot be told apart any more.
    pub chosen: Option<u64>,
}

/// Where the chosen records end.
pub enum End {
    /// No record of the source is chosen.
    Nowhere,
    /// They are among the results.
    Result,
    /// A step drops them.
    Dropped {
        /// The step.
        step: usize,
        /// The values that the step looks at, of the first of them.
        values: Vec<(String, Value)>,
        /// The conditions of a filter, and whether that record meets them.
        conditions: Vec<(Span, Option<bool>)>,
    },
    /// Behind a step they cannot be told apart, because what the predicate names is not there any more.
    Unknown {
        /// The step.
        step: usize,
        /// Why.
        why: String,
    },
}

/// Runs a rule step by step.
pub fn follow(session: &mut Session, rule: &Rule, predicate: Option<&str>) -> Result<Trace, Failure> {
    let parsed = kql_parser::parse(&rule.query);
    if parsed.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        return Err(Failure::Query(Box::new(Source::of_rule(rule)), parsed.diagnostics));
    }
    // What is wrong with the whole is better told of the whole.
    session.check(&Source::of_rule(rule))?;
    let steps = steps::steps(&parsed.query, &rule.query);
    let text = |step: &steps::Step<'_>, rest: &str| format!("{}\n{rest}", step.query(&rule.query));
    let job = |text: String| Job::new(Source::new(rule.key.clone(), text));
    let chosen = predicate.map(|predicate| format!("| where {predicate}\n"));
    let mut jobs: Vec<Job> = steps.iter().map(|step| job(text(step, "| count"))).collect();
    if let Some(chosen) = &chosen {
        let follow = |step| Job::new(Source::new("--where", text(step, &format!("{chosen}| count"))));
        jobs.extend(steps.iter().map(follow));
    }
    let mut counts = session.run_all(&jobs).into_iter();
    let rows: Vec<u64> = counts
        .by_ref()
        .take(steps.len())
        .map(|answer| Ok(number(&answer?)))
        .collect::<Result<_, Failure>>()?;
    let mut followed: Vec<Result<u64, Failure>> = counts.map(|answer| Ok(number(&answer?))).collect();
    // A predicate that does not fit the source fits nothing.
    if followed.first().is_some_and(Result::is_err) {
        followed.swap_remove(0)?;
    }
    let end = match &chosen {
        Some(chosen) => Some(ending(session, rule, &steps, &followed, chosen)?),
        None => None,
    };
    Ok(Trace { steps: gather(&steps, &rows, &followed), end })
}

fn gather(steps: &[steps::Step<'_>], rows: &[u64], followed: &[Result<u64, Failure>]) -> Vec<StepRows> {
    let one = |(at, step): (usize, &steps::Step<'_>)| StepRows {
        span: step.span,
        rows: rows[at],
        chosen: followed.get(at).and_then(|count| count.as_ref().ok().copied()),
    };
    steps.iter().enumerate().map(one).collect()
}

/// The first step behind which there are no chosen records, or no telling.
fn ending(
    session: &mut Session,
    rule: &Rule,
    steps: &[steps::Step<'_>],
    followed: &[Result<u64, Failure>],
    chosen: &str,
) -> Result<End, Failure> {
    for (step, count) in followed.iter().enumerate() {
        match count {
            Err(failure) => return Ok(End::Unknown { step, why: failure.summary() }),
            Ok(0) if step == 0 => return Ok(End::Nowhere),
            Ok(0) => return dropped(session, rule, steps, step, chosen),
            Ok(_) => {}
        }
    }
    Ok(End::Result)
}

/// What the step looks at in the first record that it drops.
fn dropped(
    session: &mut Session,
    rule: &Rule,
    steps: &[steps::Step<'_>],
    step: usize,
    chosen: &str,
) -> Result<End, Failure> {
    let mut names = Names::default();
    let mut spans: Vec<Span> = Vec::new();
    if let Some(operator) = steps[step].operator {
        names.operator(operator);
        if let OperatorKind::Where(predicate) = &operator.kind {
            spans = walk::conjuncts(predicate).iter().map(|condition| condition.span).collect();
        }
    }
    let before = steps[step - 1].query(&rule.query);
    let job =
        |rest: &str| Job::new(Source::new(rule.key.clone(), format!("{before}\n{chosen}| take 1\n{rest}")));
    let conditions =
        spans.iter().map(|span| job(&format!("| project x = tobool({})", span.text(&rule.query))));
    let jobs: Vec<Job> = std::iter::once(job("")).chain(conditions).collect();
    let mut answers = session.run_all(&jobs).into_iter();
    let record = match answers.next() {
        Some(answer) => values(&answer?),
        None => Vec::new(),
    };
    let values = record.into_iter().filter(|(name, _)| names.0.contains(&name.as_str())).collect();
    let is_met = |answer: Result<Answer, Failure>| match answer.map(|answer| values_of_first(&answer)) {
        Ok(Some(Value::Bool(is_met))) => Some(is_met),
        Ok(Some(Value::Null(_))) => Some(false),
        _ => None,
    };
    let conditions = spans.into_iter().zip(answers.map(is_met)).collect();
    Ok(End::Dropped { step, values, conditions })
}

/// The names that an operator reads.
#[derive(Default)]
struct Names<'q>(Vec<&'q str>);

impl<'q> Visitor<'q> for Names<'q> {
    fn expression(&mut self, found: &'q Expr) {
        if let ExprKind::Name(name) = &found.kind {
            self.0.push(&name.text);
        }
        walk::expression(self, found);
    }
}

/// The only cell of a count.
fn number(answer: &Answer) -> u64 {
    match values_of_first(answer) {
        Some(Value::Long(count)) => count.unsigned_abs(),
        _ => 0,
    }
}

fn values_of_first(answer: &Answer) -> Option<Value> {
    values(answer).into_iter().next().map(|(_, value)| value)
}

/// The first row.
fn values(answer: &Answer) -> Vec<(String, Value)> {
    let Some(result) = answer.results.first() else { return Vec::new() };
    let Some(batch) = result.batches.iter().find(|batch| batch.rows > 0) else { return Vec::new() };
    let columns = result.schema.fields.iter().zip(&batch.columns);
    columns.map(|(field, column)| (field.name.to_string(), column.value(0))).collect()
}
