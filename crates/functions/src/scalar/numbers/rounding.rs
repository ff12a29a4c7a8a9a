//! Rounding, absolute value and sign.

use kql_types::{Column, Decimal, Longs, Operand, RoundingStrategy, ScalarType, ScalarType::Real};

use crate::kernel::rows::{decimals, ints, longs, reals};
use crate::scalar::conversion::convert;
use crate::scalar::signature::{columns, scalar_function};
use crate::{ArgumentInfo, Call, KernelError, ParameterType, ResultName, Returns, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ROUND, &CEILING, &ABS, &SIGN];

const NUMBER: ParameterType = ParameterType::Number;
const LENGTH: &[ParameterType] = &[ParameterType::Exact(ScalarType::Timespan)];

scalar_function!(
    ROUND, ["round"],
    "The number rounded to so many digits behind the point (0), or, if negative, before it; halves away from zero.",
    [
        "print round(2.98765, 3)" => "2.988",
        "print round(-50.55, -2)" => "-100.0",
        "print round(21.5, -1)" => "20.0",
    ],
    ResultName::FirstArgument,
    [columns(&[NUMBER, ParameterType::Integer], Real, round).at_least(1).returning(Returns::Argument(0))],
);
scalar_function!(
    CEILING, ["ceiling"], "The least whole number that is not smaller. It is a real, of a decimal a decimal (measured).",
    ["print ceiling(-1.1)" => "-1.0", "print ceiling(0.9)" => "1.0"],
    ResultName::FirstArgument,
    [columns(&[NUMBER], Real, ceiling).returning(Returns::Computed(ceiling_returns))],
);
scalar_function!(
    ABS, ["abs"], "The absolute value.",
    ["print abs(-5)" => "5", "print abs(-1.5)" => "1.5", "print abs(-1h)" => "01:00:00"],
    ResultName::FirstArgument,
    [
        columns(&[NUMBER], Real, abs).returning(Returns::Promoted(0)),
        columns(LENGTH, ScalarType::Timespan, abs),
    ],
);
scalar_function!(
    SIGN, ["sign"], "1.0, 0.0 or -1.0 as the number is positive, zero or negative; 0.0 of null and NaN (measured).",
    ["print sign(-42)" => "-1.0", "print sign(0)" => "0.0", "print sign(11.2)" => "1.0"],
    ResultName::Generated,
    [columns(&[NUMBER], Real, sign)],
);

/// Rounds to that many digits behind the point. The double is rounded, not its text: `round(1.005, 2)` is 1.0
/// (measured).
pub(super) fn round_real(number: f64, precision: i64) -> f64 {
    let scale = 10f64.powi(precision.unsigned_abs().min(400) as i32);
    let (rounded, too_fine) = match precision {
        0 => return number.round(),
        1.. => ((number * scale).round() / scale, true),
        _ => ((number / scale).round() * scale, false),
    };
    // The scale may exceed what a double holds: no digit is that fine, and none that coarse.
    match rounded.is_finite() {
        true => rounded,
        false if too_fine || !number.is_finite() => number,
        false => 0.0,
    }
}

/// Rounds to a power of ten; a whole number has no digits behind the point.
fn round_whole(number: i64, precision: i64) -> i64 {
    let Ok(digits) = u32::try_from(precision.saturating_neg()) else {
        return number;
    };
    let Some(unit) = 10i64.checked_pow(digits) else {
        return 0;
    };
    let cut = number - number % unit;
    match (number % unit).unsigned_abs() >= unit.unsigned_abs().div_ceil(2) && unit > 1 {
        true => cut.saturating_add(unit * number.signum()),
        false => cut,
    }
}

fn round_decimal(number: Decimal, precision: i64) -> Option<Decimal> {
    let strategy = RoundingStrategy::MidpointAwayFromZero;
    if let Ok(digits) = u32::try_from(precision) {
        return Some(number.round_dp_with_strategy(digits, strategy));
    }
    let unit = Decimal::from(10i64.checked_pow(u32::try_from(precision.unsigned_abs()).ok()?)?);
    (number / unit).round_dp_with_strategy(0, strategy).checked_mul(unit)
}

fn round(call: &Call<'_>) -> Result<Column, KernelError> {
    let number = &call.arguments[0];
    let precision = match call.arguments.get(1) {
        Some(precision) => precision.longs(),
        None => Longs::Constant(Some(0)),
    };
    let rows = call.rows;
    Ok(match call.returns {
        ScalarType::Int => {
            let numbers = number.ints();
            Column::Int(ints(rows, |row| {
                Some(round_whole(numbers.get(row)?.into(), precision.get(row)?) as i32)
            }))
        }
        ScalarType::Long => {
            let numbers = number.longs();
            Column::Long(longs(rows, |row| Some(round_whole(numbers.get(row)?, precision.get(row)?))))
        }
        ScalarType::Decimal => {
            let numbers = number.decimals();
            Column::Decimal(decimals(rows, |row| round_decimal(numbers.get(row)?, precision.get(row)?)))
        }
        _ => {
            let numbers = number.reals();
            Column::Real(reals(rows, |row| Some(round_real(numbers.get(row)?, precision.get(row)?))))
        }
    })
}

fn ceiling_returns(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    Ok(match arguments[0].data_type {
        ScalarType::Decimal => ScalarType::Decimal,
        _ => Real,
    })
}

fn ceiling(call: &Call<'_>) -> Result<Column, KernelError> {
    let number = convert(&call.arguments[0], call.returns);
    Ok(match call.returns {
        ScalarType::Decimal => {
            let numbers = number.decimals();
            Column::Decimal(decimals(call.rows, |row| Some(numbers.get(row)?.ceil())))
        }
        _ => {
            let numbers = number.reals();
            Column::Real(reals(call.rows, |row| Some(numbers.get(row)?.ceil())))
        }
    })
}

fn abs(call: &Call<'_>) -> Result<Column, KernelError> {
    let number: Operand = convert(&call.arguments[0], call.returns);
    Ok(match call.returns {
        ScalarType::Real => {
            let numbers = number.reals();
            Column::Real(reals(call.rows, |row| Some(numbers.get(row)?.abs())))
        }
        ScalarType::Decimal => {
            let numbers = number.decimals();
            Column::Decimal(decimals(call.rows, |row| Some(numbers.get(row)?.abs())))
        }
        returns => {
            let numbers = number.longs();
            let sizes = longs(call.rows, |row| Some(numbers.get(row)?.wrapping_abs()));
            if returns == ScalarType::Timespan { Column::Timespan(sizes) } else { Column::Long(sizes) }
        }
    })
}

fn sign(call: &Call<'_>) -> Result<Column, KernelError> {
    let numbers = convert(&call.arguments[0], Real);
    let numbers = numbers.reals();
    Ok(Column::Real(reals(call.rows, |row| {
        let number = numbers.get(row).unwrap_or(0.0);
        Some(f64::from(i8::from(number > 0.0) - i8::from(number < 0.0)))
    })))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, decimal};

    use crate::testing::{call, l, text};

    #[test]
    fn rounding_keeps_the_type() {
        for (number, precision, expected) in [
            (2.15, 1, "2.2"),
            (1.005, 2, "1.0"),
            (2.5, 0, "3.0"),
            (-2.5, 0, "-3.0"),
            (-50.55, -2, "-100.0"),
            (21.5, -1, "20.0"),
            (1.25, 400, "1.25"),
            (1.25, -400, "0.0"),
            (f64::INFINITY, 2, "inf"),
        ] {
            assert_eq!(text("round", &[Value::Real(number), l(precision)]), expected, "{number} {precision}");
        }
        for (number, precision, expected) in
            [(15, -1, 20), (-15, -1, -20), (14, -1, 10), (15, 2, 15), (7, 0, 7), (5, -30, 0), (150, -2, 200)]
        {
            assert_eq!(call("round", &[l(number), l(precision)]), Ok(l(expected)), "{number} {precision}");
        }
        assert_eq!(call("round", &[Value::Int(7)]), Ok(Value::Int(7)));
        let decimal = |text: &str| Value::Decimal(decimal::parse(text).unwrap());
        assert_eq!(text("round", &[decimal("2.345"), l(2)]), "2.35");
        assert_eq!(text("round", &[decimal("155"), l(-1)]), "160");
        assert_eq!(text("round", &[Value::Null(ScalarType::Real)]), "");
    }

    #[test]
    fn absolute_values_and_signs() {
        assert_eq!(call("abs", &[Value::Int(-5)]), Ok(l(5)));
        assert_eq!(call("abs", &[l(i64::MIN)]), Ok(l(i64::MIN)));
        assert_eq!(call("abs", &[Value::Timespan(-5)]), Ok(Value::Timespan(5)));
        assert_eq!(text("abs", &[Value::Decimal((-5).into())]), "5");
        assert_eq!(text("sign", &[Value::Null(ScalarType::Long)]), "0.0");
        assert_eq!(text("sign", &[Value::Real(f64::NAN)]), "0.0");
        assert_eq!(text("sign", &[Value::Real(-0.5)]), "-1.0");
    }

    #[test]
    fn ceilings_are_reals() {
        assert_eq!(call("ceiling", &[l(0)]), Ok(Value::Real(0.0)));
        assert_eq!(text("ceiling", &[Value::Real(0.2)]), "1.0");
        assert_eq!(text("ceiling", &[Value::Null(ScalarType::Int)]), "");
    }
}
