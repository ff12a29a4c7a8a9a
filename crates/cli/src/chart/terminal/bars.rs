//! Lying bars, in blocks, each with its label and its value.

use super::ink::Ink;
use super::{Canvas, cell, cut, remark};
use crate::chart::model::{Plot, Point, X};
use crate::chart::number;
use crate::chart::properties::Stacking;
use crate::chart::scale::Scale;
use crate::terminal::display_width;

/// Blocks that fill a cell from the left, by eighths.
const EIGHTHS: &[&str] = &["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// More lines are a list and no picture.
const MOST: usize = 60;

/// A line of the chart.
struct Line<'a> {
    label: &'a str,
    bars: Vec<(usize, Point)>,
    text: String,
}

pub fn draw(out: &mut String, canvas: Canvas, plot: &Plot, ink: &Ink) {
    let X::Slots { labels, .. } = &plot.x else { return };
    let lines = lines(plot, labels);
    let (least, greatest) = plot.extent(None);
    let scale = {
        let (from, to) = (plot.limits.0.unwrap_or(least), plot.limits.1.unwrap_or(greatest));
        Scale::between(from, to, 1)
    };
    let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let caption = plot.x_caption();
    let titled = labels.iter().chain([&caption]);
    let text_width = widest(&mut lines.iter().map(|line| display_width(&line.text)));
    let room = canvas.width.saturating_sub(text_width + 7).min(canvas.width / 3);
    let label_width = widest(&mut titled.map(|label| display_width(label))).min(room);
    let width = canvas.width.saturating_sub(label_width + text_width + 3).max(4);
    let dim = canvas.dim();
    let title = plot.y_title.clone().unwrap_or_default();
    let head = format!("{} ╷{title}", cell(&caption, label_width, true));
    *out += &format!("{dim}{}{dim:#}\n", cut(&head, canvas.width));
    for line in lines.iter().take(MOST) {
        *out += &format!("{} {dim}│{dim:#}", cell(line.label, label_width, true));
        write_bars(out, &line.bars, &scale, width, ink);
        match line.text.as_str() {
            "" => out.push('\n'),
            text => *out += &format!(" {text}\n"),
        }
    }
    if lines.len() > MOST {
        remark(out, canvas, &format!("{MOST} of {} bars are shown", lines.len()));
    }
}

fn lines<'a>(plot: &Plot, labels: &'a [String]) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for (place, label) in labels.iter().enumerate() {
        let bars = plot.series.iter().enumerate().filter_map(|(at, series)| {
            let found = series.points.binary_search_by(|point| point.x.total_cmp(&(place as f64)));
            found.ok().map(|found| (at, series.points[found]))
        });
        if plot.stacking == Stacking::None {
            for (number, (at, point)) in bars.enumerate() {
                let label = if number == 0 { label.as_str() } else { "" };
                lines.push(Line { label, bars: vec![(at, point)], text: number::plain(point.y) });
            }
        } else {
            let bars: Vec<(usize, Point)> = bars.collect();
            let total: f64 = bars.iter().map(|(_, point)| point.y - point.base).sum();
            let text = if plot.stacking == Stacking::Percent { String::new() } else { number::plain(total) };
            lines.push(Line { label, bars, text });
        }
    }
    lines
}

/// Appends bars that lie one behind the other.
fn write_bars(out: &mut String, bars: &[(usize, Point)], scale: &Scale, width: usize, ink: &Ink) {
    let place = |value: f64| scale.part(value) * width as f64;
    let mut spans: Vec<(usize, f64, f64)> = bars
        .iter()
        .map(|&(at, point)| (at, place(point.y.min(point.base)), place(point.y.max(point.base))))
        .filter(|(_, from, to)| to > from)
        .collect();
    spans.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut taken = 0;
    for (number, &(at, from, to)) in spans.iter().enumerate() {
        let begins = from.round() as usize;
        out.extend(std::iter::repeat_n(' ', begins.saturating_sub(taken)));
        taken = taken.max(begins);
        let sign = ink.sign(at);
        // Where another bar follows there is no room for a part of a cell, nor for one that ends on the axis.
        let is_last = number + 1 == spans.len() && from.fract() < 1e-9;
        let length = if is_last && sign.is_none() { to.floor() } else { to.round() };
        let cells = (length as usize).saturating_sub(taken);
        let style = ink.style(at);
        let filling = sign.unwrap_or('█').to_string().repeat(cells);
        let rest = if is_last && sign.is_none() { EIGHTHS[((to.fract() * 8.0) as usize).min(7)] } else { "" };
        let is_little = cells == 0 && rest.is_empty() && is_last;
        let rest = if is_little { EIGHTHS[1] } else { rest };
        *out += &format!("{style}{filling}{rest}{style:#}");
        taken += cells;
    }
}
