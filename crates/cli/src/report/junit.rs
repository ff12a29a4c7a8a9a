//! Test results in XML: a test case for each rule, which fails if the rule finds something.
//!
//! The form is that of Ant's JUnit task, which build servers read:
//! <https://github.com/windyroad/JUnit-Schema/blob/master/JUnit.xsd>

use std::time::Duration;

use kql_rules::Severity;

use super::Circumstances;
use super::xml::{attribute, push_text, seconds, timestamp};
use crate::answer::Answer;
use crate::output::cell::write_text;
use crate::rule_run::{RuleReport, RunReport, Status};

/// So many rows are shown of what a rule found.
const ROWS_SHOWN: usize = 20;

pub fn write(run: &RunReport, circumstances: &Circumstances) -> String {
    let cases: Vec<Case<'_>> =
        run.rules.iter().map(|report| Case::of(report, report.status(run.decision), circumstances)).collect();
    let count = |kind| cases.iter().filter(|case| case.kind == kind).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite");
    attribute(&mut out, "name", "kql run");
    attribute(&mut out, "package", &circumstances.paths);
    attribute(&mut out, "id", "0");
    attribute(&mut out, "timestamp", &timestamp(circumstances.now));
    attribute(&mut out, "hostname", "localhost");
    attribute(&mut out, "tests", &cases.len().to_string());
    attribute(&mut out, "failures", &count(Kind::Found).to_string());
    attribute(&mut out, "errors", &count(Kind::Failed).to_string());
    attribute(&mut out, "time", &seconds(run.time));
    out.push_str(">\n    <properties/>\n");
    cases.iter().for_each(|case| case.write(&mut out));
    out.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Found,
    Failed,
}

struct Case<'r> {
    report: &'r RuleReport,
    kind: Kind,
}

impl<'r> Case<'r> {
    fn of(report: &'r RuleReport, status: Status, circumstances: &Circumstances) -> Self {
        let severity = report.rule.metadata.severity.unwrap_or(Severity::Medium);
        let counts = circumstances.fail_on.is_none_or(|least| severity >= least);
        let kind = match status {
            Status::Failed => Kind::Failed,
            Status::Hit if counts => Kind::Found,
            Status::Hit | Status::Clear => Kind::Passed,
        };
        Self { report, kind }
    }

    fn write(&self, out: &mut String) {
        let rule = &self.report.rule;
        out.push_str("    <testcase");
        attribute(out, "name", &rule.key);
        attribute(out, "classname", &rule.path.display().to_string());
        let time = self.report.outcome.as_ref().map_or(Duration::ZERO, |answer| answer.time);
        attribute(out, "time", &seconds(time));
        match (&self.report.outcome, self.kind) {
            (Err(failure), _) => {
                out.push_str(">\n      <error");
                attribute(out, "message", &failure.summary());
                attribute(out, "type", "failed");
                out.push_str("/>\n    </testcase>\n");
            }
            (Ok(answer), Kind::Found) => {
                let severity = rule.metadata.severity.unwrap_or(Severity::Medium);
                out.push_str(">\n      <failure");
                attribute(out, "message", &format!("{}: {}", rule.name(), counted(answer.rows())));
                attribute(out, "type", severity.name());
                out.push('>');
                push_text(out, &rows(answer));
                out.push_str("</failure>\n    </testcase>\n");
            }
            (Ok(_), _) => out.push_str("/>\n"),
        }
    }
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

/// The first rows, a value a line.
fn rows(answer: &Answer) -> String {
    let mut out = String::new();
    let mut shown = 0;
    for result in &answer.results {
        for batch in &result.batches {
            for row in (0..batch.rows).take(ROWS_SHOWN - shown) {
                shown += 1;
                out.push('\n');
                for (field, column) in result.schema.fields.iter().zip(&batch.columns) {
                    out += &format!("{}: ", field.name);
                    write_text(&mut out, column, row);
                    out.push('\n');
                }
            }
        }
    }
    if shown < answer.rows() {
        out += &format!("\nand {} more\n", counted(answer.rows() - shown));
    }
    out
}
