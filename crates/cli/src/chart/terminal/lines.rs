//! Lines, areas and points, in dots of braille.

use super::Canvas;
use super::frame::{self, PlaceAxis, ValueAxis};
use super::grid::{DOTS, Grid};
use super::ink::{Ink, STANDS_OUT};
use crate::chart::model::{Look, Plot, Point, Series, X};
use crate::chart::scale::Scale;
use crate::chart::{number, time};
use crate::terminal::display_width;

/// A point among few others: a dot of braille would be hard to see.
const SPOT: char = '•';

/// Cells between the ticks of the x axis.
const BETWEEN_TICKS: usize = 10;

pub fn draw(out: &mut String, canvas: Canvas, plot: &Plot, look: Look, ink: &Ink) {
    let values = ValueAxis::new(canvas, plot, plot.extent(Some(look)));
    let mut pen = Pen {
        grid: Grid::new(values.plot_width(canvas), values.height),
        places: Scale::between(plot.reach().0, plot.reach().1, 2),
        values: &values,
    };
    let points: usize = plot.series.iter().map(|series| series.points.len()).sum();
    let is_sparse = look == Look::Points && points <= 2 * pen.grid.width;
    // What stands out stands above all.
    let in_order =
        |marks: bool| plot.series.iter().enumerate().filter(move |(_, series)| series.marks == marks);
    for (at, series) in in_order(false).chain(in_order(true)) {
        let sign = ink.sign(at).or(is_sparse.then_some(SPOT));
        pen.series(series, at, look, sign);
    }
    let places = place_axis(plot, &pen.places, pen.grid.width);
    frame::write(out, canvas, plot, &values, &places, &pen.grid, ink);
}

/// Draws on a grid.
struct Pen<'a> {
    grid: Grid,
    places: Scale,
    values: &'a ValueAxis,
}

impl Pen<'_> {
    fn series(&mut self, series: &Series, at: usize, look: Look, sign: Option<char>) {
        let mut before: Option<Point> = None;
        for &point in &series.points {
            if !point.y.is_finite() {
                before = None;
                continue;
            }
            match (series.marks, look, before) {
                (true, ..) => self.mark(point, at),
                (_, Look::Points, _) => self.point(point, at, sign),
                (_, Look::Line, Some(before)) => self.line(before, point, at, sign),
                (_, Look::Area, Some(before)) => self.area(before, point, at, sign),
                (_, Look::Line, None) => self.point(point, at, sign),
                (_, Look::Area, None) => self.area(point, point, at, sign),
            }
            before = Some(point);
        }
    }

    /// The dot of a place and a value.
    fn dot(&self, x: f64, y: f64) -> (usize, usize) {
        let (columns, rows) = (self.grid.width * DOTS.0, self.grid.height * DOTS.1);
        let column = (self.places.part(x) * (columns - 1) as f64).round() as usize;
        let row = (self.values.below_top(y) * DOTS.1 as f64).round() as usize;
        (column, row.min(rows - 1))
    }

    fn point(&mut self, point: Point, at: usize, sign: Option<char>) {
        if self.values.scale.holds(point.y) {
            let (x, y) = self.dot(point.x, point.y);
            self.grid.dot(x, y, at, sign);
        }
    }

    fn mark(&mut self, point: Point, at: usize) {
        if self.values.scale.holds(point.y) {
            let (x, y) = self.dot(point.x, point.y);
            self.grid.put(x / DOTS.0, y / DOTS.1, STANDS_OUT, at);
        }
    }

    fn line(&mut self, from: Point, to: Point, at: usize, sign: Option<char>) {
        let (start, end) = (self.dot(from.x, from.y), self.dot(to.x, to.y));
        let steps = start.0.abs_diff(end.0).max(start.1.abs_diff(end.1)).max(1);
        let between =
            |from: usize, to: usize, part: f64| (from as f64 + (to as f64 - from as f64) * part).round();
        for step in 0..=steps {
            let part = step as f64 / steps as f64;
            let (x, y) = (between(start.0, end.0, part), between(start.1, end.1, part));
            self.grid.dot(x as usize, y as usize, at, sign);
        }
    }

    /// Fills what lies between the values and their bases.
    fn area(&mut self, from: Point, to: Point, at: usize, sign: Option<char>) {
        let (first, last) = (self.dot(from.x, from.y).0, self.dot(to.x, to.y).0);
        for x in first..=last {
            let part = if last > first { (x - first) as f64 / (last - first) as f64 } else { 0.0 };
            let between = |from: f64, to: f64| from + (to - from) * part;
            let (y, base) = (between(from.y, to.y), between(from.base, to.base));
            let (one, other) = (self.dot(0.0, y).1, self.dot(0.0, base).1);
            if y == base {
                continue;
            }
            for row in one.min(other)..=one.max(other) {
                self.grid.dot(x, row, at, sign);
            }
        }
    }
}

fn place_axis(plot: &Plot, places: &Scale, width: usize) -> PlaceAxis {
    let column = |x: f64| (places.part(x) * (width - 1) as f64).round() as usize;
    let most = (width / BETWEEN_TICKS).max(2);
    let caption = plot.x_caption();
    let labels: Vec<(usize, String)> = match &plot.x {
        X::Time => {
            let (first, last) = plot.reach();
            let ticks = time::ticks(first as i64, last as i64, most);
            ticks.into_iter().map(|(ticks, label)| (column(ticks as f64), label)).collect()
        }
        X::Number => {
            let ticks = Scale::between(places.from, places.to, most * 2 / 3).ticks;
            ticks.iter().map(|&tick| column(tick)).zip(number::of_ticks(&ticks)).collect()
        }
        X::Slots { labels, .. } => {
            let centres: Vec<usize> = (0..labels.len()).map(|place| column(place as f64)).collect();
            let room = width / labels.len().max(1);
            let lines = frame::lines_of_slots(labels, &centres, room, false, width);
            return PlaceAxis { ticks: centres, lines, caption };
        }
    };
    let ticks =
        labels.iter().filter(|(_, label)| display_width(label) > 0).map(|(column, _)| *column).collect();
    PlaceAxis { ticks, lines: vec![frame::line_of_labels(&labels, width)], caption }
}
