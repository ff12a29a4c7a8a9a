//! Functions of each element of a series.

use kql_types::{Column, ScalarType::Dynamic};

use super::values::{Number, SeriesReader, write_numbers, write_some_reals};
use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
#[rustfmt::skip]
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &ABS, &SIGN, &CEILING, &FLOOR, &EXP, &LOG, &SIN, &COS, &TAN, &ASIN, &ACOS, &ATAN,
];

/// Defines a function that maps each number to a real; what is no number stays null.
macro_rules! of_reals {
    ($constant:ident, $name:literal, $doc:literal, $query:literal => $result:literal, $map:expr) => {
        scalar_function!(
            $constant, [$name], $doc, [$query => $result], ResultName::Generated,
            [columns(&[DYNAMIC], Dynamic, |call| Ok(map(call, $map)))],
        );
    };
}

scalar_function!(
    ABS, ["series_abs"], "The absolute value of each element.",
    ["print series_abs(dynamic([-6.5, 0, 8.2]))" => "[6.5,0.0,8.2]", "print series_abs(dynamic([-6, null]))" => "[6,null]"],
    ResultName::Generated,
    [columns(&[DYNAMIC], Dynamic, abs)],
);
of_reals!(SIGN, "series_sign", "-1, 0 or 1 as each element is below, at or above zero.",
    "print series_sign(dynamic([-6.5, 0, 8.2]))" => "[-1.0,0.0,1.0]",
    |x| if x == 0.0 || x.is_nan() { 0.0 } else { x.signum() });
of_reals!(CEILING, "series_ceiling", "Each element rounded up.",
    "print series_ceiling(dynamic([-1.5, 1, 2.5]))" => "[-1.0,1.0,3.0]", f64::ceil);
of_reals!(FLOOR, "series_floor", "Each element rounded down.",
    "print series_floor(dynamic([-1.5, 1, 2.5]))" => "[-2.0,1.0,2.0]", f64::floor);
of_reals!(EXP, "series_exp", "The natural exponential of each element.",
    "print series_exp(dynamic([0]))" => "[1.0]", f64::exp);
of_reals!(LOG, "series_log", "The natural logarithm of each element.",
    "print series_log(dynamic([1, 2]))" => "[0.0,0.6931471805599453]", f64::ln);
of_reals!(SIN, "series_sin", "The sine of each element, an angle in radians.",
    "print series_sin(dynamic([0, 1]))" => "[0.0,0.8414709848078965]", f64::sin);
of_reals!(COS, "series_cos", "The cosine of each element, an angle in radians.",
    "print series_cos(dynamic([0]))" => "[1.0]", f64::cos);
of_reals!(TAN, "series_tan", "The tangent of each element, an angle in radians.",
    "print series_tan(dynamic([0]))" => "[0.0]", f64::tan);
of_reals!(ASIN, "series_asin", "The angle in radians whose sine each element is.",
    "print series_asin(dynamic([0, 1]))" => "[0.0,1.5707963267948966]", f64::asin);
of_reals!(ACOS, "series_acos", "The angle in radians whose cosine each element is.",
    "print series_acos(dynamic([1]))" => "[0.0]", f64::acos);
of_reals!(ATAN, "series_atan", "The angle in radians whose tangent each element is.",
    "print series_atan(dynamic([0]))" => "[0.0]", f64::atan);

fn map(call: &Call<'_>, map: impl Fn(f64) -> f64) -> Column {
    let series = SeriesReader::new(&call.arguments[0]);
    dynamic_column(call.rows, |row, out| {
        let series = series.get(row)?;
        write_some_reals(out, series.reals().map(|real| real.map(&map)));
        Some(())
    })
}

fn abs(call: &Call<'_>) -> Result<Column, KernelError> {
    let series = SeriesReader::new(&call.arguments[0]);
    Ok(dynamic_column(call.rows, |row, out| {
        let series = series.get(row)?;
        write_numbers(
            out,
            series.numbers.iter().map(|number| match number {
                Number::Long(number) if series.is_whole => Number::Long(number.wrapping_abs()),
                number => number.real().map_or(Number::Null, |real| Number::Real(real.abs())),
            }),
        );
        Some(())
    }))
}
