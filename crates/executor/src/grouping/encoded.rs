//! Key columns in the form in which they are hashed and compared.

use std::hash::{BuildHasher, Hasher};

use arrow_array::{Array, StringViewArray};
use arrow_buffer::NullBuffer;
use foldhash::fast::FixedState;
use kql_types::{Coded, Column, Decimal};

use super::codes::KnownCodes;
use crate::text_blocks::INLINE_BYTES;

/// The values of a key column. Values are equal as keys if and only if their encodings are; the encoding of a null is
/// not looked at.
#[derive(Debug)]
pub(super) struct Encoded<'a> {
    pub(super) values: Values<'a>,
    /// Absent if there is no null.
    pub(super) nulls: Option<&'a NullBuffer>,
}

/// By width.
#[derive(Debug)]
pub(super) enum Values<'a> {
    Words(Vec<u64>),
    Wide(Vec<u128>),
    Texts(&'a StringViewArray),
    /// Texts of a dictionary without nulls.
    Codes(&'a Coded),
}

const NULL_HASH: u64 = 0x9e37_79b9_7f4a_7c15;
const TEXT_STATE: FixedState = FixedState::with_seed(0x6b71_6c00);

impl<'a> Encoded<'a> {
    pub(super) fn of(column: &'a Column) -> Self {
        let values = match column {
            Column::Bool(array) => Values::Words(array.values().iter().map(u64::from).collect()),
            Column::Int(array) => Values::Words(array.values().iter().map(|&value| value as u64).collect()),
            Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => {
                Values::Words(array.values().iter().map(|&value| value as u64).collect())
            }
            Column::Real(array) => Values::Words(array.values().iter().map(|&value| real(value)).collect()),
            Column::Decimal(array) => {
                Values::Wide((0..array.len()).map(|row| decimal(array.value(row))).collect())
            }
            Column::Guid(array) => Values::Wide((0..array.len()).map(|row| wide(array.value(row))).collect()),
            Column::String(texts) | Column::Dynamic(texts) => match texts.as_coded() {
                Some(coded) if coded.dictionary.texts().null_count() == 0 => {
                    return Self { values: Values::Codes(coded), nulls: None };
                }
                _ => Values::Texts(texts.array()),
            },
        };
        let nulls = column.array().nulls().filter(|nulls| nulls.null_count() > 0);
        Self { values, nulls }
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nulls.is_some_and(|nulls| nulls.is_null(row))
    }

    /// Whether values with the same hash are equal, which [`mix`] sees to.
    pub(super) fn hash_is_key(&self) -> bool {
        self.nulls.is_none() && matches!(self.values, Values::Words(_))
    }

    /// Hands the hash of each row to `put`.
    fn hash(&self, put: impl FnMut(usize, u64)) {
        match &self.values {
            Values::Words(words) => self.hash_each(words.iter().map(|&word| mix(word)), put),
            Values::Wide(values) => {
                self.hash_each(values.iter().map(|&value| fold(value as u64, (value >> 64) as u64)), put);
            }
            Values::Texts(texts) => {
                self.hash_each((0..texts.len()).map(|row| text_hash(texts, row)), put);
            }
            Values::Codes(coded) => {
                let texts = coded.dictionary.texts();
                self.hash_each(coded.codes.iter().map(|&code| text_hash(texts, code as usize)), put);
            }
        }
    }

    fn hash_each(&self, hashes: impl Iterator<Item = u64>, mut put: impl FnMut(usize, u64)) {
        match self.nulls {
            None => hashes.enumerate().for_each(|(row, hash)| put(row, hash)),
            Some(nulls) => hashes
                .enumerate()
                .for_each(|(row, hash)| put(row, if nulls.is_null(row) { NULL_HASH } else { hash })),
        }
    }
}

/// The hash of each row's key.
pub(super) fn hashes(keys: &[Encoded<'_>], rows: usize) -> Vec<u64> {
    let mut hashes = vec![0; rows];
    for (index, key) in keys.iter().enumerate() {
        match index {
            0 => key.hash(|row, hash| hashes[row] = hash),
            _ => key.hash(|row, hash| hashes[row] = fold(hashes[row], hash)),
        }
    }
    hashes
}

/// The same, where the hashes of codes may be known.
pub(super) fn hashes_by_code(
    keys: &[Encoded<'_>],
    known: &mut [Option<KnownCodes>],
    rows: usize,
) -> Vec<u64> {
    let mut hashes = vec![0; rows];
    for (index, (key, known)) in keys.iter().zip(known).enumerate() {
        let mut put = |row: usize, hash: u64| match index {
            0 => hashes[row] = hash,
            _ => hashes[row] = fold(hashes[row], hash),
        };
        match (&key.values, known) {
            (Values::Codes(coded), Some(known)) => known.hash(&coded.codes, put),
            _ => key.hash(&mut put),
        }
    }
    hashes
}

/// The hash of a text.
#[inline]
pub(super) fn text_hash(texts: &StringViewArray, row: usize) -> u64 {
    let view = texts.views()[row];
    match view as u32 as usize <= INLINE_BYTES {
        true => fold(view as u64, (view >> 64) as u64),
        false => long_text(texts.value(row)),
    }
}

/// Spreads a word over 64 bits; different words stay different.
#[inline]
fn mix(word: u64) -> u64 {
    let word = (word ^ (word >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let word = (word ^ (word >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    word ^ (word >> 32)
}

/// Both words in one.
#[inline]
fn fold(low: u64, high: u64) -> u64 {
    let product =
        u128::from(low ^ 0x2d35_8dcc_aa6c_78a5).wrapping_mul(u128::from(high ^ 0x8bb8_4b93_962e_acc9));
    mix(product as u64 ^ (product >> 64) as u64)
}

fn long_text(text: &str) -> u64 {
    let mut hasher = TEXT_STATE.build_hasher();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// One pattern for both zeros and one for all NaNs.
fn real(value: f64) -> u64 {
    if value == 0.0 {
        0
    } else if value.is_nan() {
        f64::NAN.to_bits()
    } else {
        value.to_bits()
    }
}

fn wide(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

/// Without trailing zeros, so that `1.0` and `1.00` are one key.
fn decimal(bytes: &[u8]) -> u128 {
    let value = bytes.try_into().map_or(Decimal::ZERO, Decimal::deserialize).normalize();
    u128::from_be_bytes(value.serialize())
}
