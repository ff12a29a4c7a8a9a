//! Combinations of values that many records have, found level by level as Apriori does.
//!
//! Several sets of values may be those of the same records; the largest of them is the pattern, and the others are not told.
//! The page of `basket` shows that: its example has a pattern `NO, 0` and none `NO`, which are the same records. What
//! grows from level to level are the smallest of those sets: their values are the "uncorrelated dimensions" that the page
//! counts.

use arrow_array::StringViewArray;
use hashbrown::HashMap;
use kql_types::Column;

/// What patterns are looked for in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records<'a> {
    pub columns: &'a [&'a Column],
    /// What each record counts, 1 if it is not told. None is negative; one of 0 is left out.
    pub weights: Option<&'a [f64]>,
    pub rows: usize,
}

/// Values that many records have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    /// The weight of the records that have them.
    pub weight: f64,
    /// The same as a part of all, from 0 to 1.
    pub share: f64,
    /// For each column a row that has the pattern's value, if the pattern has one.
    pub rows: Vec<Option<usize>>,
}

/// The patterns that at least that share of the records has, the most frequent first; then by the first column in which
/// they differ, with the value first that is met first.
pub(super) fn frequent_patterns(
    records: &Records<'_>,
    threshold: f64,
    max_dimensions: usize,
) -> Vec<Pattern> {
    let total: f64 = (0..records.rows).map(|row| records.weight(row)).sum();
    let transactions = Transactions::new(records, threshold, total);
    let search = Search { transactions: &transactions, threshold, total, found: HashMap::new() };
    let mut found: Vec<(Set, f64)> = search.run(max_dimensions).into_iter().collect();
    found.sort_by(|(a, a_weight), (b, b_weight)| b_weight.total_cmp(a_weight).then_with(|| a.cmp(b)));
    let pattern = |(set, weight): (Set, f64)| {
        let mut rows = vec![None; records.columns.len()];
        for item in set.iter().map(|item| &transactions.items[*item as usize]) {
            rows[item.column] = Some(item.row);
        }
        Pattern { weight, share: weight / total, rows }
    };
    found.into_iter().map(pattern).collect()
}

impl Records<'_> {
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }
}

/// A value that is frequent in its column.
#[derive(Debug)]
struct Item {
    column: usize,
    /// The first row that has it.
    row: usize,
}

/// Positions of items, ascending; at most one for each column.
type Set = Vec<u32>;

/// Stands for a value that is not frequent.
const NONE: u32 = u32::MAX;

/// The records as sets of items. Records of the same items are one.
#[derive(Debug, Default)]
struct Transactions {
    /// By column, then by row.
    items: Vec<Item>,
    weights: Vec<f64>,
    /// For each transaction its item in each column, or [`NONE`].
    members: Vec<Vec<u32>>,
    /// For each item the transactions that have it.
    having: Vec<Bits>,
}

impl Transactions {
    fn new(records: &Records<'_>, threshold: f64, total: f64) -> Self {
        let mut result = Self::default();
        let columns: Vec<Vec<u32>> = (0..records.columns.len())
            .map(|column| frequent_values(records, column, threshold * total, &mut result.items))
            .collect();
        let mut known: HashMap<Vec<u32>, usize> = HashMap::new();
        let mut members = vec![NONE; columns.len()];
        for row in (0..records.rows).filter(|row| records.weight(*row) > 0.0) {
            members.iter_mut().zip(&columns).for_each(|(member, column)| *member = column[row]);
            let place = *known.entry_ref(&members[..]).or_insert(result.members.len());
            if place == result.members.len() {
                result.members.push(members.clone());
                result.weights.push(0.0);
            }
            result.weights[place] += records.weight(row);
        }
        result.having = vec![Bits::none(result.members.len()); result.items.len()];
        for (place, members) in result.members.iter().enumerate() {
            for item in members.iter().filter(|item| **item != NONE) {
                result.having[*item as usize].set(place);
            }
        }
        result
    }

    fn weight(&self, transactions: &Bits) -> f64 {
        transactions.iter().map(|place| self.weights[place]).sum()
    }

    /// All items that these transactions have in common.
    fn common(&self, transactions: &Bits) -> Set {
        let first = transactions.iter().next().map(|place| &self.members[place]);
        let items = first.into_iter().flatten().filter(|item| **item != NONE);
        items.copied().filter(|item| transactions.is_within(&self.having[*item as usize])).collect()
    }
}

/// The values of a column that weigh enough, behind the items so far; gives the item of each row, or [`NONE`].
fn frequent_values(
    records: &Records<'_>,
    column: usize,
    least_weight: f64,
    items: &mut Vec<Item>,
) -> Vec<u32> {
    let values = records.columns[column];
    let texts: StringViewArray = values.to_text();
    // Row, then weight, by value. A null has the text of an empty string.
    let mut known: HashMap<(bool, &str), u32> = HashMap::new();
    let mut found: Vec<(usize, f64)> = Vec::new();
    let mut rows = Vec::with_capacity(records.rows);
    for row in 0..records.rows {
        let weight = records.weight(row);
        if weight == 0.0 {
            rows.push(NONE);
            continue;
        }
        let number = *known.entry((values.is_null(row), texts.value(row))).or_insert(found.len() as u32);
        if number as usize == found.len() {
            found.push((row, 0.0));
        }
        found[number as usize].1 += weight;
        rows.push(number);
    }
    let mut numbers = vec![NONE; found.len()];
    for (number, (row, weight)) in found.into_iter().enumerate() {
        // A rounding of the product must not lose a value; combinations are measured again.
        if weight >= least_weight * (1.0 - 1e-9) {
            numbers[number] = items.len() as u32;
            items.push(Item { column, row });
        }
    }
    rows.iter_mut().filter(|row| **row != NONE).for_each(|row| *row = numbers[*row as usize]);
    rows
}

/// Sets of one size that are frequent and that no smaller set of the same transactions is part of, in order, each with the
/// number of its transactions.
#[derive(Default)]
struct Level {
    sets: Vec<Set>,
    counts: HashMap<Set, usize>,
}

struct Search<'a> {
    transactions: &'a Transactions,
    threshold: f64,
    total: f64,
    /// Patterns with their weights.
    found: HashMap<Set, f64>,
}

impl Search<'_> {
    fn run(mut self, max_dimensions: usize) -> HashMap<Set, f64> {
        let all = Bits::all(self.transactions.members.len());
        let everywhere = self.transactions.common(&all);
        if !everywhere.is_empty() {
            self.found.insert(everywhere, self.total);
        }
        let mut level = Level::default();
        for (item, having) in self.transactions.having.iter().enumerate() {
            self.admit(vec![item as u32], having, all.count(), &mut level);
        }
        for _ in 1..max_dimensions {
            level = self.next_level(&level);
        }
        self.found
    }

    /// Sets that are one larger: two that differ in the last item are put together.
    fn next_level(&mut self, level: &Level) -> Level {
        let Transactions { items, having, .. } = self.transactions;
        let mut next = Level::default();
        let mut candidate = Set::new();
        for family in level.sets.chunk_by(|a, b| a[..a.len() - 1] == b[..b.len() - 1]) {
            for (place, first) in family.iter().enumerate() {
                let mut of_first = Bits::all(self.transactions.members.len());
                first.iter().for_each(|item| of_first.retain(&having[*item as usize]));
                for last in family[place + 1..].iter().filter_map(|second| second.last()) {
                    let of_same_column =
                        |item: &u32| items[*item as usize].column == items[*last as usize].column;
                    if first.last().is_some_and(of_same_column) {
                        continue;
                    }
                    candidate.clear();
                    candidate.extend_from_slice(first);
                    candidate.push(*last);
                    let Some(count) = level.fewest_of_parts(&candidate) else { continue };
                    let mut transactions = of_first.clone();
                    transactions.retain(&having[*last as usize]);
                    self.admit(candidate.clone(), &transactions, count, &mut next);
                }
            }
        }
        next
    }

    /// Takes a set into the level if it is frequent and has fewer transactions than its parts, and notes its pattern.
    fn admit(&mut self, set: Set, transactions: &Bits, of_parts: usize, level: &mut Level) {
        let count = transactions.count();
        let weight = self.transactions.weight(transactions);
        if count < of_parts && weight / self.total >= self.threshold {
            self.found.insert(self.transactions.common(transactions), weight);
            level.counts.insert(set.clone(), count);
            level.sets.push(set);
        }
    }
}

impl Level {
    /// The fewest transactions that a part one smaller has; `None` if a part is not in the level.
    fn fewest_of_parts(&self, set: &Set) -> Option<usize> {
        let mut part = Set::with_capacity(set.len() - 1);
        let mut fewest = usize::MAX;
        for left_out in 0..set.len() {
            part.clear();
            part.extend(set.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, item)| item));
            fewest = fewest.min(*self.counts.get(&part)?);
        }
        Some(fewest)
    }
}

/// A set of transactions.
#[derive(Clone, Debug, PartialEq)]
struct Bits(Vec<u64>);

impl Bits {
    fn none(length: usize) -> Self {
        Self(vec![0; length.div_ceil(64)])
    }

    fn all(length: usize) -> Self {
        let mut bits = Self(vec![u64::MAX; length.div_ceil(64)]);
        if let Some(last) = bits.0.last_mut()
            && !length.is_multiple_of(64)
        {
            *last = (1 << (length % 64)) - 1;
        }
        bits
    }

    fn set(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }

    fn retain(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    fn is_within(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(word, other)| word & !other == 0)
    }

    fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(place, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(place * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kql_types::{ColumnBuilder, ScalarType, Value};

    fn column(values: &[&str]) -> Column {
        let mut builder = ColumnBuilder::new(ScalarType::String);
        values.iter().for_each(|value| builder.push(&Value::String((*value).to_owned())));
        builder.finish()
    }

    /// Every frequent set of values, the slow way; of those with the same rows the largest.
    fn by_brute_force(columns: &[&[&str]], threshold: f64, max_dimensions: usize) -> Vec<(usize, String)> {
        let rows = columns[0].len();
        let mut found: HashMap<Vec<bool>, Vec<Option<usize>>> = HashMap::new();
        for chosen in 0_u32..1 << columns.len() {
            if chosen.count_ones() as usize > max_dimensions {
                continue;
            }
            for model in 0..rows {
                let has = |row: usize| {
                    (0..columns.len()).all(|c| chosen >> c & 1 == 0 || columns[c][row] == columns[c][model])
                };
                let having: Vec<bool> = (0..rows).map(has).collect();
                let common = |c: usize| {
                    let same = (0..rows).all(|row| !having[row] || columns[c][row] == columns[c][model]);
                    same.then_some(model)
                };
                found.insert(having.clone(), (0..columns.len()).map(common).collect());
            }
        }
        let shown = |(having, pattern): (Vec<bool>, Vec<Option<usize>>)| {
            let count = having.iter().filter(|has| **has).count();
            let frequent = count as f64 / rows as f64 >= threshold;
            let some = pattern.iter().any(Option::is_some);
            (frequent && some).then(|| (count, text(columns, &pattern)))
        };
        let mut shown: Vec<(usize, String)> = found.into_iter().filter_map(shown).collect();
        shown.sort();
        shown
    }

    fn text(columns: &[&[&str]], pattern: &[Option<usize>]) -> String {
        let value = |(row, column): (&Option<usize>, &&[&str])| row.map_or("*", |row| column[row]).to_owned();
        pattern.iter().zip(columns).map(value).collect::<Vec<String>>().join(" ")
    }

    fn found(columns: &[&[&str]], threshold: f64, max_dimensions: usize) -> Vec<(usize, String)> {
        let owned: Vec<Column> = columns.iter().map(|values| column(values)).collect();
        let borrowed: Vec<&Column> = owned.iter().collect();
        let records = Records { columns: &borrowed, weights: None, rows: columns[0].len() };
        let patterns = frequent_patterns(&records, threshold, max_dimensions);
        patterns.iter().map(|pattern| (pattern.weight as usize, text(columns, &pattern.rows))).collect()
    }

    #[test]
    fn patterns_are_those_of_the_slow_way() {
        // Digits of the powers of 3 and 7 stand in for chance; the last column follows from the one before.
        let digits = |base: u64, modulus: u64, few: u64| -> Vec<&'static str> {
            let powers = std::iter::successors(Some(1), move |power| Some(power * base % modulus));
            powers.take(150).map(|power| ["a", "b", "c", "d", "e"][(power % few) as usize]).collect()
        };
        let columns = [digits(3, 1009, 2), digits(7, 997, 3), digits(5, 1013, 5), digits(11, 1019, 3)];
        let last: Vec<&str> = columns[3].iter().map(|value| if *value == "a" { "x" } else { "y" }).collect();
        let columns: Vec<&[&str]> = columns.iter().map(Vec::as_slice).chain([last.as_slice()]).collect();
        for (threshold, max_dimensions) in [(0.015, 5), (0.05, 5), (0.2, 5), (0.03, 1), (0.03, 2), (1.0, 5)] {
            let mut found = found(&columns, threshold, max_dimensions);
            assert!(found.is_sorted_by(|a, b| a.0 >= b.0));
            found.sort();
            assert_eq!(found, by_brute_force(&columns, threshold, max_dimensions), "{threshold}");
        }
    }

    #[test]
    fn what_all_rows_share_is_in_every_pattern() {
        let columns: [&[&str]; 2] = [&["a", "a", "a"], &["x", "y", "x"]];
        let expected = [(3, "a *"), (2, "a x"), (1, "a y")].map(|(count, text)| (count, text.to_owned()));
        assert_eq!(found(&columns, 0.3, 5), expected);
    }

    #[test]
    fn no_rows_have_no_patterns() {
        assert_eq!(found(&[&[]], 0.05, 5), []);
        assert_eq!(Bits::all(64).count() + Bits::all(65).count() + Bits::all(0).count(), 129);
        assert_eq!(Bits::all(130).iter().last(), Some(129));
    }
}
