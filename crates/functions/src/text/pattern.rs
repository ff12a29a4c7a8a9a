//! A needle together with where it must stand: what one of the text operators looks for.

use std::ops::Range;

use arrow_array::{Array, StringViewArray};
use arrow_buffer::BooleanBuffer;
use kql_types::Strings;

use super::case::{eq_ignore_case, starts_with_ignore_case, upper};
use super::{Finder, Search};

/// Where in the text the needle must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is the whole text.
    Whole,
    /// Anywhere.
    Anywhere,
    /// At the beginning.
    Start,
    /// At the end.
    End,
    /// As a whole term. Terms are runs of letters and digits; where the needle's own edge is neither, nothing is asked of
    /// that side.
    Term,
    /// At the beginning of a term.
    TermStart,
    /// At the end of a term.
    TermEnd,
}

/// What is looked for.
#[derive(Debug)]
pub(crate) struct Pattern {
    place: Place,
    ignore_case: bool,
    needle: String,
    folded: Vec<char>,
    finder: Finder,
    edges: Edges,
}

/// Which sides of an occurrence must be the border of a term.
#[derive(Clone, Copy, Debug)]
struct Edges {
    before: bool,
    after: bool,
}

impl Edges {
    #[inline]
    fn allow(self, text: &str, found: Range<usize>) -> bool {
        (!self.before || !ends_in_term(text, found.start))
            && (!self.after || !starts_in_term(text, found.end))
    }
}

impl Pattern {
    /// Makes a needle ready.
    pub(crate) fn new(place: Place, needle: &str, ignore_case: bool) -> Self {
        let before = matches!(place, Place::Term | Place::TermStart) && needle.starts_with(is_term_character);
        let after = matches!(place, Place::Term | Place::TermEnd) && needle.ends_with(is_term_character);
        Self {
            place,
            ignore_case,
            needle: needle.to_owned(),
            folded: needle.chars().map(upper).collect(),
            finder: Finder::new(needle, ignore_case),
            edges: Edges { before, after },
        }
    }

    /// Whether one text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match self.place {
            Place::Whole if self.ignore_case => eq_ignore_case(text, &self.needle),
            Place::Whole => text == self.needle,
            Place::Start => self.starts(text),
            Place::End => self.ends(text),
            Place::Anywhere => self.finder.find(text, 0).is_some(),
            Place::Term | Place::TermStart | Place::TermEnd => has_term(&self.finder, text, self.edges),
        }
    }

    /// Whether an occurrence of the needle at these bytes has borders of terms where they are asked for.
    pub(crate) fn stands_at(&self, text: &str, found: Range<usize>) -> bool {
        self.edges.allow(text, found)
    }

    fn starts(&self, text: &str) -> bool {
        if !self.ignore_case {
            return text.starts_with(&self.needle);
        }
        match text.get(..self.needle.len()) {
            Some(start) if start.eq_ignore_ascii_case(&self.needle) => true,
            _ if self.needle.is_ascii() => false,
            _ => starts_with_ignore_case(text, &self.folded).is_some(),
        }
    }

    fn ends(&self, text: &str) -> bool {
        if !self.ignore_case {
            return text.ends_with(&self.needle);
        }
        let end = text.len().checked_sub(self.needle.len()).and_then(|start| text.get(start..));
        match end {
            Some(end) if end.eq_ignore_ascii_case(&self.needle) => true,
            _ if self.needle.is_ascii() => false,
            _ => {
                let mut characters = text.chars().rev();
                self.folded.iter().rev().all(|wanted| characters.next().map(upper) == Some(*wanted))
            }
        }
    }

    /// Which of the first `rows` texts match (or, `negated`, do not).
    pub(crate) fn scan(&self, texts: Strings<'_>, rows: usize, negated: bool) -> BooleanBuffer {
        match texts {
            Strings::Array(array) => self.scan_array(array, negated),
            Strings::Constant(text) => {
                let matches = self.matches(text.unwrap_or("")) != negated;
                if matches { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) }
            }
        }
    }

    /// One loop for each way to match, so that nothing is decided anew in every row.
    fn scan_array(&self, array: &StringViewArray, negated: bool) -> BooleanBuffer {
        match (self.place, &self.finder) {
            (Place::Whole | Place::Start, _) if self.needle.is_ascii() => {
                self.scan_views(array, negated, self.place == Place::Whole)
            }
            (Place::Whole | Place::Start | Place::End, _) => {
                collect(array, negated, |text| self.matches(text))
            }
            (Place::Anywhere, Finder::Exact(finder)) => {
                collect(array, negated, |text| finder.find(text, 0).is_some())
            }
            (Place::Anywhere, Finder::Ascii(finder)) => {
                collect(array, negated, |text| finder.find(text, 0).is_some())
            }
            (Place::Anywhere, Finder::Folded(finder)) => {
                collect(array, negated, |text| finder.find(text, 0).is_some())
            }
            (_, Finder::Exact(finder)) => collect(array, negated, |text| has_term(finder, text, self.edges)),
            (_, Finder::Ascii(finder)) => collect(array, negated, |text| has_term(finder, text, self.edges)),
            (_, Finder::Folded(finder)) => collect(array, negated, |text| has_term(finder, text, self.edges)),
        }
    }

    /// Compares the length and first bytes that stand in the view itself; most rows are decided by that alone.
    fn scan_views(&self, array: &StringViewArray, negated: bool, whole: bool) -> BooleanBuffer {
        let head = ViewHead::new(self.needle.as_bytes(), self.ignore_case, whole);
        let views = array.views();
        BooleanBuffer::collect_bool(array.len(), |row| {
            let view = views[row];
            let matches = head.may_match(view)
                && (head.decides(view)
                    || if whole { self.matches(array.value(row)) } else { self.starts(array.value(row)) });
            matches != negated
        })
    }
}

#[inline]
fn collect(array: &StringViewArray, negated: bool, matches: impl Fn(&str) -> bool) -> BooleanBuffer {
    BooleanBuffer::collect_bool(array.len(), |row| matches(array.value(row)) != negated)
}

/// What a view (length in the low 32 bits, then the first 4 bytes of a long or all of a short text) must look like for
/// its text to be, or to begin with, an ASCII needle.
#[derive(Clone, Copy, Debug)]
struct ViewHead {
    /// The length that is asked for, as a least length unless `whole`.
    length: u32,
    whole: bool,
    /// Bits to set before the comparison: the case bit of each letter, so that both cases look alike, ...
    fold: u128,
    /// ... and bits to compare: those of the needle's first bytes.
    mask: u128,
    wanted: u128,
}

/// Texts up to this length stand in their view.
const INLINE: usize = 12;
const CASE_BIT: u128 = 0x20;

impl ViewHead {
    fn new(needle: &[u8], ignore_case: bool, whole: bool) -> Self {
        let mut head = Self {
            length: u32::try_from(needle.len()).unwrap_or(u32::MAX),
            whole,
            fold: 0,
            mask: 0,
            wanted: 0,
        };
        for (index, byte) in needle.iter().take(INLINE).enumerate() {
            let shift = 32 + 8 * index;
            let folds = ignore_case && byte.is_ascii_alphabetic();
            head.fold |= if folds { CASE_BIT << shift } else { 0 };
            head.wanted |= u128::from(if folds { byte.to_ascii_lowercase() } else { *byte }) << shift;
            head.mask |= 0xff << shift;
        }
        head
    }

    /// Whether length and first bytes allow a match.
    #[inline(always)]
    fn may_match(&self, view: u128) -> bool {
        let length = view as u32;
        let fits = if self.whole { length == self.length } else { length >= self.length };
        // A long text's view holds 4 of its bytes, then where the rest is.
        let mask = if length as usize > INLINE { self.mask & u128::from(u64::MAX) } else { self.mask };
        fits && ((view | self.fold) ^ self.wanted) & mask == 0
    }

    /// Whether a view that may match does: all bytes that matter stand in it.
    #[inline(always)]
    fn decides(&self, view: u128) -> bool {
        let held = if view as u32 as usize > INLINE { 4 } else { INLINE };
        self.length as usize <= held
    }
}

/// Whether the needle stands somewhere with borders of terms where they are asked for.
#[inline]
fn has_term(finder: &impl Search, text: &str, edges: Edges) -> bool {
    let mut from = 0;
    while let Some(found) = finder.find(text, from) {
        let start = found.start;
        if edges.allow(text, found) {
            return true;
        }
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
    }
    false
}

/// Whether the character before byte `end` belongs to a term.
#[inline]
fn ends_in_term(text: &str, end: usize) -> bool {
    match end.checked_sub(1).map(|index| text.as_bytes()[index]) {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => text[..end].chars().next_back().is_some_and(is_term_character),
    }
}

/// Whether the character at byte `start` belongs to a term.
#[inline]
fn starts_in_term(text: &str, start: usize) -> bool {
    match text.as_bytes().get(start) {
        None => false,
        Some(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric(),
        Some(_) => text[start..].chars().next().is_some_and(is_term_character),
    }
}

/// Whether a character belongs to a term: a letter or digit of any script.
pub(crate) fn is_term_character(character: char) -> bool {
    character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(place: Place, needle: &str, ignore_case: bool, text: &str) -> bool {
        let pattern = Pattern::new(place, needle, ignore_case);
        let array = StringViewArray::from(vec![text]);
        let scanned = pattern.scan(Strings::Array(&array), 1, false).value(0);
        let negated = pattern.scan(Strings::Array(&array), 1, true).value(0);
        assert_eq!(scanned, pattern.matches(text), "{place:?} {needle:?} in {text:?}");
        assert_ne!(scanned, negated);
        scanned
    }

    #[test]
    fn terms_are_runs_of_letters_and_digits() {
        for (needle, text, expected) in [
            ("err", "error", false),
            ("err", "an ERR.", true),
            ("a", "a_b", true),
            ("a", "a1", false),
            ("a", "éa", false),
            ("a", "éa a", true),
            ("\u{e9}", "x \u{c9}!", true),
            ("", "", true),
            ("", "x", true),
            ("a-", "xa-b a-b", true),
            ("-a", "x-a", true),
            ("a b", "a b", true),
            ("aa", "aaa aa", true),
        ] {
            assert_eq!(matches(Place::Term, needle, true, text), expected, "{needle:?} in {text:?}");
        }
    }

    #[test]
    fn half_terms_ask_for_one_border() {
        assert!(matches(Place::TermStart, "err", true, "x-error"));
        assert!(!matches(Place::TermEnd, "err", true, "x-error"));
        assert!(!matches(Place::TermStart, "r o", true, "err or"));
        assert!(matches(Place::TermStart, " a", true, "x ab y"));
        assert!(matches(Place::TermEnd, "or", true, "x-ERROR"));
    }

    #[test]
    fn whole_and_edges_look_at_short_and_long_texts() {
        let long = "abcdefghijklmnopqrstuvwxyz";
        for needle in
            ["", "a", "ABCD", "abcde", "abcdefghijkl", "abcdefghijklm", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        {
            assert!(matches(Place::Start, needle, true, long));
            assert_eq!(matches(Place::Start, needle, false, long), long.starts_with(needle));
            assert!(matches(Place::Whole, needle, true, &needle.to_ascii_lowercase()));
            assert!(matches(Place::End, needle, true, &format!("x{}", needle.to_ascii_lowercase())));
            assert_eq!(matches(Place::Whole, needle, true, long), needle.len() == 26);
            assert!(!matches(Place::Whole, needle, true, "zbcdefghijklmnopq"));
        }
        assert!(!matches(Place::Whole, "a@", true, "a`"));
        assert!(!matches(Place::Whole, "a\u{0}", true, "a"));
        assert!(matches(Place::Start, "É", true, "école"));
        assert!(matches(Place::End, "OLÉ", true, "école: olé"));
        assert!(!matches(Place::End, "É", false, "olé"));
    }
}
