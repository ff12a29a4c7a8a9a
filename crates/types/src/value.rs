//! One value.

use crate::{Decimal, ScalarType, datetime, decimal, digits, dynamic, guid, real, timespan};

/// A single value of a known type. For literals, defaults and the edges; inner loops work on [`crate::Column`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The null of any type but string, which has none.
    Null(ScalarType),
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i32),
    /// A long.
    Long(i64),
    /// A real.
    Real(f64),
    /// A decimal.
    Decimal(Decimal),
    /// Ticks of 100 ns since 0001-01-01T00:00:00Z.
    DateTime(i64),
    /// Ticks of 100 ns.
    Timespan(i64),
    /// The identifier as a number: its 32 hex digits read from left to right.
    Guid(u128),
    /// A string.
    String(String),
    /// Compact JSON text, as [`crate::Column::Dynamic`] holds it. JSON `null` is `Null(Dynamic)`.
    Dynamic(String),
}

impl Value {
    /// The value's type.
    pub fn data_type(&self) -> ScalarType {
        match self {
            Value::Null(data_type) => *data_type,
            Value::Bool(_) => ScalarType::Bool,
            Value::Int(_) => ScalarType::Int,
            Value::Long(_) => ScalarType::Long,
            Value::Real(_) => ScalarType::Real,
            Value::Decimal(_) => ScalarType::Decimal,
            Value::DateTime(_) => ScalarType::DateTime,
            Value::Timespan(_) => ScalarType::Timespan,
            Value::Guid(_) => ScalarType::Guid,
            Value::String(_) => ScalarType::String,
            Value::Dynamic(_) => ScalarType::Dynamic,
        }
    }

    /// What an absent value of the type is: null, or `""` for string.
    pub fn absent(data_type: ScalarType) -> Self {
        match data_type {
            ScalarType::String => Value::String(String::new()),
            other => Value::Null(other),
        }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null(_))
    }
}

impl Value {
    /// The value as `tostring` shows it; null of any type is `""`.
    pub fn to_text(&self) -> String {
        match self {
            Value::String(text) => text.clone(),
            other => {
                let mut text = String::new();
                other.write_text(&mut text);
                text
            }
        }
    }

    /// Appends what [`Value::to_text`] gives.
    pub fn write_text(&self, out: &mut String) {
        match self {
            Value::Null(_) => {}
            Value::Bool(value) => out.push_str(bool_text(*value)),
            Value::Int(value) => digits::write_signed(out, i64::from(*value)),
            Value::Long(value) => digits::write_signed(out, *value),
            Value::Real(value) => real::write(out, *value),
            Value::Decimal(value) => decimal::write(out, *value),
            Value::DateTime(ticks) => datetime::write(out, *ticks),
            Value::Timespan(ticks) => timespan::write(out, *ticks),
            Value::Guid(value) => guid::write(out, *value),
            Value::String(text) => out.push_str(text),
            Value::Dynamic(json) => out.push_str(&dynamic::to_text(json)),
        }
    }
}

/// A bool as `tostring` shows it.
pub(crate) fn bool_text(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
