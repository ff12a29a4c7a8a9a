//! Charts as text.
//!
//! - [`grid`], [`ink`]: cells and what they are drawn with. [`frame`]: axes, and [`legend`]: what stands around.
//! - A file for each kind: [`lines`], [`columns`], [`bars`], [`pie`], [`card`].

mod bars;
mod card;
mod columns;
mod frame;
mod grid;
mod ink;
mod legend;
mod lines;
mod pie;

use anstyle::{Effects, Style};

use super::model::{Body, Chart};
use crate::terminal::{self, display_width, push_cut, push_visible};
use ink::Ink;

/// What a chart is drawn on.
#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// Cells of a line.
    pub width: usize,
    /// Lines between the axes; about so many.
    pub height: usize,
    /// Whether it shows colours.
    pub styled: bool,
}

/// Narrower canvases would show nothing.
const NARROWEST: usize = 30;

/// Charts that are wider do not show more.
const WIDEST: usize = 160;

/// Lines around the plot: title, axes, legend, the count of rows, the next prompt.
const AROUND: usize = 9;

impl Canvas {
    /// The terminal on standard output; what is usual where there is none.
    pub fn of_terminal() -> Self {
        let styled = terminal::stdout_is_styled();
        match terminal::width() {
            Some(_) => {
                let (width, height) = terminal::size();
                Self { width, height: height.saturating_sub(AROUND).clamp(6, 24), styled }
            }
            None => Self { width: 80, height: 16, styled },
        }
    }

    fn dim(self) -> Style {
        if self.styled { Style::new().effects(Effects::DIMMED) } else { Style::new() }
    }

    fn strong(self) -> Style {
        if self.styled { Style::new().effects(Effects::BOLD) } else { Style::new() }
    }
}

/// The chart as lines of text.
pub fn draw(chart: &Chart, canvas: Canvas) -> String {
    let canvas = Canvas { width: canvas.width.clamp(NARROWEST, WIDEST), ..canvas };
    let mut out = String::new();
    if let Some(title) = &chart.title {
        let strong = canvas.strong();
        out += &format!("{strong}{}{strong:#}\n", cut(title, canvas.width));
    }
    match &chart.body {
        Body::Lines(plot, look) => {
            let ink = Ink::lines(canvas, plot, *look);
            lines::draw(&mut out, canvas, plot, *look, &ink);
            legend::write(&mut out, canvas, plot, &ink);
        }
        Body::Columns(plot) => {
            let ink = Ink::blocks(canvas, plot);
            columns::draw(&mut out, canvas, plot, &ink);
            legend::write(&mut out, canvas, plot, &ink);
        }
        Body::Bars(plot) => {
            let ink = Ink::blocks(canvas, plot);
            bars::draw(&mut out, canvas, plot, &ink);
            legend::write(&mut out, canvas, plot, &ink);
        }
        Body::Pie(slices) => pie::draw(&mut out, canvas, slices),
        Body::Card(facts) => card::draw(&mut out, canvas, facts),
    }
    out
}

/// A text that keeps to its line, cut to so many cells.
fn cut(text: &str, cells: usize) -> String {
    let mut visible = String::new();
    push_visible(&mut visible, text);
    let mut shown = String::new();
    push_cut(&mut shown, &visible, cells);
    shown
}

/// The same, filled with blanks on the left or on the right.
fn cell(text: &str, cells: usize, right: bool) -> String {
    let shown = cut(text, cells);
    let blanks = " ".repeat(cells.saturating_sub(display_width(&shown)));
    if right { blanks + &shown } else { shown + &blanks }
}

/// A remark under a chart.
fn remark(out: &mut String, canvas: Canvas, text: &str) {
    let dim = canvas.dim();
    *out += &format!("{dim}{}{dim:#}\n", cut(text, canvas.width));
}

#[cfg(test)]
mod tests;
