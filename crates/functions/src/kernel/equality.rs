//! Equality of any two operands, as `==`, `!=` and `in` see it.

use arrow_array::builder::make_view;
use arrow_array::{Array, BooleanArray, Int64Array, StringViewArray};
use arrow_buffer::BooleanBuffer;
use kql_types::dynamic::{Json, JsonKind, write_json_string};
use kql_types::{Column, Longs, Operand, ScalarType, Strings, Value};

use super::rows;
use crate::scalar::conversion::convert;

/// Row by row whether the operands are equal, or unequal if `negated`. Null equals nothing, two nulls make null
/// (measured). Where the types differ one side is converted to the other: [`equality_type`].
pub fn equality(left: &Operand, right: &Operand, row_count: usize, negated: bool) -> BooleanArray {
    let (left_type, right_type) = (left.data_type(), right.data_type());
    match equality_type(left_type, right_type) {
        Equality::Text => text_equality(left, right, row_count, negated),
        Equality::NumberInDynamic if left_type == ScalarType::Dynamic => {
            number_in_dynamic(left.strings(), convert(right, ScalarType::Long).longs(), row_count, negated)
        }
        Equality::NumberInDynamic => {
            number_in_dynamic(right.strings(), convert(left, ScalarType::Long).longs(), row_count, negated)
        }
        Equality::As(ScalarType::Long) => long_equality(left, right, row_count, negated),
        Equality::As(data_type) => {
            typed_equality(&convert(left, data_type), &convert(right, data_type), row_count, negated)
        }
    }
}

/// What two operands are compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// As texts; a dynamic is its unquoted text, null `""`.
    Text,
    /// As a whole number and a dynamic, which may hold a number of any kind or text.
    NumberInDynamic,
    /// As values of that type.
    As(ScalarType),
}

/// What two types are compared as. Text and dynamics are converted to the other side's type (measured for
/// `datetime == string`), bools and times count as numbers beside a number, and numbers widen.
pub fn equality_type(left: ScalarType, right: ScalarType) -> Equality {
    use ScalarType::{Bool, DateTime, Decimal, Dynamic, Guid, Int, Long, Real, String, Timespan};
    match (left, right) {
        (String | Dynamic, String) | (String, Dynamic) => Equality::Text,
        (Int | Long, Dynamic) | (Dynamic, Int | Long) => Equality::NumberInDynamic,
        (String, Int) | (Int, String) => Equality::As(Long),
        (String | Dynamic, other) | (other, String | Dynamic) => Equality::As(other),
        (left, right) if left == right => Equality::As(left),
        (Guid, _) | (_, Guid) => Equality::As(Guid),
        (Decimal, _) | (_, Decimal) => Equality::As(Decimal),
        (Real, _) | (_, Real) => Equality::As(Real),
        (Bool | Int | Long | DateTime | Timespan, _) => Equality::As(Long),
    }
}

fn pairs<T: PartialEq>(
    row_count: usize,
    negated: bool,
    left: impl Fn(usize) -> Option<T>,
    right: impl Fn(usize) -> Option<T>,
) -> BooleanArray {
    rows::bools(row_count, |row| match (left(row), right(row)) {
        (None, None) => None,
        (left, right) => Some((left == right) != negated),
    })
}

fn typed_equality(left: &Operand, right: &Operand, row_count: usize, negated: bool) -> BooleanArray {
    macro_rules! by {
        ($reader:ident) => {{
            let (left, right) = (left.$reader(), right.$reader());
            pairs(row_count, negated, |row| left.get(row), |row| right.get(row))
        }};
    }
    match left.data_type() {
        ScalarType::Bool => by!(bools),
        ScalarType::Int => by!(ints),
        ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan => match (left, right) {
            (
                Operand::Column(Column::Long(array) | Column::DateTime(array) | Column::Timespan(array)),
                Operand::Constant(Value::Long(value) | Value::DateTime(value) | Value::Timespan(value)),
            ) => longs_and_constant(array, *value, negated),
            _ => by!(longs),
        },
        ScalarType::Real => by!(reals),
        ScalarType::Decimal => by!(decimals),
        ScalarType::Guid => by!(guids),
        ScalarType::String | ScalarType::Dynamic => by!(strings),
    }
}

fn longs_and_constant(array: &Int64Array, value: i64, negated: bool) -> BooleanArray {
    let values = array.values();
    let equal = BooleanBuffer::collect_bool(values.len(), |row| values[row] == value);
    total(&equal, array, negated)
}

/// The result where one side is a constant and not null: a null on the other side is unequal to it.
fn total(equal: &BooleanBuffer, column: &dyn Array, negated: bool) -> BooleanArray {
    let equal = match column.nulls() {
        Some(nulls) => equal & nulls.inner(),
        None => equal.clone(),
    };
    BooleanArray::new(if negated { !&equal } else { equal }, None)
}

/// Whole numbers. An int column beside a constant that fits is not widened.
fn long_equality(left: &Operand, right: &Operand, row_count: usize, negated: bool) -> BooleanArray {
    match (left, right) {
        (Operand::Column(Column::Int(array)), Operand::Constant(Value::Long(value)))
        | (Operand::Constant(Value::Long(value)), Operand::Column(Column::Int(array))) => {
            let values = array.values();
            let equal = match i32::try_from(*value) {
                Ok(value) => BooleanBuffer::collect_bool(row_count, |row| values[row] == value),
                Err(_) => BooleanBuffer::new_unset(row_count),
            };
            total(&equal, array, negated)
        }
        (Operand::Constant(_), Operand::Column(_)) => long_equality(right, left, row_count, negated),
        _ => {
            let to_long = |operand: &Operand| convert(operand, ScalarType::Long);
            typed_equality(&to_long(left), &to_long(right), row_count, negated)
        }
    }
}

/// A number inside a dynamic equals a long if it has that value: 5.0 is 5, 5.7 is not.
fn number_in_dynamic(
    dynamics: Strings<'_>,
    longs: Longs<'_>,
    row_count: usize,
    negated: bool,
) -> BooleanArray {
    rows::bools(row_count, |row| match (dynamics.get(row), longs.get(row)) {
        (None, None) => None,
        (Some(json), Some(long)) => Some((dynamic_is_long(json, long)) != negated),
        _ => Some(negated),
    })
}

/// Whether a dynamic has the value of a long.
pub fn dynamic_is_long(json: &str, long: i64) -> bool {
    whole_number(json) == Some(long)
}

/// The whole number that a dynamic has the value of.
pub fn whole_number(json: &str) -> Option<i64> {
    let json = Json::new(json);
    match json.kind() {
        JsonKind::Number => json.as_i64().or_else(|| whole_real(json.as_f64()?)),
        JsonKind::String => kql_types::convert::to_long(&json.as_str()?),
        JsonKind::Bool => json.as_bool().map(i64::from),
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => None,
    }
}

/// The real as a long, if it is one.
pub fn whole_real(real: f64) -> Option<i64> {
    let in_range = real >= i64::MIN as f64 && real < i64::MAX as f64;
    (in_range && real.fract() == 0.0).then_some(real as i64)
}

fn text_equality(left: &Operand, right: &Operand, row_count: usize, negated: bool) -> BooleanArray {
    let equal = match (left, right) {
        (Operand::Column(column), Operand::Constant(value))
        | (Operand::Constant(value), Operand::Column(column)) => column_is_text(column, &value.to_text()),
        (Operand::Column(left), Operand::Column(right)) => {
            let (left, right) = (left.to_text(), right.to_text());
            BooleanBuffer::collect_bool(row_count, |row| left.value(row) == right.value(row))
        }
        (Operand::Constant(left), Operand::Constant(right)) => match left.to_text() == right.to_text() {
            true => BooleanBuffer::new_set(row_count),
            false => BooleanBuffer::new_unset(row_count),
        },
    };
    BooleanArray::new(if negated { !&equal } else { equal }, None)
}

/// Which rows have that text. A dynamic is not unquoted for it: compact JSON has one way to write a text, so the text
/// is quoted instead.
fn column_is_text(column: &Column, text: &str) -> BooleanBuffer {
    let Column::Dynamic(array) = column else {
        return match column {
            Column::String(array) => rows_with_text(array, text),
            other => rows_with_text(&other.to_text(), text),
        };
    };
    let mut quoted = String::with_capacity(text.len() + 2);
    write_json_string(&mut quoted, text);
    let without_quotes = rows_with_text(array, text);
    let equal = &rows_with_text(array, &quoted) | &without_quotes;
    match array.nulls() {
        Some(nulls) if text.is_empty() => &equal | &!nulls.inner(),
        Some(nulls) => &equal & nulls.inner(),
        None => equal,
    }
}

/// Which rows hold exactly that text. Short texts lie inside their view and are compared as one number; of longer ones
/// length and first four bytes are compared before the rest is looked at.
fn rows_with_text(array: &StringViewArray, text: &str) -> BooleanBuffer {
    const INLINE: usize = 12;
    let wanted = make_view(text.as_bytes(), 0, 0);
    let views = array.views();
    if text.len() <= INLINE {
        return BooleanBuffer::collect_bool(array.len(), |row| views[row] == wanted);
    }
    let length_and_prefix = wanted as u64;
    BooleanBuffer::collect_bool(array.len(), |row| {
        views[row] as u64 == length_and_prefix && array.value(row) == text
    })
}
