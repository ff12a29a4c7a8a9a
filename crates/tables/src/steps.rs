//! Follows a path into JSON text, without reading what lies beside it.

use kql_types::PathStep;

use crate::json::{Fault, Splitter, trim};
use crate::locate::{Duplicates, Keys, Locator, Span};

/// A step, ready to be followed.
#[derive(Debug)]
pub(crate) enum Step {
    /// Into an object.
    Key(Keys),
    /// Into an array.
    Index(i64),
}

/// The steps of a path.
pub(crate) fn compile(path: &[PathStep]) -> Vec<Step> {
    path.iter()
        .map(|step| match step {
            PathStep::Key(key) => Step::Key(Keys::exact([&**key], Duplicates::First)),
            PathStep::Index(index) => Step::Index(*index),
        })
        .collect()
}

/// Follows one path in many values.
#[derive(Debug)]
pub(crate) struct Walker<'s> {
    steps: Vec<Follow<'s>>,
    splitter: Splitter,
    ends: Vec<u32>,
}

#[derive(Debug)]
enum Follow<'s> {
    Key(Locator<'s>),
    Index(i64),
}

impl<'s> Walker<'s> {
    /// Follows these steps.
    pub(crate) fn new(steps: &'s [Step], splitter: Splitter) -> Self {
        let follow = |step: &'s Step| match step {
            Step::Key(keys) => Follow::Key(Locator::new(keys, splitter)),
            Step::Index(index) => Follow::Index(*index),
        };
        Self { steps: steps.iter().map(follow).collect(), splitter, ends: Vec::new() }
    }

    /// Where the path leads from a JSON value; [`Span::ABSENT`] where it leads nowhere.
    pub(crate) fn walk(&mut self, bytes: &[u8], value: Span) -> Result<Span, Fault> {
        let mut here = value;
        for step in &mut self.steps {
            let (start, end) = (here.start as usize, here.end as usize);
            here = match (step, bytes[start]) {
                (Follow::Key(locator), b'{') => {
                    let mut found = [Span::ABSENT];
                    ends_there(locator.locate(bytes, start, end, &mut found)?, end)?;
                    found[0]
                }
                (Follow::Index(index), b'[') => {
                    ends_there(self.splitter.split(bytes, start, end, &mut self.ends)?, end)?;
                    element(bytes, start, &self.ends, *index)
                }
                _ => Span::ABSENT,
            };
            if !here.is_present() {
                break;
            }
        }
        Ok(here)
    }
}

fn ends_there(end: usize, expected: usize) -> Result<(), Fault> {
    if end == expected { Ok(()) } else { Err(Fault::Value) }
}

/// The element at `index` of the array at `start`, whose elements end at `ends`; negative counts from the end.
pub(crate) fn element(bytes: &[u8], start: usize, ends: &[u32], index: i64) -> Span {
    let place = if index < 0 { index + ends.len() as i64 } else { index };
    let Some((place, &end)) = usize::try_from(place).ok().and_then(|place| Some((place, ends.get(place)?)))
    else {
        return Span::ABSENT;
    };
    let begin = if place == 0 { start + 1 } else { ends[place - 1] as usize + 1 };
    let (begin, end) = trim(bytes, begin, end as usize);
    if begin == end { Span::ABSENT } else { Span { start: begin as u32, end: end as u32 } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_json_says() {
        let text = r#"{"a":{"b":[10, {"c":"x"}, []]},"e":{},"a":1}"#;
        let key = |key: &str| PathStep::Key(key.into());
        let cases = [
            (vec![key("a"), key("b"), PathStep::Index(0)], "10"),
            (vec![key("a"), key("b"), PathStep::Index(1), key("c")], "\"x\""),
            (vec![key("a"), key("b"), PathStep::Index(-1)], "[]"),
            (vec![key("a"), key("b"), PathStep::Index(3)], ""),
            (vec![key("a"), key("b"), PathStep::Index(-4)], ""),
            (vec![key("a"), key("b"), PathStep::Index(2), PathStep::Index(0)], ""),
            (vec![key("a"), key("x")], ""),
            (vec![key("e"), key("x")], ""),
            (vec![key("a"), PathStep::Index(0)], ""),
        ];
        for (path, expected) in cases {
            let steps = compile(&path);
            let mut walker = Walker::new(&steps, Splitter::detect());
            let found = walker.walk(text.as_bytes(), Span { start: 0, end: text.len() as u32 });
            assert_eq!(found.map(|span| span.of(text.as_bytes())), Ok(expected.as_bytes()), "{path:?}");
        }
    }
}
