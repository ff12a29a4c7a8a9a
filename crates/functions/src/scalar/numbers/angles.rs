//! Trigonometry. Angles are in radians.

use std::f64::consts::PI as PI_VALUE;

use kql_types::{Column, ScalarType::Real, Value};

use super::real::{map_all_reals, real_function};
use crate::ResultName::{FirstArgument, Generated};
use crate::scalar::signature::{columns, scalar_function};
use crate::{ParameterType, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&SIN, &COS, &TAN, &ASIN, &ACOS, &ATAN, &ATAN2, &COT, &DEGREES, &RADIANS, &PI];

real_function!(SIN, "sin", "The sine.", ["print sin(0)" => "0.0"], FirstArgument, |x| Some(x.sin()));
real_function!(COS, "cos", "The cosine.", ["print cos(0)" => "1.0"], FirstArgument, |x| Some(x.cos()));
real_function!(TAN, "tan", "The tangent.", ["print tan(0)" => "0.0"], FirstArgument, |x| Some(x.tan()));
real_function!(
    ASIN, "asin", "The angle of that sine; null beyond -1 and 1.",
    ["print asin(0)" => "0.0", "print asin(2)" => ""],
    FirstArgument, |x| within_one(x).then(|| x.asin())
);
real_function!(
    ACOS, "acos", "The angle of that cosine; null beyond -1 and 1.",
    ["print acos(1)" => "0.0", "print acos(2)" => ""],
    FirstArgument, |x| within_one(x).then(|| x.acos())
);
real_function!(ATAN, "atan", "The angle of that tangent.", ["print atan(0)" => "0.0"], FirstArgument, |x| Some(x.atan()));
scalar_function!(
    ATAN2, ["atan2"], "The angle between the x axis and the point (y, x), given in that order.",
    ["print atan2(0, -1)" => "3.141592653589793"],
    FirstArgument,
    [columns(&[ParameterType::Number, ParameterType::Number], Real, |call| {
        map_all_reals(call, |[y, x]| Some(y.atan2(x)))
    })],
);
real_function!(
    COT, "cot", "The cotangent.", ["print round(cot(1), 6)" => "0.642093"],
    Generated, |x| Some(1.0 / x.tan())
);
real_function!(
    DEGREES, "degrees", "An angle in degrees.", ["print degrees(pi())" => "180.0"],
    Generated, |x| Some(180.0 / PI_VALUE * x)
);
real_function!(
    RADIANS, "radians", "An angle, given in degrees, in radians.", ["print radians(180)" => "3.141592653589793"],
    Generated, |x| Some(PI_VALUE / 180.0 * x)
);
scalar_function!(
    PI, ["pi"], "The ratio of a circle's circumference to its diameter.",
    ["print pi()" => "3.141592653589793"],
    Generated,
    [columns(&[], Real, |call| Ok(Column::repeat(&Value::Real(PI_VALUE), call.rows)))],
);

/// NaN passes, to stay NaN.
#[inline(always)]
fn within_one(x: f64) -> bool {
    x.is_nan() || x.abs() <= 1.0
}

#[cfg(test)]
mod tests {
    use kql_types::Value;

    use crate::testing::{l, text};

    #[test]
    fn angles() {
        assert_eq!(text("cos", &[l(1)]), "0.5403023058681398");
        assert_eq!(text("atan2", &[l(-1), l(0)]), "-1.5707963267948966");
        assert_eq!(text("radians", &[l(90)]), "1.5707963267948966");
        assert_eq!(text("radians", &[l(360)]), "6.283185307179586");
        assert_eq!(text("asin", &[Value::Real(1.5)]), "");
        assert_eq!(text("acos", &[Value::Real(-1.5)]), "");
        assert_eq!(text("acos", &[Value::Real(f64::NAN)]), "NaN");
    }
}
