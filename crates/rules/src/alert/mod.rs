//! The alerts that a rule raises: what Sentinel makes of the rows of a run.
//!
//! - [`entity`]: what the rows name. [`details`]: names and texts with columns in them.
//! - [`security_alert`]: alerts as rows of the table SecurityAlert.
//! - [`incident`]: which alerts belong together. [`security_incident`]: these as rows of the table SecurityIncident.

pub mod details;
pub mod entity;
pub mod incident;
pub mod security_alert;
pub mod security_incident;

use kql_types::{Batch, Schema, Value};
use sha2::{Digest, Sha256};

use self::details::Columns;
use self::entity::Entity;
use crate::metadata::EventGrouping;
use crate::{Rule, Severity};

/// A run raises no more alerts than that. With an alert for each row, the last of them stands for all rows.
/// <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview#event-grouping>
pub const MOST_ALERTS: usize = 150;

/// When a rule ran, and the time that it looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Where it begins, in ticks of 100 ns; `None` without a beginning.
    pub after: Option<i64>,
    /// Where it ends: the moment of the run.
    pub until: i64,
}

/// An alert.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// A GUID that follows from the rule, the rows and, on a schedule, the moment.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it says.
    pub description: String,
    /// How grave it is; a rule that does not say is of medium severity, as the portal proposes.
    pub severity: Severity,
    /// Tactics of MITRE ATT&CK.
    pub tactics: Vec<String>,
    /// Techniques of MITRE ATT&CK.
    pub techniques: Vec<String>,
    /// What it is about.
    pub entities: Vec<Entity>,
    /// What else it shows: names, and the values of a column.
    pub custom_details: Vec<(String, Vec<String>)>,
    /// Properties that the rule gives itself, such as `AlertLink`.
    pub properties: Vec<(String, String)>,
    /// The first and the last moment of its rows; of the window where they say none.
    pub start: i64,
    /// See [`Alert::start`].
    pub end: i64,
    /// The run.
    pub window: Window,
    /// How many rows it stands for.
    pub rows: usize,
}

/// Rows of a result.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// The rows in order.
    pub batches: &'a [Batch],
}

impl<'a> Rows<'a> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.batches.iter().map(|batch| batch.rows).sum()
    }

    /// Each row in order.
    pub fn iter(&self) -> impl Iterator<Item = Row<'a>> + Clone + use<'a> {
        let rows = |batch: &'a Batch| (0..batch.rows).map(move |at| Row::new(batch, at));
        self.batches.iter().flat_map(rows)
    }
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    batch: &'a Batch,
    at: usize,
}

impl<'a> Row<'a> {
    /// A row by its position.
    pub fn new(batch: &'a Batch, at: usize) -> Self {
        Self { batch, at }
    }

    /// The value of a column by its position.
    pub fn value(&self, column: usize) -> Value {
        self.batch.columns[column].value(self.at)
    }

    /// The value as text; `None` for null and for an empty string.
    pub fn text(&self, column: usize) -> Option<String> {
        let text = self.value(column).to_text();
        (!text.is_empty()).then_some(text)
    }
}

/// The alerts that the rule raises over these rows: none unless its trigger is met.
pub fn raise(rule: &Rule, rows: Rows<'_>, window: Window) -> Vec<Alert> {
    let is_met = rule.metadata.schedule.trigger.is_met(rows.count() as u64);
    if is_met { describe(rule, rows, window) } else { Vec::new() }
}

/// The alerts about these rows, whatever the trigger says.
pub fn describe(rule: &Rule, rows: Rows<'_>, window: Window) -> Vec<Alert> {
    let count = rows.count();
    let maker = Maker { rule, columns: Columns::find(rule, rows.schema), window };
    if rule.metadata.event_grouping == EventGrouping::SingleAlert || count == 0 {
        return vec![maker.alert(rows.iter(), count)];
    }
    let alone = if count > MOST_ALERTS { MOST_ALERTS - 1 } else { count };
    let mut alerts: Vec<Alert> =
        rows.iter().take(alone).map(|row| maker.alert(std::iter::once(row), 1)).collect();
    if alone < count {
        alerts.push(maker.alert(rows.iter(), count));
    }
    alerts
}

/// Makes the alerts of one run.
struct Maker<'r> {
    rule: &'r Rule,
    columns: Columns<'r>,
    window: Window,
}

impl Maker<'_> {
    fn alert<'a>(&self, rows: impl Iterator<Item = Row<'a>> + Clone, count: usize) -> Alert {
        let about = &self.rule.metadata;
        let first = rows.clone().next();
        let (start, end) = self
            .columns
            .times(rows.clone())
            .unwrap_or((self.window.after.unwrap_or(self.window.until), self.window.until));
        let texts = |words: &[crate::Text]| words.iter().map(|word| word.text.clone()).collect();
        let severity = self.columns.severity(first).or(about.severity).unwrap_or(Severity::Medium);
        let format =
            |format: &Option<crate::Text>, most| Some(self.columns.fill(format.as_ref()?, first, most));
        Alert {
            id: self.identifier(rows.clone()),
            name: format(&about.alert_details.display_name, details::LONGEST_NAME)
                .unwrap_or_else(|| self.rule.name().to_owned()),
            description: format(&about.alert_details.description, details::LONGEST_DESCRIPTION)
                .or_else(|| about.description.clone())
                .unwrap_or_default(),
            severity,
            tactics: self.columns.tactics(first).unwrap_or_else(|| texts(&about.tactics)),
            techniques: texts(&about.techniques),
            entities: self.columns.entities(rows.clone()),
            custom_details: self.columns.custom_details(rows),
            properties: self.columns.properties(first),
            start,
            end,
            window: self.window,
            rows: count,
        }
    }

    /// The same rule, rows and, on a schedule, moment give the same identifier.
    fn identifier<'a>(&self, rows: impl Iterator<Item = Row<'a>>) -> String {
        let mut hash = Sha256::new();
        hash.update(self.rule.identifier());
        if self.window.after.is_some() {
            hash.update(self.window.until.to_le_bytes());
        }
        for row in rows {
            hash.update(fingerprint(row));
        }
        guid(hash)
    }
}

/// A GUID that follows from these bytes.
fn identifier_of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    parts.into_iter().for_each(|part| hash.update(part));
    guid(hash)
}

fn guid(hash: Sha256) -> String {
    let hex: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// What tells a row from others: a digest of its values.
pub fn fingerprint(row: Row<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut text = String::new();
    for column in 0..row.batch.columns.len() {
        text.clear();
        row.value(column).write_text(&mut text);
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(&text);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
