//! The names of the types.

use std::fmt;

/// A KQL scalar type.
///
/// <https://learn.microsoft.com/kusto/query/scalar-data-types/>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ScalarType {
    /// `true`, `false` or null.
    Bool,
    /// 32-bit signed integer.
    Int,
    /// 64-bit signed integer.
    Long,
    /// IEEE double.
    Real,
    /// Decimal number.
    Decimal,
    /// 100 ns ticks since 0001-01-01T00:00:00Z.
    DateTime,
    /// A signed number of 100 ns ticks.
    Timespan,
    /// 128-bit identifier.
    Guid,
    /// Unicode text; never null.
    String,
    /// A JSON-like value: array, property bag or any scalar.
    Dynamic,
}

impl ScalarType {
    /// All types.
    pub const ALL: [ScalarType; 10] = [
        ScalarType::Bool,
        ScalarType::Int,
        ScalarType::Long,
        ScalarType::Real,
        ScalarType::Decimal,
        ScalarType::DateTime,
        ScalarType::Timespan,
        ScalarType::Guid,
        ScalarType::String,
        ScalarType::Dynamic,
    ];

    /// The name that KQL shows for the type (`getschema`, the binder).
    pub fn name(self) -> &'static str {
        match self {
            ScalarType::Bool => "bool",
            ScalarType::Int => "int",
            ScalarType::Long => "long",
            ScalarType::Real => "real",
            ScalarType::Decimal => "decimal",
            ScalarType::DateTime => "datetime",
            ScalarType::Timespan => "timespan",
            ScalarType::Guid => "guid",
            ScalarType::String => "string",
            ScalarType::Dynamic => "dynamic",
        }
    }

    /// The .NET type name that `getschema` and the REST reply carry.
    pub fn clr_name(self) -> &'static str {
        match self {
            ScalarType::Bool => "System.SByte",
            ScalarType::Int => "System.Int32",
            ScalarType::Long => "System.Int64",
            ScalarType::Real => "System.Double",
            ScalarType::Decimal => "System.Data.SqlTypes.SqlDecimal",
            ScalarType::DateTime => "System.DateTime",
            ScalarType::Timespan => "System.TimeSpan",
            ScalarType::Guid => "System.Guid",
            ScalarType::String => "System.String",
            ScalarType::Dynamic => "System.Object",
        }
    }

    /// The type that a written type name means, aliases included (`double`, `boolean`, `date`, `time`, ...).
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "bool" | "boolean" => ScalarType::Bool,
            "int" | "int8" | "int16" | "int32" | "uint" | "uint8" | "uint16" | "uint32" => ScalarType::Int,
            "long" | "int64" | "uint64" | "ulong" => ScalarType::Long,
            "real" | "double" | "float" => ScalarType::Real,
            "decimal" => ScalarType::Decimal,
            "datetime" | "date" => ScalarType::DateTime,
            "timespan" | "time" => ScalarType::Timespan,
            "guid" | "uniqueid" | "uuid" => ScalarType::Guid,
            "string" => ScalarType::String,
            "dynamic" => ScalarType::Dynamic,
            _ => return None,
        })
    }

    /// Whether the type is int, long, real or decimal.
    pub fn is_number(self) -> bool {
        matches!(self, ScalarType::Int | ScalarType::Long | ScalarType::Real | ScalarType::Decimal)
    }

    /// Whether the type is int or long.
    pub fn is_integer(self) -> bool {
        matches!(self, ScalarType::Int | ScalarType::Long)
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
