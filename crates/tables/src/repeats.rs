//! Values that come again and again in the records of a scan.
//!
//! Log records repeat themselves: result codes, applications, the same few hundred policies. Once a few thousand records
//! have shown the values of a column, later morsels whose values are all among them give codes of one dictionary: what
//! stands in the record is compared with what was read before, and neither parsed nor checked again, and those who work
//! with the column see each text once. A morsel with a value that is not known gives its texts as ever.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::Array;
use arrow_array::builder::StringViewBuilder;
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use kql_types::{Coded, Column, Dictionary, ScalarType};

use crate::extract::Values;

/// Values are known for the first time when so many records have shown theirs, and anew whenever twice as many have that
/// held one which was not known.
const FIRST_ROWS: usize = 1024;

/// More values than that are not remembered, nor more than so many bytes of them.
const MOST_VALUES: usize = 4096;
const MOST_BYTES: usize = 1 << 20;

/// A column is given up if its values come less often than this in the mean.
const FEWEST_REPEATS: usize = 2;

/// Values that are seen late are waited for as long as so many records were learnt from.
const PATIENCE: usize = 1 << 14;

/// What is known of the values of a column.
#[derive(Debug, Default)]
pub(crate) struct Repeats(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    given_up: bool,
    seen: Seen,
    /// Records that were learnt from.
    rows: usize,
    known: Option<Arc<Known>>,
    /// Records of morsels that held known values only, since these are known.
    met: usize,
}

/// Values as they stand in records, each once.
#[derive(Clone, Debug, Default)]
struct Seen {
    codes: HashTable<u32>,
    hasher: DefaultHashBuilder,
    bytes: Vec<u8>,
    /// Where each value ends in `bytes`, by code.
    ends: Vec<u32>,
    /// What each value is as text; `None` for null.
    texts: Vec<Option<Box<str>>>,
}

impl Seen {
    /// The code of a value.
    #[inline]
    fn code(&self, value: &[u8]) -> Option<u32> {
        let same = |code: &u32| stored(&self.bytes, &self.ends, *code) == value;
        self.codes.find(self.hasher.hash_one(value), same).copied()
    }

    /// Adds a value that was not seen before, and its text.
    fn add(&mut self, value: &[u8], text: impl FnOnce() -> Option<Box<str>>) {
        let Self { codes, hasher, bytes, ends, texts } = self;
        let same = |code: &u32| stored(bytes, ends, *code) == value;
        let rehash = |code: &u32| hasher.hash_one(stored(bytes, ends, *code));
        if let Entry::Vacant(free) = codes.entry(hasher.hash_one(value), same, rehash) {
            free.insert(ends.len() as u32);
            bytes.extend_from_slice(value);
            ends.push(bytes.len() as u32);
            texts.push(text());
        }
    }
}

/// The value of a code.
#[inline]
fn stored<'b>(bytes: &'b [u8], ends: &[u32], code: u32) -> &'b [u8] {
    let start = code.checked_sub(1).map_or(0, |before| ends[before as usize]);
    &bytes[start as usize..ends[code as usize] as usize]
}

/// Values, and the dictionary of their texts.
#[derive(Debug)]
struct Known {
    seen: Seen,
    dictionary: Arc<Dictionary>,
    /// From how many records it was learnt.
    rows: usize,
}

impl Known {
    fn new(seen: Seen, rows: usize) -> Self {
        let mut texts = StringViewBuilder::with_capacity(seen.texts.len());
        for text in &seen.texts {
            texts.append_option(text.as_deref());
        }
        // Without the room that the builder keeps ahead.
        Self { dictionary: Dictionary::new(texts.finish().gc()), seen, rows }
    }
}

impl Repeats {
    /// Whether the values of a column of that type have texts.
    pub(crate) fn can_be_of(data_type: ScalarType) -> bool {
        matches!(data_type, ScalarType::String | ScalarType::Dynamic)
    }

    /// The column of these values as codes, if all of them are known.
    pub(crate) fn coded(&self, values: &Values<'_>, data_type: ScalarType) -> Option<Column> {
        let known = self.state().known.clone()?;
        let codes = values.iter().map(|span| known.seen.code(span.of(values.bytes)));
        let codes: Vec<u32> = codes.collect::<Option<_>>()?;
        self.state().met += codes.len();
        Some(Column::coded(data_type, Coded { dictionary: known.dictionary.clone(), codes: codes.into() }))
    }

    /// Learns what these values are as texts: those of the column, but for the faulty rows, which are in order.
    pub(crate) fn learn(&self, values: &Values<'_>, column: &Column, faulty: &[usize]) {
        let mut state = self.state();
        let Some(texts) = column.texts().filter(|_| !state.given_up) else { return };
        for (row, span) in values.iter().enumerate() {
            if faulty.binary_search(&row).is_err() {
                let text = || texts.is_valid(row).then(|| texts.value(row).into());
                state.seen.add(span.of(values.bytes), text);
            }
        }
        state.rows += column.len();
        state.decide();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Makes known what was seen when it is time for it, or gives up.
    fn decide(&mut self) {
        let due = self.known.as_ref().map_or(FIRST_ROWS, |known| 2 * known.rows);
        let too_many = self.seen.ends.len() > MOST_VALUES || self.seen.bytes.len() > MOST_BYTES;
        if self.rows < due && !too_many {
            return;
        }
        let repeats = FEWEST_REPEATS * self.seen.ends.len() <= self.rows;
        // Where after many records most morsels still hold something new, they will go on to.
        let hopeless =
            self.rows > PATIENCE && self.known.as_ref().is_some_and(|known| 2 * self.met < known.rows);
        if too_many || !repeats || hopeless {
            *self = Self { given_up: true, ..Self::default() };
            return;
        }
        self.known = Some(Arc::new(Known::new(self.seen.clone(), self.rows)));
        self.met = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Findings, extract};
    use crate::json::Splitter;
    use crate::locate::Span;

    /// The column of these values, and whether it came as codes.
    fn column(repeats: &Repeats, values: &[String]) -> (Vec<String>, bool) {
        let bytes = values.concat().into_bytes();
        let mut end = 0;
        let span = |value: &String| {
            let start = end;
            end += value.len() as u32;
            if value.is_empty() { Span::ABSENT } else { Span { start, end } }
        };
        let spans: Vec<Span> = values.iter().map(span).collect();
        let records: Vec<u32> = (0..values.len() as u32).collect();
        let buffer = arrow_buffer::Buffer::from_vec(bytes);
        let values =
            Values { bytes: &buffer, buffer: &buffer, spans: &spans, slots: 1, slot: 0, records: &records };
        let coded = repeats.coded(&values, ScalarType::Dynamic);
        let is_coded = coded.is_some();
        let column = coded.unwrap_or_else(|| {
            let mut findings = Findings::default();
            let column = extract(&values, ScalarType::Dynamic, &[], Splitter::detect(), &mut findings);
            let faulty: Vec<usize> = findings.faults.iter().map(|(row, _)| *row).collect();
            repeats.learn(&values, &column, &faulty);
            column
        });
        ((0..column.len()).map(|row| format!("{:?}", column.value(row))).collect(), is_coded)
    }

    fn values(distinct: usize, rows: usize) -> Vec<String> {
        let value = |row: usize| match row % distinct {
            0 => String::new(),
            1 => "null".to_owned(),
            2 => r#""[1, 2]""#.to_owned(),
            other => format!("{{ \"a\": {other} }}"),
        };
        (0..rows).map(value).collect()
    }

    #[test]
    fn values_that_repeat_become_codes_and_stay_the_same() {
        let repeats = Repeats::default();
        let (plain, coded) = column(&repeats, &values(40, FIRST_ROWS));
        assert!(!coded);
        let (again, coded) = column(&repeats, &values(40, FIRST_ROWS));
        assert!(coded);
        assert_eq!(again, plain);
        let more = values(41, 100);
        assert!(!column(&repeats, &more).1, "a value is new");
        column(&repeats, &values(41, FIRST_ROWS));
        let (coded_more, coded) = column(&repeats, &more);
        assert!(coded, "it was learnt");
        assert_eq!(coded_more, column(&Repeats::default(), &more).0);
    }

    #[test]
    fn what_is_malformed_is_never_known() {
        let repeats = Repeats::default();
        let mut malformed = values(10, FIRST_ROWS);
        malformed[7] = "{nothing".to_owned();
        column(&repeats, &malformed);
        assert!(column(&repeats, &values(10, 50)).1);
        assert!(!column(&repeats, &malformed).1);
    }

    #[test]
    fn what_hardly_repeats_is_given_up() {
        let repeats = Repeats::default();
        column(&repeats, &values(FIRST_ROWS / 2 + 1, FIRST_ROWS));
        assert!(repeats.state().given_up);
        // The same few, but always something new among them.
        let repeats = Repeats::default();
        for round in 0..40 {
            let mut values = values(10, 1000);
            values.push(format!("\"new {round}\""));
            column(&repeats, &values);
        }
        assert!(repeats.state().given_up);
    }
}
