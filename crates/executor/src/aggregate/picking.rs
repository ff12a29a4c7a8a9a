//! Aggregates that pick a row of each group: `arg_max`, `arg_min`, `take_any`.

use arrow_array::UInt32Array;
use kql_types::{Column, Decimal, ScalarType};

use crate::memory::compact_column;
use crate::order;

/// Which row is picked. Of equal ones it is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// The one with the largest value in the first column. Rows that have none count only where no row has one: then it
    /// is the first of them (measured). NaN is less than any number.
    Largest,
    /// The one with the smallest value in the first column; NaN is more than any number.
    Smallest,
    /// The first.
    First,
}

/// Where the picked row of a group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    chunk: u32,
    row: u32,
}

const NOWHERE: Place = Place { chunk: u32::MAX, row: u32::MAX };
/// Chunk of a row of the batch in work.
const PENDING: u32 = u32::MAX - 1;

/// The picked rows. Only these are kept: of every batch those that win are copied into a chunk, and when too many of the
/// kept ones have been beaten the rest is copied together.
pub(super) struct Picking {
    rule: Rule,
    types: Vec<ScalarType>,
    places: Vec<Place>,
    /// Whether the picked row of a group has a value in the compared column.
    valued: Vec<bool>,
    best: Best,
    chunks: Vec<Vec<Column>>,
    /// Rows in all chunks.
    kept: usize,
}

/// The compared value of the picked row, by group; anything where there is none.
enum Best {
    Nothing,
    /// Ordered like the values.
    Words(Vec<u64>),
    Wide(Vec<u128>),
    Decimals(Vec<Decimal>),
    Texts(Vec<String>),
}

impl Picking {
    pub(super) fn new(rule: Rule, types: impl Iterator<Item = ScalarType>) -> Self {
        let types: Vec<ScalarType> = types.collect();
        let best = match (rule, types.first()) {
            (Rule::First, _) | (_, None) => Best::Nothing,
            (_, Some(ScalarType::String | ScalarType::Dynamic)) => Best::Texts(Vec::new()),
            (_, Some(ScalarType::Decimal)) => Best::Decimals(Vec::new()),
            (_, Some(ScalarType::Guid)) => Best::Wide(Vec::new()),
            _ => Best::Words(Vec::new()),
        };
        Self { rule, types, places: Vec::new(), valued: Vec::new(), best, chunks: Vec::new(), kept: 0 }
    }

    pub(super) fn resize(&mut self, groups: usize) {
        self.places.resize(groups, NOWHERE);
        self.valued.resize(groups, false);
        match &mut self.best {
            Best::Nothing => {}
            Best::Words(best) => best.resize(groups, 0),
            Best::Wide(best) => best.resize(groups, 0),
            Best::Decimals(best) => best.resize(groups, Decimal::ZERO),
            Best::Texts(best) => best.resize(groups, String::new()),
        }
    }

    /// Adds rows; the first column is the one that is compared.
    pub(super) fn update(&mut self, groups: &[u32], columns: Vec<Column>) {
        let winners = self.challenge(groups, &columns);
        if winners.is_empty() {
            return;
        }
        let rows: UInt32Array =
            winners.iter().map(|&group| self.places[group as usize].row).collect::<Vec<_>>().into();
        let chunk = self.chunks.len() as u32;
        for (row, group) in winners.into_iter().enumerate() {
            self.places[group as usize] = Place { chunk, row: row as u32 };
        }
        self.kept += rows.len();
        self.chunks.push(columns.iter().map(|column| compact_column(column.take(&rows))).collect());
        self.tidy();
    }

    /// The groups whose place is now pending.
    fn challenge(&mut self, groups: &[u32], columns: &[Column]) -> Vec<u32> {
        let mut arena = Arena {
            places: &mut self.places,
            valued: &mut self.valued,
            winners: Vec::new(),
            largest: self.rule == Rule::Largest,
        };
        let by = columns.first();
        match (&mut self.best, by) {
            (Best::Nothing, _) => arena.first(groups),
            (Best::Words(best), Some(by)) => {
                let words = order::words(by, self.rule == Rule::Smallest);
                arena.extreme(groups, best, by, |row| words[row]);
            }
            (Best::Wide(best), Some(by)) => {
                let values = order::wide(by);
                arena.extreme(groups, best, by, |row| values[row]);
            }
            (Best::Decimals(best), Some(by)) => {
                let values = order::decimals(by);
                arena.extreme(groups, best, by, |row| values[row]);
            }
            (Best::Texts(best), Some(by @ (Column::String(texts) | Column::Dynamic(texts)))) => {
                arena.extreme_text(groups, best, by, |row| texts.value(row));
            }
            _ => {}
        }
        arena.winners
    }

    /// Adds what came after all rows seen so far.
    pub(super) fn merge(&mut self, later: Picking, mapping: &[u32]) {
        let first_chunk = self.chunks.len() as u32;
        let largest = self.rule == Rule::Largest;
        for (from, (&to, place)) in mapping.iter().zip(&later.places).enumerate() {
            let to = to as usize;
            let takes_over = match (self.valued[to], later.valued[from]) {
                _ if *place == NOWHERE => false,
                _ if self.places[to] == NOWHERE => true,
                (true, true) => self.best.loses(to, &later.best, from, largest),
                (here, there) => there && !here && self.rule != Rule::First,
            };
            if !takes_over {
                continue;
            }
            self.valued[to] = later.valued[from];
            self.best.copy(to, &later.best, from);
            self.places[to] = Place { chunk: place.chunk + first_chunk, row: place.row };
        }
        self.chunks.extend(later.chunks);
        self.kept += later.kept;
        self.tidy();
    }

    fn tidy(&mut self) {
        if self.kept > 4 * self.places.len() + (1 << 16) {
            let columns = self.gather();
            self.kept = self.places.len();
            self.chunks = vec![columns];
            for (row, place) in self.places.iter_mut().enumerate().filter(|(_, place)| **place != NOWHERE) {
                *place = Place { chunk: 0, row: row as u32 };
            }
        }
    }

    /// The picked rows, one a group.
    fn gather(&self) -> Vec<Column> {
        let mut starts = Vec::with_capacity(self.chunks.len());
        let mut total = 0;
        for chunk in &self.chunks {
            starts.push(total);
            total += chunk.first().map_or(0, Column::len) as u32;
        }
        let row = |place: &Place| (*place != NOWHERE).then(|| starts[place.chunk as usize] + place.row);
        let rows: UInt32Array = self.places.iter().map(row).collect();
        let column = |index: usize| {
            let parts: Vec<&Column> = self.chunks.iter().map(|chunk| &chunk[index]).collect();
            match parts.is_empty() {
                true => Column::absent(self.types[index], rows.len()),
                false => Column::concat(self.types[index], &parts).take(&rows),
            }
        };
        (0..self.types.len()).map(column).collect()
    }

    pub(super) fn finish(self) -> Vec<Column> {
        self.gather()
    }
}

/// The comparison of one batch with what has been picked so far.
struct Arena<'a> {
    places: &'a mut [Place],
    valued: &'a mut [bool],
    winners: Vec<u32>,
    largest: bool,
}

impl Arena<'_> {
    fn first(&mut self, groups: &[u32]) {
        for (row, &group) in groups.iter().enumerate() {
            if self.places[group as usize] == NOWHERE {
                self.win(row, group);
            }
        }
    }

    fn extreme<T: PartialOrd + Copy>(
        &mut self,
        groups: &[u32],
        best: &mut [T],
        by: &Column,
        value: impl Fn(usize) -> T,
    ) {
        let nulls = by.array().nulls();
        for (row, &group) in groups.iter().enumerate() {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                self.stand_in(row, group);
                continue;
            }
            let (value, best) = (value(row), &mut best[group as usize]);
            if !self.valued[group as usize] || beats(&value, best, self.largest) {
                *best = value;
                self.valued[group as usize] = true;
                self.win(row, group);
            }
        }
    }

    fn extreme_text<'t>(
        &mut self,
        groups: &[u32],
        best: &mut [String],
        by: &Column,
        value: impl Fn(usize) -> &'t str,
    ) {
        let nulls = by.array().nulls();
        for (row, &group) in groups.iter().enumerate() {
            if nulls.is_some_and(|nulls| nulls.is_null(row)) {
                self.stand_in(row, group);
                continue;
            }
            let (value, best) = (value(row), &mut best[group as usize]);
            if !self.valued[group as usize] || beats(value, best.as_str(), self.largest) {
                best.clear();
                best.push_str(value);
                self.valued[group as usize] = true;
                self.win(row, group);
            }
        }
    }

    /// A row without a value is picked as long as there is no other.
    fn stand_in(&mut self, row: usize, group: u32) {
        if self.places[group as usize] == NOWHERE {
            self.win(row, group);
        }
    }

    fn win(&mut self, row: usize, group: u32) {
        let place = &mut self.places[group as usize];
        if place.chunk != PENDING {
            self.winners.push(group);
        }
        *place = Place { chunk: PENDING, row: row as u32 };
    }
}

fn beats<T: PartialOrd + ?Sized>(challenger: &T, best: &T, largest: bool) -> bool {
    if largest { challenger > best } else { challenger < best }
}

impl Best {
    /// Whether group `to` here is beaten by group `from` there.
    fn loses(&self, to: usize, other: &Best, from: usize, largest: bool) -> bool {
        match (self, other) {
            (Best::Words(best), Best::Words(other)) => beats(&other[from], &best[to], largest),
            (Best::Wide(best), Best::Wide(other)) => beats(&other[from], &best[to], largest),
            (Best::Decimals(best), Best::Decimals(other)) => beats(&other[from], &best[to], largest),
            (Best::Texts(best), Best::Texts(other)) => beats(&other[from], &best[to], largest),
            _ => false,
        }
    }

    fn copy(&mut self, to: usize, other: &Best, from: usize) {
        match (self, other) {
            (Best::Words(best), Best::Words(other)) => best[to] = other[from],
            (Best::Wide(best), Best::Wide(other)) => best[to] = other[from],
            (Best::Decimals(best), Best::Decimals(other)) => best[to] = other[from],
            (Best::Texts(best), Best::Texts(other)) => best[to].clone_from(&other[from]),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Float64Array, Int64Array, StringViewArray};
    use kql_types::Value;

    fn longs(values: &[Option<i64>]) -> Column {
        Column::Long(Int64Array::from(values.to_vec()))
    }

    fn picked(rule: Rule, groups: usize, batches: &[(&[u32], Vec<Column>)]) -> Vec<Vec<Value>> {
        let types: Vec<ScalarType> = batches[0].1.iter().map(Column::data_type).collect();
        let mut state = Picking::new(rule, types.iter().copied());
        state.resize(groups);
        for (index, (rows, columns)) in batches.iter().enumerate() {
            if index % 2 == 0 {
                state.update(rows, columns.clone());
            } else {
                let mut later = Picking::new(rule, types.iter().copied());
                later.resize(groups);
                later.update(rows, columns.clone());
                state.merge(later, &(0..groups as u32).collect::<Vec<_>>());
            }
        }
        let columns = state.finish();
        (0..groups).map(|row| columns.iter().map(|column| column.value(row)).collect()).collect()
    }

    #[test]
    fn the_first_of_equal_extremes_wins_across_batches_and_merges() {
        let value = |values: &[i64]| longs(&values.iter().copied().map(Some).collect::<Vec<_>>());
        let batches: [(&[u32], Vec<Column>); 3] = [
            (&[0, 1, 0], vec![longs(&[Some(1), None, Some(5)]), value(&[10, 11, 12])]),
            (&[0, 0, 1], vec![longs(&[Some(5), Some(4), None]), value(&[20, 21, 22])]),
            (&[0], vec![longs(&[Some(6)]), value(&[30])]),
        ];
        let null = Value::Null(ScalarType::Long);
        let nothing = vec![null, Value::Long(11)];
        assert_eq!(
            picked(Rule::Largest, 2, &batches[..2]),
            [vec![Value::Long(5), Value::Long(12)], nothing.clone()]
        );
        assert_eq!(
            picked(Rule::Largest, 2, &batches),
            [vec![Value::Long(6), Value::Long(30)], nothing.clone()]
        );
        assert_eq!(picked(Rule::Smallest, 2, &batches), [vec![Value::Long(1), Value::Long(10)], nothing]);
        assert_eq!(
            picked(
                Rule::First,
                1,
                &batches[1..2].iter().map(|(_, c)| (&[0, 0, 0][..], c.clone())).collect::<Vec<_>>()
            ),
            [vec![Value::Long(5), Value::Long(20)]]
        );
    }

    #[test]
    fn nan_never_beats_a_number_and_text_is_compared_by_bytes() {
        let reals = Column::Real(Float64Array::from(vec![f64::NAN, -1.0, f64::NAN]));
        let groups: &[u32] = &[0, 0, 0];
        assert_eq!(picked(Rule::Largest, 1, &[(groups, vec![reals.clone()])]), [[Value::Real(-1.0)]]);
        assert_eq!(picked(Rule::Smallest, 1, &[(groups, vec![reals])]), [[Value::Real(-1.0)]]);
        let texts = Column::String(StringViewArray::from_iter_values(["b", "Z", "bb"]).into());
        assert_eq!(picked(Rule::Largest, 1, &[(groups, vec![texts])]), [[Value::String("bb".to_owned())]]);
    }
}
