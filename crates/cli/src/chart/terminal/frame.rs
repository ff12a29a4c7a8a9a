//! The axes around a plot.

use super::grid::Grid;
use super::ink::Ink;
use super::{Canvas, cell, cut};
use crate::chart::model::Plot;
use crate::chart::number;
use crate::chart::scale::Scale;
use crate::terminal::display_width;

/// The axis of values, with its labels.
pub struct ValueAxis {
    pub scale: Scale,
    labels: Vec<String>,
    /// Cells of the longest label.
    label_width: usize,
    /// Lines of the plot.
    pub height: usize,
}

impl ValueAxis {
    /// An axis for values between two, whose ticks stand on whole lines if nothing else is asked for.
    pub fn new(canvas: Canvas, plot: &Plot, (least, greatest): (f64, f64)) -> Self {
        let steps = plot.steps((canvas.height / 3).max(2), (least, greatest));
        let scale = Scale::around(least, greatest, steps, plot.limits);
        let steps = scale.ticks.len().saturating_sub(1).max(1);
        let height = match plot.limits {
            (None, None) => steps * ((canvas.height as f64 / steps as f64).round() as usize).max(1),
            _ => canvas.height,
        };
        let labels = number::of_ticks(&scale.ticks);
        let label_width = labels.iter().map(|label| display_width(label)).max().unwrap_or(0);
        Self { scale, labels, label_width, height }
    }

    /// Cells that are left for the plot.
    pub fn plot_width(&self, canvas: Canvas) -> usize {
        canvas.width.saturating_sub(self.label_width + 2).max(1)
    }

    /// How far below the top a value stands, in lines.
    pub fn below_top(&self, value: f64) -> f64 {
        (1.0 - self.scale.part(value)) * self.height as f64
    }

    fn label_of_row(&self, row: usize) -> Option<&str> {
        let stands_here = |tick: &f64| self.below_top(*tick).round() as usize == row;
        let at = self.scale.ticks.iter().position(stands_here)?;
        self.labels.get(at).map(String::as_str)
    }
}

/// What stands along the x axis.
pub struct PlaceAxis {
    /// Columns of the ticks.
    pub ticks: Vec<usize>,
    /// Lines of labels.
    pub lines: Vec<String>,
    pub caption: String,
}

/// Appends the plot with its axes.
pub fn write(
    out: &mut String,
    canvas: Canvas,
    plot: &Plot,
    values: &ValueAxis,
    places: &PlaceAxis,
    grid: &Grid,
    ink: &Ink,
) {
    let dim = canvas.dim();
    if let Some(title) = &plot.y_title {
        *out += &format!("{dim}{}{dim:#}\n", cut(title, canvas.width));
    }
    for row in 0..grid.height {
        let label = values.label_of_row(row);
        let (label, line) = label.map_or(("", '│'), |label| (label, '┤'));
        *out += &format!("{dim}{} {line}{dim:#}", cell(label, values.label_width, true));
        grid.write_row(out, row, ink);
        out.push('\n');
    }
    let corner = values.label_of_row(grid.height);
    let (label, corner) = corner.map_or(("", '└'), |label| (label, '┼'));
    let mut line: Vec<char> = vec!['─'; grid.width];
    for &tick in places.ticks.iter().filter(|tick| **tick < grid.width) {
        line[tick] = '┬';
    }
    let line: String = line.into_iter().collect();
    *out += &format!("{dim}{} {corner}{line}{dim:#}\n", cell(label, values.label_width, true));
    let indent = " ".repeat(values.label_width + 2);
    for line in &places.lines {
        *out += &format!("{dim}{indent}{line}{dim:#}\n");
    }
    let caption = cut(&places.caption, grid.width);
    if !caption.is_empty() {
        let before = " ".repeat(grid.width.saturating_sub(display_width(&caption)) / 2);
        *out += &format!("{dim}{indent}{before}{caption}{dim:#}\n");
    }
}

/// Puts labels around their columns into a line; those that do not fit behind the one before are left out.
pub fn line_of_labels(labels: &[(usize, String)], width: usize) -> String {
    let mut line = String::new();
    let mut taken = 0;
    for (centre, label) in labels {
        let length = display_width(label);
        let begins = centre.saturating_sub(length / 2).min(width.saturating_sub(length));
        let is_free = taken == 0 || begins > taken;
        if !is_free || begins + length > width {
            continue;
        }
        line.push_str(&" ".repeat(begins - taken));
        line.push_str(label);
        taken = begins + length;
    }
    line
}

/// Labels that each have a place so wide: in up to three lines, one place further each, so that long ones fit.
pub fn lines_of_slots(
    labels: &[String],
    centres: &[usize],
    slot_width: usize,
    sorted: bool,
    width: usize,
) -> Vec<String> {
    let longest = labels.iter().map(|label| display_width(label)).max().unwrap_or(0);
    let lines = if sorted { 1 } else { (longest + 2).div_ceil(slot_width.max(1)).clamp(1, 3) };
    let room = (slot_width * lines).saturating_sub(1).max(4);
    let line = |number: usize| {
        let own = labels.iter().zip(centres).skip(number).step_by(lines);
        let shown =
            own.map(|(label, &centre)| (centre, if sorted { label.clone() } else { cut(label, room) }));
        line_of_labels(&shown.collect::<Vec<(usize, String)>>(), width)
    };
    (0..lines).map(line).collect()
}
