//! Values in boxes.

use super::Size;
use super::frame::{self, EDGE};
use super::picture::{Anchor, Picture, cut, text_width};
use crate::chart::model::Fact;

/// Letters of a value, and of a name.
const LETTERS: (f64, f64) = (27.0, 12.5);

const HEIGHT: f64 = 92.0;

pub fn draw(size: Size, title: Option<&str>, facts: &[Fact]) -> String {
    let top = if title.is_some() { EDGE + 30.0 } else { EDGE };
    let most = size.width - 2.0 * EDGE;
    let mut boxes = Vec::new();
    let (mut left, mut line) = (EDGE, top);
    for fact in facts {
        let letters = text_width(&fact.text, LETTERS.0).max(text_width(&fact.name, LETTERS.1));
        let width = (letters + 40.0).clamp(150.0, most);
        if left > EDGE && left + width > size.width - EDGE {
            (left, line) = (EDGE, line + HEIGHT + EDGE);
        }
        boxes.push((left, line, width, fact));
        left += width + EDGE;
    }
    let size = Size { height: line + HEIGHT + EDGE, ..size };
    let mut picture = Picture::new(size, title.unwrap_or("card"));
    frame::title(&mut picture, size, title);
    for (x, y, width, fact) in boxes {
        picture.add(format_args!(
            "<rect class=\"box\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{HEIGHT:.1}\" rx=\"6\"/>\n"
        ));
        let text = cut(&fact.text, LETTERS.0, width - 30.0);
        picture.text("value", (x + width / 2.0, y + 46.0), Anchor::Middle, &text);
        let name = cut(&fact.name, LETTERS.1, width - 30.0);
        picture.text("", (x + width / 2.0, y + 72.0), Anchor::Middle, &name);
    }
    picture.finish()
}
