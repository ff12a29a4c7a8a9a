//! A page for people, in one file: it asks nothing of the network, and its script does nothing but sort tables.

mod matrix;

use std::fmt::Write;

use kql_rules::Severity;
use kql_types::{Batch, datetime};

use super::Circumstances;
use crate::answer::{Answer, ResultTable};
use crate::markup::Escaped;
use crate::output::cell::write_text;
use crate::progress::grouped;
use crate::rule_run::summary::{deed, length, status};
use crate::rule_run::{RuleReport, RunReport, Status};

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// More rows of a result would make the page slow.
const ROWS_SHOWN: usize = 1000;

pub fn write(run: &RunReport, circumstances: &Circumstances) -> String {
    let mut page = Page::default();
    page.add(format_args!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>kql run: {} rules</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        run.rules.len()
    ));
    page.head(run, circumstances);
    page.summary(run);
    matrix::write(&mut page, run);
    page.results(run);
    page.add(format_args!("<script>\n{SCRIPT}</script>\n</body>\n</html>\n"));
    page.text
}

/// A page that grows.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    /// Appends text that is HTML.
    fn add(&mut self, html: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(html);
    }

    fn head(&mut self, run: &RunReport, circumstances: &Circumstances) {
        let count = |status| run.rules.iter().filter(|report| report.status(run.decision) == status).count();
        let mut moment = String::new();
        datetime::write(&mut moment, circumstances.now);
        moment.truncate("2024-05-14T12:00:00".len());
        self.add(format_args!(
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
            self.add(format_args!("<div><dt>{what}</dt><dd>{}</dd></div>\n", grouped(number as u64)));
        }
        self.add(format_args!("</dl>\n</header>\n<main>\n"));
    }

    fn summary(&mut self, run: &RunReport) {
        self.add(format_args!("<section>\n<h2>Summary</h2>\n"));
        let columns = ["rule", "status", "severity", "techniques", "rows", "alerts", "time"];
        let numbers = ["rows", "alerts"];
        self.table_head(columns.into_iter().map(|name| (name, numbers.contains(&name))));
        for (at, report) in run.rules.iter().enumerate() {
            let about = &report.rule.metadata;
            let own = report.status(run.decision);
            let techniques: Vec<&str> = about.techniques.iter().map(|technique| &*technique.text).collect();
            let time = report.outcome.as_ref().map_or_else(|_| String::new(), |answer| length(answer.time));
            let microseconds = report.outcome.as_ref().map_or(0, |answer| answer.time.as_micros());
            self.add(format_args!(
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
        self.add(format_args!("</tbody></table></div>\n</section>\n"));
    }

    fn results(&mut self, run: &RunReport) {
        self.add(format_args!("<section>\n<h2>Results</h2>\n"));
        for (at, report) in run.rules.iter().enumerate() {
            let open = if report.status(run.decision) == Status::Clear { "" } else { " open" };
            self.add(format_args!(
                "<details id=\"rule-{at}\"{open}>\n<summary><h3>{}</h3> <span class=\"{}\">{}</span></summary>\n",
                Escaped(report.rule.name()),
                class(report.status(run.decision), report.rule.metadata.severity),
                status(report.status(run.decision), run.decision),
            ));
            self.about(report);
            match &report.outcome {
                Ok(answer) => self.answer(answer),
                Err(failure) => {
                    self.add(format_args!("<p class=\"failed\">{}</p>\n", Escaped(&failure.summary())))
                }
            }
            self.add(format_args!("</details>\n"));
        }
        self.add(format_args!("</section>\n</main>\n"));
    }

    fn about(&mut self, report: &RuleReport) {
        if let Some(text) = &report.rule.metadata.description {
            self.add(format_args!("<p>{}</p>\n", Escaped(text)));
        }
        self.add(format_args!(
            "<p class=\"path\">{}</p>\n",
            Escaped(&report.rule.path.display().to_string())
        ));
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
            self.add(format_args!("<ul class=\"entities\">"));
            entities.iter().for_each(|text| self.add(format_args!("<li>{}</li>", Escaped(text))));
            self.add(format_args!("</ul>\n"));
        }
    }

    fn answer(&mut self, answer: &Answer) {
        for result in answer.results.iter().filter(|result| result.rows() > 0) {
            self.result(result);
        }
        if answer.rows() == 0 {
            self.add(format_args!("<p>No rows.</p>\n"));
        }
    }

    fn result(&mut self, result: &ResultTable) {
        let fields = result.schema.fields.iter();
        self.table_head(fields.map(|field| (&*field.name, field.data_type.is_number())));
        let mut shown = 0;
        for batch in &result.batches {
            for row in (0..batch.rows).take(ROWS_SHOWN - shown) {
                self.row(batch, row);
                shown += 1;
            }
        }
        self.add(format_args!("</tbody></table></div>\n"));
        if shown < result.rows() {
            let (shown, rows) = (grouped(shown as u64), grouped(result.rows() as u64));
            self.add(format_args!("<p>The first {shown} of {rows} rows.</p>\n"));
        }
    }

    fn row(&mut self, batch: &Batch, row: usize) {
        let mut cell = String::new();
        self.add(format_args!("<tr>"));
        for column in &batch.columns {
            cell.clear();
            write_text(&mut cell, column, row);
            let class = if column.data_type().is_number() { " class=\"number\"" } else { "" };
            self.add(format_args!("<td{class}><div>{}</div></td>", Escaped(&cell)));
        }
        self.add(format_args!("</tr>\n"));
    }

    /// Begins a table that can be sorted by its columns.
    fn table_head<'a>(&mut self, columns: impl Iterator<Item = (&'a str, bool)>) {
        self.add(format_args!("<div class=\"wide\"><table><thead><tr>"));
        for (name, is_number) in columns {
            let class = if is_number { " class=\"number\"" } else { "" };
            self.add(format_args!("<th{class}><button type=\"button\">{}</button></th>", Escaped(name)));
        }
        self.add(format_args!("</tr></thead><tbody>\n"));
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
