//! Lines, areas and points.

use std::collections::HashSet;
use std::fmt::Write;

use super::Size;
use super::frame::{self, Area, PlaceLabels, ValueAxis};
use super::picture::{Picture, STANDS_OUT, colour};
use crate::chart::model::{Look, Plot, Point, X};
use crate::chart::properties::Stacking;
use crate::chart::scale::Scale;
use crate::chart::{number, time};

/// With more points than these in all, they do not show their values: the file would be large.
const MOST_TIPS: usize = 3000;

/// Pixels between the ticks of the x axis.
const BETWEEN_TICKS: f64 = 80.0;

pub fn draw(size: Size, title: Option<&str>, plot: &Plot, look: Look) -> String {
    let mut picture = Picture::new(size, title.unwrap_or(&plot.x_title));
    let mut area = frame::room(size, title, plot);
    let bottom = area.bottom;
    let values = ValueAxis::new(plot, area.height(), plot.extent(Some(look)));
    area.left += values.width(plot);
    // The last label of the x axis stands half beyond it.
    area.right -= if plot.legend { 0.0 } else { EDGE_OF_LABEL };
    area.top += 4.0;
    let (first, last) = plot.reach();
    let places = match &plot.x {
        // As the labels of places stand in their middles.
        X::Slots { labels, .. } => Scale::between(-0.5, labels.len() as f64 - 0.5, 2),
        _ => Scale::between(first, last, 2),
    };
    let labels = place_labels(plot, &places, area.width());
    area.left += (labels.overhang - (area.left - frame::EDGE)).max(0.0);
    area.bottom -= labels.height + frame::LINE + 4.0;
    frame::title(&mut picture, size, title);
    values.draw(&mut picture, area, plot);
    labels.draw(&mut picture, area, &plot.x_caption(), bottom);
    let pen = Pen { plot, area, values: &values, places: &places };
    let tips = plot.series.iter().map(|series| series.points.len()).sum::<usize>() <= MOST_TIPS;
    for at in (0..plot.series.len()).filter(|&at| !plot.series[at].marks) {
        match look {
            Look::Points => {}
            Look::Area => pen.area(&mut picture, at),
            Look::Line => pen.line(&mut picture, at),
        }
    }
    for at in 0..plot.series.len() {
        pen.points(&mut picture, at, look, tips);
    }
    frame::legend(&mut picture, size, area, plot);
    picture.finish()
}

const EDGE_OF_LABEL: f64 = 20.0;

struct Pen<'a> {
    plot: &'a Plot,
    area: Area,
    values: &'a ValueAxis,
    places: &'a Scale,
}

impl Pen<'_> {
    fn x(&self, x: f64) -> f64 {
        self.area.left + self.places.part(x) * self.area.width()
    }

    fn y(&self, y: f64) -> f64 {
        self.values.y(self.area, y)
    }

    /// The points of a series without its gaps, and no more than can be seen.
    fn pieces(&self, at: usize) -> Vec<Vec<Point>> {
        let points = &self.plot.series[at].points;
        let pieces = points.split(|point| !point.y.is_finite()).filter(|piece| !piece.is_empty());
        pieces.map(|piece| thinned(piece, self.area.width() as usize)).collect()
    }

    fn line(&self, picture: &mut Picture, at: usize) {
        let mut path = String::new();
        for piece in self.pieces(at) {
            for (number, point) in piece.iter().enumerate() {
                let letter = if number == 0 { 'M' } else { 'L' };
                // Writing to a string cannot fail.
                let _ = write!(path, "{letter}{:.1} {:.1}", self.x(point.x), self.y(point.y));
            }
        }
        picture.add(format_args!("<path class=\"line\" stroke=\"{}\" d=\"{path}\"/>\n", colour(at)));
    }

    fn area(&self, picture: &mut Picture, at: usize) {
        let mut path = String::new();
        for piece in self.pieces(at) {
            let there = piece.iter().map(|point| (point.x, point.y));
            let back = piece.iter().rev().map(|point| (point.x, point.base));
            for (number, (x, y)) in there.chain(back).enumerate() {
                let letter = if number == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{letter}{:.1} {:.1}", self.x(x), self.y(y));
            }
            path.push('Z');
        }
        let opacity = if self.plot.stacking == Stacking::None { 0.3 } else { 0.8 };
        let fill = colour(at);
        picture.add(format_args!("<path fill=\"{fill}\" fill-opacity=\"{opacity}\" d=\"{path}\"/>\n"));
        self.line(picture, at);
    }

    /// Points that are seen, or that show their values when they are pointed at. One that no line touches is seen.
    fn points(&self, picture: &mut Picture, at: usize, look: Look, tips: bool) {
        let series = &self.plot.series[at];
        let fill = if series.marks { STANDS_OUT.to_owned() } else { colour(at) };
        let mut taken = HashSet::new();
        for (number, point) in series.points.iter().enumerate() {
            if !point.y.is_finite() || !self.values.scale.holds(point.y) {
                continue;
            }
            let has_line = |other: Option<usize>| {
                other.and_then(|other| series.points.get(other)).is_some_and(|point| point.y.is_finite())
            };
            let is_alone = !has_line(number.checked_sub(1)) && !has_line(Some(number + 1));
            let is_seen = series.marks || look == Look::Points || is_alone;
            if !is_seen && !tips {
                continue;
            }
            let class = if is_seen { "" } else { " class=\"spot\"" };
            let radius = if series.marks || !is_seen { 4.5 } else { 3.5 };
            let opacity = if look == Look::Points { " fill-opacity=\"0.75\"" } else { "" };
            let (x, y) = (self.x(point.x), self.y(point.y));
            // Of many points one is seen at a place.
            if !tips && !taken.insert((x.round() as i64, y.round() as i64)) {
                continue;
            }
            picture.add(format_args!(
                "<circle{class} cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{fill}\"{opacity}"
            ));
            if tips {
                let tip = frame::tip(self.plot, at, point.x, point.y - point.base);
                picture.add(format_args!("><title>{}</title></circle>\n", crate::markup::Escaped(&tip)));
            } else {
                picture.add(format_args!("/>\n"));
            }
        }
    }
}

/// Of many points the least and the greatest in each pixel.
fn thinned(points: &[Point], pixels: usize) -> Vec<Point> {
    let together = points.len() / pixels.max(1);
    if together < 4 {
        return points.to_vec();
    }
    let mut kept = Vec::with_capacity(pixels * 2 + 2);
    for group in points.chunks(together) {
        let by_value = |one: &&Point, other: &&Point| one.y.total_cmp(&other.y);
        let (least, greatest) = (group.iter().min_by(by_value), group.iter().max_by(by_value));
        let mut pair: Vec<Point> = least.into_iter().chain(greatest).copied().collect();
        pair.sort_by(|one, other| one.x.total_cmp(&other.x));
        kept.extend(pair);
    }
    kept
}

fn place_labels(plot: &Plot, places: &Scale, width: f64) -> PlaceLabels {
    let most = ((width / BETWEEN_TICKS) as usize).max(2);
    match &plot.x {
        X::Time => {
            let ticks = time::ticks(places.from as i64, places.to as i64, most);
            let place = |(ticks, label): (i64, String)| (places.part(ticks as f64), label);
            PlaceLabels::ticks(ticks.into_iter().map(place).collect())
        }
        X::Number => {
            let ticks = Scale::between(places.from, places.to, most).ticks;
            let parts = ticks.iter().map(|&tick| places.part(tick));
            PlaceLabels::ticks(parts.zip(number::of_ticks(&ticks)).collect())
        }
        X::Slots { labels, .. } => PlaceLabels::slots(labels, width, false),
    }
}
