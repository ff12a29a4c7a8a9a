//! Upright columns, in blocks.

use super::frame::{self, PlaceAxis, ValueAxis};
use super::grid::Grid;
use super::ink::Ink;
use super::{Canvas, remark};
use crate::chart::model::{Plot, Point, X};
use crate::chart::properties::Stacking;

/// Blocks that fill a cell from below, by eighths.
const EIGHTHS: &[char] = &[' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Broader columns show no more.
const BROADEST: usize = 8;

pub fn draw(out: &mut String, canvas: Canvas, plot: &Plot, ink: &Ink) {
    let X::Slots { labels, sorted, .. } = &plot.x else { return };
    let values = ValueAxis::new(canvas, plot, plot.extent(None));
    let width = values.plot_width(canvas);
    let side_by_side = if plot.stacking == Stacking::None { plot.series.len().max(1) } else { 1 };
    let (shown, left_out) = plot.shown_places((width / side_by_side).max(1));
    let room = (width / shown.len().max(1)).max(1);
    let gap = usize::from(room > side_by_side);
    let breadth = ((room - gap) / side_by_side).clamp(1, BROADEST);
    let slot = breadth * side_by_side + gap;
    let mut grid = Grid::new(width, values.height);
    for (at, series) in plot.series.iter().enumerate() {
        let shift = if side_by_side > 1 { at * breadth } else { 0 };
        for (place, &number) in shown.iter().enumerate() {
            let found = series.points.binary_search_by(|point| point.x.total_cmp(&(number as f64)));
            let Some(point) = found.ok().map(|found| series.points[found]) else { continue };
            for column in 0..breadth {
                fill(&mut grid, place * slot + shift + column, point, at, &values, ink.sign(at));
            }
        }
    }
    let centres: Vec<usize> =
        (0..shown.len()).map(|place| place * slot + breadth * side_by_side / 2).collect();
    let names: Vec<String> = shown.iter().filter_map(|&number| labels.get(number).cloned()).collect();
    let places = PlaceAxis {
        lines: frame::lines_of_slots(&names, &centres, slot, *sorted, width),
        ticks: if slot > 2 { centres } else { Vec::new() },
        caption: plot.x_caption(),
    };
    frame::write(out, canvas, plot, &values, &places, &grid, ink);
    if let Some(left_out) = left_out {
        remark(out, canvas, &left_out);
    }
}

/// Fills the cells of a column between a value and its base.
fn fill(grid: &mut Grid, column: usize, point: Point, at: usize, values: &ValueAxis, sign: Option<char>) {
    let (top, bottom) =
        (values.below_top(point.y.max(point.base)), values.below_top(point.y.min(point.base)));
    if bottom <= top {
        return;
    }
    let mut is_empty = true;
    for row in 0..grid.height {
        let (above, below) = (row as f64, row as f64 + 1.0);
        if top <= above + 1.0 / 16.0 && bottom >= below - 0.5 {
            grid.put(column, row, sign.unwrap_or('█'), at);
            is_empty = false;
        } else if top > above && top < below && bottom >= below - 0.5 {
            let eighths = ((below - top) * 8.0).round() as usize;
            match sign {
                Some(sign) if eighths >= 4 => grid.put(column, row, sign, at),
                None if eighths > 0 => grid.put(column, row, EIGHTHS[eighths.min(8)], at),
                _ => continue,
            }
            is_empty = false;
        }
    }
    // What is little is still something, unless it is a part of a stack.
    if is_empty && point.base == 0.0 {
        let row = (bottom.ceil() as usize).saturating_sub(1).min(grid.height - 1);
        let little = if point.y > 0.0 { EIGHTHS[1] } else { '▔' };
        let row = if point.y > 0.0 { row } else { (top as usize).min(grid.height - 1) };
        grid.put(column, row, little, at);
    }
}
