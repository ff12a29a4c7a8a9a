//! What stands around a plot: title, axes, legend.

use super::Size;
use super::picture::{Anchor, Picture, STANDS_OUT, colour, cut, text_width};
use crate::chart::model::{Plot, X};
use crate::chart::scale::Scale;
use crate::chart::{number, time};

/// Height of letters.
pub const LETTERS: f64 = 12.0;

/// Height of a line of text.
pub const LINE: f64 = 18.0;

/// Room at the edges.
pub const EDGE: f64 = 16.0;

/// A legend takes no more of the width.
const LEGEND: f64 = 230.0;

/// The rectangle in which values are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
}

impl Area {
    pub fn width(self) -> f64 {
        (self.right - self.left).max(1.0)
    }

    pub fn height(self) -> f64 {
        (self.bottom - self.top).max(1.0)
    }
}

/// The room that a picture of the size leaves below its title and beside its legend.
pub fn room(size: Size, title: Option<&str>, plot: &Plot) -> Area {
    let top = if title.is_some() { EDGE + 30.0 } else { EDGE };
    Area { left: EDGE, right: size.width - EDGE - legend_width(size, plot), top, bottom: size.height - EDGE }
}

/// Draws the title.
pub fn title(picture: &mut Picture, size: Size, title: Option<&str>) {
    if let Some(title) = title {
        let shown = cut(title, 17.0, size.width - 2.0 * EDGE);
        picture.text("title", (size.width / 2.0, EDGE + 12.0), Anchor::Middle, &shown);
    }
}

fn legend_width(size: Size, plot: &Plot) -> f64 {
    if !plot.legend {
        return 0.0;
    }
    let widths = plot.series.iter().map(|series| text_width(&series.name, LETTERS));
    (widths.fold(0.0, f64::max) + 36.0).min(LEGEND).min(size.width / 3.0)
}

/// Draws the legend to the right of the plot.
pub fn legend(picture: &mut Picture, size: Size, area: Area, plot: &Plot) {
    if !plot.legend {
        return;
    }
    let left = size.width - EDGE - legend_width(size, plot) + 16.0;
    let fit = ((area.bottom - area.top) / LINE).floor().max(1.0) as usize;
    let shown = if plot.series.len() > fit { fit.saturating_sub(1) } else { plot.series.len() };
    for (at, series) in plot.series.iter().take(shown).enumerate() {
        let y = area.top + LINE * (at as f64 + 0.5);
        let fill = if series.marks { STANDS_OUT.to_owned() } else { colour(at) };
        picture.add(format_args!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4.5\" fill=\"{fill}\"/>\n",
            left + 5.0,
            y
        ));
        let name = cut(&series.name, LETTERS, size.width - EDGE - left - 16.0);
        picture.text("name", (left + 16.0, y + 4.0), Anchor::Start, &name);
    }
    if shown < plot.series.len() {
        let y = area.top + LINE * (shown as f64 + 0.5);
        let text = format!("… and {} more", plot.series.len() - shown);
        picture.text("", (left + 16.0, y + 4.0), Anchor::Start, &text);
    }
}

/// The axis of values, upright.
pub struct ValueAxis {
    pub scale: Scale,
    labels: Vec<String>,
}

impl ValueAxis {
    pub fn new(plot: &Plot, height: f64, (least, greatest): (f64, f64)) -> Self {
        let steps = plot.steps(((height / 60.0) as usize).clamp(2, 8), (least, greatest));
        let scale = Scale::around(least, greatest, steps, plot.limits);
        Self { labels: number::of_ticks(&scale.ticks), scale }
    }

    /// The pixels that title and labels take.
    pub fn width(&self, plot: &Plot) -> f64 {
        let labels = self.labels.iter().map(|label| text_width(label, LETTERS)).fold(0.0, f64::max);
        labels + 10.0 + if plot.y_title.is_some() { LINE } else { 0.0 }
    }

    pub fn y(&self, area: Area, value: f64) -> f64 {
        area.bottom - self.scale.part(value) * area.height()
    }

    /// Draws title, labels and rules.
    pub fn draw(&self, picture: &mut Picture, area: Area, plot: &Plot) {
        for (&tick, label) in self.scale.ticks.iter().zip(&self.labels) {
            let y = self.y(area, tick);
            picture.line(if tick == 0.0 { "axis" } else { "rule" }, (area.left, y), (area.right, y));
            picture.text("", (area.left - 8.0, y + 4.0), Anchor::End, label);
        }
        if let Some(title) = &plot.y_title {
            let shown = cut(title, LETTERS, area.height());
            let middle = (area.top + area.bottom) / 2.0;
            picture.leaning_text((EDGE + 8.0, middle), -90.0, Anchor::Middle, &shown);
        }
    }
}

/// Labels of the x axis: where they stand, and how.
pub struct PlaceLabels {
    labels: Vec<(f64, String)>,
    leaning: bool,
    /// Pixels that they take below the axis.
    pub height: f64,
    /// Pixels that the first one needs to the left of the axis.
    pub overhang: f64,
}

/// Leaning labels are cut to this.
const LONGEST: f64 = 130.0;

/// How far apart leaning labels stand.
const LEANING: f64 = 24.0;

/// How labels lean, in degrees.
const ANGLE: f64 = 38.0;

impl PlaceLabels {
    /// Labels at parts of the axis from 0 to 1.
    pub fn ticks(labels: Vec<(f64, String)>) -> Self {
        Self { labels, leaning: false, height: LINE, overhang: 0.0 }
    }

    /// Labels of places that are so wide. They lean where they would not fit; where even that does not, or along time
    /// and numbers, some are left out.
    pub fn slots(labels: &[String], width: f64, sorted: bool) -> Self {
        let slot = width / labels.len().max(1) as f64;
        let longest = labels.iter().map(|label| text_width(label, LETTERS)).fold(0.0, f64::max);
        let leaning = longest + 8.0 > slot && !sorted;
        let needed = if leaning { LEANING } else { longest + 12.0 };
        let every = ((needed / slot).ceil() as usize).max(1);
        let place = |at: usize| (at as f64 + 0.5) / labels.len() as f64;
        let labels: Vec<(f64, String)> = labels
            .iter()
            .enumerate()
            .step_by(every)
            .map(|(at, label)| (place(at), cut(label, LETTERS, LONGEST)))
            .collect();
        if !leaning {
            return Self { labels, leaning, height: LINE, overhang: 0.0 };
        }
        let (sine, cosine) = ANGLE.to_radians().sin_cos();
        let lengths = labels.iter().map(|(_, label)| text_width(label, LETTERS));
        let height = lengths.fold(0.0, f64::max) * sine + LINE;
        let hangs = labels.iter().map(|(part, label)| text_width(label, LETTERS) * cosine - part * width);
        let overhang = hangs.fold(0.0, f64::max);
        Self { labels, leaning, height, overhang }
    }

    /// Draws axis, labels and caption.
    pub fn draw(&self, picture: &mut Picture, area: Area, caption: &str, bottom: f64) {
        picture.line("axis", (area.left, area.bottom), (area.right, area.bottom));
        let mut free = f64::NEG_INFINITY;
        for (part, label) in &self.labels {
            let x = area.left + part * area.width();
            picture.line("axis", (x, area.bottom), (x, area.bottom + 4.0));
            if self.leaning {
                picture.leaning_text((x + 4.0, area.bottom + 15.0), -ANGLE, Anchor::End, label);
                continue;
            }
            let half = text_width(label, LETTERS) / 2.0;
            if x - half >= free {
                picture.text("", (x, area.bottom + 17.0), Anchor::Middle, label);
                free = x + half + 4.0;
            }
        }
        let shown = cut(caption, LETTERS, area.width());
        picture.text("", ((area.left + area.right) / 2.0, bottom - 2.0), Anchor::Middle, &shown);
    }
}

/// A place of the x axis, for a tip.
pub fn place_text(plot: &Plot, x: f64) -> String {
    match &plot.x {
        X::Time => time::full(x as i64),
        X::Number => number::plain(x),
        X::Slots { labels, .. } => labels.get(x as usize).cloned().unwrap_or_default(),
    }
}

/// What a value shows when it is pointed at.
pub fn tip(plot: &Plot, series: usize, x: f64, value: f64) -> String {
    let name = &plot.series[series].name;
    format!("{name}\n{}: {}", place_text(plot, x), number::plain(value))
}
