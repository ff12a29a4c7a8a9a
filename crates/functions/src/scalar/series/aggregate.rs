//! One number for a series, or for two.

use kql_types::{Column, Operand, ScalarType::Real};

use super::values::{Found, Series, SeriesReader, mean};
use crate::kernel::rows::reals;
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&SUM, &PRODUCT, &MAGNITUDE, &DOT_PRODUCT, &COSINE_SIMILARITY, &PEARSON_CORRELATION];

const NUMBER: ParameterType = ParameterType::Exact(Real);

scalar_function!(
    SUM, ["series_sum", "array_sum"], "The sum of the numbers, as a real; null if it is no array or has none.",
    ["print series_sum(dynamic([1, 2, 3, 4]))" => "10.0"],
    ResultName::Generated,
    [columns(&[DYNAMIC], Real, |call| Ok(fold(call, |sum, number| sum + number, 0.0)))],
);
scalar_function!(
    PRODUCT, ["series_product"], "The product of the numbers, as a real; null if it is no array or has none.",
    ["print series_product(dynamic([1, 2, 3, 4]))" => "24.0"],
    ResultName::Generated,
    [columns(&[DYNAMIC], Real, |call| Ok(fold(call, |product, number| product * number, 1.0)))],
);
scalar_function!(
    MAGNITUDE, ["series_magnitude"], "The square root of the sum of the squares; null if it is no array or has no number.",
    ["print series_magnitude(dynamic([3, 4]))" => "5.0"],
    ResultName::Generated,
    [columns(&[DYNAMIC], Real, magnitude)],
);
scalar_function!(
    DOT_PRODUCT, ["series_dot_product"],
    "The sum of the products of the elements, as far as both series go and both have numbers; a number stands for each element. <https://learn.microsoft.com/kusto/query/series-dot-product-function>",
    [
        "print series_dot_product(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" => "12.0",
        "print series_dot_product(dynamic([1, 2, 3]), 10)" => "60.0",
    ],
    ResultName::Generated,
    [
        columns(&[DYNAMIC, DYNAMIC], Real, dot_product),
        columns(&[DYNAMIC, NUMBER], Real, dot_product),
        columns(&[NUMBER, DYNAMIC], Real, dot_product),
    ],
);
scalar_function!(
    COSINE_SIMILARITY, ["series_cosine_similarity"],
    "The dot product of the series divided by their magnitudes, which may be given. <https://learn.microsoft.com/kusto/query/series-cosine-similarity-function>",
    ["print series_cosine_similarity(dynamic([3, 4]), dynamic([4, 3]))" => "0.96"],
    ResultName::Generated,
    [columns(&[DYNAMIC, DYNAMIC, NUMBER, NUMBER], Real, cosine_similarity).at_least(2)],
);
scalar_function!(
    PEARSON_CORRELATION, ["series_pearson_correlation"],
    "The correlation coefficient of two series of the same length; null if an element is no number. <https://learn.microsoft.com/kusto/query/series-pearson-correlation-function>",
    ["print series_pearson_correlation(dynamic([1, 2, 3]), dynamic([3, 2, 1]))" => "-1.0"],
    ResultName::Generated,
    [columns(&[DYNAMIC, DYNAMIC], Real, pearson_correlation)],
);

fn fold(call: &Call<'_>, step: fn(f64, f64) -> f64, start: f64) -> Column {
    let series = SeriesReader::new(&call.arguments[0]);
    Column::Real(reals(call.rows, |row| {
        let series = series.get(row)?;
        let mut numbers = series.reals().flatten().peekable();
        numbers.peek()?;
        Some(numbers.fold(start, step))
    }))
}

fn magnitude(call: &Call<'_>) -> Result<Column, KernelError> {
    let series = SeriesReader::new(&call.arguments[0]);
    Ok(Column::Real(reals(call.rows, |row| {
        let series = series.get(row)?;
        series.reals().flatten().next()?;
        Some(magnitude_of(&series))
    })))
}

fn magnitude_of(series: &Series) -> f64 {
    series.reals().flatten().map(|number| number * number).sum::<f64>().sqrt()
}

fn dot_product(call: &Call<'_>) -> Result<Column, KernelError> {
    let (left, right) = (SeriesReader::new(&call.arguments[0]), SeriesReader::new(&call.arguments[1]));
    Ok(Column::Real(reals(call.rows, |row| match (left.find(row)?, right.find(row)?) {
        (Found::Series(left), Found::Series(right)) => dot_product_of(&left, &right),
        (Found::Series(series), Found::Number(number)) | (Found::Number(number), Found::Series(series)) => {
            let number = number.real()?;
            series.numbers.first()?;
            Some(series.reals().flatten().map(|element| element * number).sum())
        }
        (Found::Number(_), Found::Number(_)) => None,
    })))
}

/// `None` if one of them is empty.
fn dot_product_of(left: &Series, right: &Series) -> Option<f64> {
    left.numbers.first().and(right.numbers.first())?;
    Some(left.reals().zip(right.reals()).filter_map(|(left, right)| Some(left? * right?)).sum())
}

fn cosine_similarity(call: &Call<'_>) -> Result<Column, KernelError> {
    let (left, right) = (SeriesReader::new(&call.arguments[0]), SeriesReader::new(&call.arguments[1]));
    let [of_left, of_right] = [2, 3].map(|index| call.arguments.get(index).map(Operand::reals));
    Ok(Column::Real(reals(call.rows, |row| {
        let (left, right) = (left.get(row)?, right.get(row)?);
        let magnitude = |series: &Series, given: &Option<kql_types::Reals<'_>>| match given {
            Some(given) => given.get(row),
            None => Some(magnitude_of(series)),
        };
        Some(dot_product_of(&left, &right)? / (magnitude(&left, &of_left)? * magnitude(&right, &of_right)?))
    })))
}

fn pearson_correlation(call: &Call<'_>) -> Result<Column, KernelError> {
    let (left, right) = (SeriesReader::new(&call.arguments[0]), SeriesReader::new(&call.arguments[1]));
    Ok(Column::Real(reals(call.rows, |row| {
        let (left, right): (Vec<f64>, Vec<f64>) =
            (left.get(row)?.reals().collect::<Option<_>>()?, right.get(row)?.reals().collect::<Option<_>>()?);
        (left.len() == right.len() && !left.is_empty()).then(|| correlation(&left, &right))
    })))
}

fn correlation(left: &[f64], right: &[f64]) -> f64 {
    let (left_mean, right_mean) = (mean(left), mean(right));
    let (mut covariance, mut left_square, mut right_square) = (0.0, 0.0, 0.0);
    for (left, right) in left.iter().zip(right) {
        let (left, right) = (left - left_mean, right - right_mean);
        covariance += left * right;
        left_square += left * left;
        right_square += right * right;
    }
    covariance / (left_square * right_square).sqrt()
}
