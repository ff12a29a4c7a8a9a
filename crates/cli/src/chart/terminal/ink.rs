//! What series are drawn with: a colour each; where there are none, a sign each.

use anstyle::{AnsiColor, Style};

use super::Canvas;
use crate::chart::model::{Look, Plot};

const COLOURS: &[AnsiColor] = &[
    AnsiColor::Cyan,
    AnsiColor::Yellow,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::BrightRed,
    AnsiColor::BrightCyan,
    AnsiColor::BrightYellow,
    AnsiColor::BrightGreen,
    AnsiColor::BrightMagenta,
    AnsiColor::BrightBlue,
    AnsiColor::White,
];

/// Signs for lines.
const SIGNS: &[char] = &['●', '○', '■', '□', '▲', '△', '◆', '◇', '★', '☆'];

/// Fillings for areas and columns.
const FILLINGS: &[char] = &['█', '░', '▓', '▒', '▚', '╳', '═', '║'];

/// A sign for what stands out.
pub const STANDS_OUT: char = '◉';

/// What each series is drawn with.
pub struct Ink {
    styled: bool,
    /// Signs or fillings, if colours do not tell the series apart.
    signs: Option<&'static [char]>,
    /// What the legend shows of a series that has no sign.
    swatch: char,
    /// The series that stand out.
    marks: Vec<bool>,
}

impl Ink {
    /// For lines, areas and points.
    pub fn lines(canvas: Canvas, plot: &Plot, look: Look) -> Self {
        let signs = if look == Look::Area { FILLINGS } else { SIGNS };
        Self::new(canvas, plot, signs, '●')
    }

    /// For columns and bars.
    pub fn blocks(canvas: Canvas, plot: &Plot) -> Self {
        Self::new(canvas, plot, FILLINGS, '█')
    }

    fn new(canvas: Canvas, plot: &Plot, signs: &'static [char], swatch: char) -> Self {
        let marks: Vec<bool> = plot.series.iter().map(|series| series.marks).collect();
        let lines = marks.iter().filter(|mark| !**mark).count();
        let signs = (!canvas.styled && lines > 1).then_some(signs);
        Self { styled: canvas.styled, signs, swatch, marks }
    }

    /// For what has no series of its own.
    pub fn slices(canvas: Canvas) -> Self {
        Self { styled: canvas.styled, signs: None, swatch: '█', marks: Vec::new() }
    }

    /// The colour of a series.
    pub fn style(&self, series: usize) -> Style {
        if !self.styled {
            return Style::new();
        }
        let is_mark = self.marks.get(series).copied().unwrap_or(false);
        let colour = if is_mark { AnsiColor::BrightRed } else { COLOURS[series % COLOURS.len()] };
        Style::new().fg_color(Some(colour.into()))
    }

    /// The sign of a series, if it needs one.
    pub fn sign(&self, series: usize) -> Option<char> {
        self.signs.map(|signs| signs[series % signs.len()])
    }

    /// What the legend shows.
    pub fn swatch(&self, series: usize) -> char {
        match self.marks.get(series) {
            Some(true) => STANDS_OUT,
            _ => self.sign(series).unwrap_or(self.swatch),
        }
    }
}
