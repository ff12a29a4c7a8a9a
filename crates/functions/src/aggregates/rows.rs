//! Typed loops over the values of an argument, and typed result columns.

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{
    Array, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, PrimitiveArray,
};
use arrow_buffer::NullBuffer;
use kql_types::{Column, Decimal, Operand, ScalarType, Value};

/// A type of fixed width that values of KQL types are read as.
pub(super) trait Fixed: Copy + Send + 'static {
    /// What stands in a slot that has no value yet.
    const BLANK: Self;

    /// Calls `f(group, value)` for each row that has a value. Numbers are widened to what is asked for.
    fn for_each(groups: &[u32], operand: &Operand, f: impl FnMut(usize, Self));

    /// A column of `data_type` from a value a row and whether it counts.
    fn column(data_type: ScalarType, values: Vec<Self>, valid: Option<Vec<bool>>) -> Column;
}

impl Fixed for bool {
    const BLANK: Self = false;

    fn for_each(groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, Self)) {
        match operand {
            Operand::Column(Column::Bool(array)) => present(groups, array, |group, row| {
                f(group, array.value(row));
            }),
            Operand::Constant(Value::Bool(value)) => constant(groups, *value, f),
            other => without_value(other),
        }
    }

    fn column(_: ScalarType, values: Vec<Self>, valid: Option<Vec<bool>>) -> Column {
        Column::Bool(BooleanArray::new(values.into(), valid.map(NullBuffer::from)))
    }
}

impl Fixed for i32 {
    const BLANK: Self = 0;

    fn for_each(groups: &[u32], operand: &Operand, f: impl FnMut(usize, Self)) {
        match operand {
            Operand::Column(Column::Int(array)) => primitives(groups, array, f),
            Operand::Constant(Value::Int(value)) => constant(groups, *value, f),
            other => without_value(other),
        }
    }

    fn column(_: ScalarType, values: Vec<Self>, valid: Option<Vec<bool>>) -> Column {
        Column::Int(Int32Array::new(values.into(), valid.map(NullBuffer::from)))
    }
}

impl Fixed for i64 {
    const BLANK: Self = 0;

    fn for_each(groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, Self)) {
        match operand {
            Operand::Column(Column::Int(array)) => {
                primitives(groups, array, |group, value| f(group, value.into()));
            }
            Operand::Column(Column::Long(array) | Column::DateTime(array) | Column::Timespan(array)) => {
                primitives(groups, array, f);
            }
            Operand::Constant(Value::Int(value)) => constant(groups, (*value).into(), f),
            Operand::Constant(Value::Long(value) | Value::DateTime(value) | Value::Timespan(value)) => {
                constant(groups, *value, f);
            }
            other => without_value(other),
        }
    }

    fn column(data_type: ScalarType, values: Vec<Self>, valid: Option<Vec<bool>>) -> Column {
        let array = Int64Array::new(values.into(), valid.map(NullBuffer::from));
        match data_type {
            ScalarType::DateTime => Column::DateTime(array),
            ScalarType::Timespan => Column::Timespan(array),
            _ => Column::Long(array),
        }
    }
}

impl Fixed for f64 {
    const BLANK: Self = 0.0;

    fn for_each(groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, Self)) {
        match operand {
            Operand::Column(Column::Real(array)) => primitives(groups, array, f),
            Operand::Constant(Value::Real(value)) => constant(groups, *value, f),
            _ if operand.data_type() == ScalarType::Decimal => {
                Decimal::for_each(groups, operand, |group, value| f(group, decimal_to_real(value)));
            }
            _ => i64::for_each(groups, operand, |group, value| f(group, value as f64)),
        }
    }

    fn column(_: ScalarType, values: Vec<Self>, valid: Option<Vec<bool>>) -> Column {
        Column::Real(Float64Array::new(values.into(), valid.map(NullBuffer::from)))
    }
}

impl Fixed for Decimal {
    const BLANK: Self = Decimal::ZERO;

    fn for_each(groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, Self)) {
        match operand {
            Operand::Column(Column::Decimal(array)) => present(groups, array, |group, row| {
                f(group, Decimal::deserialize(sixteen_bytes(array.value(row))));
            }),
            Operand::Constant(Value::Decimal(value)) => constant(groups, *value, f),
            other => without_value(other),
        }
    }

    fn column(_: ScalarType, values: Vec<Self>, valid: Option<Vec<bool>>) -> Column {
        Column::Decimal(wide_array(values.iter().map(Decimal::serialize), valid))
    }
}

impl Fixed for u128 {
    const BLANK: Self = 0;

    fn for_each(groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, Self)) {
        match operand {
            Operand::Column(Column::Guid(array)) => present(groups, array, |group, row| {
                f(group, u128::from_be_bytes(sixteen_bytes(array.value(row))));
            }),
            Operand::Constant(Value::Guid(value)) => constant(groups, *value, f),
            other => without_value(other),
        }
    }

    fn column(_: ScalarType, values: Vec<Self>, valid: Option<Vec<bool>>) -> Column {
        Column::Guid(wide_array(values.iter().map(|value| value.to_be_bytes()), valid))
    }
}

/// Calls `f(group, text)` for each row of a string or a dynamic that is not null.
pub(super) fn for_each_text<'a>(groups: &[u32], operand: &'a Operand, mut f: impl FnMut(usize, &'a str)) {
    match operand {
        Operand::Column(Column::String(array) | Column::Dynamic(array)) => {
            let Some(coded) = array.as_coded() else {
                return present(groups, array.array(), |group, row| f(group, array.value(row)));
            };
            let texts = coded.dictionary.texts();
            for (group, &code) in groups.iter().zip(coded.codes.iter()) {
                if !texts.is_null(code as usize) {
                    f(*group as usize, texts.value(code as usize));
                }
            }
        }
        Operand::Constant(Value::String(text) | Value::Dynamic(text)) => constant(groups, text.as_str(), f),
        other => without_value(other),
    }
}

/// The nearest real.
pub(super) fn decimal_to_real(value: Decimal) -> f64 {
    f64::try_from(value).unwrap_or(f64::NAN)
}

fn constant<T: Copy>(groups: &[u32], value: T, mut f: impl FnMut(usize, T)) {
    groups.iter().for_each(|group| f(*group as usize, value));
}

fn primitives<A: ArrowPrimitiveType>(
    groups: &[u32],
    array: &PrimitiveArray<A>,
    mut f: impl FnMut(usize, A::Native),
) {
    let values = array.values();
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => groups.iter().zip(values.iter()).for_each(|(group, value)| f(*group as usize, *value)),
        Some(nulls) => groups
            .iter()
            .zip(values.iter())
            .zip(nulls.iter())
            .filter(|(_, valid)| *valid)
            .for_each(|((group, value), _)| f(*group as usize, *value)),
    }
}

fn present(groups: &[u32], array: &impl Array, mut f: impl FnMut(usize, usize)) {
    match array.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => groups.iter().enumerate().for_each(|(row, group)| f(*group as usize, row)),
        Some(nulls) => groups
            .iter()
            .enumerate()
            .zip(nulls.iter())
            .filter(|(_, valid)| *valid)
            .for_each(|((row, group), _)| f(*group as usize, row)),
    }
}

/// A constant null adds nothing; any other operand has a type that the signature does not let through.
fn without_value(operand: &Operand) {
    if operand.constant().is_none_or(|value| !value.is_null()) {
        unreachable!("an accumulator was given an argument of type {}", operand.data_type());
    }
}

fn sixteen_bytes(bytes: &[u8]) -> [u8; 16] {
    let mut fixed = [0; 16];
    fixed.copy_from_slice(bytes);
    fixed
}

fn wide_array(
    values: impl ExactSizeIterator<Item = [u8; 16]>,
    valid: Option<Vec<bool>>,
) -> FixedSizeBinaryArray {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(values.len(), 16);
    for (row, value) in values.enumerate() {
        if valid.as_ref().is_none_or(|valid| valid[row]) {
            if builder.append_value(value).is_err() {
                unreachable!("the builder was made for 16 bytes");
            }
        } else {
            builder.append_null();
        }
    }
    builder.finish()
}
