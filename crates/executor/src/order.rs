//! The order of values, as unsigned numbers that compare alike.

use arrow_array::{Array, StringViewArray};
use kql_types::{Column, Decimal};

const SIGN: u64 = 1 << 63;

/// Words in the order of the values of a bool, int, long, real, datetime or timespan column; anything where it is null.
/// NaN comes after all numbers if `nan_last`, else before them.
pub(crate) fn words(column: &Column, nan_last: bool) -> Vec<u64> {
    match column {
        Column::Bool(array) => array.values().iter().map(u64::from).collect(),
        Column::Int(array) => array.values().iter().map(|&value| long(value.into())).collect(),
        Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => {
            array.values().iter().map(|&value| long(value)).collect()
        }
        Column::Real(array) => array.values().iter().map(|&value| real(value, nan_last)).collect(),
        other => vec![0; other.len()],
    }
}

/// Numbers in the order of the values of a guid column, which is the order of their text.
pub(crate) fn wide(column: &Column) -> Vec<u128> {
    match column {
        Column::Guid(array) => {
            (0..array.len()).map(|row| array.value(row).try_into().map_or(0, u128::from_be_bytes)).collect()
        }
        other => vec![0; other.len()],
    }
}

/// The values of a decimal column.
pub(crate) fn decimals(column: &Column) -> Vec<Decimal> {
    match column {
        Column::Decimal(array) => (0..array.len())
            .map(|row| array.value(row).try_into().map_or(Decimal::ZERO, Decimal::deserialize))
            .collect(),
        other => vec![Decimal::ZERO; other.len()],
    }
}

/// The first eight bytes of each text, as a number: texts that differ there are ordered by it. Order is ordinal, that of
/// the bytes.
pub(crate) fn prefixes(texts: &StringViewArray) -> Vec<u64> {
    let prefix = |row: usize| {
        let view = texts.views()[row];
        match view as u32 {
            0..=12 => u64::from_be_bytes(((view >> 32) as u64).to_le_bytes()),
            _ => match texts.value(row).as_bytes().first_chunk() {
                Some(bytes) => u64::from_be_bytes(*bytes),
                None => 0,
            },
        }
    };
    (0..texts.len()).map(prefix).collect()
}

fn long(value: i64) -> u64 {
    value as u64 ^ SIGN
}

/// Zeros of either sign are one value.
fn real(value: f64, nan_last: bool) -> u64 {
    if value.is_nan() {
        return if nan_last { u64::MAX } else { 0 };
    }
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{Float64Array, Int64Array};

    #[test]
    fn words_are_ordered_like_values() {
        let longs = words(&Column::Long(Int64Array::from(vec![i64::MIN, -1, 0, 1, i64::MAX])), false);
        assert!(longs.is_sorted_by(|a, b| a < b));
        let values =
            vec![f64::NEG_INFINITY, -1.5, -f64::MIN_POSITIVE, 0.0, f64::MIN_POSITIVE, 2.0, f64::INFINITY];
        let reals = words(&Column::Real(Float64Array::from(values)), false);
        assert!(reals.is_sorted_by(|a, b| a < b));
        let zeros = words(&Column::Real(Float64Array::from(vec![0.0, -0.0])), false);
        assert_eq!(zeros[0], zeros[1]);
    }

    #[test]
    fn prefixes_are_ordered_like_texts() {
        let texts = ["", "a", "a\u{1}", "ab", "abcdefgh", "abcdefghi", "abcdefgz and more", "b", "é"];
        let prefixes = prefixes(&StringViewArray::from_iter_values(texts));
        assert!(prefixes.is_sorted());
        assert_eq!(prefixes[4], prefixes[5]);
    }
}
