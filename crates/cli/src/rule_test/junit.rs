//! Results of tests in the XML that build servers read: a test case for each case.

use super::TestReport;
use crate::report::xml::{attribute, push_text, seconds};

/// The report. `timestamp` is that of the run, without a zone.
pub fn report(report: &TestReport, package: &str, timestamp: &str) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite");
    attribute(&mut out, "name", "kql test");
    attribute(&mut out, "package", package);
    attribute(&mut out, "id", "0");
    attribute(&mut out, "timestamp", timestamp);
    attribute(&mut out, "hostname", "localhost");
    attribute(&mut out, "tests", &report.cases().count().to_string());
    attribute(&mut out, "failures", &report.failed().to_string());
    attribute(&mut out, "errors", "0");
    attribute(&mut out, "time", &seconds(report.time));
    out.push_str(">\n    <properties/>\n");
    for (one, case, result) in report.cases() {
        out.push_str("    <testcase");
        attribute(&mut out, "name", &case.name);
        attribute(&mut out, "classname", &one.file.path.display().to_string());
        attribute(&mut out, "time", &seconds(result.time));
        if result.is_passed() {
            out.push_str("/>\n");
            continue;
        }
        let messages: Vec<&str> =
            result.mismatches.iter().map(|mismatch| mismatch.message.as_str()).collect();
        out.push_str(">\n      <failure");
        attribute(&mut out, "message", &messages.join("; "));
        attribute(&mut out, "type", "mismatch");
        out.push('>');
        for line in result.mismatches.iter().flat_map(|mismatch| &mismatch.lines) {
            push_text(&mut out, line);
            out.push('\n');
        }
        out.push_str("</failure>\n    </testcase>\n");
    }
    out.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n");
    out
}
