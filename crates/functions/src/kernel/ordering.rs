//! `<`, `<=`, `>`, `>=` over whole columns.

use std::ops::{BitAnd, Deref};

use arrow_array::{Array, BooleanArray, PrimitiveArray, types::ArrowPrimitiveType};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use kql_types::{Column, Operand, ScalarType, Value};

use super::rows;
use crate::scalar::conversion::convert;

/// A comparison of order, known when the loop is compiled.
pub trait Comparison {
    /// Whether it holds.
    fn holds<T: PartialOrd>(left: &T, right: &T) -> bool;
}

/// Defines the four comparisons.
macro_rules! comparisons {
    ($($(#[$doc:meta])* $name:ident $operator:tt),+) => {
        $($(#[$doc])* pub struct $name;

        impl Comparison for $name {
            #[inline(always)]
            fn holds<T: PartialOrd>(left: &T, right: &T) -> bool {
                left $operator right
            }
        })+
    };
}

comparisons! {
    /// `<`
    Less <,
    /// `<=`
    LessOrEqual <=,
    /// `>`
    Greater >,
    /// `>=`
    GreaterOrEqual >=
}

/// What two types are ordered as; `None` if the language does not order them (KS106). Two dynamics are ordered as
/// numbers; beside a time a dynamic is a time, which the binder refuses but published rules rely on.
pub fn ordering_type(left: ScalarType, right: ScalarType) -> Option<ScalarType> {
    use ScalarType::{Bool, DateTime, Decimal, Dynamic, Int, Long, Real, Timespan};
    Some(match (left, right) {
        (DateTime, DateTime | Dynamic) | (Dynamic, DateTime) => DateTime,
        (Timespan, Timespan | Dynamic) | (Dynamic, Timespan) => Timespan,
        (Decimal, Bool | Int | Long | Real | Decimal | Dynamic) => Decimal,
        (Bool | Int | Long | Real | Dynamic, Decimal) => Decimal,
        (Bool | Int | Long, Bool | Int | Long) => Long,
        // A dynamic may hold a real even where the other side is whole.
        (Bool | Int | Long | Real | Dynamic, Bool | Int | Long | Real | Dynamic)
            if (left, right) != (Bool, Dynamic) && (left, right) != (Dynamic, Bool) =>
        {
            Real
        }
        _ => return None,
    })
}

/// Row by row whether the comparison holds; null where either side is.
pub fn ordering<C: Comparison>(left: &Operand, right: &Operand, row_count: usize) -> BooleanArray {
    if let (Operand::Column(Column::Int(array)), Operand::Constant(Value::Long(value))) = (left, right)
        && let Ok(value) = i32::try_from(*value)
    {
        return column_and_constant::<C, _>(array, value);
    }
    let Some(data_type) = ordering_type(left.data_type(), right.data_type()) else {
        return rows::bools(row_count, |_| None);
    };
    let (left, right) = (convert(left, data_type), convert(right, data_type));
    match (&left, &right) {
        (
            Operand::Column(Column::Long(array) | Column::DateTime(array) | Column::Timespan(array)),
            Operand::Constant(Value::Long(value) | Value::DateTime(value) | Value::Timespan(value)),
        ) => column_and_constant::<C, _>(array, *value),
        (Operand::Column(Column::Real(array)), Operand::Constant(Value::Real(value))) => {
            column_and_constant::<C, _>(array, *value)
        }
        _ => pairs::<C>(&left, &right, row_count),
    }
}

fn column_and_constant<C: Comparison, T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    value: T::Native,
) -> BooleanArray
where
    T::Native: PartialOrd,
{
    let values = array.values().deref();
    let holds = BooleanBuffer::collect_bool(values.len(), |row| C::holds(&values[row], &value));
    BooleanArray::new(holds, array.nulls().cloned())
}

fn pairs<C: Comparison>(left: &Operand, right: &Operand, row_count: usize) -> BooleanArray {
    macro_rules! by {
        ($reader:ident) => {{
            let (left, right) = (left.$reader(), right.$reader());
            rows::bools(row_count, |row| Some(C::holds(&left.get(row)?, &right.get(row)?)))
        }};
    }
    match left.data_type() {
        ScalarType::Real => by!(reals),
        ScalarType::Decimal => by!(decimals),
        ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan => by!(longs),
        ScalarType::Bool | ScalarType::Int | ScalarType::Guid | ScalarType::String | ScalarType::Dynamic => {
            unreachable!("ordering_type() gives none of these")
        }
    }
}

/// Both, null where either is null: how `between` joins its two bounds (measured).
pub fn both(left: &BooleanArray, right: &BooleanArray) -> BooleanArray {
    let nulls = NullBuffer::union(left.nulls(), right.nulls());
    BooleanArray::new(left.values().bitand(right.values()), nulls)
}
