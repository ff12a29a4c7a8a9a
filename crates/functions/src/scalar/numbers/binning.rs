//! Rounding down to a multiple: `bin`, `bin_at`.
//!
//! <https://learn.microsoft.com/kusto/query/bin-function>

use arrow_array::Int64Array;
use kql_types::{
    Column, Decimal, Longs, Operand, ScalarType, ScalarType::DateTime, ScalarType::Long,
    ScalarType::Timespan, datetime,
};

use crate::ResultName::FirstArgument;
use crate::kernel::arithmetic::widest;
use crate::kernel::rows::{decimals, longs, reals};
use crate::kernel::value_at;
use crate::scalar::conversion::convert;
use crate::scalar::signature::{columns, scalar_function};
use crate::{ArgumentInfo, Call, KernelError, ParameterType, Returns, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&BIN, &BIN_AT];

const NUMBER: ParameterType = ParameterType::Number;
const MOMENT: ParameterType = ParameterType::Exact(DateTime);
const LENGTH: ParameterType = ParameterType::Exact(Timespan);

scalar_function!(
    BIN, ["bin", "floor"],
    "The greatest multiple of the second argument that is not greater than the first; null if the second is not positive, but NaN of reals if it is 0. Datetimes count from year 1.",
    [
        "print bin(4.5, 1)" => "4.0",
        "print bin(-7, 5)" => "-10",
        "print bin(time(16d), 7d)" => "14.00:00:00",
        "print bin(datetime(1970-05-11 13:45:07), 1d)" => "1970-05-11T00:00:00.0000000Z",
    ],
    FirstArgument,
    [
        columns(&[NUMBER, NUMBER], Long, bin_numbers).returning(Returns::Computed(widest_of_all)),
        columns(&[LENGTH, LENGTH], Timespan, |call| Ok(Column::Timespan(bin_longs(call)))),
        columns(&[MOMENT, LENGTH], DateTime, bin_moments),
        columns(&[MOMENT, MOMENT], DateTime, bin_moments),
    ],
);
scalar_function!(
    BIN_AT, ["bin_at"],
    "The greatest value not greater than the first argument that lies a whole number of bins, whose size is the second, from the third.",
    [
        "print bin_at(6.5, 2.5, 7)" => "4.5",
        "print bin_at(time(1h), 1d, 12h)" => "-12:00:00",
        "print bin_at(datetime(2017-05-15 10:20:00.0), 1d, datetime(1970-01-01 12:00:00.0))" => "2017-05-14T12:00:00.0000000Z",
    ],
    FirstArgument,
    [
        columns(&[NUMBER, NUMBER, NUMBER], Long, bin_numbers_at).returning(Returns::Computed(widest_of_all)),
        columns(&[LENGTH, LENGTH, LENGTH], Timespan, |call| Ok(Column::Timespan(bin_longs_at(call)))),
        columns(&[MOMENT, LENGTH, MOMENT], DateTime, |call| {
            let bins = bin_longs_at(call);
            Ok(Column::DateTime(longs(call.rows, |row| {
                datetime::in_range(value_at(&bins, row)?)
            })))
        }),
    ],
);

fn widest_of_all(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    Ok(arguments.iter().fold(Long, |data_type, argument| widest(data_type, argument.data_type)))
}

/// The start of a number's bin. Wraps at the ends of the range (measured).
#[inline(always)]
fn floor_to(number: i64, size: i64) -> Option<i64> {
    (size > 0).then(|| number.wrapping_sub(number.rem_euclid(size)))
}

fn floor_real_to(number: f64, size: f64) -> Option<f64> {
    (size >= 0.0 || size.is_nan()).then(|| (number / size).floor() * size)
}

fn floor_decimal_to(number: Decimal, size: Decimal) -> Option<Decimal> {
    if size <= Decimal::ZERO {
        return None;
    }
    number.checked_div(size)?.floor().checked_mul(size)
}

/// Divides by the same number again and again, with a multiplication instead of a division.
#[derive(Clone, Copy)]
struct Divisor {
    size: u64,
    /// 2^64 / size, rounded down.
    reciprocal: u64,
}

impl Divisor {
    fn new(size: i64) -> Option<Self> {
        let size = u64::try_from(size).ok().filter(|size| *size > 0)?;
        Some(Self { size, reciprocal: u64::MAX / size })
    }

    /// The start of a number's bin.
    #[inline(always)]
    fn floor(self, number: i64) -> i64 {
        if number < 0 {
            return number.wrapping_sub(number.rem_euclid(self.size as i64));
        }
        let number = number as u64;
        // At most one less than the true quotient, since the number is less than 2^63.
        let quotient = ((u128::from(number) * u128::from(self.reciprocal)) >> 64) as u64;
        let start = quotient * self.size;
        let start = if number - start >= self.size { start + self.size } else { start };
        start as i64
    }
}

fn bin_longs(call: &Call<'_>) -> Int64Array {
    bin_operands(&call.arguments[0], &call.arguments[1], call.rows)
}

/// Most bins have a constant size over a column, for which there is a faster loop.
fn bin_operands(values: &Operand, sizes: &Operand, rows: usize) -> Int64Array {
    let (values, sizes) = (values.longs(), sizes.longs());
    if let (Longs::Array(array), Longs::Constant(size)) = (&values, &sizes) {
        return match size.and_then(Divisor::new) {
            Some(divisor) => array.unary(|value| divisor.floor(value)),
            None => longs(rows, |_| None),
        };
    }
    longs(rows, |row| floor_to(values.get(row)?, sizes.get(row)?))
}

/// The bin of a datetime never starts before year 1, where counting begins.
fn bin_moments(call: &Call<'_>) -> Result<Column, KernelError> {
    Ok(Column::DateTime(bin_longs(call)))
}

fn bin_numbers(call: &Call<'_>) -> Result<Column, KernelError> {
    let value = convert(&call.arguments[0], call.returns);
    let size = convert(&call.arguments[1], call.returns);
    Ok(match call.returns {
        ScalarType::Real => {
            let (values, sizes) = (value.reals(), size.reals());
            Column::Real(reals(call.rows, |row| floor_real_to(values.get(row)?, sizes.get(row)?)))
        }
        ScalarType::Decimal => {
            let (values, sizes) = (value.decimals(), size.decimals());
            Column::Decimal(decimals(call.rows, |row| floor_decimal_to(values.get(row)?, sizes.get(row)?)))
        }
        _ => Column::Long(bin_operands(&value, &size, call.rows)),
    })
}

fn bin_longs_at(call: &Call<'_>) -> Int64Array {
    let [value, size, at] = [0, 1, 2].map(|index| &call.arguments[index]);
    bin_operands_at([value, size, at], call.rows)
}

fn bin_operands_at([values, sizes, points]: [&Operand; 3], rows: usize) -> Int64Array {
    let (values, sizes, points) = (values.longs(), sizes.longs(), points.longs());
    longs(rows, |row| {
        let point = points.get(row)?;
        Some(point.wrapping_add(floor_to(values.get(row)?.wrapping_sub(point), sizes.get(row)?)?))
    })
}

fn bin_numbers_at(call: &Call<'_>) -> Result<Column, KernelError> {
    let [value, size, at] = [0, 1, 2].map(|index| convert(&call.arguments[index], call.returns));
    Ok(match call.returns {
        ScalarType::Real => {
            let (values, sizes, points) = (value.reals(), size.reals(), at.reals());
            Column::Real(reals(call.rows, |row| {
                let point = points.get(row)?;
                Some(point + floor_real_to(values.get(row)? - point, sizes.get(row)?)?)
            }))
        }
        ScalarType::Decimal => {
            let (values, sizes, points) = (value.decimals(), size.decimals(), at.decimals());
            Column::Decimal(decimals(call.rows, |row| {
                let point = points.get(row)?;
                let distance = values.get(row)?.checked_sub(point)?;
                point.checked_add(floor_decimal_to(distance, sizes.get(row)?)?)
            }))
        }
        _ => Column::Long(bin_operands_at([&value, &size, &at], call.rows)),
    })
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, datetime, timespan};

    use super::Divisor;
    use crate::testing::{call, l, text};

    fn moment(text: &str) -> Value {
        Value::DateTime(datetime::parse(text).unwrap())
    }

    fn length(text: &str) -> Value {
        Value::Timespan(timespan::parse_literal(text).unwrap())
    }

    #[test]
    fn numbers() {
        assert_eq!(call("bin", &[Value::Int(7), Value::Int(5)]), Ok(l(5)));
        assert_eq!(call("bin", &[l(-7), l(5)]), Ok(l(-10)));
        assert_eq!(text("bin", &[Value::Real(4.5), l(1)]), "4.0");
        assert_eq!(text("bin", &[l(7), Value::Real(2.5)]), "5.0");
        // The doubles are 0.3 and 0.1 less and more a bit: their quotient is less than 3.
        assert_eq!(text("bin", &[Value::Real(0.3), Value::Real(0.1)]), "0.2");
        assert_eq!(text("bin", &[Value::Decimal(7.into()), l(2)]), "6");
    }

    #[test]
    fn sizes_must_be_positive() {
        assert_eq!(text("bin", &[l(7), l(0)]), "");
        assert_eq!(text("bin", &[l(7), l(-5)]), "");
        assert_eq!(text("bin", &[Value::Real(7.0), l(0)]), "NaN");
        assert_eq!(text("bin", &[Value::Real(7.0), l(-1)]), "");
        assert_eq!(text("bin", &[Value::Null(ScalarType::Long), l(1)]), "");
        assert_eq!(text("bin", &[l(1), Value::Null(ScalarType::Long)]), "");
    }

    #[test]
    fn times() {
        let at = moment("1970-05-11 13:45:07");
        assert_eq!(text("bin", &[at.clone(), length("1d")]), "1970-05-11T00:00:00.0000000Z");
        assert_eq!(text("floor", &[at.clone(), length("10m")]), "1970-05-11T13:40:00.0000000Z");
        assert_eq!(text("bin", &[at, length("7d")]), "1970-05-11T00:00:00.0000000Z");
        assert_eq!(text("bin", &[length("16d"), length("7d")]), "14.00:00:00");
        assert_eq!(text("bin", &[length("-1h"), length("1d")]), "-1.00:00:00");
    }

    #[test]
    fn bins_from_a_point() {
        assert_eq!(text("bin_at", &[Value::Real(6.5), Value::Real(2.5), l(7)]), "4.5");
        assert_eq!(text("bin_at", &[length("1h"), length("1d"), length("12h")]), "-12:00:00");
        let at = [moment("2017-05-17 10:20"), length("7d"), moment("2017-06-04")];
        assert_eq!(text("bin_at", &at), "2017-05-14T00:00:00.0000000Z");
        assert_eq!(call("bin_at", &[l(3), l(10), l(5)]), Ok(l(-5)));
        assert_eq!(text("bin_at", &[moment("0001-01-01"), length("1d"), moment("0001-01-01 12:00")]), "");
    }

    #[test]
    fn multiplication_divides() {
        let sizes = [1, 2, 3, 7, 10, 864_000_000_000, i64::MAX / 2 + 1, i64::MAX];
        for size in sizes {
            let divisor = Divisor::new(size).unwrap();
            let mut numbers = vec![0, 1, 2, i64::MAX, i64::MAX - 1, i64::MIN, -1, 638_000_000_000_000_000];
            numbers.extend(
                sizes.iter().flat_map(|other| [other - 1, other.wrapping_mul(5), other.wrapping_mul(-3)]),
            );
            for number in numbers {
                assert_eq!(Some(divisor.floor(number)), super::floor_to(number, size), "{number} {size}");
            }
        }
    }
}
