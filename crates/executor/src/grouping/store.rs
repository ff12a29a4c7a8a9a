//! The values of one key column over all groups.

use arrow_array::{
    BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, StringViewArray,
};
use arrow_buffer::{Buffer, NullBuffer};
use kql_types::{Column, ScalarType};

use super::NO_GROUP;
use super::codes::KnownCodes;
use super::encoded::{Encoded, Values};
use crate::text_blocks::{INLINE_BYTES, TextBlocks};

/// The values of one key column, by group.
#[derive(Debug)]
pub(super) struct KeyStore {
    data_type: ScalarType,
    values: StoredValues,
    /// By group; empty as long as there is no null.
    nulls: Vec<bool>,
}

#[derive(Debug)]
enum StoredValues {
    Words(Vec<u64>),
    Wide(Vec<u128>),
    Texts(Vec<u128>, TextBlocks),
}

impl KeyStore {
    pub(super) fn new(data_type: ScalarType) -> Self {
        let values = match data_type {
            ScalarType::String | ScalarType::Dynamic => {
                StoredValues::Texts(Vec::new(), TextBlocks::default())
            }
            ScalarType::Decimal | ScalarType::Guid => StoredValues::Wide(Vec::new()),
            _ => StoredValues::Words(Vec::new()),
        };
        Self { data_type, values, nulls: Vec::new() }
    }

    pub(super) fn has_nulls(&self) -> bool {
        !self.nulls.is_empty()
    }

    pub(super) fn bytes(&self) -> usize {
        self.nulls.capacity()
            + match &self.values {
                StoredValues::Words(words) => 8 * words.capacity(),
                StoredValues::Wide(values) => 16 * values.capacity(),
                StoredValues::Texts(views, blocks) => 16 * views.capacity() + blocks.bytes(),
            }
    }

    fn len(&self) -> usize {
        match &self.values {
            StoredValues::Words(words) => words.len(),
            StoredValues::Wide(values) | StoredValues::Texts(values, _) => values.len(),
        }
    }

    /// Adds the values of these rows as new groups.
    pub(super) fn append(&mut self, key: &Encoded<'_>, rows: &[u32]) {
        if self.has_nulls() || key.nulls.is_some() {
            self.append_nulls(key, rows);
        }
        let rows = rows.iter().map(|&row| row as usize);
        match (&mut self.values, &key.values) {
            (StoredValues::Words(stored), Values::Words(words)) => stored.extend(rows.map(|row| words[row])),
            (StoredValues::Wide(stored), Values::Wide(values)) => stored.extend(rows.map(|row| values[row])),
            (StoredValues::Texts(stored, blocks), Values::Texts(texts)) => {
                stored.extend(rows.map(|row| blocks.push(texts.value(row).as_bytes())));
            }
            (StoredValues::Texts(stored, blocks), Values::Codes(coded)) => {
                let texts = coded.dictionary.texts();
                stored.extend(rows.map(|row| blocks.push(texts.value(coded.codes[row] as usize).as_bytes())));
            }
            _ => unreachable!("keys have the types that the groups were made for"),
        }
    }

    fn append_nulls(&mut self, key: &Encoded<'_>, rows: &[u32]) {
        let mut fresh = rows.iter().map(|&row| key.is_null(row as usize)).peekable();
        if !self.has_nulls() && !fresh.clone().any(|null| null) {
            return;
        }
        self.nulls.resize(self.len(), false);
        self.nulls.extend(&mut fresh);
    }

    fn is_null(&self, group: u32) -> bool {
        self.nulls.get(group as usize).copied().unwrap_or(false)
    }

    /// Adds the rows whose value is not that of their group.
    pub(super) fn mismatches(
        &self,
        key: &Encoded<'_>,
        groups: &[u32],
        known: Option<&mut KnownCodes>,
        rows: &mut Vec<usize>,
    ) {
        if let (Values::Codes(coded), Some(known)) = (&key.values, known) {
            let texts = coded.dictionary.texts();
            let equal = |group: u32, code: u32| {
                !self.is_null(group) && self.has_text(group as usize, texts, code as usize)
            };
            return known.mismatches(&coded.codes, groups, equal, rows);
        }
        let rows_of = groups.iter().copied().enumerate().filter(|&(_, group)| group != NO_GROUP);
        if self.has_nulls() || key.nulls.is_some() {
            return rows
                .extend(rows_of.filter(|&(row, group)| !self.equal(group, key, row)).map(|(row, _)| row));
        }
        match (&self.values, &key.values) {
            (StoredValues::Words(stored), Values::Words(words)) => {
                rows.extend(
                    rows_of.filter(|&(row, group)| stored[group as usize] != words[row]).map(|(row, _)| row),
                );
            }
            (StoredValues::Wide(stored), Values::Wide(values)) => {
                rows.extend(
                    rows_of.filter(|&(row, group)| stored[group as usize] != values[row]).map(|(row, _)| row),
                );
            }
            (StoredValues::Texts(..), Values::Texts(texts)) => {
                let unequal = |&(row, group): &(usize, u32)| !self.has_text(group as usize, texts, row);
                rows.extend(rows_of.filter(unequal).map(|(row, _)| row));
            }
            (StoredValues::Texts(..), Values::Codes(coded)) => {
                let (texts, codes) = (coded.dictionary.texts(), &coded.codes);
                let unequal =
                    |&(row, group): &(usize, u32)| !self.has_text(group as usize, texts, codes[row] as usize);
                rows.extend(rows_of.filter(unequal).map(|(row, _)| row));
            }
            _ => unreachable!("keys have the types that the groups were made for"),
        }
    }

    /// Whether the value in `row` is that of the group.
    pub(super) fn equal(&self, group: u32, key: &Encoded<'_>, row: usize) -> bool {
        let null = key.is_null(row);
        if null || self.is_null(group) {
            return null && self.is_null(group);
        }
        let group = group as usize;
        match (&self.values, &key.values) {
            (StoredValues::Words(stored), Values::Words(words)) => stored[group] == words[row],
            (StoredValues::Wide(stored), Values::Wide(values)) => stored[group] == values[row],
            (StoredValues::Texts(..), Values::Texts(texts)) => self.has_text(group, texts, row),
            (StoredValues::Texts(..), Values::Codes(coded)) => {
                self.has_text(group, coded.dictionary.texts(), coded.codes[row] as usize)
            }
            _ => unreachable!("keys have the types that the groups were made for"),
        }
    }

    /// Whether the text in `row` is that of the group, neither being null.
    #[inline]
    fn has_text(&self, group: usize, texts: &StringViewArray, row: usize) -> bool {
        let StoredValues::Texts(stored, blocks) = &self.values else { return false };
        let (view, stored) = (texts.views()[row], stored[group]);
        match view as u32 as usize <= INLINE_BYTES {
            true => view == stored,
            // Length and first bytes tell most texts apart.
            false => view as u64 == stored as u64 && blocks.long(stored) == texts.value(row).as_bytes(),
        }
    }

    /// The values, one row a group.
    pub(super) fn into_column(self) -> Column {
        let groups = self.len();
        let nulls =
            (!self.nulls.is_empty()).then(|| self.nulls.iter().map(|null| !null).collect::<NullBuffer>());
        match self.values {
            StoredValues::Words(words) => words_column(self.data_type, words, nulls),
            StoredValues::Wide(values) => wide_column(self.data_type, &values, nulls, groups),
            StoredValues::Texts(views, blocks) => {
                // SAFETY: all views were made by `blocks` from values of a string column.
                let texts = unsafe { blocks.into_array(&[], views, nulls) };
                match self.data_type {
                    ScalarType::Dynamic => Column::Dynamic(texts.into()),
                    _ => Column::String(texts.into()),
                }
            }
        }
    }
}

fn words_column(data_type: ScalarType, words: Vec<u64>, nulls: Option<NullBuffer>) -> Column {
    let longs = |words: Vec<u64>, nulls| {
        Int64Array::new(words.into_iter().map(|word| word as i64).collect::<Vec<_>>().into(), nulls)
    };
    match data_type {
        ScalarType::Bool => {
            Column::Bool(BooleanArray::new(words.iter().map(|&word| word != 0).collect(), nulls))
        }
        ScalarType::Int => Column::Int(Int32Array::new(
            words.iter().map(|&word| word as i32).collect::<Vec<_>>().into(),
            nulls,
        )),
        ScalarType::Real => {
            let values: Vec<f64> = words.into_iter().map(f64::from_bits).collect();
            Column::Real(Float64Array::new(values.into(), nulls))
        }
        ScalarType::DateTime => Column::DateTime(longs(words, nulls)),
        ScalarType::Timespan => Column::Timespan(longs(words, nulls)),
        _ => Column::Long(longs(words, nulls)),
    }
}

fn wide_column(data_type: ScalarType, values: &[u128], nulls: Option<NullBuffer>, groups: usize) -> Column {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
    debug_assert_eq!(bytes.len(), 16 * groups);
    let array = FixedSizeBinaryArray::new(16, Buffer::from_vec(bytes), nulls);
    match data_type {
        ScalarType::Decimal => Column::Decimal(array),
        _ => Column::Guid(array),
    }
}
