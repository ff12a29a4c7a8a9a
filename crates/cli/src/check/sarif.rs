//! Findings in the Static Analysis Results Interchange Format 2.1.0.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::path::Path;

use kql_rules::lint::{CHECKS, Check, Level, Place};
use serde_json::{Value, json};

use super::{Checked, Found};
use crate::report::{sarif, url};

/// The log of all findings.
pub fn write(all: &[Checked], failures: &[String]) -> String {
    let rules: Value = CHECKS.iter().map(descriptor).collect();
    let results: Vec<Value> =
        all.iter().flat_map(|one| one.found.iter().map(|found| result(one, found))).collect();
    let notifications: Value =
        failures.iter().map(|text| json!({"level": "error", "message": {"text": text}})).collect();
    sarif::log(rules, failures.is_empty(), notifications, results)
}

fn descriptor(check: &Check) -> Value {
    let help = format!("{}\n\nFound in:\n\n{}\n\nBetter:\n\n{}", check.why, check.example, check.better);
    json!({
        "id": check.code,
        "name": check.name,
        "shortDescription": {"text": check.summary},
        "fullDescription": {"text": check.why},
        "help": {"text": help},
        "defaultConfiguration": {"level": level(check.level)},
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
    }
}

fn result(checked: &Checked, found: &Found) -> Value {
    let (source, start, end) = checked.region(found);
    let mut result = json!({
        "ruleId": found.code,
        "level": level(found.level),
        "message": {"text": found.sentence()},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": url::of_path(Path::new(&source.name))},
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        }}],
    });
    if let Some(index) = CHECKS.iter().position(|check| check.code == found.code) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(replacements) = replacements(checked, found) {
        result["fixes"] = json!([{
            "description": {"text": "write the current spelling"},
            "artifactChanges": [{
                "artifactLocation": {"uri": url::of_path(Path::new(&source.name))},
                "replacements": replacements,
            }],
        }]);
    }
    result
}

fn replacements(checked: &Checked, found: &Found) -> Option<Vec<Value>> {
    let edits = super::fix::places(checked, found)?;
    let replacement = |(span, text): (kql_parser::Span, &str)| {
        let written = checked.query.written();
        let [start, end] = [span.start, span.end].map(|at| kql_parser::line_column(written, at));
        json!({
            "deletedRegion": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
            "insertedContent": {"text": text},
        })
    };
    let is_in_query = matches!(found.place, Place::Query(_)) && !edits.is_empty();
    is_in_query.then(|| edits.into_iter().map(replacement).collect())
}
