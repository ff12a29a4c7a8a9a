//! Runs rules as if it had been then: at every step of their schedules over a time that is past.
//!
//! A row counts once: what an earlier step has reported is left out of what a later one reports, so that a rule whose
//! queryPeriod is longer than its queryFrequency does not tell the same again and again. An alert is raised at the first
//! step that finds its rows. After an alert, a rule with suppression is silent for that long.
//!
//! Many steps share one pass over the tables that they read.

use std::collections::HashSet;
use std::sync::Arc;

use kql_rules::Rule;
use kql_rules::alert::{self, Row, Rows, Window};
use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Schema, Value};

use super::{RuleReport, missing_columns, rows};
use crate::answer::{Answer, ResultTable};
use crate::args::Period;
use crate::failure::Failure;
use crate::session::{Job, Session};
use crate::source::Source;
use crate::{diagnostics, terminal};

/// So many steps are run together: each holds its result until all are done.
const STEPS_TOGETHER: usize = 512;

/// The columns in front of what a rule finds.
const WINDOW: [&str; 2] = ["WindowStart", "WindowEnd"];

/// Replays the rules. Those without a schedule are left out, with a note.
pub fn run(session: &mut Session, rules: Vec<Rule>, period: Period) -> Vec<RuleReport> {
    let mut replays: Vec<Replay> = Vec::new();
    for rule in rules {
        match rule.metadata.schedule.frequency {
            Some(frequency) => replays.push(Replay::new(rule, frequency)),
            None => terminal::say(&diagnostics::plain_warning(&format!(
                "{} has no queryFrequency and is not replayed",
                rule.key
            ))),
        }
    }
    let steps: Vec<(usize, i64)> = replays
        .iter()
        .enumerate()
        .flat_map(|(at, replay)| moments(period, replay.frequency).map(move |moment| (at, moment)))
        .collect();
    for together in steps.chunks(STEPS_TOGETHER) {
        let jobs: Vec<Job> = together.iter().map(|&(at, moment)| replays[at].job(moment)).collect();
        for (&(at, moment), outcome) in together.iter().zip(session.run_all(&jobs)) {
            replays[at].take(moment, outcome);
        }
    }
    replays.into_iter().map(Replay::report).collect()
}

/// The moments at which a rule runs: each closes a window. At least one, at the end.
fn moments(period: Period, frequency: i64) -> impl Iterator<Item = i64> {
    let steps = ((period.to - period.from) / frequency).max(1);
    (1..=steps).map(move |step| (period.from + step * frequency).min(period.to))
}

/// A rule on its way through the time.
struct Replay {
    rule: Rule,
    source: Source,
    frequency: i64,
    /// The rows that were reported.
    seen: HashSet<[u8; 32]>,
    /// Whether the last step alerted although there was no row.
    alerted_without_rows: bool,
    /// No alerts before this moment.
    silent_until: i64,
    report: RuleReport,
}

impl Replay {
    fn new(rule: Rule, frequency: i64) -> Self {
        let report = RuleReport { rule: rule.clone(), outcome: Ok(Answer::default()), alerts: Vec::new() };
        let source = Source::of_rule(&rule);
        Self {
            rule,
            source,
            frequency,
            seen: HashSet::new(),
            alerted_without_rows: false,
            silent_until: i64::MIN,
            report,
        }
    }

    fn period(&self) -> i64 {
        self.rule.metadata.schedule.period.unwrap_or(self.frequency)
    }

    fn job(&self, moment: i64) -> Job {
        Job { source: self.source.clone(), now: Some(moment), period: Some(self.period()) }
    }

    /// Takes over what a step gave. The first failure is the rule's.
    fn take(&mut self, moment: i64, outcome: Result<Answer, Failure>) {
        let Ok(so_far) = &mut self.report.outcome else { return };
        let answer = match outcome {
            Ok(answer) => answer,
            Err(failure) => {
                self.report.outcome = Err(failure);
                return;
            }
        };
        so_far.time += answer.time;
        if so_far.warnings.is_empty() {
            so_far.warnings = answer.warnings;
        }
        let Some(result) = answer.results.into_iter().next() else { return };
        if so_far.results.is_empty() {
            terminal::say(&missing_columns(&self.rule, &result.schema));
            so_far.results.push(ResultTable::new(Arc::new(with_window(&result.schema)), Vec::new()));
        }
        self.step(moment, &result);
    }

    fn step(&mut self, moment: i64, result: &ResultTable) {
        let is_met = self.rule.metadata.schedule.trigger.is_met(result.rows() as u64);
        let again = std::mem::replace(&mut self.alerted_without_rows, is_met && result.rows() == 0);
        if !is_met || moment < self.silent_until || (result.rows() == 0 && again) {
            return;
        }
        let new = self.unseen(rows(result));
        if new.is_empty() && result.rows() > 0 {
            return;
        }
        let window = Window { after: Some(moment.saturating_sub(self.period())), until: moment };
        let new_rows = Rows { schema: &result.schema, batches: &new };
        self.report.alerts.extend(alert::describe(&self.rule, new_rows, window));
        if let Some(length) = self.rule.metadata.suppression {
            self.silent_until = moment.saturating_add(length);
        }
        self.keep(window, &result.schema, new);
    }

    /// The rows that no earlier step has reported, as slices.
    fn unseen(&mut self, rows: Rows<'_>) -> Vec<Batch> {
        let mut slices = Vec::new();
        for batch in rows.batches {
            let mut start = None;
            for at in 0..batch.rows {
                let is_new = self.seen.insert(alert::fingerprint(Row::new(batch, at)));
                match (is_new, start) {
                    (true, None) => start = Some(at),
                    (false, Some(from)) => {
                        slices.push(batch.slice(from, at - from));
                        start = None;
                    }
                    _ => {}
                }
            }
            slices.extend(start.map(|from| batch.slice(from, batch.rows - from)));
        }
        slices
    }

    /// Adds rows to what is reported. Those of another schema, which follows from the rows (`bag_unpack`), are a result
    /// of their own.
    fn keep(&mut self, window: Window, schema: &Schema, new: Vec<Batch>) {
        let Ok(answer) = &mut self.report.outcome else { return };
        let schema = Arc::new(with_window(schema));
        let place = answer.results.iter().position(|known| known.schema == schema).unwrap_or_else(|| {
            answer.results.push(ResultTable::new(schema.clone(), Vec::new()));
            answer.results.len() - 1
        });
        let known = &mut answer.results[place];
        for batch in new {
            let moments = [window.after.unwrap_or(window.until), window.until];
            let mut columns: Vec<_> = moments.iter().map(|&moment| constant(moment, batch.rows)).collect();
            columns.extend(batch.columns);
            known.batches.push(Batch::new(known.schema.clone(), columns, batch.rows));
        }
    }

    fn report(self) -> RuleReport {
        self.report
    }
}

fn with_window(schema: &Schema) -> Schema {
    let window = WINDOW.into_iter().map(|name| Field::new(name, ScalarType::DateTime));
    window.chain(schema.fields.iter().cloned()).collect()
}

fn constant(moment: i64, rows: usize) -> kql_types::Column {
    let mut builder = ColumnBuilder::with_capacity(ScalarType::DateTime, rows);
    (0..rows).for_each(|_| builder.push(&Value::DateTime(moment)));
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_runs_at_the_end_of_each_step() {
        let moments = |from, to, frequency| moments(Period { from, to }, frequency).collect::<Vec<_>>();
        assert_eq!(moments(0, 10, 4), [4, 8]);
        assert_eq!(moments(0, 8, 4), [4, 8]);
        assert_eq!(moments(0, 3, 4), [3]);
    }
}
