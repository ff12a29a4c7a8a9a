//! A page for people, in one file: summary, ATT&CK matrix, every result as a table.

mod matrix;

use kql_rules::Severity;
use kql_types::datetime;

use super::Circumstances;
use crate::answer::Answer;
use crate::markup::Escaped;
use crate::page::{Kind, Page};
use crate::progress::grouped;
use crate::rule_run::summary::{deed, length, status};
use crate::rule_run::{RuleReport, RunReport, Status};

/// A link to a result opens it.
const SCRIPT: &str = include_str!("html/open.js");

/// More rows of a result would make the page slow.
const ROWS_SHOWN: usize = 1000;

pub fn write(run: &RunReport, circumstances: &Circumstances) -> String {
    let mut page = Page::default();
    head(&mut page, run, circumstances);
    summary(&mut page, run);
    matrix::write(&mut page, run);
    results(&mut page, run);
    page.finish(&format!("kql run: {} rules", run.rules.len()), SCRIPT)
}

fn head(page: &mut Page, run: &RunReport, circumstances: &Circumstances) {
    let count = |status| run.rules.iter().filter(|report| report.status(run.decision) == status).count();
    let mut moment = String::new();
    datetime::write(&mut moment, circumstances.now);
    moment.truncate("2024-05-14T12:00:00".len());
    page.add(format_args!(
        "<header>\n<h1>Rules in {}</h1>\n<p>At {}Z, in {}.</p>\n<dl class=\"totals\">\n",
        Escaped(&circumstances.paths),
        moment,
        length(run.time)
    ));
    let rows: usize = run.rules.iter().map(RuleReport::rows).sum();
    let alerts: usize = run.rules.iter().map(|report| report.alerts.len()).sum();
    for (what, number) in [
        ("rules", run.rules.len()),
        (deed(run.decision), count(Status::Hit)),
        ("failed", count(Status::Failed)),
        ("rows", rows),
        ("alerts", alerts),
    ] {
        page.add(format_args!("<div><dt>{what}</dt><dd>{}</dd></div>\n", grouped(number as u64)));
    }
    page.add(format_args!("</dl>\n</header>\n<main>\n"));
}

fn summary(page: &mut Page, run: &RunReport) {
    page.add(format_args!("<section>\n<h2>Summary</h2>\n"));
    let columns = ["rule", "status", "severity", "techniques", "rows", "alerts", "time"];
    let numbers = ["rows", "alerts"];
    let kind = |name| if numbers.contains(&name) { Kind::Number } else { Kind::Text };
    page.table_head(columns.into_iter().map(|name| (name, kind(name))));
    for (at, report) in run.rules.iter().enumerate() {
        let about = &report.rule.metadata;
        let own = report.status(run.decision);
        let techniques: Vec<&str> = about.techniques.iter().map(|technique| &*technique.text).collect();
        let time = report.outcome.as_ref().map_or_else(|_| String::new(), |answer| length(answer.time));
        let microseconds = report.outcome.as_ref().map_or(0, |answer| answer.time.as_micros());
        page.add(format_args!(
            "<tr><td><div><a href=\"#rule-{at}\">{}</a></div></td><td><span class=\"{}\">{}</span></td>\
             <td{}>{}</td><td><div>{}</div></td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td data-rank=\"{microseconds}\">{time}</td></tr>\n",
            Escaped(&report.rule.key),
            class(own, about.severity),
            status(own, run.decision),
            rank(about.severity),
            about.severity.map_or("", Severity::name),
            Escaped(&techniques.join(", ")),
            report.rows(),
            report.alerts.len(),
        ));
    }
    page.table_end();
    page.add(format_args!("</section>\n"));
}

fn results(page: &mut Page, run: &RunReport) {
    page.add(format_args!("<section>\n<h2>Results</h2>\n"));
    for (at, report) in run.rules.iter().enumerate() {
        let open = if report.status(run.decision) == Status::Clear { "" } else { " open" };
        page.add(format_args!(
            "<details id=\"rule-{at}\"{open}>\n<summary><h3>{}</h3> <span class=\"{}\">{}</span></summary>\n",
            Escaped(report.rule.name()),
            class(report.status(run.decision), report.rule.metadata.severity),
            status(report.status(run.decision), run.decision),
        ));
        write_about(page, report);
        match &report.outcome {
            Ok(answer) => write_answer(page, answer),
            Err(failure) => {
                page.add(format_args!("<p class=\"failed\">{}</p>\n", Escaped(&failure.summary())))
            }
        }
        page.add(format_args!("</details>\n"));
    }
    page.add(format_args!("</section>\n</main>\n"));
}

fn write_about(page: &mut Page, report: &RuleReport) {
    if let Some(text) = &report.rule.metadata.description {
        page.add(format_args!("<p>{}</p>\n", Escaped(text)));
    }
    page.add(format_args!("<p class=\"path\">{}</p>\n", Escaped(&report.rule.path.display().to_string())));
    let mut entities: Vec<String> = Vec::new();
    for entity in report.alerts.iter().flat_map(|alert| &alert.entities) {
        let text = entity.to_string();
        if !entities.contains(&text) {
            entities.push(text);
        }
        if entities.len() == ENTITIES_SHOWN {
            break;
        }
    }
    if !entities.is_empty() {
        page.add(format_args!("<ul class=\"entities\">"));
        entities.iter().for_each(|text| page.add(format_args!("<li>{}</li>", Escaped(text))));
        page.add(format_args!("</ul>\n"));
    }
}

fn write_answer(page: &mut Page, answer: &Answer) {
    for result in answer.results.iter().filter(|result| result.rows() > 0) {
        page.result(result, ROWS_SHOWN);
    }
    if answer.rows() == 0 {
        page.add(format_args!("<p>No rows.</p>\n"));
    }
}

/// So many entities of a rule are named.
const ENTITIES_SHOWN: usize = 50;

/// By what a severity is sorted.
fn rank(severity: Option<Severity>) -> String {
    format!(" data-rank=\"{}\"", severity.map_or(0, |severity| severity as u8 + 1))
}

/// The colour of a status.
fn class(status: Status, severity: Option<Severity>) -> &'static str {
    match (status, severity.unwrap_or(Severity::Medium)) {
        (Status::Clear, _) => "mark clear",
        (Status::Failed, _) => "mark failed",
        (Status::Hit, Severity::High) => "mark high",
        (Status::Hit, Severity::Medium) => "mark medium",
        (Status::Hit, Severity::Low | Severity::Informational) => "mark low",
    }
}
