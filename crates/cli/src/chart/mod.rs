//! Draws what a query that ends in `render` gives.
//!
//! - [`properties`] -> [`columns`] -> [`model`]: what is asked for, which columns it means, what is to be drawn.
//! - [`scale`], [`time`], [`number`]: where values and their labels stand.
//! - [`terminal`]: as text. [`svg`]: as a picture, [`png`]: its pixels; [`file`]: in a file.
//!
//! Kusto leaves the drawing to its clients. What stands where follows the page of the render operator and those of its
//! charts; what these leave open is as in the Data Explorer's web page.

mod columns;
mod file;
mod model;
mod number;
mod png;
mod properties;
mod scale;
mod svg;
mod terminal;
mod time;

pub use file::{ChartFile, ROWS_OF_MANY, drawn};
pub use model::Chart;
pub use properties::KINDS;
pub use terminal::{Canvas, draw};
