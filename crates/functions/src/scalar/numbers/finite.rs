//! Whether a real is a number.

use kql_types::{Column, ScalarType::Bool, ScalarType::Real};

use crate::kernel::rows::bools;
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ISNAN, &ISINF, &ISFINITE];

const REAL: &[ParameterType] = &[ParameterType::Exact(Real)];

scalar_function!(
    ISNAN, ["isnan"], "Whether the value is NaN.",
    ["print isnan(0.0 / 0)" => "True", "print isnan(1)" => "False"],
    ResultName::Generated, [columns(REAL, Bool, |call| test(call, f64::is_nan))],
);
scalar_function!(
    ISINF, ["isinf"], "Whether the value is infinite.",
    ["print isinf(-1.0 / 0)" => "True"],
    ResultName::Generated, [columns(REAL, Bool, |call| test(call, f64::is_infinite))],
);
scalar_function!(
    ISFINITE, ["isfinite"], "Whether the value is neither infinite nor NaN.",
    ["print isfinite(1.5)" => "True", "print isfinite(0.0 / 0)" => "False"],
    ResultName::Generated, [columns(REAL, Bool, |call| test(call, f64::is_finite))],
);

fn test(call: &Call<'_>, test: impl Fn(f64) -> bool) -> Result<Column, KernelError> {
    let numbers = call.arguments[0].reals();
    Ok(Column::Bool(bools(call.rows, |row| numbers.get(row).map(&test))))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::text;

    #[test]
    fn every_real_is_of_one_kind() {
        for (value, nan, infinite, finite) in [
            (1.0, "False", "False", "True"),
            (f64::NAN, "True", "False", "False"),
            (f64::NEG_INFINITY, "False", "True", "False"),
        ] {
            let value = [Value::Real(value)];
            assert_eq!((text("isnan", &value).as_str(), text("isinf", &value).as_str()), (nan, infinite));
            assert_eq!(text("isfinite", &value), finite);
        }
        assert_eq!(text("isnan", &[Value::Null(ScalarType::Real)]), "");
    }
}
