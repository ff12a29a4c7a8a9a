//! Reads and writes arrays of numbers.

use kql_types::dynamic::{Json, JsonKind, write_value};
use kql_types::{Longs, Operand, Reals, ScalarType, Strings, Value};

/// An element of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// What is no number.
    Null,
    Long(i64),
    Real(f64),
}

impl Number {
    fn read(element: Json<'_>) -> Self {
        match element.kind() {
            JsonKind::Number => match (element.as_i64(), element.as_f64()) {
                (Some(number), _) => Self::Long(number),
                (None, Some(number)) => Self::Real(number),
                (None, None) => Self::Null,
            },
            // What is not finite is written as a string.
            JsonKind::String => match element.as_str().as_deref() {
                Some("NaN") => Self::Real(f64::NAN),
                Some("inf") => Self::Real(f64::INFINITY),
                Some("-inf") => Self::Real(f64::NEG_INFINITY),
                _ => Self::Null,
            },
            _ => Self::Null,
        }
    }

    /// The number as a real; `None` is null.
    pub(super) fn real(self) -> Option<f64> {
        match self {
            Self::Null => None,
            Self::Long(number) => Some(number as f64),
            Self::Real(number) => Some(number),
        }
    }

    fn write(self, out: &mut String) {
        write_value(
            out,
            &match self {
                Self::Null => Value::Null(ScalarType::Real),
                Self::Long(number) => Value::Long(number),
                Self::Real(number) => Value::Real(number),
            },
        );
    }
}

/// The numbers of one row.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    pub(super) numbers: Vec<Number>,
    /// Whether no element is a real. With one real among them all are computed with as reals.
    pub(super) is_whole: bool,
}

impl Series {
    /// The numbers as reals; `None` is null.
    pub(super) fn reals(&self) -> impl ExactSizeIterator<Item = Option<f64>> + Clone {
        self.numbers.iter().map(|number| number.real())
    }

    /// The numbers as reals, if there is at least one element and all are finite numbers.
    pub(super) fn finite(&self) -> Option<Vec<f64>> {
        let reals: Option<Vec<f64>> = self.reals().map(|real| real.filter(|real| real.is_finite())).collect();
        reals.filter(|reals| !reals.is_empty())
    }
}

/// Reads a series row by row, from a dynamic that holds an array, or from a number that stands for each element.
pub(super) enum SeriesReader<'a> {
    Arrays(Strings<'a>),
    /// A constant array, taken apart once.
    Constant(Option<Series>),
    Long(Longs<'a>),
    Real(Reals<'a>),
}

/// What [`SeriesReader`] finds in a row.
pub(super) enum Found<'a> {
    Series(std::borrow::Cow<'a, Series>),
    Number(Number),
}

impl<'a> SeriesReader<'a> {
    pub(super) fn new(operand: &'a Operand) -> Self {
        match operand.data_type() {
            ScalarType::Long => Self::Long(operand.longs()),
            ScalarType::Real => Self::Real(operand.reals()),
            _ => match operand.strings() {
                Strings::Constant(json) => Self::Constant(json.and_then(read)),
                texts => Self::Arrays(texts),
            },
        }
    }

    /// The series or number in `row`; `None` if it is neither.
    pub(super) fn find(&self, row: usize) -> Option<Found<'_>> {
        use std::borrow::Cow;
        match self {
            Self::Arrays(texts) => Some(Found::Series(Cow::Owned(read(texts.get(row)?)?))),
            Self::Constant(series) => Some(Found::Series(Cow::Borrowed(series.as_ref()?))),
            Self::Long(numbers) => Some(Found::Number(numbers.get(row).map_or(Number::Null, Number::Long))),
            Self::Real(numbers) => Some(Found::Number(numbers.get(row).map_or(Number::Null, Number::Real))),
        }
    }

    /// The series in `row`; `None` if it is no array.
    pub(super) fn get(&self, row: usize) -> Option<std::borrow::Cow<'_, Series>> {
        match self.find(row)? {
            Found::Series(series) => Some(series),
            Found::Number(_) => None,
        }
    }
}

fn read(json: &str) -> Option<Series> {
    let array = Json::new(json);
    if array.kind() != JsonKind::Array {
        return None;
    }
    let numbers: Vec<Number> = array.elements().map(Number::read).collect();
    let is_whole = !numbers.iter().any(|number| matches!(number, Number::Real(_)));
    Some(Series { numbers, is_whole })
}

/// Appends an array of numbers.
pub(super) fn write_numbers(out: &mut String, numbers: impl IntoIterator<Item = Number>) {
    out.push('[');
    for (position, number) in numbers.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        number.write(out);
    }
    out.push(']');
}

/// Appends an array of reals.
pub(super) fn write_reals(out: &mut String, reals: impl IntoIterator<Item = f64>) {
    write_numbers(out, reals.into_iter().map(Number::Real));
}

/// Appends an array of reals, some of them null.
pub(super) fn write_some_reals(out: &mut String, reals: impl IntoIterator<Item = Option<f64>>) {
    write_numbers(out, reals.into_iter().map(|real| real.map_or(Number::Null, Number::Real)));
}

/// The mean; NaN of nothing.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The sum of the squared distances from the mean, in one pass with a running mean: that gives the last digit of the
/// engine's recorded variance, which the sum around the final mean misses.
pub(super) fn squared_distances(values: &[f64]) -> f64 {
    let (mut mean, mut sum) = (0.0, 0.0);
    for (position, value) in values.iter().enumerate() {
        let distance = value - mean;
        mean += distance / (position + 1) as f64;
        sum += distance * (value - mean);
    }
    sum
}
