//! Which KQL type a column of a Parquet file has.
//!
//! <https://learn.microsoft.com/kusto/management/parquet-mapping> says what Kusto makes of each. What it does not list
//! goes by what it lists: dates and times of day as datetime and timespan, enums as string. Bytes that are not said to be
//! text are text where they are UTF-8, as old writers left that out, and Base64 elsewhere.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, TimeUnit};
use kql_types::ScalarType;
use parquet::basic::{ConvertedType, LogicalType};
use parquet::schema::types::Type;

/// A column of a Parquet file.
#[derive(Clone, Debug)]
pub(crate) struct StoredColumn {
    /// Its name.
    pub name: Arc<str>,
    /// The KQL type that holds its values.
    pub data_type: ScalarType,
    /// What its values mean, where the Arrow type does not tell.
    pub meaning: Meaning,
    /// The Arrow type in which it is read.
    pub arrow: DataType,
    /// Its place among the primitive columns of the file, if it is one.
    pub leaf: Option<usize>,
}

/// What values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// What their Arrow type says.
    Plain,
    /// JSON text, not checked.
    Json,
    /// Identifiers of 16 bytes.
    Uuid,
    /// Values of the column's KQL type as this program stores them.
    Own,
}

impl Meaning {
    /// As the Parquet type says.
    pub(crate) fn of(stored: &Type) -> Self {
        if !stored.is_primitive() {
            return Meaning::Plain;
        }
        let info = stored.get_basic_info();
        match (info.logical_type_ref(), info.converted_type()) {
            (Some(LogicalType::Json), _) | (None, ConvertedType::JSON) => Meaning::Json,
            (Some(LogicalType::Uuid), _) => Meaning::Uuid,
            _ => Meaning::Plain,
        }
    }
}

/// The KQL type for an Arrow type.
pub(crate) fn kql_type(arrow: &DataType, meaning: Meaning) -> ScalarType {
    match arrow {
        DataType::Boolean => ScalarType::Bool,
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => {
            ScalarType::Int
        }
        DataType::UInt32 | DataType::Int64 | DataType::UInt64 => ScalarType::Long,
        DataType::Float16 | DataType::Float32 | DataType::Float64 => ScalarType::Real,
        DataType::Decimal32(..)
        | DataType::Decimal64(..)
        | DataType::Decimal128(..)
        | DataType::Decimal256(..) => ScalarType::Decimal,
        DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => ScalarType::DateTime,
        DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_) => ScalarType::Timespan,
        DataType::FixedSizeBinary(16) if meaning == Meaning::Uuid => ScalarType::Guid,
        DataType::Utf8View if meaning == Meaning::Json => ScalarType::Dynamic,
        DataType::Utf8View | DataType::BinaryView | DataType::FixedSizeBinary(_) | DataType::Null => {
            ScalarType::String
        }
        _ => ScalarType::Dynamic,
    }
}

/// Whether values of a KQL type, as this program stores them, can have that Arrow type.
pub(crate) fn can_be_own(data_type: ScalarType, arrow: &DataType) -> bool {
    match data_type {
        ScalarType::Bool => *arrow == DataType::Boolean,
        ScalarType::Int => *arrow == DataType::Int32,
        ScalarType::Long | ScalarType::Timespan => *arrow == DataType::Int64,
        ScalarType::Real => *arrow == DataType::Float64,
        ScalarType::Decimal => matches!(arrow, DataType::Decimal128(..) | DataType::Utf8View),
        ScalarType::DateTime => matches!(arrow, DataType::Int64 | DataType::Timestamp(..)),
        ScalarType::Guid => *arrow == DataType::FixedSizeBinary(16),
        ScalarType::String | ScalarType::Dynamic => *arrow == DataType::Utf8View,
    }
}

/// The type in which a column is read: text and bytes as views, which need no copy, dictionaries as their values, old
/// 96-bit timestamps in microseconds, which reach as far as datetime does.
pub(crate) fn as_read(arrow: &DataType, is_int96: bool) -> DataType {
    match arrow {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Binary | DataType::LargeBinary => DataType::BinaryView,
        DataType::Dictionary(_, values) => as_read(values, is_int96),
        DataType::Timestamp(_, zone) if is_int96 => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
            DataType::Decimal128(*precision, *scale)
        }
        DataType::List(element) => DataType::List(field_as_read(element)),
        DataType::LargeList(element) => DataType::LargeList(field_as_read(element)),
        DataType::FixedSizeList(element, length) => DataType::FixedSizeList(field_as_read(element), *length),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(field_as_read).collect()),
        DataType::Map(entries, sorted) => DataType::Map(field_as_read(entries), *sorted),
        other => other.clone(),
    }
}

/// The field of a nested type as it is read.
fn field_as_read(field: &FieldRef) -> FieldRef {
    Arc::new(Field::clone(field).with_data_type(as_read(field.data_type(), false)))
}
