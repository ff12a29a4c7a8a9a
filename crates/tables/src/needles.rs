//! Leaves out records that cannot pass the filter before anything is located in them.
//!
//! The planner says which texts a record must hold ([`NeedleGroup`]). A record that does not hold them as they are can
//! only pass if it writes them with escapes. A needle has no character that JSON must escape, so such a record has a
//! `\u` with the code of one of the needle's characters, or, for a needle with a slash, a `\/`; records with one of these
//! always go on. Inside JSON that is embedded in a string the escapes are escaped once more, and still show the same bytes,
//! unless parts of them are written as escapes ([`Hidden`]).
//!
//! The idea is Sparser's: Palkar et al., Filter Before You Parse, VLDB 2018.

use std::ops::Range;

use aho_corasick::{AhoCorasick, packed};

use crate::NeedleGroup;
use crate::look::{Look, Wanted};
use crate::sought::{Hidden, Sought, SoughtText};

/// What records are searched for.
#[derive(Debug)]
pub(crate) struct NeedleFilter {
    groups: Vec<Group>,
    /// The characters of the needles, which escapes may hide.
    hidden: Hidden,
}

/// How a group is looked for.
#[derive(Debug)]
enum Group {
    /// One needle, in all of a block at once.
    One(Box<SoughtText>),
    /// A few spellings, in one record after the other.
    Few(Box<packed::Searcher>),
    /// Others.
    Several(Box<AhoCorasick>),
}

impl Group {
    fn new(group: &NeedleGroup) -> Option<Self> {
        if let [only] = group.any.as_slice()
            && let Some(text) = SoughtText::new(&only.text, !only.case_sensitive)
        {
            return Some(Group::One(Box::new(text)));
        }
        // A search that ignores case finds at least what one that does not would find.
        let ignore_case = group.any.iter().any(|needle| !needle.case_sensitive);
        let texts = group.any.iter().map(|needle| needle.text.as_bytes());
        // Where it is possible, which it is not for many texts or very short ones.
        if !ignore_case && let Some(searcher) = packed::Searcher::new(texts.clone()) {
            return Some(Group::Few(Box::new(searcher)));
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(ignore_case).build(texts).ok()?;
        Some(Group::Several(Box::new(automaton)))
    }

    fn as_one(&self) -> Option<&SoughtText> {
        if let Group::One(text) = self { Some(text) } else { None }
    }
}

/// How many records are looked at before it is decided whether a group is worth it.
const SAMPLE: u32 = 256;

/// How a group fares in the records of a morsel.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    asked: u32,
    met: u32,
    /// Of a group of one needle, which of its places is the first that does not stand before the record at hand.
    next: usize,
}

impl Tally {
    /// A group that most records meet costs more than it saves.
    fn is_useful(&self) -> bool {
        self.asked < SAMPLE || self.met < self.asked / 4 * 3
    }

    /// Whether the needle stands in the record.
    fn meets(&mut self, sought: &Sought<'_>, record: &Range<usize>) -> bool {
        let ahead = sought.places[self.next..].iter().take_while(|&&place| (place as usize) < record.start);
        self.next += ahead.count();
        sought.places.get(self.next).is_some_and(|&place| place as usize + sought.text.len() <= record.end)
    }
}

/// The filter at work on a morsel. What it learns from the first records stays in the morsel, so that the outcome does
/// not depend on threads.
#[derive(Debug)]
pub(crate) struct NeedleSearch<'f> {
    filter: &'f NeedleFilter,
    /// For each group.
    tallies: Vec<Tally>,
    /// For each group of one needle, in the same order.
    sought: Vec<Sought<'f>>,
}

impl NeedleFilter {
    /// For these groups, all of which must be met. `None` if there is nothing to search for.
    pub(crate) fn new(groups: &[NeedleGroup]) -> Option<Self> {
        let ready: Vec<Group> = groups.iter().filter_map(Group::new).collect();
        if ready.is_empty() {
            return None;
        }
        let needles = groups.iter().flat_map(|group| &group.any);
        let hidden = Hidden::of(needles.map(|needle| needle.text.as_str()));
        Some(Self { groups: ready, hidden })
    }

    /// Begins a morsel.
    pub(crate) fn search(&self) -> NeedleSearch<'_> {
        let texts = self.groups.iter().filter_map(Group::as_one);
        NeedleSearch {
            filter: self,
            tallies: vec![Tally::default(); self.groups.len()],
            sought: texts.map(|text| Sought { text, places: Vec::new(), is_wanted: true }).collect(),
        }
    }
}

impl<'f> NeedleSearch<'f> {
    /// Begins a block of records: what is to be looked for in it.
    pub(crate) fn enter(&mut self) -> Wanted<'_, 'f> {
        let mut sought = self.sought.iter_mut();
        for (group, tally) in self.filter.groups.iter().zip(&mut self.tallies) {
            tally.next = 0;
            if group.as_one().is_some()
                && let Some(sought) = sought.next()
            {
                sought.is_wanted = tally.is_useful();
            }
        }
        Wanted { sought: &mut self.sought, hidden: self.filter.hidden }
    }

    /// Whether a record of the block may pass. Records come in order; `look` is what was seen in the block.
    pub(crate) fn admits(&mut self, block: &[u8], record: Range<usize>, look: &Look) -> bool {
        let text = &block[record.clone()];
        let mut sought = self.sought.iter();
        for (group, tally) in self.filter.groups.iter().zip(&mut self.tallies) {
            let sought = if group.as_one().is_some() { sought.next() } else { None };
            if !tally.is_useful() {
                continue;
            }
            let met = match (group, sought) {
                (Group::Several(automaton), _) => automaton.is_match(text),
                (Group::Few(searcher), _) => searcher.find(text).is_some(),
                (Group::One(_), Some(sought)) if sought.is_wanted => tally.meets(sought, &record),
                (Group::One(_), _) => true,
            };
            tally.asked += 1;
            tally.met += u32::from(met);
            if !met {
                // It may stand behind an escape.
                let escapes = &look.escapes;
                let next = escapes.partition_point(|&place| (place as usize) < record.start);
                return escapes.get(next).is_some_and(|&place| (place as usize) < record.end);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Needle;
    use crate::look::Looker;

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
        let (mut search, mut look) = (filter.search(), Look::default());
        Looker::detect().look(record.as_bytes(), Some(search.enter()), &mut look);
        search.admits(record.as_bytes(), 0..record.len(), &look)
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
        for needles in [&[("aa", true)][..], &[("aa", true), ("cc", true)]] {
            let filter = filter(&[needles]);
            let (mut search, mut look) = (filter.search(), Look::default());
            Looker::detect().look(b"aab", Some(search.enter()), &mut look);
            assert!(!search.admits(b"aab", 2..3, &look));
            search.enter();
            assert!((1..SAMPLE).all(|_| search.admits(b"aab", 0..2, &look)));
            assert!(search.admits(b"aab", 2..3, &look), "no longer asked");
        }
    }
}
