//! Strings stored once, each under a small number.

use std::hash::BuildHasher;
use std::sync::Arc;

use arrow_array::Array;
use hashbrown::{DefaultHashBuilder, HashTable};
use kql_types::{Coded, Dictionary, Operand};

use super::rows::for_each_text;

/// Numbers distinct strings 0, 1, ... in the order in which they come. All text lies in one buffer.
#[derive(Default)]
pub(super) struct Interner {
    table: HashTable<Slot>,
    ends: Vec<usize>,
    text: String,
    hasher: DefaultHashBuilder,
    by_code: Option<Numbers>,
}

/// The numbers of a dictionary's texts.
struct Numbers {
    dictionary: Arc<Dictionary>,
    /// By code; [`UNKNOWN`] as long as none has been looked up.
    numbers: Vec<u32>,
}

const UNKNOWN: u32 = u32::MAX;

/// The string's number beside a part of its hash, so that most unlike strings are told apart, and the table grows,
/// without a look at the text; and where the text stands, so that nothing else is looked at for that.
struct Slot {
    hash: u32,
    id: u32,
    length: u32,
    /// Or [`FAR`].
    start: u32,
}

/// Of a text that begins after so many bytes of others, or is as long, only `ends` tells where it stands.
const FAR: u32 = u32::MAX;

impl Slot {
    fn new(hash: u32, id: u32, start: usize, length: usize) -> Self {
        match (u32::try_from(start), u32::try_from(length)) {
            (Ok(start), Ok(length)) => Self { hash, id, length, start },
            _ => Self { hash, id, length: 0, start: FAR },
        }
    }
}

impl Interner {
    /// The string's number.
    pub(super) fn intern(&mut self, text: &str) -> u32 {
        let hash = shorten(self.hasher.hash_one(text));
        let same = |slot: &Slot| {
            slot.hash == hash
                && match slot.start {
                    FAR => span(&self.text, &self.ends, slot.id) == text,
                    start => {
                        slot.length as usize == text.len()
                            && self.text.as_bytes()[start as usize..][..text.len()] == *text.as_bytes()
                    }
                }
        };
        if let Some(slot) = self.table.find(spread(hash), same) {
            return slot.id;
        }
        let id = self.ends.len() as u32;
        let slot = Slot::new(hash, id, self.text.len(), text.len());
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.table.insert_unique(spread(hash), slot, |slot| spread(slot.hash));
        id
    }

    /// Calls `add(set, group, number)` for each row of a string or a dynamic that is not null, and for whose group
    /// `wanted(set, group)` holds.
    pub(super) fn intern_each<S>(
        &mut self,
        groups: &[u32],
        operand: &Operand,
        set: &mut S,
        wanted: impl Fn(&S, usize) -> bool,
        mut add: impl FnMut(&mut S, usize, u32),
    ) {
        let Some(coded) = coded(operand) else {
            return for_each_text(groups, operand, |group, text| {
                if wanted(set, group) {
                    add(set, group, self.intern(text));
                }
            });
        };
        let texts = coded.dictionary.texts();
        let mut known = self.by_code.take().filter(|known| Arc::ptr_eq(&known.dictionary, &coded.dictionary));
        let numbers = &mut known
            .get_or_insert_with(|| Numbers {
                dictionary: coded.dictionary.clone(),
                numbers: vec![UNKNOWN; texts.len()],
            })
            .numbers;
        for (&group, &code) in groups.iter().zip(coded.codes.iter()) {
            let (group, code) = (group as usize, code as usize);
            if !wanted(set, group) {
                continue;
            }
            if numbers[code] == UNKNOWN {
                if texts.is_null(code) {
                    continue;
                }
                numbers[code] = self.intern(texts.value(code));
            }
            add(set, group, numbers[code]);
        }
        self.by_code = known;
    }

    /// The string of that number.
    pub(super) fn get(&self, id: u32) -> &str {
        span(&self.text, &self.ends, id)
    }

    /// How many strings there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Interns all strings of another interner: their number here by their number there.
    pub(super) fn absorb(&mut self, other: &Interner) -> Vec<u32> {
        (0..other.len() as u32).map(|id| self.intern(other.get(id))).collect()
    }
}

fn coded(operand: &Operand) -> Option<&Coded> {
    match operand {
        Operand::Column(column) => column.texts()?.as_coded(),
        Operand::Constant(_) => None,
    }
}

fn span<'a>(text: &'a str, ends: &[usize], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { ends[id - 1] };
    &text[start..ends[id]]
}

fn shorten(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

/// The table takes its tag from the top bits and its place from the low ones.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use kql_types::{Coded, Column, Dictionary, Operand, ScalarType};

    use super::Interner;

    #[test]
    fn numbers_strings_in_order_of_first_occurrence() {
        let mut interner = Interner::default();
        let ids: Vec<u32> = ["a", "", "a", "bc", "", "b"].iter().map(|text| interner.intern(text)).collect();
        assert_eq!(ids, [0, 1, 0, 2, 1, 3]);
        assert_eq!((0..4).map(|id| interner.get(id)).collect::<Vec<_>>(), ["a", "", "bc", "b"]);
    }

    #[test]
    fn texts_that_stand_far_away_are_found_by_their_ends() {
        use super::{FAR, Slot};

        let near = Slot::new(1, 2, 3, 4);
        assert_eq!((near.start, near.length), (3, 4));
        assert_eq!(Slot::new(1, 2, 1 << 32, 4).start, FAR);
        assert_eq!(Slot::new(1, 2, 3, 1 << 32).start, FAR);
        let mut interner = Interner::default();
        assert_eq!([interner.intern("x"), interner.intern("yz")], [0, 1]);
        interner.table.iter_mut().for_each(|slot| slot.start = FAR);
        assert_eq!([interner.intern("yz"), interner.intern("x"), interner.intern("y")], [1, 0, 2]);
    }

    #[test]
    fn keeps_its_numbers_while_it_grows() {
        let mut interner = Interner::default();
        let texts: Vec<String> = (0..10_000).map(|number| format!("text {number}")).collect();
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(interner.intern(text) as usize, number);
        }
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(interner.intern(text) as usize, number);
        }
        assert_eq!(interner.len(), texts.len());
    }

    #[test]
    fn translates_the_numbers_of_another() {
        let (mut first, mut second) = (Interner::default(), Interner::default());
        ["x", "y"].iter().for_each(|text| _ = first.intern(text));
        ["z", "y"].iter().for_each(|text| _ = second.intern(text));
        assert_eq!(first.absorb(&second), [2, 1]);
    }

    #[test]
    fn codes_are_interned_as_their_texts_would_be() {
        let dictionary = Dictionary::new([Some("x"), None, Some("y"), Some("x")].into_iter().collect());
        let codes = vec![2, 1, 3, 0, 2].into();
        let coded = Operand::Column(Column::coded(ScalarType::Dynamic, Coded { dictionary, codes }));
        let plain = Operand::Column(Column::Dynamic(
            [Some("y"), None, Some("x"), Some("x"), Some("y")].into_iter().collect(),
        ));
        for operand in [coded, plain] {
            let (mut interner, mut found) = (Interner::default(), Vec::new());
            let add = |found: &mut Vec<_>, group: usize, number: u32| found.push((group, number));
            interner.intern_each(&[0, 0, 1, 0, 0], &operand, &mut found, |found, _| found.len() < 3, add);
            assert_eq!(found, [(0, 0), (1, 1), (0, 1)]);
        }
    }
}
