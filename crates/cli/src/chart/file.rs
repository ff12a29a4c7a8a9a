//! Charts in files: `.svg` holds one, `.html` holds as many as there are, and tables.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::svg::{self, USUAL};
use super::{Canvas, Chart, draw};
use crate::answer::ResultTable;
use crate::diagnostics::plain_warning;
use crate::failure::Failure;
use crate::markup::Escaped;
use crate::output::OutputFile;
use crate::output::cell::write_text;
use crate::terminal;
use crate::time_zone::TimeZone;

const STYLE: &str = include_str!("page.css");

/// More rows of a table would make the page slow.
const ROWS_SHOWN: usize = 1000;

/// The chart of a result, if it wants one that can be drawn, with its times in a zone. People are told what is not.
pub fn drawn(result: &ResultTable, zone: TimeZone) -> Option<Chart> {
    match Chart::of(result, zone)? {
        Ok(chart) => {
            chart.notes.iter().for_each(|note| terminal::say(&plain_warning(note)));
            Some(chart)
        }
        Err(reason) => {
            terminal::say(&plain_warning(&reason));
            None
        }
    }
}

/// A file for charts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartFile {
    path: PathBuf,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As on a terminal, on standard output.
    Text,
    Svg,
    Html,
}

impl ChartFile {
    /// The file of that name; its ending tells what it holds, and `-` is standard output.
    pub fn named(path: &Path) -> Result<Self, Failure> {
        let ending =
            path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let form = match ending.as_str() {
            _ if path == Path::new("-") => Form::Text,
            "svg" => Form::Svg,
            "html" | "htm" => Form::Html,
            _ => {
                let message = format!("{}: charts are written as .svg or .html", path.display());
                return Err(Failure::Usage(message));
            }
        };
        Ok(Self { path: path.to_owned(), form })
    }

    /// Whether it holds what a terminal shows.
    pub fn is_text(&self) -> bool {
        self.form == Form::Text
    }

    /// Writes the charts of these results, each under its heading if it has one. In HTML results that want no chart are
    /// tables.
    pub fn write(&self, results: &[(Option<String>, &ResultTable)]) -> Result<(), Failure> {
        let parts: Vec<Part<'_>> = results
            .iter()
            .map(|(heading, result)| Part {
                heading: heading.as_deref(),
                chart: drawn(result, TimeZone::default()),
                result,
            })
            .collect();
        let charts: Vec<&Part<'_>> = parts.iter().filter(|part| part.chart.is_some()).collect();
        let text = match (self.form, &charts[..]) {
            (Form::Html, _) => page(&parts),
            (_, []) => {
                let message = "there is no chart to draw: a query that ends in `render timechart` gives one";
                return Err(Failure::Usage(message.to_owned()));
            }
            (Form::Text, charts) => text(charts),
            (Form::Svg, [one]) => one.svg(),
            (Form::Svg, several) => {
                let message =
                    format!("an .svg holds one chart, and there are {}; .html holds all", several.len());
                return Err(Failure::Usage(message));
            }
        };
        let path = Some(self.path.as_path()).filter(|_| self.form != Form::Text);
        OutputFile::open(path)?.write(&text)
    }
}

/// What a file holds of a result.
struct Part<'a> {
    heading: Option<&'a str>,
    chart: Option<Chart>,
    result: &'a ResultTable,
}

impl Part<'_> {
    fn svg(&self) -> String {
        self.chart.as_ref().map(|chart| svg::draw(chart, USUAL)).unwrap_or_default()
    }
}

fn text(parts: &[&Part<'_>]) -> String {
    let mut out = String::new();
    for part in parts {
        if !out.is_empty() {
            out.push('\n');
        }
        let heading = part.heading.map(|heading| {
            let mut line = String::new();
            terminal::push_visible(&mut line, heading);
            line + "\n"
        });
        out += &heading.unwrap_or_default();
        out += &part.chart.as_ref().map(|chart| draw(chart, Canvas::of_terminal())).unwrap_or_default();
    }
    out
}

/// A page that asks nothing of the network and runs no script.
fn page(parts: &[Part<'_>]) -> String {
    let title = parts.iter().find_map(|part| part.chart.as_ref()?.title.as_deref().or(part.heading));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <link rel=\"icon\" href=\"data:,\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        Escaped(title.unwrap_or("kql"))
    );
    for part in parts {
        page.push_str("<section>\n");
        if let Some(heading) = part.heading {
            // Writing to a string cannot fail.
            let _ = writeln!(page, "<h2>{}</h2>", Escaped(heading));
        }
        match &part.chart {
            Some(_) => page += &part.svg(),
            None => write_table(&mut page, part.result),
        }
        page.push_str("</section>\n");
    }
    page + "</body>\n</html>\n"
}

fn write_table(page: &mut String, result: &ResultTable) {
    page.push_str("<div class=\"scroll\"><table>\n<thead><tr>");
    for field in &result.schema.fields {
        let class = if field.data_type.is_number() { " class=\"number\"" } else { "" };
        let _ = write!(page, "<th{class}>{}</th>", Escaped(&field.name));
    }
    page.push_str("</tr></thead>\n<tbody>\n");
    let rows = result.batches.iter().flat_map(|batch| (0..batch.rows).map(move |row| (batch, row)));
    let mut cell = String::new();
    for (batch, row) in rows.take(ROWS_SHOWN) {
        page.push_str("<tr>");
        for column in &batch.columns {
            cell.clear();
            write_text(&mut cell, column, row);
            let class = if column.data_type().is_number() { " class=\"number\"" } else { "" };
            let _ = write!(page, "<td{class}>{}</td>", Escaped(&cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody></table></div>\n");
    if result.rows() > ROWS_SHOWN {
        let _ = writeln!(page, "<p>{ROWS_SHOWN} of {} rows</p>", result.rows());
    }
}
