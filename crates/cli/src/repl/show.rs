//! How results are shown.

use std::io::IsTerminal;
use std::time::Duration;

use anstyle::{Effects, Style};

use super::settings::Settings;
use crate::answer::ResultTable;
use crate::args::{Format, OutputArguments};
use crate::chart::{Canvas, Chart, draw, drawn};
use crate::failure::Failure;
use crate::first_rows::FirstRows;
use crate::output::{Output, TableStyle};
use crate::progress::grouped;
use crate::{pager, progress, terminal};

/// What a query took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub elapsed: Duration,
    /// Records that were looked at, where they were counted.
    pub rows: Option<u64>,
    /// Bytes of files that were read.
    pub bytes: u64,
}

/// Shows a result of a query, with what the query took and the number under which the result is kept; or a listing,
/// without.
pub fn result(
    settings: &Settings,
    heading: Option<&str>,
    result: &ResultTable,
    kept: Option<(Cost, usize)>,
) -> Result<(), Failure> {
    if settings.output.is_some() || settings.format != Format::Table {
        return to_file(settings, heading, result);
    }
    if settings.charts
        && kept.is_some()
        && terminal::width().is_some()
        && let Some(chart) = drawn(result, settings.zone)
    {
        return picture(settings, heading, result, &chart, kept);
    }
    let style = TableStyle {
        types: settings.types && kept.is_some() && terminal::width().is_some(),
        note: note(settings, kept),
        ..settings.table_style()
    };
    if settings.pager && is_interactive() && pager::is_taller_than_screen(result) {
        return pager::page(result, &style);
    }
    let mut output = Output::screen(style);
    output.result(heading, result)?;
    output.finish()
}

fn is_interactive() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// What shows the first rows of a query that runs, where results are looked at as tables.
pub fn first_rows(settings: &Settings) -> Option<FirstRows> {
    let is_table = settings.output.is_none() && settings.format == Format::Table;
    // They are taken away again, which not every terminal can do.
    let can_erase = is_interactive() && std::env::var_os("TERM").is_none_or(|name| name != "dumb");
    (is_table && can_erase)
        .then(|| FirstRows::of_terminal(TableStyle { types: settings.types, ..settings.table_style() }))
}

/// Shows a chart.
fn picture(
    settings: &Settings,
    heading: Option<&str>,
    result: &ResultTable,
    chart: &Chart,
    kept: Option<(Cost, usize)>,
) -> Result<(), Failure> {
    let dim = match terminal::stdout_is_styled() {
        true => Style::new().effects(Effects::DIMMED),
        false => Style::new(),
    };
    let rows = result.rows();
    let counted = format!("{} {}", grouped(rows as u64), if rows == 1 { "row" } else { "rows" });
    let note = note(settings, kept);
    let heading = heading.map(|name| format!("{name}\n")).unwrap_or_default();
    let chart = draw(chart, Canvas::of_terminal());
    let mut output = Output::screen(TableStyle::default());
    output.text_of(&format!("{heading}{chart}{dim}({counted}: .table shows them, {note}){dim:#}\n"))?;
    output.finish()
}

fn to_file(settings: &Settings, heading: Option<&str>, result: &ResultTable) -> Result<(), Failure> {
    let of_file = settings.output.as_deref().and_then(Format::of_file);
    let arguments = OutputArguments {
        format: Some(of_file.unwrap_or(settings.format)),
        file: settings.output.clone(),
        ..OutputArguments::default()
    };
    let mut output = Output::append(&arguments, heading.is_some())?;
    output.result(heading, result)?;
    output.finish()
}

/// What stands behind the number of rows. A script shows no times, so that the same script gives the same text.
fn note(settings: &Settings, kept: Option<(Cost, usize)>) -> String {
    let Some((cost, number)) = kept else { return String::new() };
    if terminal::width().is_none() {
        return String::new();
    }
    let mut parts = Vec::new();
    if settings.timing {
        parts.push(duration(cost.elapsed));
        if let Some(rows) = cost.rows.filter(|rows| *rows > 0) {
            parts.push(format!("{} rows scanned", grouped(rows)));
        }
        if cost.bytes > 0 {
            parts.push(format!("{} read", progress::size(cost.bytes)));
        }
    }
    parts.push(format!("_{number}"));
    parts.join(", ")
}

/// `3 ms`, `1.24 s`, `2 min 5 s`
fn duration(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    match elapsed.as_millis() {
        0..1000 => format!("{} ms", elapsed.as_millis()),
        1000..60_000 => format!("{seconds:.2} s"),
        _ => format!("{} min {} s", elapsed.as_secs() / 60, elapsed.as_secs() % 60),
    }
}
