//! Static Analysis Results Interchange Format 2.1.0: a result for each alert.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use kql_parser::{Span, line_column};
use kql_rules::alert::Alert;
use kql_rules::{Rule, Severity};
use kql_types::datetime;
use serde_json::{Value, json};

use super::url;
use crate::rule_run::{RuleReport, RunReport};

/// The log of a run of rules.
pub fn write(run: &RunReport) -> String {
    let ids = identifiers(run);
    let rules: Value = run.rules.iter().zip(&ids).map(|(report, id)| descriptor(&report.rule, id)).collect();
    let mut results = Vec::new();
    let mut failures = Vec::new();
    for (at, (report, id)) in run.rules.iter().zip(&ids).enumerate() {
        results.extend(report.alerts.iter().map(|alert| result(at, id, report, alert)));
        failures.extend(failure(at, id, report));
    }
    log(rules, failures.is_empty(), Value::Array(failures), results)
}

/// A log of one run of this program.
pub fn log(rules: Value, is_successful: bool, notifications: Value, results: Vec<Value>) -> String {
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "kql", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": is_successful,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// What each rule is called here: no two the same.
fn identifiers(run: &RunReport) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for RuleReport { rule, .. } in &run.rules {
        let own = rule.metadata.id.as_ref().unwrap_or(&rule.key);
        let taken = ids.iter().filter(|id| *id == own || id.starts_with(&format!("{own}#"))).count();
        ids.push(if taken == 0 { own.clone() } else { format!("{own}#{}", taken + 1) });
    }
    ids
}

fn descriptor(rule: &Rule, id: &str) -> Value {
    let about = &rule.metadata;
    let tactics = about.tactics.iter().map(|tactic| tactic.text.as_str());
    let techniques = about.techniques.iter().map(|technique| technique.text.as_str());
    let mut tags: Vec<&str> = ["security"].into_iter().chain(tactics).chain(techniques).collect();
    let mut known = std::collections::HashSet::new();
    tags.retain(|tag| known.insert(*tag));
    let severity = about.severity.unwrap_or(Severity::Medium);
    let mut descriptor = json!({
        "id": id,
        "name": rule.key,
        "shortDescription": {"text": rule.name()},
        "defaultConfiguration": {"level": level(severity)},
        "properties": {"tags": tags, "severity": severity.name(), "security-severity": score(severity)},
    });
    if let Some(text) = &about.description {
        descriptor["fullDescription"] = json!({"text": text});
    }
    descriptor
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "note",
    }
}

/// The number by which code scanning sorts: 7 to 8.9 is high, 4 to 6.9 medium.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "8.0",
        Severity::Medium => "5.0",
        Severity::Low => "3.0",
        Severity::Informational => "0.0",
    }
}

fn result(at: usize, id: &str, report: &RuleReport, alert: &Alert) -> Value {
    let entities: Vec<String> = alert.entities.iter().map(ToString::to_string).collect();
    let rows = if alert.rows == 1 { "1 row" } else { &format!("{} rows", alert.rows) };
    let mut message = format!("{}: {rows}", alert.name);
    if !entities.is_empty() {
        message += &format!(", {}", entities.iter().take(10).cloned().collect::<Vec<_>>().join(", "));
    }
    json!({
        "ruleId": id,
        "ruleIndex": at,
        "level": level(alert.severity),
        "message": {"text": message},
        "locations": [location(&report.rule)],
        "partialFingerprints": {"alert/v1": alert.id},
        "properties": {
            "rows": alert.rows,
            "entities": entities,
            "start": moment(alert.start),
            "end": moment(alert.end),
        },
    })
}

/// Where the rule's query begins.
fn location(rule: &Rule) -> Value {
    let lead = rule.query.len() - rule.query.trim_start().len();
    let place = rule.origin.place(Span::new(lead, lead + 1));
    let position = line_column(rule.origin.file(), place.start);
    json!({"physicalLocation": {
        "artifactLocation": {"uri": url::of_path(&rule.path)},
        "region": {"startLine": position.line, "startColumn": position.column},
    }})
}

fn failure(at: usize, id: &str, report: &RuleReport) -> Option<Value> {
    let failure = report.outcome.as_ref().err()?;
    Some(json!({
        "level": "error",
        "message": {"text": format!("{}: {}", report.rule.key, failure.summary())},
        "locations": [location(&report.rule)],
        "associatedRule": {"id": id, "index": at},
    }))
}

fn moment(ticks: i64) -> String {
    let mut text = String::new();
    datetime::write(&mut text, ticks);
    text
}
