//! Builds a column value by value, for edges where the type is known only at run time.

use arrow_array::builder::{
    BooleanBuilder, FixedSizeBinaryBuilder, Float64Builder, Int32Builder, Int64Builder, StringViewBuilder,
};

use crate::{Column, ScalarType, Value};

/// A growing column.
#[derive(Debug)]
pub enum ColumnBuilder {
    /// bool
    Bool(BooleanBuilder),
    /// int
    Int(Int32Builder),
    /// long
    Long(Int64Builder),
    /// real
    Real(Float64Builder),
    /// decimal
    Decimal(FixedSizeBinaryBuilder),
    /// datetime
    DateTime(Int64Builder),
    /// timespan
    Timespan(Int64Builder),
    /// guid
    Guid(FixedSizeBinaryBuilder),
    /// string
    String(StringViewBuilder),
    /// dynamic
    Dynamic(StringViewBuilder),
}

impl ColumnBuilder {
    /// An empty column of that type.
    pub fn new(data_type: ScalarType) -> Self {
        Self::with_capacity(data_type, 0)
    }

    /// An empty column with room for `rows` values.
    pub fn with_capacity(data_type: ScalarType, rows: usize) -> Self {
        match data_type {
            ScalarType::Bool => Self::Bool(BooleanBuilder::with_capacity(rows)),
            ScalarType::Int => Self::Int(Int32Builder::with_capacity(rows)),
            ScalarType::Long => Self::Long(Int64Builder::with_capacity(rows)),
            ScalarType::Real => Self::Real(Float64Builder::with_capacity(rows)),
            ScalarType::Decimal => Self::Decimal(FixedSizeBinaryBuilder::with_capacity(rows, 16)),
            ScalarType::DateTime => Self::DateTime(Int64Builder::with_capacity(rows)),
            ScalarType::Timespan => Self::Timespan(Int64Builder::with_capacity(rows)),
            ScalarType::Guid => Self::Guid(FixedSizeBinaryBuilder::with_capacity(rows, 16)),
            ScalarType::String => Self::String(StringViewBuilder::with_capacity(rows)),
            ScalarType::Dynamic => Self::Dynamic(StringViewBuilder::with_capacity(rows)),
        }
    }

    /// Appends a value of the column's type. A value of another type counts as absent: conversion is the
    /// planner's work and has happened before.
    pub fn push(&mut self, value: &Value) {
        match (self, value) {
            (Self::Bool(builder), Value::Bool(value)) => builder.append_value(*value),
            (Self::Int(builder), Value::Int(value)) => builder.append_value(*value),
            (Self::Long(builder), Value::Long(value)) => builder.append_value(*value),
            (Self::Real(builder), Value::Real(value)) => builder.append_value(*value),
            (Self::DateTime(builder), Value::DateTime(value)) => builder.append_value(*value),
            (Self::Timespan(builder), Value::Timespan(value)) => builder.append_value(*value),
            (Self::String(builder), Value::String(value)) => builder.append_value(value),
            (Self::Dynamic(builder), Value::Dynamic(value)) => builder.append_value(value),
            (Self::Decimal(builder), Value::Decimal(value)) => append_fixed(builder, value.serialize()),
            (Self::Guid(builder), Value::Guid(value)) => append_fixed(builder, value.to_be_bytes()),
            (builder, _) => builder.push_absent(),
        }
    }

    /// Appends an absent value: null, or `""` for string.
    pub fn push_absent(&mut self) {
        match self {
            Self::Bool(builder) => builder.append_null(),
            Self::Int(builder) => builder.append_null(),
            Self::Long(builder) | Self::DateTime(builder) | Self::Timespan(builder) => builder.append_null(),
            Self::Real(builder) => builder.append_null(),
            Self::Decimal(builder) | Self::Guid(builder) => builder.append_null(),
            Self::String(builder) => builder.append_value(""),
            Self::Dynamic(builder) => builder.append_null(),
        }
    }

    /// The column.
    pub fn finish(self) -> Column {
        match self {
            Self::Bool(mut builder) => Column::Bool(builder.finish()),
            Self::Int(mut builder) => Column::Int(builder.finish()),
            Self::Long(mut builder) => Column::Long(builder.finish()),
            Self::Real(mut builder) => Column::Real(builder.finish()),
            Self::Decimal(mut builder) => Column::Decimal(builder.finish()),
            Self::DateTime(mut builder) => Column::DateTime(builder.finish()),
            Self::Timespan(mut builder) => Column::Timespan(builder.finish()),
            Self::Guid(mut builder) => Column::Guid(builder.finish()),
            Self::String(mut builder) => Column::String(builder.finish().into()),
            Self::Dynamic(mut builder) => Column::Dynamic(builder.finish().into()),
        }
    }
}

fn append_fixed(builder: &mut FixedSizeBinaryBuilder, bytes: [u8; 16]) {
    if builder.append_value(bytes).is_err() {
        unreachable!("the builder was made for 16 bytes");
    }
}
