//! Makes an array by asking for the value of each row. `None` is null.
//!
//! The closure is compiled into the loop, so `longs(call.rows, |row| Some(a.get(row)? + b.get(row)?))` is a typed loop
//! in which a null argument makes a null result.

use arrow_array::builder::StringViewBuilder;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int32Type, Int64Type};
use arrow_array::{
    BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, PrimitiveArray, StringViewArray,
};
use arrow_buffer::{BooleanBufferBuilder, Buffer, NullBufferBuilder};
use kql_types::{Decimal, DecimalArray, GuidArray};

/// Bools.
#[inline]
pub fn bools(rows: usize, mut value: impl FnMut(usize) -> Option<bool>) -> BooleanArray {
    let mut values = BooleanBufferBuilder::new(rows);
    let mut nulls = NullBufferBuilder::new(rows);
    for row in 0..rows {
        let value = value(row);
        values.append(value.unwrap_or_default());
        nulls.append(value.is_some());
    }
    BooleanArray::new(values.finish(), nulls.finish())
}

/// Ints.
#[inline]
pub fn ints(rows: usize, value: impl FnMut(usize) -> Option<i32>) -> Int32Array {
    primitives::<Int32Type>(rows, value)
}

/// Longs, or the ticks of datetimes and timespans.
#[inline]
pub fn longs(rows: usize, value: impl FnMut(usize) -> Option<i64>) -> Int64Array {
    primitives::<Int64Type>(rows, value)
}

/// Reals.
#[inline]
pub fn reals(rows: usize, value: impl FnMut(usize) -> Option<f64>) -> Float64Array {
    primitives::<Float64Type>(rows, value)
}

#[inline]
fn primitives<T: ArrowPrimitiveType>(
    rows: usize,
    mut value: impl FnMut(usize) -> Option<T::Native>,
) -> PrimitiveArray<T> {
    let mut nulls = NullBufferBuilder::new(rows);
    let values: Vec<T::Native> = (0..rows)
        .map(|row| {
            let value = value(row);
            nulls.append(value.is_some());
            value.unwrap_or_default()
        })
        .collect();
    PrimitiveArray::new(values.into(), nulls.finish())
}

/// Decimals.
pub fn decimals(rows: usize, mut value: impl FnMut(usize) -> Option<Decimal>) -> DecimalArray {
    sixteen_bytes(rows, |row| value(row).map(|decimal| decimal.serialize()))
}

/// Guids.
pub fn guids(rows: usize, mut value: impl FnMut(usize) -> Option<u128>) -> GuidArray {
    sixteen_bytes(rows, |row| value(row).map(u128::to_be_bytes))
}

fn sixteen_bytes(rows: usize, mut value: impl FnMut(usize) -> Option<[u8; 16]>) -> FixedSizeBinaryArray {
    let mut nulls = NullBufferBuilder::new(rows);
    let mut bytes = Vec::with_capacity(rows * 16);
    for row in 0..rows {
        let value = value(row);
        nulls.append(value.is_some());
        bytes.extend_from_slice(&value.unwrap_or_default());
    }
    FixedSizeBinaryArray::new(16, Buffer::from_vec(bytes), nulls.finish())
}

/// Strings. The closure appends a row's text to the empty string that it is given.
pub fn strings(rows: usize, mut write: impl FnMut(usize, &mut String)) -> StringViewArray {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut text = String::new();
    for row in 0..rows {
        text.clear();
        write(row, &mut text);
        builder.append_value(&text);
    }
    builder.finish()
}

/// Dynamics. The closure appends a row's compact JSON to the empty string that it is given, or answers `None`.
pub fn dynamics(rows: usize, mut write: impl FnMut(usize, &mut String) -> Option<()>) -> StringViewArray {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut json = String::new();
    for row in 0..rows {
        json.clear();
        match write(row, &mut json) {
            Some(()) => builder.append_value(&json),
            None => builder.append_null(),
        }
    }
    builder.finish()
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;

    use super::*;

    #[test]
    fn none_is_null() {
        let even = |row: usize| row.is_multiple_of(2).then_some(row as i64);
        let array = longs(4, even);
        assert_eq!(array.iter().collect::<Vec<_>>(), [Some(0), None, Some(2), None]);
        assert_eq!(longs(3, |row| Some(row as i64)).null_count(), 0);
        let array = bools(3, |row| if row == 1 { None } else { Some(row == 0) });
        assert_eq!(array.iter().collect::<Vec<_>>(), [Some(true), None, Some(false)]);
        let array = guids(2, |row| (row == 1).then_some(7));
        assert!(array.is_null(0));
        assert_eq!(array.value(1), 7u128.to_be_bytes());
    }
}
