//! What people are told at the end of a run of several rules.

use std::time::Duration;

use kql_rules::Severity;
use kql_types::{ScalarType, Value};

use super::{Decision, RunReport, Status};
use crate::answer::{ResultBuilder, ResultTable};

/// A table with a line for each rule.
pub fn table(run: &RunReport) -> ResultTable {
    use ScalarType::{Long, String as Text};
    let mut columns = vec![("rule", Text), ("severity", Text), ("techniques", Text), ("rows", Long)];
    if run.decision == Decision::Trigger {
        columns.push(("alerts", Long));
    }
    columns.extend([("time", Text), ("status", Text)]);
    let mut table = ResultBuilder::new(&columns);
    for report in &run.rules {
        let about = &report.rule.metadata;
        let techniques: Vec<&str> = about.techniques.iter().map(|technique| &*technique.text).collect();
        let mut values = vec![
            Value::String(report.rule.key.clone()),
            Value::String(about.severity.map_or("", Severity::name).to_owned()),
            Value::String(techniques.join(", ")),
            Value::Long(report.rows() as i64),
        ];
        if run.decision == Decision::Trigger {
            values.push(Value::Long(report.alerts.len() as i64));
        }
        let time = report.outcome.as_ref().map_or(Duration::ZERO, |answer| answer.time);
        values.push(Value::String(length(time)));
        values.push(Value::String(status(report.status(run.decision), run.decision).to_owned()));
        table.push(&values);
    }
    table.finish()
}

/// The same in a sentence.
pub fn sentence(run: &RunReport) -> String {
    let count = |status| run.rules.iter().filter(|report| report.status(run.decision) == status).count();
    let hit = deed(run.decision);
    let mut text = format!("{} rules in {}: {} {hit}", run.rules.len(), length(run.time), count(Status::Hit));
    if count(Status::Failed) > 0 {
        text += &format!(", {} failed", count(Status::Failed));
    }
    text + "\n"
}

/// What a rule did that was hit.
pub fn deed(decision: Decision) -> &'static str {
    match decision {
        Decision::Rows => "found something",
        Decision::Trigger => "alerted",
    }
}

/// How a rule ended, in a word or two.
pub fn status(status: Status, decision: Decision) -> &'static str {
    match (status, decision) {
        (Status::Failed, _) => "failed",
        (Status::Hit, Decision::Rows) => "found",
        (Status::Clear, Decision::Rows) => "nothing",
        (Status::Hit, Decision::Trigger) => "alert",
        (Status::Clear, Decision::Trigger) => "no alert",
    }
}

/// A length of time as people read it.
pub fn length(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 0.001 => "<1 ms".to_owned(),
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        seconds => format!("{seconds:.1} s"),
    }
}
