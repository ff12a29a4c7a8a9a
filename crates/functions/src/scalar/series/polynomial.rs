//! Polynomials through series.

use kql_types::dynamic::write_value;
use kql_types::{Column, Operand, ScalarType::Dynamic, ScalarType::Real, Value};

use super::fit::r_square;
use super::values::{SeriesReader, squared_distances, write_reals};
use crate::kernel::dynamic::{dynamic_column, write_array};
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultColumns, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&FIT_POLY];

scalar_function!(
    FIT_POLY, ["series_fit_poly"],
    "The polynomial of the given degree (1) that fits the series best, over the second series or 1, 2, ...: r-square, coefficients from the highest power on, variance, residual variance and its points; null if it is not determined. <https://learn.microsoft.com/kusto/query/series-fit-poly-function>",
    ["print (r, c) = series_fit_poly(dynamic([2, 5, 10, 17]), dynamic([1, 2, 3, 4]), 2) | project round(todouble(c[0]), 6)" => "1.0"],
    ResultName::Columns(ResultColumns::Fixed {
        prefix: "series_fit_poly",
        columns: &[("rsquare", Real), ("coefficients", Dynamic), ("variance", Real), ("rvariance", Real), ("poly_fit", Dynamic)],
    }),
    [columns(&[DYNAMIC, DYNAMIC, ParameterType::Integer], Dynamic, fit_poly).at_least(1)],
);

fn fit_poly(call: &Call<'_>) -> Result<Column, KernelError> {
    let values = SeriesReader::new(&call.arguments[0]);
    let places = call.arguments.get(1).map(SeriesReader::new);
    let degrees = call.arguments.get(2).map(Operand::longs);
    Ok(dynamic_column(call.rows, |row, out| {
        let values = values.get(row)?.finite()?;
        let places = match &places {
            Some(places) => places.get(row)?.finite()?,
            None => (1..=values.len()).map(|position| position as f64).collect(),
        };
        let degree = degrees.as_ref().map_or(Some(1), |degrees| degrees.get(row))?;
        let degree = usize::try_from(degree).ok().filter(|degree| *degree < values.len())?;
        if places.len() != values.len() {
            return None;
        }
        let coefficients = least_squares(&places, &values, degree)?;
        let fitted: Vec<f64> = places.iter().map(|place| evaluate(&coefficients, *place)).collect();
        let freedom = (values.len() - 1).max(1) as f64;
        let variance = squared_distances(&values) / freedom;
        let residuals: f64 = fitted.iter().zip(&values).map(|(point, value)| (value - point).powi(2)).sum();
        let numbers =
            [r_square(residuals / freedom, variance), variance, residuals / freedom].map(|number| {
                let mut text = String::new();
                write_value(&mut text, &Value::Real(number));
                text
            });
        let arrays = [coefficients.iter().rev().copied().collect(), fitted].map(|numbers: Vec<f64>| {
            let mut text = String::new();
            write_reals(&mut text, numbers);
            text
        });
        write_array(out, [&numbers[0], &arrays[0], &numbers[1], &numbers[2], &arrays[1]].map(String::as_str));
        Some(())
    }))
}

/// Coefficients from the lowest power on, by the modified Gram-Schmidt process over the powers of the places; `None` if
/// there are too few different places.
fn least_squares(places: &[f64], values: &[f64], degree: usize) -> Option<Vec<f64>> {
    let mut different = places.to_vec();
    different.sort_unstable_by(f64::total_cmp);
    different.dedup();
    if different.len() <= degree {
        return None;
    }
    let size = degree + 1;
    let mut basis: Vec<Vec<f64>> =
        (0..size).map(|power| places.iter().map(|place| place.powi(power as i32)).collect()).collect();
    let mut triangle = vec![vec![0.0; size]; size];
    let mut rest = values.to_vec();
    let mut projected = Vec::with_capacity(size);
    for column in 0..size {
        let (done, later) = basis.split_at_mut(column + 1);
        let direction = &mut done[column];
        let length = dot(direction, direction).sqrt();
        if length < f64::EPSILON * places.len() as f64 {
            return None;
        }
        direction.iter_mut().for_each(|value| *value /= length);
        triangle[column][column] = length;
        for (offset, other) in later.iter_mut().enumerate() {
            triangle[column][column + 1 + offset] = subtract_along(direction, other);
        }
        projected.push(subtract_along(direction, &mut rest));
    }
    for column in (0..size).rev() {
        let known: f64 = (column + 1..size).map(|other| triangle[column][other] * projected[other]).sum();
        projected[column] = (projected[column] - known) / triangle[column][column];
    }
    Some(projected)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

/// Takes from a vector its part along a direction of length 1, and answers how long that was.
fn subtract_along(direction: &[f64], vector: &mut [f64]) -> f64 {
    let length = dot(direction, vector);
    vector.iter_mut().zip(direction).for_each(|(value, direction)| *value -= length * direction);
    length
}

fn evaluate(coefficients: &[f64], place: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * place + coefficient)
}
