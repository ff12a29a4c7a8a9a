//! Powers, logarithms and roots.

use kql_types::ScalarType::Real;

use super::real::{map_all_reals, real_function};
use crate::ResultName::FirstArgument;
use crate::scalar::signature::{columns, scalar_function};
use crate::{ParameterType, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&SQRT, &POW, &EXP, &EXP2, &EXP10, &LOG, &LOG2, &LOG10];

real_function!(
    SQRT, "sqrt", "The square root; null of a negative number.",
    ["print sqrt(256)" => "16.0", "print sqrt(-1)" => ""],
    FirstArgument, |x| (x >= 0.0 || x.is_nan()).then(|| x.sqrt())
);
scalar_function!(
    POW, ["pow"], "The first number to the power of the second.",
    ["print pow(2, 3)" => "8.0"],
    FirstArgument,
    [columns(&[ParameterType::Number, ParameterType::Number], Real, |call| {
        map_all_reals(call, |[base, exponent]| Some(base.powf(exponent)))
    })],
);
real_function!(
    EXP, "exp", "e to the power of the number.",
    ["print exp(0)" => "1.0"],
    FirstArgument, |x| Some(x.exp())
);
real_function!(
    EXP2, "exp2", "2 to the power of the number.",
    ["print exp2(3)" => "8.0"],
    FirstArgument, |x| Some(x.exp2())
);
real_function!(
    EXP10, "exp10", "10 to the power of the number.",
    ["print exp10(2)" => "100.0"],
    FirstArgument, |x| Some(10f64.powf(x))
);
real_function!(
    LOG, "log", "The natural logarithm; null of a negative number.",
    ["print log(1)" => "0.0", "print log(-1)" => ""],
    FirstArgument, |x| logarithm(x, f64::ln)
);
real_function!(
    LOG2, "log2", "The logarithm to base 2; null of a negative number.",
    ["print log2(8)" => "3.0"],
    FirstArgument, |x| logarithm(x, f64::log2)
);
real_function!(
    LOG10, "log10", "The logarithm to base 10; null of a negative number.",
    ["print log10(1000)" => "3.0"],
    FirstArgument, |x| logarithm(x, f64::log10)
);

#[inline(always)]
fn logarithm(x: f64, logarithm: impl Fn(f64) -> f64) -> Option<f64> {
    (x >= 0.0 || x.is_nan()).then(|| logarithm(x))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{l, text};

    #[test]
    fn any_number_is_taken_as_real() {
        assert_eq!(text("sqrt", &[Value::Decimal(16.into())]), "4.0");
        assert_eq!(text("sqrt", &[Value::Int(16)]), "4.0");
        assert_eq!(text("exp", &[l(2)]), "7.38905609893065");
        assert_eq!(text("log10", &[l(5)]), "0.6989700043360189");
        assert_eq!(text("log", &[l(5)]), "1.6094379124341003");
    }

    #[test]
    fn what_has_no_answer_is_null() {
        for function in ["sqrt", "log", "log2", "log10"] {
            assert_eq!(text(function, &[l(-1)]), "", "{function}");
            assert_eq!(text(function, &[Value::Null(ScalarType::Long)]), "", "{function}");
            assert_eq!(text(function, &[Value::Real(f64::NAN)]), "NaN", "{function}");
        }
        assert_eq!(text("log", &[l(0)]), "-inf");
        assert_eq!(text("pow", &[l(2), Value::Null(ScalarType::Long)]), "");
    }
}
