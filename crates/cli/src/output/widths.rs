//! How wide the columns of a table are shown.

use kql_types::ScalarType;

use super::shown::Shown;
use super::table::TableStyle;
use crate::answer::ResultTable;
use crate::terminal::{display_width, push_visible};

/// Blanks between columns.
pub const GAP: usize = 2;

/// Text is not cut to less.
const LEAST: usize = 8;

/// Widths in cells.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Column {
    /// That shows everything.
    whole: usize,
    /// That must not be cut further: numbers and times stay whole.
    least: usize,
}

/// The widths of the columns that are shown, from the left: all of them, each as wide as its widest value, unless that
/// is more than the screen has; then long texts are cut, and if that is not enough the last columns are left out.
pub fn fit(result: &ResultTable, screen: Option<usize>, style: &TableStyle, shown: &Shown<'_>) -> Vec<usize> {
    let columns: Vec<Column> = (0..result.schema.len()).map(|at| measure(result, at, style, shown)).collect();
    match screen {
        None => columns.iter().map(|column| column.whole).collect(),
        Some(screen) => fit_columns(&columns, screen),
    }
}

fn measure(result: &ResultTable, at: usize, style: &TableStyle, shown: &Shown<'_>) -> Column {
    let field = &result.schema.fields[at];
    let type_width = if style.types { shown.type_of(at).len() } else { 0 };
    let header = visible_width(&field.name).max(type_width);
    let mut widest = 0;
    let (mut cell, mut visible) = (String::new(), String::new());
    for batch in &result.batches {
        for row in 0..batch.rows {
            cell.clear();
            visible.clear();
            shown.write(&mut cell, at, &batch.columns[at], row);
            push_visible(&mut visible, &cell);
            widest = widest.max(display_width(&visible));
        }
    }
    let whole = widest.max(header).max(1);
    let is_text = matches!(field.data_type, ScalarType::String | ScalarType::Dynamic);
    let least = if is_text { whole.min(LEAST) } else { widest.max(header.min(LEAST)).max(type_width) };
    Column { whole, least }
}

fn visible_width(text: &str) -> usize {
    let mut visible = String::new();
    push_visible(&mut visible, text);
    display_width(&visible)
}

fn fit_columns(columns: &[Column], screen: usize) -> Vec<usize> {
    let gaps = |number: usize| GAP * number.saturating_sub(1);
    let mut shown = columns;
    while shown.len() > 1 && shown.iter().map(|c| c.least).sum::<usize>() + gaps(shown.len()) > screen {
        shown = &shown[..shown.len() - 1];
    }
    let room = screen.saturating_sub(gaps(shown.len()));
    let widths = |most: usize| shown.iter().map(move |column| column.whole.min(most.max(column.least)));
    // The greatest width for all that leaves the table on the screen.
    let (mut fits, mut beyond) = (0, shown.iter().map(|c| c.whole).max().unwrap_or(0) + 1);
    while beyond - fits > 1 {
        let most = fits + (beyond - fits) / 2;
        if widths(most).sum::<usize>() <= room { fits = most } else { beyond = most }
    }
    let mut widths: Vec<usize> = widths(fits).collect();
    if let [only] = &mut widths[..] {
        *only = (*only).min(room).max(1);
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitted(columns: &[(usize, usize)], screen: usize) -> Vec<usize> {
        let columns: Vec<Column> = columns.iter().map(|&(whole, least)| Column { whole, least }).collect();
        fit_columns(&columns, screen)
    }

    #[test]
    fn what_fits_is_shown_whole() {
        assert_eq!(fitted(&[(10, 8), (5, 5)], 17), [10, 5]);
        assert_eq!(fitted(&[], 80), [0; 0]);
    }

    #[test]
    fn the_longest_texts_are_cut_first() {
        assert_eq!(fitted(&[(100, 8), (20, 20), (6, 6)], 80), [50, 20, 6]);
        assert_eq!(fitted(&[(100, 8), (90, 8)], 42), [20, 20]);
    }

    #[test]
    fn what_cannot_be_cut_further_is_left_out_from_the_right() {
        assert_eq!(fitted(&[(30, 8), (20, 20), (20, 20)], 40), [18, 20]);
        assert_eq!(fitted(&[(20, 20), (20, 20)], 10), [10]);
    }
}
