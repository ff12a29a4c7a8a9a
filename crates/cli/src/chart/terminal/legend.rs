//! Which series is which.

use super::ink::Ink;
use super::{Canvas, cut, remark};
use crate::chart::model::Plot;
use crate::terminal::display_width;

/// A longer legend would be more than the chart.
const LINES: usize = 4;

/// No name takes more cells.
const NAME: usize = 32;

/// Appends the legend, unless it says nothing or is not wanted.
pub fn write(out: &mut String, canvas: Canvas, plot: &Plot, ink: &Ink) {
    if !plot.legend {
        return;
    }
    let (mut line, mut taken, mut lines) = (String::new(), 0, 0);
    for (at, series) in plot.series.iter().enumerate() {
        let name = cut(&series.name, NAME);
        let width = display_width(&name) + 2;
        if taken > 0 && taken + 2 + width > canvas.width {
            lines += 1;
            *out += &format!("{line}\n");
            (line, taken) = (String::new(), 0);
            if lines == LINES {
                remark(out, canvas, &format!("… and {} more", plot.series.len() - at));
                return;
            }
        }
        if taken > 0 {
            line += "  ";
            taken += 2;
        }
        let style = ink.style(at);
        line += &format!("{style}{}{style:#} {name}", ink.swatch(at));
        taken += width;
    }
    *out += &format!("{line}\n");
}
