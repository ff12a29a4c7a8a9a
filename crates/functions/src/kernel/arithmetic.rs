//! `+ - * / %` over whole columns.
//!
//! <https://learn.microsoft.com/kusto/query/numerical-operators>,
//! <https://learn.microsoft.com/kusto/query/datetime-timespan-arithmetic>; result types as the official binder gives
//! them.

use arrow_array::Float64Array;
use kql_types::dynamic::{Json, JsonKind, write_value};
use kql_types::{Column, Decimal, Operand, ScalarType, Value, datetime};

use super::rows;
use crate::scalar::conversion::convert;

/// An operation, known when the loop is compiled. `None` is null.
pub trait Operation {
    /// The symbol.
    const SYMBOL: &'static str;
    /// Over whole numbers and ticks. Wraps where the result is out of range (measured).
    fn longs(left: i64, right: i64) -> Option<i64>;
    /// Over reals.
    fn reals(left: f64, right: f64) -> f64;
    /// Over decimals; null where the result is out of range.
    fn decimals(left: Decimal, right: Decimal) -> Option<Decimal>;
}

/// `+`
pub struct Add;
/// `-`
pub struct Subtract;
/// `*`
pub struct Multiply;
/// `/`
pub struct Divide;
/// `%`
pub struct Modulo;

impl Operation for Add {
    const SYMBOL: &'static str = "+";
    fn longs(left: i64, right: i64) -> Option<i64> {
        Some(left.wrapping_add(right))
    }
    fn reals(left: f64, right: f64) -> f64 {
        left + right
    }
    fn decimals(left: Decimal, right: Decimal) -> Option<Decimal> {
        left.checked_add(right)
    }
}

impl Operation for Subtract {
    const SYMBOL: &'static str = "-";
    fn longs(left: i64, right: i64) -> Option<i64> {
        Some(left.wrapping_sub(right))
    }
    fn reals(left: f64, right: f64) -> f64 {
        left - right
    }
    fn decimals(left: Decimal, right: Decimal) -> Option<Decimal> {
        left.checked_sub(right)
    }
}

impl Operation for Multiply {
    const SYMBOL: &'static str = "*";
    fn longs(left: i64, right: i64) -> Option<i64> {
        Some(left.wrapping_mul(right))
    }
    fn reals(left: f64, right: f64) -> f64 {
        left * right
    }
    fn decimals(left: Decimal, right: Decimal) -> Option<Decimal> {
        left.checked_mul(right)
    }
}

/// Whole numbers are cut off toward zero, and null by zero.
impl Operation for Divide {
    const SYMBOL: &'static str = "/";
    fn longs(left: i64, right: i64) -> Option<i64> {
        (right != 0).then(|| left.wrapping_div(right))
    }
    fn reals(left: f64, right: f64) -> f64 {
        left / right
    }
    fn decimals(left: Decimal, right: Decimal) -> Option<Decimal> {
        left.checked_div(right)
    }
}

/// Never negative (measured): `-14 % 12` is 10, `14 % -12` is 2.
impl Operation for Modulo {
    const SYMBOL: &'static str = "%";
    fn longs(left: i64, right: i64) -> Option<i64> {
        (right != 0).then(|| left.wrapping_rem_euclid(right))
    }
    fn reals(left: f64, right: f64) -> f64 {
        left.rem_euclid(right)
    }
    fn decimals(left: Decimal, right: Decimal) -> Option<Decimal> {
        let remainder = left.checked_rem(right)?;
        if remainder.is_sign_negative() { remainder.checked_add(right.abs()) } else { Some(remainder) }
    }
}

/// The type of `left symbol right`; `None` if the language has no such operation (KS106).
pub fn result_type(symbol: &str, left: ScalarType, right: ScalarType) -> Option<ScalarType> {
    use ScalarType::{DateTime, Dynamic, Real, Timespan};
    if left.is_number() && right.is_number() {
        return Some(widest(left, right));
    }
    Some(match (left, symbol, right) {
        (Dynamic, _, number) | (number, _, Dynamic) if number.is_number() => widest(number, number),
        (Dynamic, _, Dynamic) => Dynamic,
        (DateTime, "+", DateTime | Timespan | Dynamic) | (Timespan | Dynamic, "+", DateTime) => DateTime,
        (DateTime, "-", DateTime | Dynamic) | (Dynamic, "-", DateTime) => Timespan,
        (DateTime, "-", Timespan) => DateTime,
        (Timespan, "+" | "-", Timespan | Dynamic) | (Dynamic, "+" | "-", Timespan) => Timespan,
        (time @ (DateTime | Timespan), "*" | "/" | "%", number) if number.is_number() => time,
        (number, "*", time @ (DateTime | Timespan)) if number.is_number() => time,
        (DateTime, "/", DateTime | Timespan) | (Timespan, "/", Timespan) => Real,
        (DateTime, "%", DateTime | Timespan) | (Timespan, "%", Timespan) => Timespan,
        _ => return None,
    })
}

/// The wider of two number types; int counts as long.
pub fn widest(left: ScalarType, right: ScalarType) -> ScalarType {
    use ScalarType::{Decimal, Long, Real};
    match (left, right) {
        (Decimal, _) | (_, Decimal) => Decimal,
        (Real, _) | (_, Real) => Real,
        _ => Long,
    }
}

/// The operation row by row. `returns` is what [`result_type`] gave for the operands.
pub fn arithmetic<O: Operation>(
    left: &Operand,
    right: &Operand,
    row_count: usize,
    returns: ScalarType,
) -> Column {
    match returns {
        ScalarType::Decimal => {
            let (left, right) = (convert(left, returns), convert(right, returns));
            let (left, right) = (left.decimals(), right.decimals());
            Column::Decimal(rows::decimals(row_count, |row| O::decimals(left.get(row)?, right.get(row)?)))
        }
        ScalarType::Real => Column::Real(as_reals::<O>(left, right, row_count)),
        ScalarType::Dynamic => dynamics::<O>(left, right, row_count),
        ScalarType::DateTime | ScalarType::Timespan => times::<O>(left, right, row_count, returns),
        _ => {
            let (left, right) = (convert(left, ScalarType::Long), convert(right, ScalarType::Long));
            let (left, right) = (left.longs(), right.longs());
            Column::Long(rows::longs(row_count, |row| O::longs(left.get(row)?, right.get(row)?)))
        }
    }
}

/// The operation over both operands as reals; of times the ticks.
fn as_reals<O: Operation>(left: &Operand, right: &Operand, row_count: usize) -> Float64Array {
    let (left, right) = (convert(left, ScalarType::Real), convert(right, ScalarType::Real));
    let (left, right) = (left.reals(), right.reals());
    rows::reals(row_count, |row| Some(O::reals(left.get(row)?, right.get(row)?)))
}

/// Operations that give a time: in ticks, unless one side is a real.
fn times<O: Operation>(left: &Operand, right: &Operand, row_count: usize, returns: ScalarType) -> Column {
    let is_fractional =
        |operand: &Operand| matches!(operand.data_type(), ScalarType::Real | ScalarType::Decimal);
    let ticks = if is_fractional(left) || is_fractional(right) {
        let results = as_reals::<O>(left, right, row_count);
        rows::longs(row_count, |row| {
            let ticks = super::value_at(&results, row)?;
            (ticks.abs() < i64::MAX as f64).then_some(ticks as i64)
        })
    } else {
        let (left_ticks, right_ticks) = (as_ticks(left, right), as_ticks(right, left));
        let (left, right) = (left_ticks.longs(), right_ticks.longs());
        rows::longs(row_count, |row| O::longs(left.get(row)?, right.get(row)?))
    };
    match returns {
        ScalarType::DateTime => {
            Column::DateTime(rows::longs(row_count, |row| datetime::in_range(super::value_at(&ticks, row)?)))
        }
        _ => Column::Timespan(ticks),
    }
}

/// Ticks, or a whole number. A dynamic is read as the time that the other side is.
fn as_ticks(operand: &Operand, other: &Operand) -> Operand {
    match operand.data_type() {
        ScalarType::Dynamic => convert(operand, other.data_type()),
        ScalarType::DateTime | ScalarType::Timespan => operand.clone(),
        _ => convert(operand, ScalarType::Long),
    }
}

/// Two dynamics: whole numbers stay whole, any other number makes a real, and what is no number makes null.
fn dynamics<O: Operation>(left: &Operand, right: &Operand, row_count: usize) -> Column {
    let (left, right) = (left.strings(), right.strings());
    Column::Dynamic(
        rows::dynamics(row_count, |row, out| {
            let (left, right) = (Json::new(left.get(row)?), Json::new(right.get(row)?));
            if left.kind() != JsonKind::Number || right.kind() != JsonKind::Number {
                return None;
            }
            let result = match (left.as_i64(), right.as_i64()) {
                (Some(left), Some(right)) => Value::Long(O::longs(left, right)?),
                _ => Value::Real(O::reals(left.as_f64()?, right.as_f64()?)),
            };
            write_value(out, &result);
            Some(())
        })
        .into(),
    )
}
