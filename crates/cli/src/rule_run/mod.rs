//! Runs rules, and says what came of each.
//!
//! [`once`]: now, over everything or over what each looks back to. [`replay`]: at every step of their schedules.
//! [`summary`]: what people are told at the end.

pub mod once;
pub mod replay;
pub mod summary;

use kql_parser::{Code, Diagnostic};
use kql_rules::Rule;
use kql_rules::alert::{Alert, Rows, details};
use kql_types::Schema;

use crate::answer::{Answer, ResultTable};
use crate::diagnostics;
use crate::failure::Failure;
use crate::source::Source;

/// What came of a rule.
#[derive(Debug)]
pub struct RuleReport {
    /// The rule.
    pub rule: Rule,
    /// What it found.
    pub outcome: Result<Answer, Failure>,
    /// The alerts that it raised.
    pub alerts: Vec<Alert>,
}

/// What decides whether a rule has found something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Any row.
    Rows,
    /// The rule's trigger.
    Trigger,
}

/// How a rule ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It found nothing.
    Clear,
    /// It found something.
    Hit,
    /// It could not run.
    Failed,
}

impl RuleReport {
    /// Number of rows that it found.
    pub fn rows(&self) -> usize {
        self.outcome.as_ref().map_or(0, Answer::rows)
    }

    /// How it ended.
    pub fn status(&self, decision: Decision) -> Status {
        let is_hit = match decision {
            Decision::Rows => self.rows() > 0,
            Decision::Trigger => !self.alerts.is_empty(),
        };
        match &self.outcome {
            Err(_) => Status::Failed,
            Ok(_) if is_hit => Status::Hit,
            Ok(_) => Status::Clear,
        }
    }
}

/// A run of rules.
#[derive(Debug)]
pub struct RunReport {
    /// What came of each, in the order of the pack.
    pub rules: Vec<RuleReport>,
    /// What decides whether a rule has found something.
    pub decision: Decision,
    /// How long it took, in all.
    pub time: std::time::Duration,
}

/// The rows of a result, for alerts.
fn rows(result: &ResultTable) -> Rows<'_> {
    Rows { schema: &result.schema, batches: &result.batches }
}

/// What is shown of the columns that a rule's metadata names and its query does not return.
fn missing_columns(rule: &Rule, schema: &Schema) -> String {
    let (path, text) = rule.metadata_file();
    let source = Source::new(path.display().to_string(), text);
    let found = details::missing_columns(rule, schema).into_iter().map(|missing| {
        let message =
            format!("{} names '{}', which the query does not return", missing.what, missing.column.text);
        Diagnostic::warning(Code::Note, message, missing.column.span)
    });
    diagnostics::render_all(&source, &found.collect::<Vec<_>>())
}
