//! Lying bars. The picture is as high as they need.

use super::Size;
use super::frame::{self, EDGE, LETTERS, LINE, ValueAxis};
use super::picture::{Anchor, Picture, colour, cut, text_width};
use crate::chart::model::{Plot, X};
use crate::chart::number;
use crate::chart::properties::Stacking;

/// Room for the value behind a bar.
const VALUE: f64 = 56.0;

/// More bars are a list and no picture.
const MOST: usize = 200;

/// Where the bars of a line end, and what they are together.
#[derive(Clone, Copy)]
struct End {
    least: f64,
    greatest: f64,
    value: f64,
}

pub fn draw(size: Size, title: Option<&str>, plot: &Plot) -> String {
    let X::Slots { labels, .. } = &plot.x else { return Picture::new(size, "").finish() };
    let side_by_side = if plot.stacking == Stacking::None { plot.series.len().max(1) } else { 1 };
    let fit = (MOST / side_by_side).max(1);
    let shown = &labels[..labels.len().min(fit)];
    let breadth = if side_by_side > 1 { 12.0 } else { 18.0 };
    let slot = breadth * side_by_side as f64 + 8.0;
    let above = frame::room(size, title, plot).top;
    let needed = above + slot * shown.len() as f64 + 2.0 * LINE + EDGE + 8.0;
    let legend = if plot.legend { above + LINE * plot.series.len().min(16) as f64 + EDGE } else { 0.0 };
    let size = Size { height: needed.max(legend), ..size };
    let mut picture = Picture::new(size, title.unwrap_or(&plot.x_title));
    let mut area = frame::room(size, title, plot);
    area.bottom = above + slot * shown.len() as f64 + 4.0;
    let name_room = (area.width() / 3.0).min(260.0);
    let names = shown.iter().map(|label| text_width(label, LETTERS)).fold(0.0, f64::max).min(name_room);
    area.left += names + 10.0;
    let names_end = area.left - 8.0;
    let is_plain = plot.stacking != Stacking::Percent;
    // Behind each bar stands its value.
    let extent = plot.extent(None);
    area.right -= if is_plain { VALUE } else { 12.0 };
    area.left += if is_plain && extent.0 < 0.0 { VALUE } else { 0.0 };
    let values = ValueAxis::new(plot, area.width() * 0.7, extent);
    let x = |value: f64| area.left + values.scale.part(value) * area.width();
    frame::title(&mut picture, size, title);
    for (&tick, label) in values.scale.ticks.iter().zip(number::of_ticks(&values.scale.ticks)) {
        picture.line(if tick == 0.0 { "axis" } else { "rule" }, (x(tick), area.top), (x(tick), area.bottom));
        picture.text("", (x(tick), area.bottom + 16.0), Anchor::Middle, &label);
    }
    let caption = plot.y_title.as_deref().unwrap_or_default();
    let middle = (area.left + area.right) / 2.0;
    picture.text("", (middle, area.bottom + 16.0 + LINE), Anchor::Middle, caption);
    let mut ends = vec![End { least: f64::INFINITY, greatest: 0.0, value: 0.0 }; shown.len() * side_by_side];
    for (at, series) in plot.series.iter().enumerate() {
        for point in series.points.iter().filter(|point| (point.x as usize) < shown.len()) {
            let place = point.x as usize;
            let number = if side_by_side > 1 { at } else { 0 };
            let y = area.top + slot * place as f64 + 4.0 + breadth * number as f64;
            let (from, to) = (x(point.y.min(point.base)), x(point.y.max(point.base)));
            let end = &mut ends[place * side_by_side + number];
            *end = End {
                least: end.least.min(from),
                greatest: end.greatest.max(to),
                value: end.value + point.y - point.base,
            };
            if to > from {
                let tip = frame::tip(plot, at, point.x, point.y - point.base);
                picture.bar((from, y), (to - from, breadth - 1.0), &colour(at), &tip);
            }
        }
    }
    for (number, end) in ends.iter().enumerate().filter(|(_, end)| is_plain && end.greatest > 0.0) {
        let (place, at) = (number / side_by_side, number % side_by_side);
        let y = area.top + slot * place as f64 + 4.0 + breadth * (at as f64 + 0.5) + 3.5;
        let text = number::plain(end.value);
        match end.value < 0.0 {
            true => picture.text("", (end.least - 5.0, y), Anchor::End, &text),
            false => picture.text("", (end.greatest + 5.0, y), Anchor::Start, &text),
        }
    }
    for (place, label) in shown.iter().enumerate() {
        let y = area.top + slot * (place as f64 + 0.5) + 4.0;
        picture.text("name", (names_end, y), Anchor::End, &cut(label, LETTERS, name_room));
    }
    if shown.len() < labels.len() {
        let text = format!("{} of {} places are shown", shown.len(), labels.len());
        picture.text("", (EDGE, area.bottom + 16.0 + LINE), Anchor::Start, &text);
    }
    area.bottom = size.height - EDGE;
    frame::legend(&mut picture, size, area, plot);
    picture.finish()
}
