//! Upright columns.

use super::Size;
use super::frame::{self, PlaceLabels, ValueAxis};
use super::picture::{Anchor, Picture, colour};
use crate::chart::model::{Plot, X};
use crate::chart::properties::Stacking;

/// Broader columns show no more.
const BROADEST: f64 = 72.0;

pub fn draw(size: Size, title: Option<&str>, plot: &Plot) -> String {
    let mut picture = Picture::new(size, title.unwrap_or(&plot.x_title));
    let X::Slots { labels: names, sorted, .. } = &plot.x else { return picture.finish() };
    let mut area = frame::room(size, title, plot);
    let bottom = area.bottom;
    let values = ValueAxis::new(plot, area.height(), plot.extent(None));
    area.left += values.width(plot);
    area.top += 4.0;
    let side_by_side = if plot.stacking == Stacking::None { plot.series.len().max(1) } else { 1 };
    let (shown, left_out) = plot.shown_places(area.width() as usize / side_by_side);
    let names: Vec<String> = shown.iter().filter_map(|&place| names.get(place).cloned()).collect();
    let labels = PlaceLabels::slots(&names, area.width(), *sorted);
    area.left += (labels.overhang - (area.left - frame::EDGE)).max(0.0);
    area.bottom -= labels.height + frame::LINE + 4.0;
    frame::title(&mut picture, size, title);
    values.draw(&mut picture, area, plot);
    let slot = area.width() / names.len().max(1) as f64;
    let breadth = (slot * 0.8 / side_by_side as f64).min(BROADEST);
    for (at, series) in plot.series.iter().enumerate() {
        let shift = if side_by_side > 1 { at } else { 0 } as f64 - side_by_side as f64 / 2.0;
        for point in &series.points {
            let Ok(place) = shown.binary_search(&(point.x as usize)) else { continue };
            let x = area.left + (place as f64 + 0.5) * slot + shift * breadth;
            let (top, foot) =
                (values.y(area, point.y.max(point.base)), values.y(area, point.y.min(point.base)));
            if foot <= top {
                continue;
            }
            let tip = frame::tip(plot, at, point.x, point.y - point.base);
            // Thin columns stand without a gap.
            let width = if breadth > 4.0 { breadth - 1.0 } else { breadth };
            picture.bar((x, top), (width.max(0.5), foot - top), &colour(at), &tip);
        }
    }
    if let Some(left_out) = left_out {
        picture.text("", (size.width - frame::EDGE, bottom - 2.0), Anchor::End, &left_out);
    }
    labels.draw(&mut picture, area, &plot.x_caption(), bottom);
    frame::legend(&mut picture, size, area, plot);
    picture.finish()
}
