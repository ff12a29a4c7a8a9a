//! Parts of a round whole, with what they are beside it.

use std::f64::consts::TAU;

use super::Size;
use super::frame::{self, EDGE, LETTERS, LINE};
use super::picture::{Anchor, Picture, colour, cut};
use crate::chart::model::Slice;
use crate::chart::number;
use crate::markup::Escaped;

/// Smaller parts are told as one.
const MOST: usize = 16;

pub fn draw(size: Size, title: Option<&str>, slices: &[Slice]) -> String {
    let slices = gathered(slices);
    let total: f64 = slices.iter().map(|slice| slice.value).sum();
    let mut picture = Picture::new(size, title.unwrap_or("pie chart"));
    frame::title(&mut picture, size, title);
    let top = if title.is_some() { EDGE + 30.0 } else { EDGE };
    let radius = ((size.height - top - EDGE) / 2.0).min(size.width * 0.24);
    let centre = (size.width * 0.08 + radius, (top + size.height - EDGE) / 2.0);
    let place = |turn: f64, radius: f64| {
        let angle = turn * TAU - TAU / 4.0;
        (centre.0 + radius * angle.cos(), centre.1 + radius * angle.sin())
    };
    let left = centre.0 + radius + 48.0;
    let first = centre.1 - LINE * slices.len() as f64 / 2.0;
    let mut begun = 0.0;
    for (at, slice) in slices.iter().enumerate() {
        let part = slice.value / total;
        let text = format!("{:.1}% ({})", part * 100.0, number::plain(slice.value));
        let tip = format!("{}\n{text}", slice.label);
        let fill = colour(at);
        if part > 0.9999 {
            let (x, y) = centre;
            picture.add(format_args!(
                "<circle class=\"slice\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{fill}\">"
            ));
            picture.add(format_args!("<title>{}</title></circle>\n", Escaped(&tip)));
        } else {
            let (from, to) = (place(begun, radius), place(begun + part, radius));
            let is_large = u8::from(part > 0.5);
            picture.add(format_args!(
                "<path class=\"slice\" fill=\"{fill}\" d=\"M{:.1} {:.1}L{:.1} {:.1}A{radius:.1} {radius:.1} 0 {is_large} 1 \
                 {:.1} {:.1}Z\"><title>{}</title></path>\n",
                centre.0,
                centre.1,
                from.0,
                from.1,
                to.0,
                to.1,
                Escaped(&tip)
            ));
        }
        begun += part;
        let y = first + LINE * (at as f64 + 0.5);
        picture.add(format_args!("<circle cx=\"{left:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"{fill}\"/>\n"));
        let name = cut(&slice.label, LETTERS, size.width - left - EDGE - 140.0);
        picture.add(format_args!(
            "<text x=\"{:.1}\" y=\"{:.1}\"><tspan class=\"name\">{}</tspan><tspan dx=\"8\">{text}</tspan></text>\n",
            left + 12.0,
            y + 4.0,
            Escaped(&name)
        ));
    }
    if total == 0.0 {
        picture.text("", centre, Anchor::Middle, "nothing");
    }
    picture.finish()
}

/// The greatest parts in their order, and one for the rest.
fn gathered(slices: &[Slice]) -> Vec<Slice> {
    if slices.len() <= MOST {
        return slices.to_vec();
    }
    let mut order: Vec<usize> = (0..slices.len()).collect();
    order.sort_by(|&one, &other| slices[other].value.total_cmp(&slices[one].value).then(one.cmp(&other)));
    let (kept, rest) = order.split_at(MOST - 1);
    let mut kept = kept.to_vec();
    kept.sort_unstable();
    let mut all: Vec<Slice> = kept.into_iter().map(|at| slices[at].clone()).collect();
    let value = rest.iter().map(|&at| slices[at].value).sum();
    all.push(Slice { label: format!("{} others", rest.len()), value });
    all
}
