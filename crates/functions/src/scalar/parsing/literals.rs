//! Patterns whose texts are taken as they stand: `kind=simple` and `kind=relaxed`.
//!
//! The pattern covers the text from beginning to end. A text of the pattern is taken where it first occurs behind the one
//! before it. That needs no second try: what lies between may be anything, so a later place leaves only less for the rest.
//! The exception is a typed capture before `*`, which has a shape; where that does not fit, the text before it is looked
//! for further on.

use kql_types::ScalarType;

use super::pattern::Part;
use super::shapes;
use super::spans::Span;
use crate::text::{Finder, Search};

/// A pattern made ready.
#[derive(Debug)]
pub(super) struct Literals {
    pieces: Vec<Piece>,
    relaxed: bool,
}

/// What lies before a text of the pattern, and the text; without a text the piece is the last.
#[derive(Debug)]
struct Piece {
    gap: Gap,
    text: Option<Literal>,
}

#[derive(Debug)]
struct Literal {
    text: String,
    finder: Finder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gap {
    /// The text stands right here.
    Nothing,
    /// Anything.
    Skip,
    /// Anything, and it is a capture.
    Capture(usize),
    /// A capture of that shape, then anything.
    Shaped(usize, ScalarType),
}

/// Where a piece was found.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// Where its gap begins.
    gap: usize,
    /// Where its text begins.
    text: usize,
    /// Where it ends.
    end: usize,
}

enum Miss {
    /// Nowhere behind this.
    Never,
    /// The shape does not fit here.
    Shape,
}

impl Literals {
    /// `relaxed`: a shape that does not fit leaves its capture empty.
    pub(super) fn new(parts: &[Part], relaxed: bool) -> Self {
        let mut pieces = Vec::new();
        let mut gap = Gap::Nothing;
        let mut text: Option<String> = None;
        let mut captures = 0;
        for part in parts {
            if !matches!(part, Part::Text(_))
                && let Some(text) = text.take()
            {
                pieces.push(Piece { gap, text: Some(Literal::new(text)) });
                gap = Gap::Nothing;
            }
            match part {
                Part::Text(more) => text.get_or_insert_default().push_str(more),
                Part::Skip => {
                    gap = match gap {
                        Gap::Capture(index) => match type_of(parts, index) {
                            ScalarType::String | ScalarType::Dynamic => Gap::Capture(index),
                            shape => Gap::Shaped(index, shape),
                        },
                        _ => Gap::Skip,
                    };
                }
                Part::Capture(_) => {
                    gap = Gap::Capture(captures);
                    captures += 1;
                }
            }
        }
        let text = text.map(Literal::new);
        if text.is_some() || gap != Gap::Nothing {
            pieces.push(Piece { gap, text });
        }
        Self { pieces, relaxed }
    }

    /// Whether the text matches; then the captures are set.
    pub(super) fn find(&self, text: &str, captures: &mut [Option<Span>]) -> bool {
        let mut at = 0;
        let mut before: Option<Place> = None;
        let mut index = 0;
        while index < self.pieces.len() {
            match self.place(index, text, at, at, captures) {
                Ok(place) => {
                    at = place.end;
                    before = Some(place);
                    index += 1;
                }
                Err(Miss::Never) => return false,
                Err(Miss::Shape) => match self.further_on(index, text, before, captures) {
                    Some(place) => {
                        at = place.end;
                        before = Some(place);
                    }
                    None => return false,
                },
            }
        }
        at == text.len()
    }

    /// The next occurrence of the text before piece `index`.
    fn further_on(
        &self,
        index: usize,
        text: &str,
        before: Option<Place>,
        captures: &mut [Option<Span>],
    ) -> Option<Place> {
        let before = before?;
        match self.pieces[index - 1].gap {
            Gap::Nothing => None,
            _ => self.place(index - 1, text, before.gap, before.text + 1, captures).ok(),
        }
    }

    /// Finds a piece whose gap begins at `gap`, and whose text at `from` or behind.
    fn place(
        &self,
        index: usize,
        text: &str,
        gap: usize,
        from: usize,
        captures: &mut [Option<Span>],
    ) -> Result<Place, Miss> {
        let piece = &self.pieces[index];
        let mut from = from;
        if let Gap::Shaped(capture, shape) = piece.gap {
            let length = match shapes::length(shape, &text[gap..]) {
                Some(length) => length,
                None if self.relaxed => 0,
                None => return Err(Miss::Shape),
            };
            captures[capture] = Some(Span::plain(gap, gap + length));
            from = from.max(gap + length);
        }
        let (start, end) = match &piece.text {
            None => (text.len(), text.len()),
            Some(literal) => {
                let is_last = index + 1 == self.pieces.len();
                let start =
                    literal.start(text, from, piece.gap == Gap::Nothing, is_last).ok_or(Miss::Never)?;
                (start, start + literal.text.len())
            }
        };
        if let Gap::Capture(capture) = piece.gap {
            captures[capture] = Some(Span::plain(gap, start));
        }
        Ok(Place { gap, text: start, end })
    }
}

impl Literal {
    fn new(text: String) -> Self {
        Self { finder: Finder::new(&text, false), text }
    }

    /// Where it occurs at `from` or behind, or only right `here`; the last one ends the whole text.
    fn start(&self, text: &str, from: usize, here: bool, is_last: bool) -> Option<usize> {
        let start = if here {
            text.as_bytes()[from..].starts_with(self.text.as_bytes()).then_some(from)
        } else if is_last {
            let start = text.len().checked_sub(self.text.len())?;
            (start >= from && text.ends_with(&self.text)).then_some(start)
        } else {
            self.finder.find(text, from).map(|found| found.start)
        };
        start.filter(|start| !is_last || start + self.text.len() == text.len())
    }
}

fn type_of(parts: &[Part], capture: usize) -> ScalarType {
    let of = |part: &Part| match part {
        Part::Capture(data_type) => Some(*data_type),
        Part::Skip | Part::Text(_) => None,
    };
    parts.iter().filter_map(of).nth(capture).unwrap_or(ScalarType::String)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRING: ScalarType = ScalarType::String;
    const LONG: ScalarType = ScalarType::Long;

    fn parts(written: &[&str]) -> Vec<Part> {
        let part = |word: &&str| match *word {
            "*" => Part::Skip,
            ":string" => Part::Capture(STRING),
            ":long" => Part::Capture(LONG),
            text => Part::Text(text.to_owned()),
        };
        written.iter().map(part).collect()
    }

    fn found<'a>(written: &[&str], relaxed: bool, text: &'a str) -> Option<Vec<&'a str>> {
        let parts = parts(written);
        let mut captures = vec![None; parts.iter().filter(|part| matches!(part, Part::Capture(_))).count()];
        let matches = Literals::new(&parts, relaxed).find(text, &mut captures);
        matches.then(|| captures.iter().flatten().map(|span| &text[span.start..span.end]).collect())
    }

    #[test]
    fn the_pattern_covers_the_whole_text() {
        assert_eq!(
            found(&["a=", ":string", ", b=", ":string"], false, "a=1, b=2, b=3"),
            Some(vec!["1", "2, b=3"])
        );
        assert_eq!(found(&["a=", ":string"], false, "x a=1"), None);
        assert_eq!(found(&["*", "a=", ":string"], false, "x a=1\ny"), Some(vec!["1\ny"]));
        assert_eq!(found(&["*", "a=", ":string", ")"], false, "f(a=1)) a=2)"), Some(vec!["1)) a=2"]));
        assert_eq!(found(&["*", "a=", ":string", ")"], false, "f(a=1) x"), None);
        assert_eq!(found(&["*", "a=", ":string", ")", "*"], false, "f(a=1) x)"), Some(vec!["1"]));
        assert_eq!(found(&["a"], false, "a"), Some(vec![]));
        assert_eq!(found(&["a"], false, "ab"), None);
        assert_eq!(found(&["*"], false, "ab"), Some(vec![]));
        assert_eq!(found(&[":string", "-", "*"], false, "ab-c-d"), Some(vec!["ab"]));
        assert_eq!(found(&["ab", ":string", "ba"], false, "aba"), None);
    }

    #[test]
    fn a_shape_that_does_not_fit_is_looked_for_further_on() {
        let pattern = &["*", "n=", ":long", "*"];
        assert_eq!(found(pattern, false, "n=x n=5y"), Some(vec!["5"]));
        assert_eq!(found(pattern, false, "n=x"), None);
        assert_eq!(found(pattern, true, "n=x n=5y"), Some(vec![""]));
        let pattern = &["*", "a=", ":string", "n=", ":long", "*", ";"];
        assert_eq!(found(pattern, false, "a=1 n=x n=5y;"), Some(vec!["1 n=x ", "5"]));
        assert_eq!(found(&["n=", ":long", "*"], false, "n=x n=5"), None);
    }
}
