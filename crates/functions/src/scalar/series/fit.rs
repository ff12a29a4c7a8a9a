//! Lines through series.

use kql_types::dynamic::write_value;
use kql_types::{Column, ScalarType::Dynamic, ScalarType::Long, ScalarType::Real, Value};

use super::values::{SeriesReader, mean, squared_distances, write_reals};
use crate::kernel::dynamic::{dynamic_column, write_array, write_member};
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, ResultColumns, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&FIT_LINE, &FIT_LINE_DYNAMIC, &FIT_2LINES, &FIT_2LINES_DYNAMIC];

scalar_function!(
    FIT_LINE, ["series_fit_line"],
    "The line that fits the series best, over positions counted from 1: r-square, slope, variance, residual variance, interception and the points of the line; null if the series has something else than finite numbers or less than two. <https://learn.microsoft.com/kusto/query/series-fit-line-function>",
    ["print x = series_fit_line(dynamic([1, 2, 3]))" => "1.0"],
    ResultName::Columns(ResultColumns::Fixed {
        prefix: "series_fit_line",
        columns: &[
            ("rsquare", Real), ("slope", Real), ("variance", Real), ("rvariance", Real), ("interception", Real), ("line_fit", Dynamic),
        ],
    }),
    [columns(&[DYNAMIC], Dynamic, |call| Ok(fit(call, one_line, write_values)))],
);
scalar_function!(
    FIT_LINE_DYNAMIC, ["series_fit_line_dynamic"],
    "What series_fit_line() gives, as a bag. <https://learn.microsoft.com/kusto/query/series-fit-line-dynamic-function>",
    ["print series_fit_line_dynamic(dynamic([1, 2, 3])).slope" => "1.0"],
    ResultName::Generated,
    [columns(&[DYNAMIC], Dynamic, |call| Ok(fit(call, one_line, write_bag)))],
);
scalar_function!(
    FIT_2LINES, ["series_fit_2lines"],
    "The two lines that fit the series best, one before a split and one from it on, each of at least two points: r-square, the position of the split, variance, residual variance, the points, and the two lines' own numbers. <https://learn.microsoft.com/kusto/query/series-fit-2lines-function>",
    ["print (r, split) = series_fit_2lines(dynamic([1, 2, 3, 9, 8, 7])) | project split" => "3"],
    ResultName::Columns(ResultColumns::Fixed {
        prefix: "series_fit_2lines",
        columns: &[
            ("rsquare", Real), ("split_idx", Long), ("variance", Real), ("rvariance", Real), ("line_fit", Dynamic),
            ("right_rsquare", Real), ("right_slope", Real), ("right_interception", Real), ("right_variance", Real), ("right_rvariance", Real),
            ("left_rsquare", Real), ("left_slope", Real), ("left_interception", Real), ("left_variance", Real), ("left_rvariance", Real),
        ],
    }),
    [columns(&[DYNAMIC], Dynamic, |call| Ok(fit(call, two_lines, write_values)))],
);
scalar_function!(
    FIT_2LINES_DYNAMIC, ["series_fit_2lines_dynamic"],
    "What series_fit_2lines() gives, as a bag with a bag for each line, right and left. <https://learn.microsoft.com/kusto/query/series-fit-2lines-dynamic-function>",
    ["print series_fit_2lines_dynamic(dynamic([1, 2, 3, 9, 8, 7])).right.slope" => "-1.0"],
    ResultName::Generated,
    [columns(&[DYNAMIC], Dynamic, |call| Ok(fit(call, two_lines, write_bag)))],
);

/// A named result: JSON text, or a bag of more of them.
enum Part {
    Text(String),
    Bag(Vec<(&'static str, Part)>),
}

type Parts = Vec<(&'static str, Part)>;

fn fit(call: &Call<'_>, parts: fn(&[f64]) -> Option<Parts>, write: fn(&Parts, &mut String)) -> Column {
    let series = SeriesReader::new(&call.arguments[0]);
    dynamic_column(call.rows, |row, out| {
        write(&parts(&series.get(row)?.finite()?)?, out);
        Some(())
    })
}

fn write_values(parts: &Parts, out: &mut String) {
    let mut texts = Vec::new();
    collect_values(parts, &mut texts);
    write_array(out, texts);
}

fn collect_values<'a>(parts: &'a Parts, texts: &mut Vec<&'a str>) {
    for (_, part) in parts {
        match part {
            Part::Text(text) => texts.push(text),
            Part::Bag(parts) => collect_values(parts, texts),
        }
    }
}

fn write_bag(parts: &Parts, out: &mut String) {
    let mut bag = String::from("{");
    for (name, part) in parts {
        match part {
            Part::Text(text) => write_member(&mut bag, name, text),
            Part::Bag(parts) => {
                let mut inner = String::new();
                write_bag(parts, &mut inner);
                write_member(&mut bag, name, &inner);
            }
        }
    }
    bag.push('}');
    out.push_str(&bag);
}

fn value(value: Value) -> Part {
    let mut text = String::new();
    write_value(&mut text, &value);
    Part::Text(text)
}

fn points(points: impl IntoIterator<Item = f64>) -> Part {
    let mut text = String::new();
    write_reals(&mut text, points);
    Part::Text(text)
}

/// A line over the positions 1, 2, ...
#[derive(Clone, Copy, Debug)]
struct Line {
    slope: f64,
    interception: f64,
    /// Of the sample.
    variance: f64,
    /// What the line leaves of the variance.
    residual_variance: f64,
}

impl Line {
    fn through(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let (middle, level) = ((count + 1.0) / 2.0, mean(values));
        let spread = count * (count * count - 1.0) / 12.0;
        let common: f64 =
            (1..).zip(values).map(|(position, value)| (f64::from(position) - middle) * (value - level)).sum();
        let slope = if values.len() > 1 { common / spread } else { 0.0 };
        let line =
            Self { slope, interception: level - slope * middle, variance: 0.0, residual_variance: 0.0 };
        let residuals: f64 =
            line.points(values.len()).zip(values).map(|(point, value)| (value - point).powi(2)).sum();
        let freedom = (count - 1.0).max(1.0);
        Self { variance: squared_distances(values) / freedom, residual_variance: residuals / freedom, ..line }
    }

    fn points(self, count: usize) -> impl Iterator<Item = f64> {
        (1..=count).map(move |position| self.interception + self.slope * position as f64)
    }

    fn parts(&self) -> Parts {
        vec![
            ("rsquare", value(Value::Real(r_square(self.residual_variance, self.variance)))),
            ("slope", value(Value::Real(self.slope))),
            ("interception", value(Value::Real(self.interception))),
            ("variance", value(Value::Real(self.variance))),
            ("rvariance", value(Value::Real(self.residual_variance))),
        ]
    }
}

/// How much of the variance is explained; a series without any is fitted perfectly.
pub(super) fn r_square(residual_variance: f64, variance: f64) -> f64 {
    if variance == 0.0 { 1.0 } else { 1.0 - residual_variance / variance }
}

fn one_line(values: &[f64]) -> Option<Parts> {
    if values.len() < 2 {
        return None;
    }
    let line = Line::through(values);
    Some(vec![
        ("rsquare", value(Value::Real(r_square(line.residual_variance, line.variance)))),
        ("slope", value(Value::Real(line.slope))),
        ("variance", value(Value::Real(line.variance))),
        ("rvariance", value(Value::Real(line.residual_variance))),
        ("interception", value(Value::Real(line.interception))),
        ("line_fit", points(line.points(values.len()))),
    ])
}

fn two_lines(values: &[f64]) -> Option<Parts> {
    let split = best_split(values)?;
    let (left, right) = values.split_at(split);
    let (left_line, right_line) = (Line::through(left), Line::through(right));
    let fitted: Vec<f64> = left_line.points(left.len()).chain(right_line.points(right.len())).collect();
    let freedom = (values.len() - 1) as f64;
    let variance = squared_distances(values) / freedom;
    let residuals: f64 = fitted.iter().zip(values).map(|(point, value)| (value - point).powi(2)).sum();
    let residual_variance = residuals / freedom;
    Some(vec![
        ("rsquare", value(Value::Real(r_square(residual_variance, variance)))),
        ("split_idx", value(Value::Long(split as i64))),
        ("variance", value(Value::Real(variance))),
        ("rvariance", value(Value::Real(residual_variance))),
        ("line_fit", points(fitted)),
        ("right", Part::Bag(right_line.parts())),
        ("left", Part::Bag(left_line.parts())),
    ])
}

/// The position of the first value of the right line, so that the squared residuals of both lines are least; `None` if
/// there are less than two lines of two points. Takes time linear in the length.
fn best_split(values: &[f64]) -> Option<usize> {
    let level = mean(values);
    // Sums over the values before each position, taken from the mean to keep their digits.
    let mut sums = vec![Sums::default()];
    for (position, value) in values.iter().enumerate() {
        sums.push(sums[position].with(position, value - level));
    }
    let end = values.len();
    let residuals = |split: &usize| {
        sums[*split].residuals(Sums::default(), 0, *split) + sums[end].residuals(sums[*split], *split, end)
    };
    (2..=end.checked_sub(2)?).min_by(|left, right| residuals(left).total_cmp(&residuals(right)))
}

/// The sums of values, of their squares, and of them times their positions.
#[derive(Clone, Copy, Default)]
struct Sums {
    values: f64,
    squares: f64,
    weighted: f64,
}

impl Sums {
    fn with(self, position: usize, value: f64) -> Self {
        Self {
            values: self.values + value,
            squares: self.squares + value * value,
            weighted: self.weighted + position as f64 * value,
        }
    }

    /// The squared residuals of the line through the values from `start` to `end`, given the sums before both.
    fn residuals(self, before: Self, start: usize, end: usize) -> f64 {
        let count = (end - start) as f64;
        let values = self.values - before.values;
        let middle = start as f64 + (count - 1.0) / 2.0;
        let common = self.weighted - before.weighted - middle * values;
        let spread = count * (count * count - 1.0) / 12.0;
        let total = self.squares - before.squares - values * values / count;
        (total - common * common / spread).max(0.0)
    }
}
