//! Special functions and probability distributions.

use kql_types::ScalarType::Real;
use statrs::function::beta::{checked_beta_reg, inv_beta_reg, ln_beta};

use super::real::{map_all_reals, real_function};
use crate::ResultName::{FirstArgument, Generated};
use crate::scalar::signature::{columns, scalar_function};
use crate::{ParameterType, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&GAMMA, &LOGGAMMA, &ERF, &ERFC, &BETA_CDF, &BETA_INV, &BETA_PDF, &WELCH_TEST];

const THREE_NUMBERS: &[ParameterType] = &[ParameterType::Number; 3];
const SIX_NUMBERS: &[ParameterType] = &[ParameterType::Number; 6];

real_function!(
    GAMMA, "gamma", "The gamma function.", ["print gamma(5)" => "24.0"],
    FirstArgument, |x| Some(libm::tgamma(x))
);
real_function!(
    LOGGAMMA, "loggamma", "The natural logarithm of the absolute value of the gamma function.",
    ["print round(loggamma(5), 9)" => "3.17805383"],
    Generated, |x| Some(libm::lgamma(x))
);
real_function!(
    ERF, "erf", "The error function.", ["print erf(0)" => "0.0"],
    FirstArgument, |x| Some(libm::erf(x))
);
real_function!(
    ERFC, "erfc", "1 less the error function.", ["print erfc(0)" => "1.0"],
    FirstArgument, |x| Some(libm::erfc(x))
);
scalar_function!(
    BETA_CDF, ["beta_cdf"],
    "The cumulative beta distribution of x, alpha and beta; NaN if x is not within 0 and 1, or alpha or beta is above 10000.",
    ["print round(beta_cdf(0.5, 1, 1), 9)" => "0.5", "print beta_cdf(1.5, 10, 20)" => "NaN"],
    Generated,
    [columns(THREE_NUMBERS, Real, |call| map_all_reals(call, |[x, alpha, beta]| Some(cumulative(x, alpha, beta))))],
);
scalar_function!(
    BETA_INV, ["beta_inv"],
    "The x at which the cumulative beta distribution of alpha and beta is that probability; null if the probability is not within 0 and 1, NaN if alpha or beta is not positive.",
    ["print round(beta_inv(0.1, 10, 20), 6)" => "0.226415", "print beta_inv(1.5, 10, 20)" => ""],
    Generated,
    [columns(THREE_NUMBERS, Real, |call| map_all_reals(call, |[p, alpha, beta]| inverse(p, alpha, beta)))],
);
scalar_function!(
    BETA_PDF, ["beta_pdf"],
    "The density of the beta distribution of alpha and beta at x; NaN if x is not between 0 and 1, or alpha or beta is not positive.",
    ["print round(beta_pdf(0.5, 10, 20), 9)" => "0.746176019"],
    Generated,
    [columns(THREE_NUMBERS, Real, |call| map_all_reals(call, |[x, alpha, beta]| Some(density(x, alpha, beta))))],
);
scalar_function!(
    WELCH_TEST, ["welch_test"],
    "The probability of Welch's t-test that two series, each given by mean, variance and count, have the same mean.",
    ["print round(welch_test(20.82, 7.8674285714, 15, 22.986666667, 3.8126666667, 15), 6)" => "0.021378"],
    Generated,
    [columns(SIX_NUMBERS, Real, |call| map_all_reals(call, |numbers| Some(welch_test(numbers))))],
);

/// Above this the documentation lets a distribution have no numbers.
const GREATEST_PARAMETER: f64 = 10_000.0;

/// All mass lies at 0 where alpha is not positive (measured).
fn cumulative(x: f64, alpha: f64, beta: f64) -> f64 {
    if !(0.0..=1.0).contains(&x) || alpha > GREATEST_PARAMETER || beta > GREATEST_PARAMETER {
        f64::NAN
    } else if alpha <= 0.0 {
        1.0
    } else {
        checked_beta_reg(alpha, beta, x).unwrap_or(f64::NAN)
    }
}

fn inverse(probability: f64, alpha: f64, beta: f64) -> Option<f64> {
    if !(probability > 0.0 && probability <= 1.0) {
        return None;
    }
    Some(if alpha > 0.0 && beta > 0.0 { inv_beta_reg(alpha, beta, probability) } else { f64::NAN })
}

fn density(x: f64, alpha: f64, beta: f64) -> f64 {
    if !(0.0 < x && x < 1.0 && alpha > 0.0 && beta > 0.0) {
        return f64::NAN;
    }
    ((alpha - 1.0) * x.ln() + (beta - 1.0) * (1.0 - x).ln() - ln_beta(alpha, beta)).exp()
}

/// Two-sided; the degrees of freedom are those of Welch and Satterthwaite.
fn welch_test([mean1, variance1, count1, mean2, variance2, count2]: [f64; 6]) -> f64 {
    let (error1, error2) = (variance1 / count1, variance2 / count2);
    let error = error1 + error2;
    let squared_t = (mean1 - mean2).powi(2) / error;
    let freedom = error * error / (error1 * error1 / (count1 - 1.0) + error2 * error2 / (count2 - 1.0));
    checked_beta_reg(freedom / 2.0, 0.5, freedom / (freedom + squared_t)).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use kql_types::Value;

    use crate::testing::call;

    fn answer(function: &str, numbers: &[f64]) -> Option<f64> {
        let numbers: Vec<Value> = numbers.iter().map(|number| Value::Real(*number)).collect();
        match call(function, &numbers) {
            Ok(Value::Real(number)) => Some(number),
            _ => None,
        }
    }

    /// The numbers are answers of the engine.
    #[test]
    fn answers_are_those_of_the_engine() {
        for (function, arguments, expected) in [
            ("beta_cdf", &[0.9, 10.0, 20.0][..], 0.9999999999999593),
            ("beta_cdf", &[0.1, -1.0, 20.0], 1.0),
            ("beta_pdf", &[0.5, 10.0, 20.0], 0.746176019310951),
            ("beta_inv", &[0.1, 10.0, 20.0], 0.226415022388749),
            (
                "welch_test",
                &[20.819999999999997, 7.8674285714, 15.0, 22.986666666666668, 3.8126666667, 15.0],
                0.02137800146286441,
            ),
            ("erfc", &[-3.0], 1.9999779095030015),
            ("erfc", &[2.0], 0.004677734981047265),
            ("erfc", &[3.0], 2.2090496998585438e-05),
            ("loggamma", &[5.0], 3.1780538303479458),
            ("gamma", &[5.0], 24.0),
        ] {
            let answer = answer(function, arguments).unwrap();
            assert!((answer - expected).abs() <= 1e-9 * expected.abs(), "{function}{arguments:?}: {answer}");
        }
    }

    #[test]
    fn arguments_out_of_range() {
        for (function, arguments) in [
            ("beta_cdf", [1.5, 10.0, 20.0]),
            ("beta_cdf", [-10.0, 10.0, 20.0]),
            ("beta_pdf", [1.5, 10.0, 20.0]),
            ("beta_pdf", [0.1, -1.0, 20.0]),
            ("beta_inv", [0.1, -1.0, 20.0]),
        ] {
            assert!(answer(function, &arguments).unwrap().is_nan(), "{function}{arguments:?}");
        }
        assert_eq!(answer("beta_inv", &[1.5, 10.0, 20.0]), None);
    }
}
