//! Cells, each with a character and the series that it belongs to.

use std::fmt::Write;

use super::ink::Ink;

/// Braille characters begin here; each has a bit for each of its eight dots.
const BRAILLE: u32 = 0x2800;

/// Dots of a cell side by side, and one below the other.
pub const DOTS: (usize, usize) = (2, 4);

/// The bit of a dot by its row and column.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

#[derive(Clone, Copy)]
enum Cell {
    Empty,
    Dots(u8, usize),
    Sign(char, usize),
}

/// A field of cells.
pub struct Grid {
    pub width: usize,
    pub height: usize,
    cells: Vec<Cell>,
}

impl Grid {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, cells: vec![Cell::Empty; width * height] }
    }

    /// Sets a dot, counted from the top left; with a sign, the cell around it.
    pub fn dot(&mut self, x: usize, y: usize, series: usize, sign: Option<char>) {
        let (column, row) = (x / DOTS.0, y / DOTS.1);
        let Some(cell) = self.cell(column, row) else { return };
        *cell = match (sign, *cell) {
            (Some(sign), _) => Cell::Sign(sign, series),
            (None, Cell::Sign(..)) => return,
            (None, Cell::Empty) => Cell::Dots(BITS[y % 4][x % 2], series),
            (None, Cell::Dots(bits, _)) => Cell::Dots(bits | BITS[y % 4][x % 2], series),
        };
    }

    /// Puts a character into a cell.
    pub fn put(&mut self, column: usize, row: usize, sign: char, series: usize) {
        if let Some(cell) = self.cell(column, row) {
            *cell = Cell::Sign(sign, series);
        }
    }

    fn cell(&mut self, column: usize, row: usize) -> Option<&mut Cell> {
        if column >= self.width {
            return None;
        }
        self.cells.get_mut(row * self.width + column)
    }

    /// Appends a row, without blanks at its end.
    pub fn write_row(&self, out: &mut String, row: usize, ink: &Ink) {
        let cells = &self.cells[row * self.width..(row + 1) * self.width];
        let length = cells.iter().rposition(|cell| !matches!(cell, Cell::Empty)).map_or(0, |last| last + 1);
        let mut before = None;
        for cell in &cells[..length] {
            let (character, series) = match *cell {
                Cell::Empty => (' ', before),
                Cell::Dots(bits, series) => {
                    (char::from_u32(BRAILLE + u32::from(bits)).unwrap_or(' '), Some(series))
                }
                Cell::Sign(sign, series) => (sign, Some(series)),
            };
            if series != before {
                end(out, ink, before);
                // Writing to a string cannot fail.
                let _ = series.map(|series| write!(out, "{}", ink.style(series)));
                before = series;
            }
            out.push(character);
        }
        end(out, ink, before);
    }
}

fn end(out: &mut String, ink: &Ink, series: Option<usize>) {
    let _ = series.map(|series| write!(out, "{:#}", ink.style(series)));
}
