//! Elements of a picture.

use std::fmt::{Arguments, Write};

use super::Size;
use crate::markup::Escaped;
use crate::terminal::display_width;

const STYLE: &str = include_str!("style.css");

/// Colours on the light or dark ground that the reader has.
const READER_COLOURS: &str = include_str!("colours.css");

/// The picture with the colours of light ground in place of those that its reader chooses, for programs that know no
/// variables.
pub fn on_light_ground(picture: &str) -> String {
    let (light, _) = READER_COLOURS.split_once('}').unwrap_or((READER_COLOURS, ""));
    let mut style = STYLE.to_owned();
    for declaration in light.split(['{', ';']).map(str::trim) {
        if let Some((name, colour)) = declaration.split_once(": ") {
            style = style.replace(&format!("var({name})"), colour);
        }
    }
    picture.replacen(READER_COLOURS, "", 1).replacen(STYLE, &style, 1)
}

/// Colours that are told apart on light and on dark ground.
const COLOURS: &[&str] = &[
    "#4e79a7", "#f28e2b", "#59a14f", "#b07aa1", "#3fa7a0", "#d4a72c", "#9c755f", "#f07f92", "#7f7fd5",
    "#8c8c8c",
];

/// What stands out.
pub const STANDS_OUT: &str = "#e5383b";

/// The colour of a series.
pub fn colour(series: usize) -> String {
    match COLOURS.get(series) {
        Some(colour) => (*colour).to_owned(),
        // Steps of the golden angle keep neighbours apart.
        None => format!("hsl({:.0} 55% 52%)", (series as f64 * 137.5) % 360.0),
    }
}

/// Where a text stands beside its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        }
    }
}

/// A picture that grows.
pub struct Picture {
    text: String,
}

impl Picture {
    /// A picture of that size; `label` is read to those who do not see it.
    pub fn new(size: Size, label: &str) -> Self {
        let Size { width, height } = size;
        let mut own = Self { text: String::new() };
        own.add(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kql\" role=\"img\" aria-label=\"{}\" \
             width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n\
             <style>\n{READER_COLOURS}{STYLE}</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n",
            Escaped(label)
        ));
        own
    }

    /// Appends markup.
    pub fn add(&mut self, markup: Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(markup);
    }

    /// A text whose foot is at the place.
    pub fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{}\">{}</text>\n",
            at.0,
            at.1,
            anchor.name(),
            Escaped(text)
        ));
    }

    /// A text that ends at the place and leans.
    pub fn leaning_text(&mut self, at: (f64, f64), angle: f64, anchor: Anchor, text: &str) {
        self.add(format_args!(
            "<text transform=\"translate({:.1} {:.1}) rotate({angle:.0})\" text-anchor=\"{}\">{}</text>\n",
            at.0,
            at.1,
            anchor.name(),
            Escaped(text)
        ));
    }

    /// A straight line.
    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>\n",
            from.0, from.1, to.0, to.1
        ));
    }

    /// A rectangle that tells what it is when it is pointed at.
    pub fn bar(&mut self, corner: (f64, f64), size: (f64, f64), fill: &str, tip: &str) {
        self.add(format_args!(
            "<rect class=\"bar\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\">\
             <title>{}</title></rect>\n",
            corner.0,
            corner.1,
            size.0,
            size.1,
            Escaped(tip)
        ));
    }

    /// The end.
    pub fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }
}

/// About how many pixels a text takes at that size of letters.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars()
        .map(|character| match character {
            'i' | 'l' | 'j' | '.' | ',' | ':' | '\'' | '|' => 0.32,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 0.92,
            wide if !wide.is_ascii() && display_width(&wide.to_string()) > 1 => 1.05,
            upper if upper.is_uppercase() => 0.70,
            _ => 0.58,
        })
        .sum::<f64>()
        * size
}

/// The beginning of a text that takes no more pixels, with `…` if that is not all.
pub fn cut(text: &str, size: f64, pixels: f64) -> String {
    if text_width(text, size) <= pixels {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = text_width("…", size);
    for character in text.chars() {
        taken += text_width(character.encode_utf8(&mut [0; 4]), size);
        if taken > pixels {
            break;
        }
        kept.push(character);
    }
    kept.trim_end().to_owned() + "…"
}
