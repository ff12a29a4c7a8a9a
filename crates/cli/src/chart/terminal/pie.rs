//! The parts of a whole, a line each: round things are hard to compare, and harder to draw in cells.

use super::ink::Ink;
use super::{Canvas, cell, remark};
use crate::chart::model::Slice;
use crate::chart::number;
use crate::terminal::display_width;

/// Smaller parts are told in one.
const MOST: usize = 24;

pub fn draw(out: &mut String, canvas: Canvas, slices: &[Slice]) {
    let ink = Ink::slices(canvas);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    let shown = &slices[..slices.len().min(MOST)];
    let texts: Vec<(String, String)> = shown
        .iter()
        .map(|slice| (format!("{:.1}%", slice.value / total * 100.0), number::plain(slice.value)))
        .collect();
    let widest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
    let values = widest(&mut texts.iter().map(|(_, value)| value.len()));
    let percents = widest(&mut texts.iter().map(|(percent, _)| percent.len()));
    let room = canvas.width.saturating_sub(values + percents + 11).min(canvas.width / 3);
    let labels = widest(&mut shown.iter().map(|slice| display_width(&slice.label))).min(room);
    let greatest = shown.iter().map(|slice| slice.value).fold(0.0, f64::max);
    let width = canvas.width.saturating_sub(labels + values + percents + 7).max(4);
    let dim = canvas.dim();
    for (at, (slice, (percent, value))) in shown.iter().zip(&texts).enumerate() {
        let cells = ((slice.value / greatest * width as f64).round() as usize).max(1);
        let style = ink.style(at);
        *out += &format!(
            "{} {} {}  {style}{}{style:#}\n",
            cell(&slice.label, labels, false),
            cell(percent, percents, true),
            format_args!("{dim}{}{dim:#}", cell(value, values, true)),
            "█".repeat(cells)
        );
    }
    if slices.len() > MOST {
        let rest: f64 = slices[MOST..].iter().map(|slice| slice.value).sum();
        let percent = rest / total * 100.0;
        remark(out, canvas, &format!("… and {} smaller or later ones: {percent:.1}%", slices.len() - MOST));
    }
}
