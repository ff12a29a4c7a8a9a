//! Aligned columns, fitted to the screen.

use std::io;

use anstyle::{Effects, Style};
use kql_types::Batch;

use super::shown::Shown;
use super::widths::{GAP, fit};
use super::{ResultWriter, Sink};
use crate::answer::ResultTable;
use crate::progress::grouped;
use crate::terminal::{display_width, push_cut, push_visible};
use crate::time_zone::TimeZone;

/// What shows the table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Screen {
    /// Its width in cells; without one nothing is cut.
    pub width: Option<usize>,
    /// Whether it shows bold and dim text.
    pub styled: bool,
}

/// What a table shows besides names and values.
#[derive(Clone, Debug, Default)]
pub struct TableStyle {
    /// Whether the types of the columns stand under their names.
    pub types: bool,
    /// What stands for null.
    pub null: String,
    /// The time zone of datetimes.
    pub zone: TimeZone,
    /// Whether datetimes of one day are shown without it. Only where there are types, among which the day then stands.
    pub short_times: bool,
    /// What is said under the table behind the number of rows.
    pub note: String,
}

/// Writes aligned columns.
pub struct TableWriter {
    screen: Screen,
    style: TableStyle,
    strong: Style,
    dim: Style,
    /// Whether the number of rows stands below a table.
    counts: bool,
    begun: bool,
}

impl TableWriter {
    pub fn new(screen: Screen) -> Self {
        Self::with_style(screen, TableStyle::default())
    }

    pub fn with_style(screen: Screen, shown: TableStyle) -> Self {
        let style = |effects| if screen.styled { Style::new().effects(effects) } else { Style::new() };
        Self {
            screen,
            style: shown,
            strong: style(Effects::BOLD),
            dim: style(Effects::DIMMED),
            counts: true,
            begun: false,
        }
    }

    /// The same, of tables that speak for themselves.
    pub fn uncounted(self) -> Self {
        Self { counts: false, ..self }
    }

    fn write_footer(&self, out: &mut String, result: &ResultTable, shown: usize) {
        let rows = result.rows();
        let mut footer = format!("({} {}", grouped(rows as u64), if rows == 1 { "row" } else { "rows" });
        if shown < result.schema.len() {
            footer += &format!(", {shown} of {} columns", result.schema.len());
        }
        if let Some(visualization) = &result.visualization {
            footer += &format!(", render {}", visualization.chart);
        }
        if !self.style.note.is_empty() {
            footer += &format!(", {}", self.style.note);
        }
        let dim = self.dim;
        *out += &format!("{dim}{footer}){dim:#}\n");
    }

    fn write_head(&self, out: &mut String, result: &ResultTable, shown: &Shown<'_>, widths: &[usize]) {
        let strong = self.strong;
        let fields = &result.schema.fields;
        let mut line = LineWriter::default();
        for (at, (field, &width)) in fields.iter().zip(widths).enumerate() {
            line.cell(&field.name, width, field.data_type.is_number(), at + 1 == widths.len());
        }
        *out += &format!("{strong}{}{strong:#}\n", line.take());
        if self.style.types {
            let mut line = LineWriter::default();
            for (at, (field, &width)) in fields.iter().zip(widths).enumerate() {
                line.cell(&shown.type_of(at), width, field.data_type.is_number(), at + 1 == widths.len());
            }
            let dim = self.dim;
            *out += &format!("{dim}{}{dim:#}\n", line.take());
        }
        let rules: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
        *out += &rules.join(&" ".repeat(GAP));
        out.push('\n');
    }
}

impl ResultWriter for TableWriter {
    fn result(&mut self, sink: &mut Sink, heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        if self.begun {
            sink.text.push('\n');
        }
        self.begun = true;
        if let Some(heading) = heading {
            let strong = self.strong;
            sink.text += &format!("{strong}{heading}{strong:#}\n");
        }
        let shown = Shown::of(result, &self.style);
        let widths = fit(result, self.screen.width, &self.style, &shown);
        // Under a heading, as of a rule that found nothing, no rows need no columns.
        let is_shown = !widths.is_empty() && (result.rows() > 0 || heading.is_none());
        if is_shown {
            self.write_head(&mut sink.text, result, &shown, &widths);
            for batch in &result.batches {
                write_rows(sink, batch, &widths, &shown)?;
            }
        }
        let columns = if is_shown { widths.len() } else { result.schema.len() };
        if self.counts {
            self.write_footer(&mut sink.text, result, columns);
        }
        Ok(())
    }
}

fn write_rows(sink: &mut Sink, batch: &Batch, widths: &[usize], shown: &Shown<'_>) -> io::Result<()> {
    let mut line = LineWriter::default();
    let mut cell = String::new();
    for row in 0..batch.rows {
        for (at, (column, &width)) in batch.columns.iter().zip(widths).enumerate() {
            cell.clear();
            shown.write(&mut cell, at, column, row);
            line.cell(&cell, width, column.data_type().is_number(), at + 1 == widths.len());
        }
        sink.text.push_str(line.take());
        line.line.clear();
        sink.text.push('\n');
        sink.settle()?;
    }
    Ok(())
}

/// Puts cells into a line.
#[derive(Default)]
pub(crate) struct LineWriter {
    line: String,
    visible: String,
    shown: String,
}

impl LineWriter {
    /// Appends a cell of that width, and a gap unless it is the last.
    pub(crate) fn cell(&mut self, text: &str, width: usize, right: bool, last: bool) {
        self.visible.clear();
        push_visible(&mut self.visible, text);
        self.shown.clear();
        let taken = push_cut(&mut self.shown, &self.visible, width);
        let blanks = width.saturating_sub(taken);
        let pad = |line: &mut String, number| line.extend(std::iter::repeat_n(' ', number));
        if right {
            pad(&mut self.line, blanks);
        }
        self.line.push_str(&self.shown);
        if !right {
            pad(&mut self.line, blanks);
        }
        if !last {
            pad(&mut self.line, GAP);
        }
        debug_assert_eq!(display_width(&self.shown), taken);
    }

    /// The line without blanks at its end.
    pub(crate) fn take(&self) -> &str {
        self.line.trim_end_matches(' ')
    }
}
