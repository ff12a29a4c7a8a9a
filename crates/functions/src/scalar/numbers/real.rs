//! Functions from real to real.

use kql_types::{Column, Operand, ScalarType};

use crate::kernel::rows::reals;
use crate::scalar::conversion::convert;
use crate::{Call, KernelError};

/// The function of the first argument, which may be any number. `None` is null.
#[inline]
pub(super) fn map_real(
    call: &Call<'_>,
    function: impl Fn(f64) -> Option<f64>,
) -> Result<Column, KernelError> {
    let numbers = convert(&call.arguments[0], ScalarType::Real);
    let numbers = numbers.reals();
    Ok(Column::Real(reals(call.rows, |row| function(numbers.get(row)?))))
}

/// The function of as many arguments, which may be any numbers. `None` is null, as is the answer for null.
#[inline]
pub(super) fn map_all_reals<const N: usize>(
    call: &Call<'_>,
    function: impl Fn([f64; N]) -> Option<f64>,
) -> Result<Column, KernelError> {
    let numbers: Vec<Operand> =
        call.arguments.iter().map(|argument| convert(argument, ScalarType::Real)).collect();
    let numbers: Vec<_> = numbers.iter().map(Operand::reals).collect();
    Ok(Column::Real(reals(call.rows, |row| {
        let mut values = [0.0; N];
        for (value, number) in values.iter_mut().zip(&numbers) {
            *value = number.get(row)?;
        }
        function(values)
    })))
}

/// Defines a function from a number to a real.
macro_rules! real_function {
    ($constant:ident, $name:literal, $doc:literal, [$($query:literal => $result:literal),+ $(,)?],
     $result_name:expr, $function:expr) => {
        $crate::scalar::signature::scalar_function!(
            $constant, [$name], $doc, [$($query => $result),+], $result_name,
            [$crate::scalar::signature::columns(
                &[$crate::ParameterType::Number],
                kql_types::ScalarType::Real,
                |call| $crate::scalar::numbers::real::map_real(call, $function),
            )],
        );
    };
}
pub(super) use real_function;
