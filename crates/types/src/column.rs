//! A whole column: an Arrow array whose variant is its KQL type.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array, UInt32Array,
};
use arrow_buffer::BooleanBuffer;

use crate::{Coded, ColumnBuilder, Decimal, ScalarType, Texts, Value};

/// Decimals, 16 bytes each: [`Decimal::serialize`].
pub type DecimalArray = FixedSizeBinaryArray;

/// Guids, 16 bytes each: the number of [`Value::Guid`], big-endian, so that byte order is text order.
pub type GuidArray = FixedSizeBinaryArray;

/// A column of values of one type.
///
/// Invariants: a `String` column has no null; a `Dynamic` column holds compact JSON text (no white space between
/// tokens, no needless escapes) and its null is the JSON null, so text equality is value equality for most uses and
/// `tostring` costs nothing.
#[derive(Clone, Debug)]
pub enum Column {
    /// bool
    Bool(BooleanArray),
    /// int
    Int(Int32Array),
    /// long
    Long(Int64Array),
    /// real
    Real(Float64Array),
    /// decimal
    Decimal(DecimalArray),
    /// datetime, in ticks of 100 ns since 0001-01-01T00:00:00Z
    DateTime(Int64Array),
    /// timespan, in ticks of 100 ns
    Timespan(Int64Array),
    /// guid
    Guid(GuidArray),
    /// string
    String(Texts),
    /// dynamic, as compact JSON text
    Dynamic(Texts),
}

impl Column {
    /// The column's type.
    pub fn data_type(&self) -> ScalarType {
        match self {
            Column::Bool(_) => ScalarType::Bool,
            Column::Int(_) => ScalarType::Int,
            Column::Long(_) => ScalarType::Long,
            Column::Real(_) => ScalarType::Real,
            Column::Decimal(_) => ScalarType::Decimal,
            Column::DateTime(_) => ScalarType::DateTime,
            Column::Timespan(_) => ScalarType::Timespan,
            Column::Guid(_) => ScalarType::Guid,
            Column::String(_) => ScalarType::String,
            Column::Dynamic(_) => ScalarType::Dynamic,
        }
    }

    /// The Arrow array inside.
    pub fn array(&self) -> &dyn Array {
        match self {
            Column::Bool(array) => array,
            Column::Int(array) => array,
            Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => array,
            Column::Real(array) => array,
            Column::Decimal(array) | Column::Guid(array) => array,
            Column::String(texts) | Column::Dynamic(texts) => texts.array(),
        }
    }

    /// A column of `data_type` over an array that has that type's layout.
    ///
    /// # Panics
    /// If the array's layout is another; callers pass what came from [`Column::array`] of the same type.
    pub fn from_array(data_type: ScalarType, array: &ArrayRef) -> Self {
        match data_type {
            ScalarType::Bool => Column::Bool(array.as_boolean().clone()),
            ScalarType::Int => Column::Int(array.as_primitive::<Int32Type>().clone()),
            ScalarType::Long => Column::Long(array.as_primitive::<Int64Type>().clone()),
            ScalarType::Real => Column::Real(array.as_primitive::<Float64Type>().clone()),
            ScalarType::Decimal => Column::Decimal(array.as_fixed_size_binary().clone()),
            ScalarType::DateTime => Column::DateTime(array.as_primitive::<Int64Type>().clone()),
            ScalarType::Timespan => Column::Timespan(array.as_primitive::<Int64Type>().clone()),
            ScalarType::Guid => Column::Guid(array.as_fixed_size_binary().clone()),
            ScalarType::String => Column::String(array.as_string_view().clone().into()),
            ScalarType::Dynamic => Column::Dynamic(array.as_string_view().clone().into()),
        }
    }

    /// The array, shared.
    pub fn to_array(&self) -> ArrayRef {
        match self {
            Column::Bool(array) => Arc::new(array.clone()),
            Column::Int(array) => Arc::new(array.clone()),
            Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => {
                Arc::new(array.clone())
            }
            Column::Real(array) => Arc::new(array.clone()),
            Column::Decimal(array) | Column::Guid(array) => Arc::new(array.clone()),
            Column::String(texts) | Column::Dynamic(texts) => Arc::new(texts.array().clone()),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self.texts() {
            Some(texts) => texts.len(),
            None => self.array().len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the value in `row` is null.
    pub fn is_null(&self, row: usize) -> bool {
        match self.texts() {
            Some(texts) => texts.is_null(row),
            None => self.array().is_null(row),
        }
    }

    /// The value in `row`, copied out. For edges and tests, not for inner loops.
    pub fn value(&self, row: usize) -> Value {
        if self.is_null(row) {
            return Value::Null(self.data_type());
        }
        match self {
            Column::Bool(array) => Value::Bool(array.value(row)),
            Column::Int(array) => Value::Int(array.value(row)),
            Column::Long(array) => Value::Long(array.value(row)),
            Column::Real(array) => Value::Real(array.value(row)),
            Column::Decimal(array) => Value::Decimal(decimal_from_bytes(array.value(row))),
            Column::DateTime(array) => Value::DateTime(array.value(row)),
            Column::Timespan(array) => Value::Timespan(array.value(row)),
            Column::Guid(array) => Value::Guid(guid_from_bytes(array.value(row))),
            Column::String(array) => Value::String(array.value(row).to_owned()),
            Column::Dynamic(array) => Value::Dynamic(array.value(row).to_owned()),
        }
    }

    /// A column of `rows` times the same value.
    pub fn repeat(value: &Value, rows: usize) -> Self {
        let mut builder = ColumnBuilder::with_capacity(value.data_type(), rows);
        for _ in 0..rows {
            builder.push(value);
        }
        builder.finish()
    }

    /// A column of `rows` absent values: nulls, or `""` for string.
    pub fn absent(data_type: ScalarType, rows: usize) -> Self {
        Self::repeat(&Value::absent(data_type), rows)
    }

    /// The rows for which `keep` is set.
    pub fn filter(&self, keep: &BooleanBuffer) -> Self {
        if let Some(texts) = self.texts().and_then(|texts| texts.filter_codes(keep)) {
            return self.of_texts(texts);
        }
        let predicate = BooleanArray::new(keep.clone(), None);
        self.map_array(|array| arrow_select::filter::filter(array, &predicate))
    }

    /// The rows at these positions, in that order. A null position gives an absent value.
    pub fn take(&self, rows: &UInt32Array) -> Self {
        if let Some(texts) = self.texts().and_then(|texts| texts.take_codes(rows)) {
            return self.of_texts(texts);
        }
        let taken = self.map_array(|array| arrow_select::take::take(array, rows, None));
        match taken {
            Column::String(array) if array.null_count() > 0 => {
                Column::String(array.iter().map(|text| Some(text.unwrap_or(""))).collect())
            }
            other => other,
        }
    }

    /// `length` rows from `offset` on, without copying values.
    pub fn slice(&self, offset: usize, length: usize) -> Self {
        if let Some(texts) = self.texts().and_then(|texts| texts.slice_codes(offset, length)) {
            return self.of_texts(texts);
        }
        Self::from_array(self.data_type(), &self.to_array().slice(offset, length))
    }

    /// The columns one below the other. All must have `data_type`.
    pub fn concat(data_type: ScalarType, columns: &[&Column]) -> Self {
        match columns {
            [] => Column::absent(data_type, 0),
            [one] => (*one).clone(),
            many => {
                let texts: Option<Vec<&Texts>> = many.iter().map(|column| column.texts()).collect();
                if let Some(joined) = texts.and_then(|texts| Texts::concat_codes(&texts)) {
                    return many[0].of_texts(joined);
                }
                let arrays: Vec<&dyn Array> = many.iter().map(|column| column.array()).collect();
                match arrow_select::concat::concat(&arrays) {
                    Ok(array) => Self::from_array(data_type, &array),
                    Err(error) => unreachable!("columns of one type have one layout: {error}"),
                }
            }
        }
    }

    /// A column of a type that is kept as text, over texts of a dictionary.
    pub fn coded(data_type: ScalarType, coded: Coded) -> Self {
        match data_type {
            ScalarType::Dynamic => Column::Dynamic(Texts::coded(coded)),
            _ => Column::String(Texts::coded(coded)),
        }
    }

    /// The texts of a string or dynamic column.
    pub fn texts(&self) -> Option<&Texts> {
        match self {
            Column::String(texts) | Column::Dynamic(texts) => Some(texts),
            _ => None,
        }
    }

    /// A column of this one's type over other texts.
    fn of_texts(&self, texts: Texts) -> Self {
        match self {
            Column::Dynamic(_) => Column::Dynamic(texts),
            _ => Column::String(texts),
        }
    }

    fn map_array<E: std::fmt::Display>(&self, f: impl FnOnce(&dyn Array) -> Result<ArrayRef, E>) -> Self {
        match f(self.array()) {
            Ok(array) => Self::from_array(self.data_type(), &array),
            Err(error) => unreachable!("selection keeps the layout and stays in bounds: {error}"),
        }
    }
}

/// Reads 16 bytes of a [`DecimalArray`].
pub(crate) fn decimal_from_bytes(bytes: &[u8]) -> Decimal {
    let mut fixed = [0; 16];
    fixed.copy_from_slice(bytes);
    Decimal::deserialize(fixed)
}

/// Reads 16 bytes of a [`GuidArray`].
pub(crate) fn guid_from_bytes(bytes: &[u8]) -> u128 {
    let mut fixed = [0; 16];
    fixed.copy_from_slice(bytes);
    u128::from_be_bytes(fixed)
}
