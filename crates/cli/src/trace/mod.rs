//! Why a rule finds a record or does not: the rule step by step, with the rows that go into each step and come out, and
//! the step that drops the records which are followed.
//!
//! Besides the pipeline of the result the right sides of joins and the legs of unions are followed, each by itself.
//! [`steps`] takes the query apart, [`chosen`] says which records are followed.

mod chosen;
mod steps;
mod text;

pub use chosen::Choice;
pub use text::report;

use kql_parser::ast::{Expr, ExprKind, Operator, OperatorKind};
use kql_parser::walk::{self, Visitor};
use kql_parser::{Severity, Span};
use kql_rules::Rule;
use kql_types::Value;

use self::steps::{Pipeline, Step};
use crate::answer::Answer;
use crate::failure::Failure;
use crate::session::{Job, Session};
use crate::source::Source;

/// A rule step by step: the pipeline of its result, then those that feed it.
pub struct Trace {
    /// The pipelines.
    pub pipelines: Vec<PipelineRows>,
}

/// A pipeline step by step.
pub struct PipelineRows {
    /// The steps in order; the first is the source.
    pub steps: Vec<StepRows>,
    /// What chooses the records that are followed.
    pub predicate: Option<String>,
    /// Where they end, if records are followed.
    pub end: Option<End>,
}

/// A step, and the rows that come out of it.
pub struct StepRows {
    /// Its text in the query.
    pub span: Span,
    /// The rows that come out; `None` where it does not run by itself.
    pub rows: Option<u64>,
    /// How many of them are chosen; `None` where they cannot be told apart.
    pub chosen: Option<u64>,
    /// The pipelines that feed it besides its own, by their places in [`Trace::pipelines`].
    pub sides: Vec<usize>,
}

/// Where the chosen records end.
pub enum End {
    /// No record of the source is chosen.
    Nowhere,
    /// They come out at the end of the pipeline.
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
        /// The step; the first where the source has not what the predicate names.
        step: usize,
        /// Why.
        why: String,
    },
}

/// Runs a rule step by step.
pub fn follow(session: &mut Session, rule: &Rule, choice: Option<&Choice>) -> Result<Trace, Failure> {
    let parsed = kql_parser::parse(&rule.query);
    if parsed.diagnostics.iter().any(|found| found.severity == Severity::Error) {
        return Err(Failure::Query(Box::new(Source::of_rule(rule)), parsed.diagnostics));
    }
    // What is wrong with the whole is better told of the whole.
    session.check(&Source::of_rule(rule))?;
    let pipelines = steps::pipelines(&parsed.query, &rule.query);
    let mut tracer = Tracer { session, rule };
    let predicates = match choice {
        Some(choice) => choice.predicates(tracer.session, &rule.query, &pipelines)?,
        None => pipelines.iter().map(|_| None).collect(),
    };
    let counted = tracer.count(&pipelines, &predicates)?;
    let all = pipelines.iter().zip(predicates).zip(counted);
    let one = |((pipeline, predicate), counted)| tracer.pipeline(pipeline, predicate, counted);
    Ok(Trace { pipelines: all.map(one).collect::<Result<_, _>>()? })
}

/// The rows that come out of a step, and how many of them are chosen.
struct Counted {
    rows: Option<u64>,
    chosen: Option<Result<u64, Failure>>,
}

struct Tracer<'a> {
    session: &'a mut Session,
    rule: &'a Rule,
}

impl Tracer<'_> {
    /// Counts what comes out of every step, with as few passes over the data as possible.
    fn count(
        &mut self,
        pipelines: &[Pipeline<'_>],
        predicates: &[Option<String>],
    ) -> Result<Vec<Vec<Counted>>, Failure> {
        let all = || {
            let steps = |(pipeline, predicate): (&'_ Pipeline<'_>, _)| -> Vec<(String, Option<&String>)> {
                let query = |step: &Step<'_>| (step.query(&self.rule.query), predicate);
                pipeline.steps.iter().map(query).collect()
            };
            pipelines.iter().zip(predicates.iter().map(Option::as_ref)).flat_map(steps)
        };
        let key = &self.rule.key;
        let rows = all().map(|(query, _)| Job::new(Source::new(key.clone(), format!("{query}\n| count"))));
        let chosen = all().filter_map(|(query, predicate)| {
            let text = format!("{query}\n| where {}\n| count", predicate?);
            Some(Job::new(Source::new("--where", text)))
        });
        let jobs: Vec<Job> = rows.chain(chosen).collect();
        let mut rows = self.session.run_all(&jobs);
        let mut chosen =
            rows.split_off(pipelines.iter().map(|pipeline| pipeline.steps.len()).sum()).into_iter();
        let mut rows = rows.into_iter();
        let mut counted = Vec::new();
        for (at, (pipeline, predicate)) in pipelines.iter().zip(predicates).enumerate() {
            let mut steps = Vec::new();
            for answer in rows.by_ref().take(pipeline.steps.len()) {
                // A part that feeds the pipeline need not run alone: a table of `union isfuzzy=true` may be missing.
                let rows = if at == 0 { Some(number(&answer?)) } else { answer.ok().as_ref().map(number) };
                let chosen = predicate.as_ref().and_then(|_| chosen.next());
                steps.push(Counted { rows, chosen: chosen.map(|answer| Ok(number(&answer?))) });
            }
            counted.push(steps);
        }
        expect_one_that_fits(&mut counted)?;
        Ok(counted)
    }

    fn pipeline(
        &mut self,
        pipeline: &Pipeline<'_>,
        predicate: Option<String>,
        counted: Vec<Counted>,
    ) -> Result<PipelineRows, Failure> {
        let end = match &predicate {
            Some(predicate) => Some(self.ending(&pipeline.steps, &counted, predicate)?),
            None => None,
        };
        let step = |(step, counted): (&Step<'_>, Counted)| StepRows {
            span: step.span,
            rows: counted.rows,
            chosen: counted.chosen.and_then(Result::ok),
            sides: step.sides.clone(),
        };
        let steps = pipeline.steps.iter().zip(counted).map(step).collect();
        Ok(PipelineRows { steps, predicate, end })
    }

    /// The first step behind which there are no chosen records, or no telling.
    fn ending(&mut self, steps: &[Step<'_>], counted: &[Counted], predicate: &str) -> Result<End, Failure> {
        let chosen = counted.iter().filter_map(|one| one.chosen.as_ref());
        for (step, count) in chosen.enumerate() {
            match count {
                Err(failure) => return Ok(End::Unknown { step, why: failure.summary() }),
                Ok(0) if step == 0 => return Ok(End::Nowhere),
                Ok(0) => return self.dropped(steps, step, predicate),
                Ok(_) => {}
            }
        }
        Ok(End::Result)
    }

    /// What the step looks at in the first record that it drops.
    fn dropped(&mut self, steps: &[Step<'_>], step: usize, predicate: &str) -> Result<End, Failure> {
        let mut names = Names::default();
        let mut spans: Vec<Span> = Vec::new();
        if let Some(operator) = steps[step].operator {
            names.read_by(operator);
            if let OperatorKind::Where(predicate) = &operator.kind {
                spans = walk::conjuncts(predicate).iter().map(|condition| condition.span).collect();
            }
        }
        let text = &self.rule.query;
        let before = steps[step - 1].query(text);
        let job = |rest: &str| {
            let query = format!("{before}\n| where {predicate}\n| take 1\n{rest}");
            Job::new(Source::new(self.rule.key.clone(), query))
        };
        let conditions = spans.iter().map(|span| job(&format!("| project x = tobool({})", span.text(text))));
        let jobs: Vec<Job> = std::iter::once(job("")).chain(conditions).collect();
        let mut answers = self.session.run_all(&jobs).into_iter();
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
}

/// A predicate that fits no source fits nothing: then this is what is wrong.
fn expect_one_that_fits(counted: &mut [Vec<Counted>]) -> Result<(), Failure> {
    let sources = || counted.iter().filter_map(|steps| steps.first()?.chosen.as_ref());
    if sources().count() == 0 || sources().any(Result::is_ok) {
        return Ok(());
    }
    let first = counted.first_mut().and_then(|steps| steps.first_mut()?.chosen.take());
    first.map_or(Ok(()), |chosen| chosen.map(|_| ()))
}

/// The names that an operator reads of its rows.
#[derive(Default)]
struct Names<'q>(Vec<&'q str>);

impl<'q> Names<'q> {
    fn read_by(&mut self, operator: &'q Operator) {
        match &operator.kind {
            // What the other side reads is of other rows.
            OperatorKind::Join { on, .. } | OperatorKind::Lookup { on, .. } => {
                on.iter().for_each(|key| self.expression(key));
            }
            _ => self.operator(operator),
        }
    }
}

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
