//! Leaves out records that cannot pass the filter before anything is located in them.
//!
//! The planner says which texts a record must hold ([`NeedleGroup`]). A record that does not hold them as they are can
//! only pass if it writes them with escapes. A needle has no character that JSON must escape, so such a record has a
//! `\u` somewhere, or, for a needle with a slash, a `\/`; records with one of these always go on. Inside JSON that is
//! embedded in a string the escapes are escaped once more, and still show the same two bytes.
//!
//! The idea is Sparser's: Palkar et al., Filter Before You Parse, VLDB 2018.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use memchr::memmem;

use crate::NeedleGroup;
use crate::any_case::AnyCase;

/// What records are searched for.
#[derive(Debug)]
pub(crate) struct NeedleFilter {
    groups: Vec<Group>,
    /// Sequences that may hide a needle.
    escapes: Vec<memmem::Finder<'static>>,
}

/// How a group is looked for.
#[derive(Debug)]
enum Group {
    /// One needle, as it is written.
    One(Box<memmem::Finder<'static>>),
    /// One needle of ASCII, in any letter case.
    OneInAnyCase(AnyCase),
    /// Several.
    Several(Box<AhoCorasick>),
}

impl Group {
    fn new(group: &NeedleGroup) -> Option<Self> {
        if let [only] = group.any.as_slice()
            && (only.case_sensitive || !only.text.bytes().any(|byte| byte.is_ascii_alphabetic()))
        {
            return Some(Group::One(Box::new(memmem::Finder::new(only.text.as_bytes()).into_owned())));
        }
        if let [only] = group.any.as_slice()
            && let Some(any_case) = AnyCase::new(&only.text)
        {
            return Some(Group::OneInAnyCase(any_case));
        }
        // A search that ignores case finds at least what one that does not would find.
        let ignore_case = group.any.iter().any(|needle| !needle.case_sensitive);
        let texts = group.any.iter().map(|needle| needle.text.as_bytes());
        let automaton = AhoCorasick::builder().ascii_case_insensitive(ignore_case).build(texts).ok()?;
        Some(Group::Several(Box::new(automaton)))
    }
}

/// How many records are looked at before it is decided whether a group is worth it.
const SAMPLE: u32 = 256;

/// How a group fares in the records of a morsel.
#[derive(Clone, Debug, Default)]
struct Tally {
    asked: u32,
    met: u32,
    /// Of a needle in any letter case, where it begins in the block at hand.
    places: Vec<u32>,
    /// The first of these that is not before the record at hand.
    next: usize,
}

impl Tally {
    /// A group that most records meet costs more than it saves.
    fn is_useful(&self) -> bool {
        self.asked < SAMPLE || self.met < self.asked / 4 * 3
    }

    /// Whether one of the places is in the record, with as many bytes behind it.
    fn has_place(&mut self, record: &Range<usize>, length: usize) -> bool {
        let ahead = self.places[self.next..].iter().take_while(|&&place| (place as usize) < record.start);
        self.next += ahead.count();
        self.places.get(self.next).is_some_and(|&place| place as usize + length <= record.end)
    }
}

/// The filter at work on a morsel. What it learns from the first records stays in the morsel, so that the outcome does
/// not depend on threads.
#[derive(Debug)]
pub(crate) struct NeedleSearch<'f> {
    filter: &'f NeedleFilter,
    tallies: Vec<Tally>,
    /// Where the block at hand begins.
    block: usize,
    /// Whether it has an escape that may hide a needle.
    escapes: bool,
}

impl NeedleFilter {
    /// For these groups, all of which must be met. `None` if there is nothing to search for.
    pub(crate) fn new(groups: &[NeedleGroup]) -> Option<Self> {
        let ready: Vec<Group> = groups.iter().filter_map(Group::new).collect();
        if ready.is_empty() {
            return None;
        }
        let has_slash = groups.iter().flat_map(|group| &group.any).any(|needle| needle.text.contains('/'));
        let mut escapes = vec![memmem::Finder::new(br"\u")];
        if has_slash {
            escapes.push(memmem::Finder::new(br"\/"));
        }
        Some(Self { groups: ready, escapes })
    }

    /// Begins a morsel.
    pub(crate) fn search(&self) -> NeedleSearch<'_> {
        NeedleSearch {
            filter: self,
            tallies: vec![Tally::default(); self.groups.len()],
            block: 0,
            escapes: true,
        }
    }

    fn may_hide(&self, bytes: &[u8]) -> bool {
        self.escapes.iter().any(|escape| escape.find(bytes).is_some())
    }
}

impl NeedleSearch<'_> {
    /// Begins a block of records.
    pub(crate) fn enter(&mut self, bytes: &[u8], block: Range<usize>) {
        self.block = block.start;
        let bytes = &bytes[block];
        self.escapes = self.filter.may_hide(bytes);
        for (group, tally) in self.filter.groups.iter().zip(&mut self.tallies) {
            if let Group::OneInAnyCase(needle) = group
                && tally.is_useful()
            {
                needle.find(bytes, &mut tally.places);
                tally.next = 0;
            }
        }
    }

    /// Whether a record of the block may pass. Records come in order.
    pub(crate) fn admits(&mut self, bytes: &[u8], record: Range<usize>) -> bool {
        let text = &bytes[record.clone()];
        let in_block = record.start - self.block..record.end - self.block;
        for (group, tally) in self.filter.groups.iter().zip(&mut self.tallies) {
            if !tally.is_useful() {
                continue;
            }
            let met = match group {
                Group::One(finder) => finder.find(text).is_some(),
                Group::OneInAnyCase(needle) => tally.has_place(&in_block, needle.len()),
                Group::Several(automaton) => automaton.is_match(text),
            };
            tally.asked += 1;
            tally.met += u32::from(met);
            if !met {
                return self.escapes && self.filter.may_hide(text);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Needle;

    fn filter(groups: &[&[(&str, bool)]]) -> NeedleFilter {
        let group = |needles: &&[(&str, bool)]| NeedleGroup {
            any: needles
                .iter()
                .map(|(text, case_sensitive)| Needle {
                    text: (*text).to_owned(),
                    case_sensitive: *case_sensitive,
                })
                .collect(),
        };
        NeedleFilter::new(&groups.iter().map(group).collect::<Vec<_>>()).unwrap()
    }

    fn admits(filter: &NeedleFilter, record: &str) -> bool {
        let mut search = filter.search();
        search.enter(record.as_bytes(), 0..record.len());
        search.admits(record.as_bytes(), 0..record.len())
    }

    #[test]
    fn all_groups_must_be_met() {
        let filter = filter(&[&[("50057", true)], &[("Azure Portal", false), ("Teams", false)]]);
        assert!(admits(&filter, r#"{"a":"50057","b":"AZURE PORTAL"}"#));
        assert!(admits(&filter, r#"{"a":"50057","b":"teams"}"#));
        assert!(!admits(&filter, r#"{"a":"50057","b":"Outlook"}"#));
        assert!(!admits(&filter, r#"{"a":"50058","b":"teams"}"#));
    }

    #[test]
    fn escapes_that_may_hide_a_needle_let_a_record_pass() {
        let plain = filter(&[&[("secret", true)]]);
        assert!(admits(&plain, r#"{"a":"s\u0065cret"}"#));
        assert!(admits(&plain, r#"{"a":"{\"b\":\"s\\u0065cret\"}"}"#));
        assert!(!admits(&plain, r#"{"a":"C:\\temp\n"}"#));
        assert!(!admits(&plain, r#"{"a":"a\/b"}"#));
        let slash = filter(&[&[("a/b", true)]]);
        assert!(admits(&slash, r#"{"a":"a\/b"}"#));
    }

    #[test]
    fn a_needle_that_most_records_hold_is_given_up() {
        let filter = filter(&[&[("a", true)]]);
        let mut search = filter.search();
        search.enter(b"ab", 0..2);
        assert!((0..SAMPLE).all(|_| search.admits(b"ab", 0..1)));
        assert!(search.admits(b"ab", 1..2), "no longer asked");
    }
}
