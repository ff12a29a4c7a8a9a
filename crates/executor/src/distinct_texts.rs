//! Texts that a column has many times over, so that work on a text is done once for all rows that have it.
//!
//! Log records repeat themselves: the same policies, device details and target resources come in thousands of records. To
//! find the members of a JSON text takes longer than to see that the text was there before.

use std::hash::BuildHasher;

use arrow_array::{Array, StringViewArray, UInt32Array};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use kql_types::Column;

use crate::text_blocks::INLINE_BYTES;

/// The different texts of a column, in the order in which they come first.
#[derive(Debug)]
pub(crate) struct DistinctTexts {
    /// Each once.
    pub(crate) texts: StringViewArray,
    /// For each row the place of its text.
    pub(crate) places: Vec<u32>,
}

/// Columns with fewer rows are not worth the search.
const FEWEST_ROWS: usize = 64;

/// Shorter texts are looked into as fast as they are compared.
const SHORT: usize = 32;

/// The search is given up where of so many rows, the first number, more than the second have texts of their own: a few
/// hundred texts that come again and again show late.
const PATIENCE: [(usize, usize); 3] = [(256, 240), (1024, 768), (4096, 2048)];

/// The different texts, if the column repeats its texts often enough and they are long enough.
pub(crate) fn distinct(texts: &StringViewArray) -> Option<DistinctTexts> {
    let rows = texts.len();
    let bytes: usize = texts.views().iter().map(|&view| view as u32 as usize).sum();
    if rows < FEWEST_ROWS || bytes < SHORT * rows {
        return None;
    }
    // Where the same text stands in one place, equal views are equal texts.
    let held: usize = texts.data_buffers().iter().map(|buffer| buffer.len()).sum();
    if bytes <= 4 * held {
        return by_text(texts);
    }
    let by_place = by_view(texts)?;
    // The same text may still stand in several places.
    match by_text(&by_place.texts) {
        None => Some(by_place),
        Some(fewer) => {
            let places = by_place.places.iter().map(|&place| fewer.places[place as usize]).collect();
            Some(DistinctTexts { texts: fewer.texts, places })
        }
    }
}

fn by_view(texts: &StringViewArray) -> Option<DistinctTexts> {
    let views = texts.views();
    let hasher = FixedState::default();
    search(texts, |row| hasher.hash_one(views[row]), |left, right| views[left] == views[right])
}

fn by_text(texts: &StringViewArray) -> Option<DistinctTexts> {
    let hasher = FixedState::default();
    let (views, text) = (texts.views(), |row: usize| texts.value(row).as_bytes());
    let is_short = |view: u128| view as u32 as usize <= INLINE_BYTES;
    search(
        texts,
        |row| if is_short(views[row]) { hasher.hash_one(views[row]) } else { hasher.hash_one(text(row)) },
        // Length and first bytes tell most texts apart.
        |left, right| views[left] as u64 == views[right] as u64 && text(left) == text(right),
    )
}

fn search(
    texts: &StringViewArray,
    hash: impl Fn(usize) -> u64,
    equal: impl Fn(usize, usize) -> bool,
) -> Option<DistinctTexts> {
    let mut first: Vec<u32> = Vec::new();
    let mut known: HashTable<(u64, u32)> = HashTable::new();
    let mut null: Option<u32> = None;
    let mut places = Vec::with_capacity(texts.len());
    for row in 0..texts.len() {
        if PATIENCE.iter().any(|&(rows, most)| row == rows && first.len() > most) {
            return None;
        }
        if texts.is_null(row) {
            let place = *null.get_or_insert(first.len() as u32);
            if place as usize == first.len() {
                first.push(row as u32);
            }
            places.push(place);
            continue;
        }
        let key = hash(row);
        let same = |&(other, place): &(u64, u32)| other == key && equal(row, first[place as usize] as usize);
        let place = match known.entry(key, same, |&(other, _)| other) {
            Entry::Occupied(found) => found.get().1,
            Entry::Vacant(free) => {
                let place = first.len() as u32;
                free.insert((key, place));
                first.push(row as u32);
                place
            }
        };
        places.push(place);
    }
    if first.len() > texts.len() / 2 {
        return None;
    }
    match Column::Dynamic(texts.clone().into()).take(&UInt32Array::from(first)) {
        Column::Dynamic(texts) => Some(DistinctTexts { texts: texts.into(), places }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(distinct: usize, rows: usize) -> StringViewArray {
        let text = |row: usize| {
            (!row.is_multiple_of(7))
                .then(|| format!("a text that is quite a bit longer than others {}", row % distinct))
        };
        (0..rows).map(text).collect()
    }

    #[test]
    fn every_row_finds_its_text() {
        let by_place = repeated(3, 8).iter().cycle().take(500).collect::<StringViewArray>();
        let viewed = Column::Dynamic(repeated(5, 40).into());
        let rows: UInt32Array = (0..2000_u32).map(|row| Some(row % 40)).collect();
        let Column::Dynamic(shared) = viewed.take(&rows) else { panic!("another type") };
        for texts in [repeated(10, 1000), by_place, shared.into()] {
            let found = distinct(&texts).unwrap();
            assert!(found.texts.len() < 40, "{}", found.texts.len());
            for row in 0..texts.len() {
                let place = found.places[row] as usize;
                assert_eq!(found.texts.is_null(place), texts.is_null(row));
                assert!(texts.is_null(row) || found.texts.value(place) == texts.value(row));
            }
        }
    }

    #[test]
    fn what_hardly_repeats_is_left_alone() {
        assert!(distinct(&repeated(900, 1000)).is_none());
        assert!(distinct(&repeated(2, 10)).is_none());
        let short: StringViewArray = (0..1000).map(|_| Some("[1]")).collect();
        assert!(distinct(&short).is_none());
    }
}
