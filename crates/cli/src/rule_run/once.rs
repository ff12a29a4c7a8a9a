//! Runs rules once.

use kql_parser::tokenize;
use kql_rules::Rule;
use kql_rules::alert::{self, Alert, Window, security_alert};
use kql_tables::MemoryTable;
use kql_types::{Batch, Column, Schema};

use super::{RuleReport, missing_columns, rows};
use crate::answer::{Answer, ResultTable};
use crate::failure::Failure;
use crate::session::{Job, Session};
use crate::source::Source;
use crate::terminal;

/// How rules run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manner {
    /// Tables have only what lies within a rule's queryPeriod, and the table SecurityAlert also has what other rules raise.
    pub scheduled: bool,
    /// Which alerts are wanted.
    pub alerts: Alerts,
}

/// Which alerts are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alerts {
    /// None.
    None,
    /// About whatever a rule finds.
    OfRows,
    /// As the rule's trigger decides.
    OfTrigger,
}

/// Runs the rules.
pub fn run(session: &mut Session, rules: Vec<Rule>, manner: Manner) -> Vec<RuleReport> {
    let mut reports: Vec<Option<RuleReport>> = rules.iter().map(|_| None).collect();
    let is_later = |rule: &Rule| manner.scheduled && reads_alerts(&rule.query);
    let (later, first): (Vec<_>, Vec<_>) =
        rules.into_iter().enumerate().partition(|(_, rule)| is_later(rule));
    run_some(session, first, manner, &mut reports);
    if !later.is_empty() {
        match with_alerts(session, &reports) {
            Ok(table) => session.put_table(table),
            Err(failure) => terminal::say(&failure.render()),
        }
        run_some(session, later, manner, &mut reports);
    }
    reports.into_iter().flatten().collect()
}

/// Whether a query reads the alerts of other rules.
fn reads_alerts(query: &str) -> bool {
    tokenize(query).iter().any(|token| token.span.text(query) == security_alert::TABLE)
}

fn run_some(
    session: &mut Session,
    rules: Vec<(usize, Rule)>,
    manner: Manner,
    reports: &mut [Option<RuleReport>],
) {
    let job = |(_, rule): &(usize, Rule)| Job {
        period: rule.metadata.schedule.period.filter(|_| manner.scheduled),
        ..Job::new(Source::of_rule(rule))
    };
    let jobs: Vec<Job> = rules.iter().map(job).collect();
    let answers = session.run_all(&jobs);
    for (((at, rule), job), outcome) in rules.into_iter().zip(jobs).zip(answers) {
        let mut report = RuleReport { rule, outcome, alerts: Vec::new() };
        if let Ok(Answer { results, .. }) = &report.outcome
            && let Some(result) = results.first()
            && manner.alerts != Alerts::None
        {
            terminal::say(&missing_columns(&report.rule, &result.schema));
            let until = session.now();
            let window = Window { after: job.period.map(|period| until.saturating_sub(period)), until };
            report.alerts = match manner.alerts {
                Alerts::OfTrigger => alert::raise(&report.rule, rows(result), window),
                _ if result.rows() > 0 => alert::describe(&report.rule, rows(result), window),
                _ => Vec::new(),
            };
        }
        reports[at] = Some(report);
    }
}

/// The table SecurityAlert: what the data has of it, and what the rules so far have raised.
fn with_alerts(session: &mut Session, reports: &[Option<RuleReport>]) -> Result<MemoryTable, Failure> {
    let raised: Vec<(&Rule, &Alert)> = reports
        .iter()
        .flatten()
        .flat_map(|report| report.alerts.iter().map(|alert| (&report.rule, alert)))
        .collect();
    let raised = security_alert::batch(&raised, &[]);
    let stored = session.run(&Source::new(security_alert::TABLE, security_alert::TABLE))?;
    let table = match stored.results.into_iter().next() {
        Some(stored) => below_each_other(&stored, raised),
        None => raised,
    };
    Ok(MemoryTable::new(security_alert::TABLE, table))
}

/// Rows with the columns of both, by name.
fn below_each_other(stored: &ResultTable, raised: Batch) -> Batch {
    let mut schema: Schema = (*stored.schema).clone();
    let new = raised.schema.fields.iter().filter(|field| schema.index_of(&field.name).is_none());
    let new: Vec<_> = new.cloned().collect();
    schema.fields.extend(new);
    let schema = std::sync::Arc::new(schema);
    let widened = |batch: &Batch| {
        let column = |field: &kql_types::Field| {
            let place = batch.schema.index_of(&field.name);
            let column =
                place.map(|at| &batch.columns[at]).filter(|column| column.data_type() == field.data_type);
            column.cloned().unwrap_or_else(|| Column::absent(field.data_type, batch.rows))
        };
        Batch::new(schema.clone(), schema.fields.iter().map(column).collect(), batch.rows)
    };
    let batches: Vec<Batch> = stored.batches.iter().chain([&raised]).map(widened).collect();
    Batch::concat(&schema, &batches)
}
