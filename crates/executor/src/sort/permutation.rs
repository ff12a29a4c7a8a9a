//! The order of rows by several keys.
//!
//! The first key is brought into a form in which it is one machine word: the value itself, or the first bytes of a text.
//! Pairs of word and row number are sorted, which touches nothing else; only rows with equal words are looked at again,
//! by the rest of the text and then by the next key.

use std::cmp::Ordering;

use arrow_array::StringViewArray;
use arrow_buffer::NullBuffer;
use kql_types::{Column, Decimal};

use crate::{order, parallel};

/// How a key is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Direction {
    pub(super) ascending: bool,
    pub(super) nulls_first: bool,
}

/// A key's values. Nulls and NaNs have no order among values: they stand at the end that `nulls_first` tells, null
/// outermost. <https://learn.microsoft.com/kusto/query/sort-operator#use-special-floating-point-values>
#[derive(Debug)]
pub(super) struct Key<'a> {
    direction: Direction,
    values: Values<'a>,
    nulls: Option<&'a NullBuffer>,
    /// Only of a real column that has a NaN.
    nans: Option<Vec<bool>>,
}

#[derive(Debug)]
enum Values<'a> {
    Words(Vec<u64>),
    /// Words that order all values that they tell apart; where they are equal the texts decide.
    Texts(Vec<u64>, &'a StringViewArray),
    Wide(Vec<u128>),
    Decimals(Vec<Decimal>),
}

impl<'a> Key<'a> {
    pub(super) fn new(column: &'a Column, direction: Direction) -> Self {
        let words = |words: Vec<u64>| match direction.ascending {
            true => words,
            false => words.into_iter().map(|word| !word).collect(),
        };
        let values = match column {
            Column::String(texts) | Column::Dynamic(texts) => {
                Values::Texts(words(order::prefixes(texts)), texts)
            }
            Column::Guid(_) => Values::Wide(order::wide(column)),
            Column::Decimal(_) => Values::Decimals(order::decimals(column)),
            other => Values::Words(words(order::words(other, false))),
        };
        let nans = match column {
            Column::Real(array) => {
                Some(array.values().iter().map(|value| value.is_nan()).collect::<Vec<bool>>())
            }
            _ => None,
        };
        let nulls = column.array().nulls().filter(|nulls| nulls.null_count() > 0);
        Self { direction, values, nulls, nans: nans.filter(|nans| nans.contains(&true)) }
    }

    /// 0, 1, 2 for the groups in which rows stand.
    fn class(&self, row: u32) -> u8 {
        let row = row as usize;
        let special = match (&self.nulls, &self.nans) {
            (Some(nulls), _) if nulls.is_null(row) => 0,
            (_, Some(nans)) if nans[row] => 1,
            _ => 2,
        };
        if self.direction.nulls_first { special } else { 2 - special }
    }

    fn class_of_values(&self) -> u8 {
        if self.direction.nulls_first { 2 } else { 0 }
    }

    /// The word that orders rows, as far as one can.
    fn word(&self, row: u32) -> u64 {
        let flip = if self.direction.ascending { 0 } else { u64::MAX };
        match &self.values {
            Values::Words(words) | Values::Texts(words, _) => words[row as usize],
            Values::Wide(values) => (values[row as usize] >> 64) as u64 ^ flip,
            Values::Decimals(_) => 0,
        }
    }

    /// Whether equal words are equal values.
    fn word_is_value(&self) -> bool {
        matches!(self.values, Values::Words(_))
    }

    /// The order of two rows with the same word.
    fn compare(&self, left: u32, right: u32) -> Ordering {
        let (left, right) = (left as usize, right as usize);
        let ordering = match &self.values {
            Values::Words(_) => return Ordering::Equal,
            Values::Texts(_, texts) => {
                let views = texts.views();
                match views[left] == views[right] {
                    true => Ordering::Equal,
                    false => texts.value(left).as_bytes().cmp(texts.value(right).as_bytes()),
                }
            }
            Values::Wide(values) => values[left].cmp(&values[right]),
            Values::Decimals(values) => values[left].cmp(&values[right]),
        };
        if self.direction.ascending { ordering } else { ordering.reverse() }
    }
}

/// A row and the word of the key in work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Item {
    word: u64,
    row: u32,
}

/// The numbers of the first `count` of `rows` rows in the order of the keys.
pub(super) fn permutation(keys: &[Key<'_>], rows: usize, count: usize, threads: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..rows as u32).collect();
    sort_rows(&mut order, keys, count, threads);
    order.truncate(count);
    order
}

/// Sorts rows, given in ascending order, so that at least the first `count` are right.
fn sort_rows(rows: &mut [u32], keys: &[Key<'_>], count: usize, threads: usize) {
    let Some((key, rest)) = keys.split_first() else { return };
    if rows.len() < 2 || count == 0 {
        return;
    }
    if key.nulls.is_none() && key.nans.is_none() {
        return sort_values(rows, key, rest, count, threads);
    }
    let mut classes: [Vec<u32>; 3] = Default::default();
    for &row in rows.iter() {
        classes[key.class(row) as usize].push(row);
    }
    let mut start = 0;
    for (class, mut members) in classes.into_iter().enumerate() {
        let wanted = count.saturating_sub(start);
        match class as u8 == key.class_of_values() {
            true => sort_values(&mut members, key, rest, wanted, threads),
            false => sort_rows(&mut members, rest, wanted, threads),
        }
        rows[start..start + members.len()].copy_from_slice(&members);
        start += members.len();
    }
}

/// Sorts rows whose value is neither null nor NaN.
fn sort_values(rows: &mut [u32], key: &Key<'_>, rest: &[Key<'_>], count: usize, threads: usize) {
    let mut items: Vec<Item> = rows.iter().map(|&row| Item { word: key.word(row), row }).collect();
    let wanted = candidates(&mut items, count);
    sort_items(&mut items[..wanted], threads);
    for (row, item) in rows.iter_mut().zip(&items) {
        *row = item.row;
    }
    if key.word_is_value() && rest.is_empty() {
        return;
    }
    let mut start = 0;
    for run in items[..wanted].chunk_by(|left, right| left.word == right.word) {
        if start >= count {
            return;
        }
        sort_run(&mut rows[start..start + run.len()], key, rest, count - start);
        start += run.len();
    }
}

/// Moves the items with the `count` smallest words to the front, and all others that have the last of these words; how
/// many these are.
fn candidates(items: &mut [Item], count: usize) -> usize {
    if count == 0 || count >= items.len() / 2 {
        return items.len();
    }
    let (_, last, _) = items.select_nth_unstable(count - 1);
    let word = last.word;
    let mut wanted = count;
    for index in count..items.len() {
        if items[index].word == word {
            items.swap(index, wanted);
            wanted += 1;
        }
    }
    wanted
}

/// Sorts rows with the same word, given in ascending order.
fn sort_run(rows: &mut [u32], key: &Key<'_>, rest: &[Key<'_>], count: usize) {
    if rows.len() < 2 {
        return;
    }
    if key.word_is_value() {
        return sort_rows(rows, rest, count, 1);
    }
    let first = rows[0];
    if rows.iter().any(|&row| key.compare(first, row) != Ordering::Equal) {
        rows.sort_by(|&left, &right| key.compare(left, right));
    }
    if rest.is_empty() {
        return;
    }
    for run in rows.chunk_by_mut(|&left, &right| key.compare(left, right) == Ordering::Equal) {
        sort_rows(run, rest, count, 1);
    }
}

/// Fewer items than this are sorted on one thread.
const PARALLEL_ITEMS: usize = 1 << 16;

/// Sorts by word, then row. Items are all different, so there is one result, however the work is split.
fn sort_items(items: &mut [Item], threads: usize) {
    if threads < 2 || items.len() < PARALLEL_ITEMS {
        return items.sort_unstable();
    }
    let mut size = items.len().div_ceil(threads);
    parallel::map(threads, items.chunks_mut(size).collect(), |chunk: &mut [Item]| chunk.sort_unstable());
    let mut merged = items.to_vec();
    while size < items.len() {
        let pairs: Vec<(&[Item], &mut [Item])> =
            items.chunks(2 * size).zip(merged.chunks_mut(2 * size)).collect();
        parallel::map(threads, pairs, |(from, to)| merge(from, size.min(from.len()), to));
        items.copy_from_slice(&merged);
        size *= 2;
    }
}

/// Merges the sorted runs before and from `middle` on.
fn merge(from: &[Item], middle: usize, to: &mut [Item]) {
    let (mut left, mut right) = from.split_at(middle);
    for place in to {
        let take_left = match (left.first(), right.first()) {
            (Some(left), Some(right)) => left <= right,
            (found, _) => found.is_some(),
        };
        let source = if take_left { &mut left } else { &mut right };
        if let Some((first, others)) = source.split_first() {
            *place = *first;
            *source = others;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Float64Array, Int64Array};

    const ASCENDING: Direction = Direction { ascending: true, nulls_first: true };
    const DESCENDING: Direction = Direction { ascending: false, nulls_first: false };

    fn order(keys: &[(&Column, Direction)], count: usize) -> Vec<u32> {
        let made: Vec<Key<'_>> =
            keys.iter().map(|(column, direction)| Key::new(column, *direction)).collect();
        permutation(&made, keys[0].0.len(), count, 1)
    }

    #[test]
    fn nulls_and_nans_stand_at_the_end_that_is_asked_for() {
        let values = vec![Some(1.0), None, Some(f64::NAN), Some(f64::NEG_INFINITY), Some(2.0)];
        let column = Column::Real(Float64Array::from(values));
        assert_eq!(order(&[(&column, ASCENDING)], 9), [1, 2, 3, 0, 4]);
        assert_eq!(order(&[(&column, DESCENDING)], 9), [4, 0, 3, 2, 1]);
        let ascending_last = Direction { nulls_first: false, ..ASCENDING };
        assert_eq!(order(&[(&column, ascending_last)], 9), [3, 0, 4, 2, 1]);
    }

    #[test]
    fn texts_are_ordered_by_bytes_and_ties_by_the_next_key() {
        let texts = ["abcdefgh2", "abcdefgh1", "b", "abcdefgh2", "", "abcdefgh"];
        let first = Column::String(StringViewArray::from_iter_values(texts).into());
        let second = Column::Long(Int64Array::from(vec![1, 2, 3, 4, 5, 6]));
        assert_eq!(order(&[(&first, ASCENDING)], 9), [4, 5, 1, 0, 3, 2]);
        assert_eq!(order(&[(&first, ASCENDING), (&second, DESCENDING)], 9), [4, 5, 1, 3, 0, 2]);
        assert_eq!(order(&[(&first, DESCENDING), (&second, DESCENDING)], 3), [2, 3, 0]);
    }

    #[test]
    fn the_first_rows_are_those_of_the_whole_order() {
        let mut state = 1u64;
        let mut random = |bound: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) % bound) as i64
        };
        let first: Vec<Option<i64>> =
            (0..2000).map(|_| Some(random(40)).filter(|value| *value > 1)).collect();
        let second: Vec<i64> = (0..2000).map(|_| random(5)).collect();
        let (first, second) = (Column::Long(first.into()), Column::Long(second.into()));
        let keys = [(&first, DESCENDING), (&second, ASCENDING)];
        let all = order(&keys, usize::MAX);
        let expected = {
            let mut rows: Vec<u32> = (0..2000).collect();
            let of = |row: u32| (first.value(row as usize), second.value(row as usize));
            rows.sort_by(|&left, &right| match (of(left), of(right)) {
                ((kql_types::Value::Long(a), c), (kql_types::Value::Long(b), d)) => {
                    b.cmp(&a).then(text(c).cmp(&text(d)))
                }
                ((a, c), (b, d)) => a.is_null().cmp(&b.is_null()).then(text(c).cmp(&text(d))),
            });
            rows
        };
        assert_eq!(all, expected);
        for count in [0, 1, 7, 400, 1999, 2000] {
            assert_eq!(order(&keys, count), all[..count]);
        }
    }

    fn text(value: kql_types::Value) -> i64 {
        match value {
            kql_types::Value::Long(value) => value,
            _ => i64::MIN,
        }
    }

    #[test]
    fn threads_do_not_change_the_order() {
        let values: Vec<i64> = (0..200_000).map(|row: i64| row.wrapping_mul(2_654_435_761) % 1000).collect();
        let column = Column::Long(values.into());
        let key = [Key::new(&column, ASCENDING)];
        let one = permutation(&key, column.len(), usize::MAX, 1);
        for threads in [2, 3, 8] {
            assert_eq!(permutation(&key, column.len(), usize::MAX, threads), one);
        }
    }
}
