//! How the ten KQL types are stored in Parquet.
//!
//! | KQL | Parquet |
//! | --- | --- |
//! | bool, int, long, real | BOOLEAN, INT32, INT64, DOUBLE |
//! | string | BYTE_ARRAY STRING, required: a string is never null |
//! | dynamic | BYTE_ARRAY JSON |
//! | guid | FIXED_LEN_BYTE_ARRAY(16) UUID |
//! | timespan | INT64, in ticks of 100 ns, as Kusto's own export has it |
//! | datetime | INT64: TIMESTAMP(MICROS) where that loses nothing, as Kusto's own export has it; else TIMESTAMP(NANOS) where all values are in the range of that (1677 to 2262); else ticks of 100 ns since the year 1 |
//! | decimal | DECIMAL(38, s) where 38 digits hold all values; else BYTE_ARRAY STRING |
//!
//! A type that Parquet has no name for, and a datetime or decimal in the last of its forms, is told by the file's
//! metadata: under the key `kql.schema` stand the columns with their KQL types, `[["Column","type"],...]`. Other programs
//! read such columns as what they are stored as.

use std::sync::Arc;

use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, Decimal128Array, StringViewArray, TimestampMicrosecondArray, TimestampNanosecondArray,
};
use arrow_schema::{DataType, Field as ArrowField, TimeUnit};
use kql_types::{Column, Decimal, Field, ScalarType, Schema, Value};
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::errors::ParquetError;
use parquet::schema::types::{Type, TypePtr};

use super::convert::since_1970;

/// The key of the metadata that holds names and types of the columns.
pub(crate) const SCHEMA_KEY: &str = "kql.schema";

/// What files that this program writes say of their writer.
pub(crate) const CREATED_BY: &str = "kql ";

/// The schema in the form that [`parse_schema`] reads.
pub(crate) fn schema_text(schema: &Schema) -> String {
    let pairs: Vec<[&str; 2]> =
        schema.fields.iter().map(|field| [&*field.name, field.data_type.name()]).collect();
    serde_json::to_string(&pairs).unwrap_or_default()
}

/// Reads a list of pairs of name and type.
pub(crate) fn parse_schema(text: &str) -> Option<Schema> {
    let pairs: Vec<[String; 2]> = serde_json::from_str(text).ok()?;
    let field = |[name, data_type]: [String; 2]| Some(Field::new(name, ScalarType::from_name(&data_type)?));
    pairs.into_iter().map(field).collect()
}

/// What must be known of a column's values to choose how they are stored.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Survey {
    /// Nothing: the type tells.
    None,
    /// Of datetimes.
    DateTime {
        /// Whether all are whole microseconds.
        micros: bool,
        /// Whether nanoseconds since 1970 can tell all.
        nanos: bool,
    },
    /// Of decimals.
    Decimal {
        /// The most digits before the point.
        whole: u32,
        /// The most digits behind it.
        places: u32,
    },
}

impl Survey {
    /// Before any value was seen.
    pub(crate) fn new(data_type: ScalarType) -> Self {
        match data_type {
            ScalarType::DateTime => Survey::DateTime { micros: true, nanos: true },
            ScalarType::Decimal => Survey::Decimal { whole: 0, places: 0 },
            _ => Survey::None,
        }
    }

    /// Looks at some values.
    pub(crate) fn add(&mut self, column: &Column) {
        match (self, column) {
            (Survey::DateTime { micros, nanos }, Column::DateTime(values)) => {
                let fits = |unit| values.iter().flatten().all(|ticks| since_1970(ticks, unit).is_some());
                *micros = *micros && fits(TimeUnit::Microsecond);
                *nanos = *nanos && fits(TimeUnit::Nanosecond);
            }
            (Survey::Decimal { whole, places }, Column::Decimal(_)) => {
                for row in 0..column.len() {
                    if let Value::Decimal(value) = column.value(row) {
                        let value = value.normalize();
                        let digits =
                            value.mantissa().unsigned_abs().checked_ilog10().map_or(0, |log| log + 1);
                        *whole = (*whole).max(digits.saturating_sub(value.scale()));
                        *places = (*places).max(value.scale());
                    }
                }
            }
            _ => {}
        }
    }
}

/// How a column is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// As the array that the column is.
    Same(ScalarType),
    /// Datetimes as a timestamp.
    Timestamp(TimeUnit),
    /// Datetimes as ticks.
    Ticks,
    /// Decimals with so many places.
    Decimal(i8),
    /// Decimals as text.
    DecimalText,
}

/// The digits that a Parquet decimal of 16 bytes has.
const PRECISION: u8 = 38;

impl Storage {
    /// For a column of that type with such values.
    pub(crate) fn choose(data_type: ScalarType, survey: Survey) -> Self {
        match (data_type, survey) {
            (ScalarType::DateTime, Survey::DateTime { micros: true, .. }) => {
                Storage::Timestamp(TimeUnit::Microsecond)
            }
            (ScalarType::DateTime, Survey::DateTime { nanos: true, .. }) => {
                Storage::Timestamp(TimeUnit::Nanosecond)
            }
            (ScalarType::DateTime, _) => Storage::Ticks,
            (ScalarType::Decimal, Survey::Decimal { whole, places })
                if whole + places <= u32::from(PRECISION) =>
            {
                Storage::Decimal(i8::try_from(places).unwrap_or(0))
            }
            (ScalarType::Decimal, _) => Storage::DecimalText,
            (other, _) => Storage::Same(other),
        }
    }

    /// The Arrow field of a column that is stored so.
    pub(crate) fn arrow_field(self, name: &str) -> ArrowField {
        let data_type = match self {
            Storage::Same(ScalarType::Bool) => DataType::Boolean,
            Storage::Same(ScalarType::Int) => DataType::Int32,
            Storage::Same(ScalarType::Real) => DataType::Float64,
            Storage::Same(ScalarType::Guid) => DataType::FixedSizeBinary(16),
            Storage::Same(ScalarType::String | ScalarType::Dynamic) | Storage::DecimalText => {
                DataType::Utf8View
            }
            Storage::Timestamp(unit) => DataType::Timestamp(unit, Some("UTC".into())),
            Storage::Decimal(scale) => DataType::Decimal128(PRECISION, scale),
            Storage::Same(_) | Storage::Ticks => DataType::Int64,
        };
        ArrowField::new(name, data_type, self != Storage::Same(ScalarType::String))
    }

    /// The Parquet type of a column that is stored so.
    pub(crate) fn parquet_type(self, name: &str) -> Result<TypePtr, ParquetError> {
        let timestamp = |unit| LogicalType::timestamp(true, unit);
        let (physical, logical) = match self {
            Storage::Same(ScalarType::Bool) => (Physical::BOOLEAN, None),
            Storage::Same(ScalarType::Int) => (Physical::INT32, None),
            Storage::Same(ScalarType::Real) => (Physical::DOUBLE, None),
            Storage::Same(ScalarType::Guid) => (Physical::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Uuid)),
            Storage::Same(ScalarType::Dynamic) => (Physical::BYTE_ARRAY, Some(LogicalType::Json)),
            Storage::Same(ScalarType::String) | Storage::DecimalText => {
                (Physical::BYTE_ARRAY, Some(LogicalType::String))
            }
            Storage::Timestamp(TimeUnit::Nanosecond) => {
                (Physical::INT64, Some(timestamp(parquet::basic::TimeUnit::NANOS)))
            }
            Storage::Timestamp(_) => (Physical::INT64, Some(timestamp(parquet::basic::TimeUnit::MICROS))),
            Storage::Decimal(scale) => {
                let logical = LogicalType::decimal(scale.into(), PRECISION.into());
                (Physical::FIXED_LEN_BYTE_ARRAY, Some(logical))
            }
            Storage::Same(_) | Storage::Ticks => (Physical::INT64, None),
        };
        let repetition = match self {
            Storage::Same(ScalarType::String) => Repetition::REQUIRED,
            _ => Repetition::OPTIONAL,
        };
        let builder = Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .with_length(if physical == Physical::FIXED_LEN_BYTE_ARRAY { 16 } else { -1 });
        let builder = match self {
            Storage::Decimal(scale) => builder.with_precision(PRECISION.into()).with_scale(scale.into()),
            _ => builder,
        };
        builder.build().map(Arc::new)
    }

    /// The values as they are stored.
    pub(crate) fn store(self, column: &Column) -> ArrayRef {
        match (self, column) {
            (Storage::Timestamp(unit), Column::DateTime(values)) => {
                // The survey has seen that all fit.
                let counts = values.unary_opt::<_, Int64Type>(|ticks| since_1970(ticks, unit));
                let (_, counts, nulls) = counts.into_parts();
                match unit {
                    TimeUnit::Nanosecond => {
                        Arc::new(TimestampNanosecondArray::new(counts, nulls).with_timezone("UTC"))
                    }
                    _ => Arc::new(TimestampMicrosecondArray::new(counts, nulls).with_timezone("UTC")),
                }
            }
            (Storage::Decimal(scale), Column::Decimal(_)) => {
                let digits = (0..column.len()).map(|row| digits(&column.value(row), scale));
                let array: Decimal128Array = digits.collect();
                Arc::new(array.with_data_type(DataType::Decimal128(PRECISION, scale)))
            }
            (Storage::DecimalText, Column::Decimal(_)) => {
                let texts = (0..column.len()).map(|row| match column.value(row) {
                    Value::Decimal(value) => Some(kql_types::decimal::format(value)),
                    _ => None,
                });
                Arc::new(texts.collect::<StringViewArray>())
            }
            _ => column.to_array(),
        }
    }
}

/// The decimal as a number of its last place.
fn digits(value: &Value, scale: i8) -> Option<i128> {
    let Value::Decimal(value) = value else { return None };
    let value: Decimal = value.normalize();
    let missing = u32::from(scale.unsigned_abs()).checked_sub(value.scale())?;
    value.mantissa().checked_mul(10_i128.checked_pow(missing)?)
}
