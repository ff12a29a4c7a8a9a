//! Charts in files: `.svg` and `.png` hold one, `.html` holds as many as there are, and tables.

use std::path::{Path, PathBuf};

use super::svg::{self, USUAL};
use super::{Canvas, Chart, draw, png};
use crate::answer::ResultTable;
use crate::diagnostics::plain_warning;
use crate::failure::Failure;
use crate::markup::Escaped;
use crate::output::OutputFile;
use crate::page::Page;
use crate::terminal;
use crate::time_zone::TimeZone;

/// More rows of each of many tables would make a page slow.
pub const ROWS_OF_MANY: usize = 1000;

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
    Png,
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
            "png" => Form::Png,
            "html" | "htm" => Form::Html,
            _ => {
                let message = format!("{}: charts are written as .svg, .png or .html", path.display());
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
    /// tables of up to so many rows.
    pub fn write(&self, results: &[(Option<String>, &ResultTable)], most: usize) -> Result<(), Failure> {
        let parts: Vec<Part<'_>> = results
            .iter()
            .map(|(heading, result)| Part {
                heading: heading.as_deref(),
                chart: drawn(result, TimeZone::default()),
                result,
            })
            .collect();
        let charts: Vec<&Part<'_>> = parts.iter().filter(|part| part.chart.is_some()).collect();
        let content = match (self.form, &charts[..]) {
            (Form::Html, _) => page(&parts, most).into_bytes(),
            (_, []) => {
                let message = "there is no chart to draw: a query that ends in `render timechart` gives one";
                return Err(Failure::Usage(message.to_owned()));
            }
            (Form::Text, charts) => text(charts).into_bytes(),
            (Form::Svg, [one]) => one.svg().into_bytes(),
            (Form::Png, [one]) => pixels(&one.svg())?,
            (Form::Svg | Form::Png, several) => {
                let message =
                    format!("a picture holds one chart, and there are {}; .html holds all", several.len());
                return Err(Failure::Usage(message));
            }
        };
        let path = Some(self.path.as_path()).filter(|_| self.form != Form::Text);
        OutputFile::open(path)?.write(content)
    }
}

/// A picture in the PNG format. People are told what it does not show.
fn pixels(picture: &str) -> Result<Vec<u8>, Failure> {
    let png = png::draw(&svg::on_light_ground(picture)).map_err(Failure::Data)?;
    png.note.iter().for_each(|note| terminal::say(&plain_warning(note)));
    Ok(png.bytes)
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

fn page(parts: &[Part<'_>], most: usize) -> String {
    let title = parts.iter().find_map(|part| part.chart.as_ref()?.title.as_deref().or(part.heading));
    let mut page = Page::default();
    page.add(format_args!("<main>\n"));
    for part in parts {
        page.add(format_args!("<section>\n"));
        if let Some(heading) = part.heading {
            page.add(format_args!("<h2>{}</h2>\n", Escaped(heading)));
        }
        match &part.chart {
            Some(_) => page.add(format_args!("{}", part.svg())),
            None => page.result(part.result, most),
        }
        page.add(format_args!("</section>\n"));
    }
    page.add(format_args!("</main>\n"));
    page.finish(title.unwrap_or("kql"), "")
}
