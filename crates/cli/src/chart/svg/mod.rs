//! Charts as pictures: SVG that stands for itself, without script, whose values show when pointed at.
//!
//! - [`picture`]: elements. [`frame`]: axes, title and legend.
//! - A file for each kind: [`lines`], [`columns`], [`bars`], [`pie`], [`card`].

mod bars;
mod card;
mod columns;
mod frame;
mod lines;
mod picture;
mod pie;

use super::model::{Body, Chart};

pub use picture::on_light_ground;

/// Pixels of a picture. Bars make it as high as they need.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub width: f64,
    pub height: f64,
}

/// What fits a page and a slide.
pub const USUAL: Size = Size { width: 960.0, height: 440.0 };

/// The chart as an SVG element.
pub fn draw(chart: &Chart, size: Size) -> String {
    let title = chart.title.as_deref();
    match &chart.body {
        Body::Lines(plot, look) => lines::draw(size, title, plot, *look),
        Body::Columns(plot) => columns::draw(size, title, plot),
        Body::Bars(plot) => bars::draw(size, title, plot),
        Body::Pie(slices) => pie::draw(size, title, slices),
        Body::Card(facts) => card::draw(size, title, facts),
    }
}

#[cfg(test)]
mod tests;
