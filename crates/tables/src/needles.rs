//! Leaves out records that cannot pass the filter before anything is located in them.
//!
//! The planner says which texts a record must hold ([`NeedleGroup`]). A record that does not hold them as they are can
//! only pass if it writes them with escapes. A needle has no character that JSON must escape, so such a record has a
//! `\u` somewhere, or, for a needle with a slash, a `\/`; records with one of these always go on. Inside JSON that is
//! embedded in a string the escapes are escaped once more, and still show the same two bytes.
//!
//! The idea is Sparser's: Palkar et al., Filter Before You Parse, VLDB 2018.

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

    fn is_in(&self, record: &[u8]) -> bool {
        match self {
            Group::One(finder) => finder.find(record).is_some(),
            Group::OneInAnyCase(needle) => needle.is_in(record),
            Group::Several(automaton) => automaton.is_match(record),
        }
    }
}

/// How many records are looked at before it is decided whether a group is worth it.
const SAMPLE: u32 = 256;

/// How often a group met its needles, in the records of a morsel.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    asked: u32,
    met: u32,
}

/// Bytes by which it is told what is seen least.
const FREQUENCY_SAMPLE: usize = 16 << 10;

impl Tally {
    /// A group that most records meet costs more than it saves.
    fn is_useful(self) -> bool {
        self.asked < SAMPLE || self.met < self.asked / 4 * 3
    }
}

/// The filter at work on a morsel. What it learns from the first records stays in the morsel, so that the outcome does
/// not depend on threads.
#[derive(Debug)]
pub(crate) struct NeedleSearch<'f> {
    filter: &'f NeedleFilter,
    tallies: Vec<Tally>,
    /// Whether the block at hand has an escape that may hide a needle.
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
        NeedleSearch { filter: self, tallies: vec![Tally::default(); self.groups.len()], escapes: true }
    }

    fn may_hide(&self, bytes: &[u8]) -> bool {
        self.escapes.iter().any(|escape| escape.find(bytes).is_some())
    }
}

impl NeedleSearch<'_> {
    /// Begins a block of records.
    pub(crate) fn enter(&mut self, block: &[u8]) {
        self.escapes = self.filter.may_hide(block);
        let sample = &block[..block.len().min(FREQUENCY_SAMPLE)];
        for group in &self.filter.groups {
            if let Group::OneInAnyCase(needle) = group {
                needle.learn(sample);
            }
        }
    }

    /// Whether a record of the block may pass.
    pub(crate) fn admits(&mut self, record: &[u8]) -> bool {
        for (group, tally) in self.filter.groups.iter().zip(&mut self.tallies) {
            if !tally.is_useful() {
                continue;
            }
            let met = group.is_in(record);
            tally.asked += 1;
            tally.met += u32::from(met);
            if !met {
                return self.escapes && self.filter.may_hide(record);
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
        search.enter(record.as_bytes());
        search.admits(record.as_bytes())
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
        search.enter(b"a");
        assert!((0..SAMPLE).all(|_| search.admits(b"a")));
        assert!(search.admits(b"b"), "no longer asked");
    }
}
