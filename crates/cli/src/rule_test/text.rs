//! Results of tests for people.

use anstyle::{AnsiColor, Style};
use kql_parser::line_column;
use kql_rules::test_file::TestCase;

use super::{CaseResult, FileResult, TestReport};
use crate::rule_run::summary::length;

const PASSED: Style = AnsiColor::Green.on_default().bold();
const FAILED: Style = AnsiColor::Red.on_default().bold();
const MISSING: Style = AnsiColor::Red.on_default();
const UNEXPECTED: Style = AnsiColor::Green.on_default();

/// The whole report, with colours.
pub fn report(report: &TestReport) -> String {
    let mut out = String::new();
    for one in report.rules.iter().flat_map(|rule| &rule.files) {
        file(one, &mut out);
    }
    out + &sum(report) + &coverage(report)
}

/// How many tests passed.
pub fn sum(report: &TestReport) -> String {
    let count = report.cases().count();
    let tests = if count == 1 { "test" } else { "tests" };
    match report.failed() {
        0 => format!("{count} {tests}, all passed\n"),
        failed => format!("{count} {tests}, {failed} failed\n"),
    }
}

fn file(one: &FileResult, out: &mut String) {
    *out += &format!("{}\n", one.file.path.display());
    for (test, result) in one.file.cases.iter().zip(&one.results) {
        case(one, test, result, out);
    }
}

/// A case, and what is not as it expects.
pub fn case(one: &FileResult, case: &TestCase, result: &CaseResult, out: &mut String) {
    let (word, style) = if result.is_passed() { ("ok", PASSED) } else { ("FAILED", FAILED) };
    *out += &format!("  {style}{word:6}{style:#} {}", case.name);
    if !result.is_passed() {
        let line = line_column(&one.file.text, case.span.start).line;
        *out += &format!(" (line {line}, {})", length(result.time));
    }
    out.push('\n');
    mismatches(result, out);
}

fn mismatches(result: &CaseResult, out: &mut String) {
    for mismatch in &result.mismatches {
        *out += &format!("         {}\n", mismatch.message);
        for line in &mismatch.lines {
            let style = match line.as_bytes().first() {
                Some(b'-') => MISSING,
                Some(b'+') => UNEXPECTED,
                _ => Style::new(),
            };
            *out += &format!("           {style}{line}{style:#}\n");
        }
    }
}

/// Rules that no test shows to find something, or not to.
pub fn coverage(report: &TestReport) -> String {
    let all = report.rules.len();
    let lacking: Vec<(&str, &str)> =
        report.rules.iter().filter_map(|one| Some((one.rule.key.as_str(), one.lacks()?))).collect();
    let rules = if all == 1 { "rule has" } else { "rules have" };
    let mut out = format!(
        "{} of {all} {rules} a test that finds something and one that does not\n",
        all - lacking.len()
    );
    for (rule, what) in lacking {
        out += &format!("  {rule}: {what}\n");
    }
    out
}
