//! What a kernel is given for an argument: a column, or one value that stands for every row.
//!
//! A kernel asks for a typed reader (`operand.strings()`), whose `get(row)` is a branch that the processor
//! predicts and no dynamic dispatch.

use arrow_array::{Array, BooleanArray, Float64Array, Int32Array, Int64Array, StringViewArray};

use crate::column::{decimal_from_bytes, guid_from_bytes};
use crate::{Column, Decimal, DecimalArray, GuidArray, ScalarType, Value};

/// An argument of a kernel.
#[derive(Clone, Debug)]
pub enum Operand {
    /// A value for each row.
    Column(Column),
    /// The same value for every row.
    Constant(Value),
}

macro_rules! reader {
    ($(#[$doc:meta])* $reader:ident, $array:ty, $item:ty, |$values:ident, $row:ident| $get:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $reader<'a> {
            /// A value for each row.
            Array(&'a $array),
            /// One value for every row.
            Constant(Option<$item>),
        }

        impl<'a> $reader<'a> {
            /// The value in `row`; `None` is null.
            #[inline(always)]
            pub fn get(&self, $row: usize) -> Option<$item> {
                match self {
                    Self::Array($values) if $values.is_null($row) => None,
                    Self::Array($values) => Some($get),
                    Self::Constant(value) => *value,
                }
            }
        }
    };
}

reader!(
    /// Reads bools.
    Bools, BooleanArray, bool, |values, row| values.value(row)
);
reader!(
    /// Reads ints.
    Ints, Int32Array, i32, |values, row| values.value(row)
);
reader!(
    /// Reads longs, and the ticks of datetimes and timespans.
    Longs, Int64Array, i64, |values, row| values.value(row)
);
reader!(
    /// Reads reals.
    Reals, Float64Array, f64, |values, row| values.value(row)
);
reader!(
    /// Reads decimals.
    Decimals, DecimalArray, Decimal, |values, row| decimal_from_bytes(values.value(row))
);
reader!(
    /// Reads guids.
    Guids, GuidArray, u128, |values, row| guid_from_bytes(values.value(row))
);

/// Reads strings, and the JSON text of dynamics. A string operand never gives `None`; a dynamic one may.
#[derive(Clone, Copy, Debug)]
pub enum Strings<'a> {
    /// A value for each row.
    Array(&'a StringViewArray),
    /// One value for every row.
    Constant(Option<&'a str>),
}

impl<'a> Strings<'a> {
    /// The text in `row`; `None` is null (of a dynamic).
    #[inline(always)]
    pub fn get(&self, row: usize) -> Option<&'a str> {
        match *self {
            Self::Array(values) if values.is_null(row) => None,
            Self::Array(values) => Some(values.value(row)),
            Self::Constant(value) => value,
        }
    }

    /// The text in `row`, `""` where it is null.
    #[inline(always)]
    pub fn text(&self, row: usize) -> &'a str {
        self.get(row).unwrap_or("")
    }
}

impl Operand {
    /// The operand's type.
    pub fn data_type(&self) -> ScalarType {
        match self {
            Operand::Column(column) => column.data_type(),
            Operand::Constant(value) => value.data_type(),
        }
    }

    /// The value, if it is the same for every row.
    pub fn constant(&self) -> Option<&Value> {
        match self {
            Operand::Constant(value) => Some(value),
            Operand::Column(_) => None,
        }
    }

    /// The value in `row`, copied out. For edges, not for inner loops.
    pub fn value(&self, row: usize) -> Value {
        match self {
            Operand::Column(column) => column.value(row),
            Operand::Constant(value) => value.clone(),
        }
    }

    /// Whether the value in `row` is null.
    #[inline]
    pub fn is_null(&self, row: usize) -> bool {
        match self {
            Operand::Column(column) => column.is_null(row),
            Operand::Constant(value) => value.is_null(),
        }
    }

    /// The operand as a column of `rows` values.
    pub fn into_column(self, rows: usize) -> Column {
        match self {
            Operand::Column(column) => column,
            Operand::Constant(value) => Column::repeat(&value, rows),
        }
    }

    /// Reads bools.
    ///
    /// # Panics
    /// Like every reader here, if the operand has another type: the planner has chosen the overload by type.
    pub fn bools(&self) -> Bools<'_> {
        match self {
            Operand::Column(Column::Bool(array)) => Bools::Array(array),
            Operand::Constant(Value::Bool(value)) => Bools::Constant(Some(*value)),
            Operand::Constant(Value::Null(ScalarType::Bool)) => Bools::Constant(None),
            other => other.mismatch("bool"),
        }
    }

    /// Reads ints.
    pub fn ints(&self) -> Ints<'_> {
        match self {
            Operand::Column(Column::Int(array)) => Ints::Array(array),
            Operand::Constant(Value::Int(value)) => Ints::Constant(Some(*value)),
            Operand::Constant(Value::Null(ScalarType::Int)) => Ints::Constant(None),
            other => other.mismatch("int"),
        }
    }

    /// Reads longs, datetimes or timespans.
    pub fn longs(&self) -> Longs<'_> {
        match self {
            Operand::Column(Column::Long(array) | Column::DateTime(array) | Column::Timespan(array)) => {
                Longs::Array(array)
            }
            Operand::Constant(Value::Long(value) | Value::DateTime(value) | Value::Timespan(value)) => {
                Longs::Constant(Some(*value))
            }
            Operand::Constant(Value::Null(
                ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan,
            )) => Longs::Constant(None),
            other => other.mismatch("long, datetime or timespan"),
        }
    }

    /// Reads reals.
    pub fn reals(&self) -> Reals<'_> {
        match self {
            Operand::Column(Column::Real(array)) => Reals::Array(array),
            Operand::Constant(Value::Real(value)) => Reals::Constant(Some(*value)),
            Operand::Constant(Value::Null(ScalarType::Real)) => Reals::Constant(None),
            other => other.mismatch("real"),
        }
    }

    /// Reads decimals.
    pub fn decimals(&self) -> Decimals<'_> {
        match self {
            Operand::Column(Column::Decimal(array)) => Decimals::Array(array),
            Operand::Constant(Value::Decimal(value)) => Decimals::Constant(Some(*value)),
            Operand::Constant(Value::Null(ScalarType::Decimal)) => Decimals::Constant(None),
            other => other.mismatch("decimal"),
        }
    }

    /// Reads guids.
    pub fn guids(&self) -> Guids<'_> {
        match self {
            Operand::Column(Column::Guid(array)) => Guids::Array(array),
            Operand::Constant(Value::Guid(value)) => Guids::Constant(Some(*value)),
            Operand::Constant(Value::Null(ScalarType::Guid)) => Guids::Constant(None),
            other => other.mismatch("guid"),
        }
    }

    /// Reads strings, or the JSON text of dynamics.
    pub fn strings(&self) -> Strings<'_> {
        match self {
            Operand::Column(Column::String(array) | Column::Dynamic(array)) => Strings::Array(array),
            Operand::Constant(Value::String(text) | Value::Dynamic(text)) => Strings::Constant(Some(text)),
            Operand::Constant(Value::Null(ScalarType::Dynamic)) => Strings::Constant(None),
            other => other.mismatch("string or dynamic"),
        }
    }

    fn mismatch(&self, wanted: &str) -> ! {
        unreachable!("a kernel for {wanted} was given {}", self.data_type())
    }
}
