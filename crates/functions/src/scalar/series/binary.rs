//! Functions of two series, element by element.

use std::cmp::Ordering;
use std::ops::Range;

use kql_types::{Column, ScalarType::Dynamic};

use super::values::{Found, Number, SeriesReader, write_numbers};
use crate::kernel::dynamic::{dynamic_column, write_array};
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, ParameterType, ResultName, ScalarFunction};

/// The family.
#[rustfmt::skip]
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &ADD, &SUBTRACT, &MULTIPLY, &DIVIDE, &POW,
    &EQUALS, &NOT_EQUALS, &LESS, &LESS_EQUALS, &GREATER, &GREATER_EQUALS,
];

const LONG: ParameterType = ParameterType::Integer;
const REAL: ParameterType = ParameterType::Exact(kql_types::ScalarType::Real);

/// Two series, or a series and a number that stands for each element of the other one.
macro_rules! of_pairs {
    ($constant:ident, $name:literal, $doc:literal, $query:literal => $result:literal, $kernel:expr) => {
        scalar_function!(
            $constant, [$name], $doc, [$query => $result], ResultName::Generated,
            [
                columns(&[DYNAMIC, DYNAMIC], Dynamic, |call| Ok($kernel(call))),
                columns(&[DYNAMIC, LONG], Dynamic, |call| Ok($kernel(call))),
                columns(&[DYNAMIC, REAL], Dynamic, |call| Ok($kernel(call))),
                columns(&[LONG, DYNAMIC], Dynamic, |call| Ok($kernel(call))),
                columns(&[REAL, DYNAMIC], Dynamic, |call| Ok($kernel(call))),
            ],
        );
    };
}

of_pairs!(ADD, "series_add", "The sums of the elements; null where one is missing or no number.",
    "print series_add(dynamic([1, 2, 4]), dynamic([4, 2]))" => "[5,4,null]",
    |call| arithmetic(call, i64::wrapping_add, |x, y| x + y));
of_pairs!(SUBTRACT, "series_subtract", "The differences of the elements; null where one is missing or no number.",
    "print series_subtract(dynamic([1, 2, 4]), dynamic([4, 2, 1.5]))" => "[-3.0,0.0,2.5]",
    |call| arithmetic(call, i64::wrapping_sub, |x, y| x - y));
of_pairs!(MULTIPLY, "series_multiply", "The products of the elements; null where one is missing or no number.",
    "print series_multiply(10, dynamic([1, 2]))" => "[10,20]",
    |call| arithmetic(call, i64::wrapping_mul, |x, y| x * y));
of_pairs!(DIVIDE, "series_divide", "The real quotients of the elements; null where one is missing or no number.",
    "print series_divide(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" => "[0.25,1.0,4.0]",
    |call| real_arithmetic(call, |x, y| x / y));
of_pairs!(POW, "series_pow", "The elements of the first raised to those of the second, as reals; null where one is missing or no number.",
    "print series_pow(dynamic([1, 2, 4]), dynamic([1, 2, 0.5]))" => "[1.0,4.0,2.0]",
    |call| real_arithmetic(call, f64::powf));

of_pairs!(EQUALS, "series_equals", "Whether the elements are equal; null where one is missing or no number.",
    "print series_equals(dynamic([1, 2, 4]), dynamic([4, 2]))" => "[false,true,null]",
    |call| comparison(call, Ordering::is_eq));
of_pairs!(NOT_EQUALS, "series_not_equals", "Whether the elements differ; null where one is missing or no number.",
    "print series_not_equals(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" => "[true,false,true]",
    |call| comparison(call, Ordering::is_ne));
of_pairs!(LESS, "series_less", "Whether the elements of the first are less than those of the second; null where one is missing or no number.",
    "print series_less(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" => "[true,false,false]",
    |call| comparison(call, Ordering::is_lt));
of_pairs!(LESS_EQUALS, "series_less_equals", "Whether the elements of the first are at most those of the second; null where one is missing or no number.",
    "print series_less_equals(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" => "[true,true,false]",
    |call| comparison(call, Ordering::is_le));
of_pairs!(GREATER, "series_greater", "Whether the elements of the first are greater than those of the second; null where one is missing or no number.",
    "print series_greater(dynamic([1, 2, 4]), dynamic([4, 2, 1]))" => "[false,false,true]",
    |call| comparison(call, Ordering::is_gt));
of_pairs!(GREATER_EQUALS, "series_greater_equals", "Whether the elements of the first are at least those of the second; null where one is missing or no number.",
    "print series_greater_equals(dynamic([1, 2, 4]), 2)" => "[false,true,true]",
    |call| comparison(call, Ordering::is_ge));

/// Longs as long as all elements of both are, else reals.
fn arithmetic(call: &Call<'_>, of_longs: fn(i64, i64) -> i64, of_reals: fn(f64, f64) -> f64) -> Column {
    each_pair(call, |out, pairs, is_whole| {
        write_numbers(
            out,
            pairs.map(|pair| match pair {
                (Number::Long(left), Number::Long(right)) if is_whole => Number::Long(of_longs(left, right)),
                pair => real_number(pair, of_reals),
            }),
        );
    })
}

fn real_arithmetic(call: &Call<'_>, of_reals: fn(f64, f64) -> f64) -> Column {
    each_pair(call, |out, pairs, _| write_numbers(out, pairs.map(|pair| real_number(pair, of_reals))))
}

fn real_number((left, right): (Number, Number), of_reals: fn(f64, f64) -> f64) -> Number {
    match (left.real(), right.real()) {
        (Some(left), Some(right)) => Number::Real(of_reals(left, right)),
        _ => Number::Null,
    }
}

fn comparison(call: &Call<'_>, holds: fn(Ordering) -> bool) -> Column {
    each_pair(call, |out, pairs, _| {
        write_array(
            out,
            pairs.map(|(left, right)| {
                let ordering = match (left, right) {
                    (Number::Long(left), Number::Long(right)) => Some(left.cmp(&right)),
                    _ => left
                        .real()
                        .zip(right.real())
                        .map(|(left, right)| left.partial_cmp(&right).unwrap_or(Ordering::Less)),
                };
                match ordering {
                    Some(ordering) if holds(ordering) => "true",
                    Some(_) => "false",
                    None => "null",
                }
            }),
        );
    })
}

/// Pairs the elements of each row, as many as the longer series has; what is missing is null. The last argument tells
/// whether all numbers are longs.
fn each_pair(call: &Call<'_>, write: impl Fn(&mut String, Pairs<'_>, bool)) -> Column {
    let (left, right) = (SeriesReader::new(&call.arguments[0]), SeriesReader::new(&call.arguments[1]));
    dynamic_column(call.rows, |row, out| {
        let (left, right) = (left.find(row)?, right.find(row)?);
        let length = left.length().max(right.length());
        write(
            out,
            Pairs { left: &left, right: &right, positions: 0..length },
            left.is_whole() && right.is_whole(),
        );
        Some(())
    })
}

struct Pairs<'a> {
    left: &'a Found<'a>,
    right: &'a Found<'a>,
    positions: Range<usize>,
}

impl Iterator for Pairs<'_> {
    type Item = (Number, Number);

    fn next(&mut self) -> Option<(Number, Number)> {
        let position = self.positions.next()?;
        Some((self.left.at(position), self.right.at(position)))
    }
}

impl Found<'_> {
    fn length(&self) -> usize {
        match self {
            Found::Series(series) => series.numbers.len(),
            Found::Number(_) => 0,
        }
    }

    fn at(&self, position: usize) -> Number {
        match self {
            Found::Series(series) => series.numbers.get(position).copied().unwrap_or(Number::Null),
            Found::Number(number) => *number,
        }
    }

    fn is_whole(&self) -> bool {
        match self {
            Found::Series(series) => series.is_whole,
            Found::Number(number) => !matches!(number, Number::Real(_)),
        }
    }
}
