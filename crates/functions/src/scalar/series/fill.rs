//! Values for the gaps of a series.

use kql_types::dynamic::Json;
use kql_types::{Bools, Column, Operand, ScalarType::Bool, ScalarType::Dynamic, real};

use crate::kernel::dynamic::{Arrays, JsonValues, dynamic_column, write_array};
use crate::scalar::signature::{DYNAMIC, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&FORWARD, &BACKWARD, &CONST, &LINEAR];

const ANY: ParameterType = ParameterType::AnyButDynamic;

scalar_function!(
    FORWARD, ["series_fill_forward"],
    "The series with each gap, null or the given placeholder, filled with the value before it. <https://learn.microsoft.com/kusto/query/series-fill-forward-function>",
    ["print series_fill_forward(dynamic([null, 36, null, 16, 0.5, null]))" => "[null,36,36,16,0.5,0.5]"],
    ResultName::FirstArgument,
    [columns(&[DYNAMIC, ANY], Dynamic, |call| Ok(fill(call, 1, |elements, gaps, _| fill_from(elements, gaps, 0..elements.len())))).at_least(1)],
);
scalar_function!(
    BACKWARD, ["series_fill_backward"],
    "The series with each gap, null or the given placeholder, filled with the value behind it. <https://learn.microsoft.com/kusto/query/series-fill-backward-function>",
    ["print series_fill_backward(dynamic([null, 36, null, 16, null]))" => "[36,36,16,16,null]"],
    ResultName::FirstArgument,
    [columns(&[DYNAMIC, ANY], Dynamic, |call| Ok(fill(call, 1, |elements, gaps, _| fill_from(elements, gaps, (0..elements.len()).rev())))).at_least(1)],
);
scalar_function!(
    CONST, ["series_fill_const"],
    "The series with each gap, null or the given placeholder, filled with a constant (0). <https://learn.microsoft.com/kusto/query/series-fill-const-function>",
    [
        "print series_fill_const(dynamic([111, null, 36]), 0.0)" => "[111,0.0,36]",
        "print series_fill_const(dynamic([111, 0, 36]), -1, 0)" => "[111,-1,36]",
    ],
    ResultName::FirstArgument,
    [columns(&[DYNAMIC, ANY, ANY], Dynamic, fill_const).at_least(1)],
);
scalar_function!(
    LINEAR, ["series_fill_linear"],
    "The series with each gap, null or the given placeholder, filled on the line between the values around it (cut to whole numbers in a series of such), gaps at the ends with the nearest value unless the third argument is false, and a series of gaps alone with the fourth (0). <https://learn.microsoft.com/kusto/query/series-fill-linear-function>",
    [
        "print series_fill_linear(dynamic([null, 111, null, 36, null]))" => "[111,111,73,36,36]",
        "print series_fill_linear(dynamic([null, 111.0, null, 36.0]), double(null), false)" => "[null,111.0,73.5,36.0]",
        "print series_fill_linear(dynamic([null, null]))" => "[0.0,0.0]",
    ],
    ResultName::FirstArgument,
    [columns(&[DYNAMIC, ANY, ParameterType::Exact(Bool), ANY], Dynamic, fill_linear).at_least(1)],
);

/// Fills the gaps of each row; `fill` gets the elements, which of them are gaps, and the row.
fn fill(call: &Call<'_>, placeholder: usize, fill: impl Fn(&mut [String], &[bool], usize)) -> Column {
    let mut arrays = Arrays::new(&call.arguments[0]);
    let placeholders = call.arguments.get(placeholder).map(JsonValues::new);
    let mut gap = String::new();
    dynamic_column(call.rows, |row, out| {
        gap.clear();
        match &placeholders {
            Some(placeholders) => placeholders.write(row, &mut gap),
            None => gap.push_str("null"),
        }
        let elements = arrays.get(row)?;
        let gaps: Vec<bool> = elements.iter().map(|element| is_same(element, &gap)).collect();
        let mut elements: Vec<String> = elements.iter().map(|element| (*element).to_owned()).collect();
        fill(&mut elements, &gaps, row);
        write_array(out, elements.iter().map(String::as_str));
        Some(())
    })
}

/// Whether an element is the placeholder: the same text, or an equal number in other words.
fn is_same(element: &str, placeholder: &str) -> bool {
    element == placeholder
        || Json::new(element).as_f64().is_some_and(|number| Json::new(placeholder).as_f64() == Some(number))
}

/// Each gap gets the last value that is none, in the order of the positions.
fn fill_from(elements: &mut [String], gaps: &[bool], positions: impl Iterator<Item = usize>) {
    let mut last: Option<usize> = None;
    for position in positions {
        match last {
            Some(last) if gaps[position] => elements[position] = elements[last].clone(),
            _ if gaps[position] => {}
            _ => last = Some(position),
        }
    }
}

fn fill_const(call: &Call<'_>) -> Result<Column, KernelError> {
    let constants = call.arguments.get(1).map(JsonValues::new);
    Ok(fill(call, 2, |elements, gaps, row| {
        let constant = text_or(&constants, row, "0");
        for (element, _) in elements.iter_mut().zip(gaps).filter(|(_, is_gap)| **is_gap) {
            element.clone_from(&constant);
        }
    }))
}

fn text_or(values: &Option<JsonValues<'_>>, row: usize, default: &str) -> String {
    let mut text = String::new();
    match values {
        Some(values) => values.write(row, &mut text),
        None => text.push_str(default),
    }
    text
}

fn fill_linear(call: &Call<'_>) -> Result<Column, KernelError> {
    let fill_edges = call.arguments.get(2).map(Operand::bools);
    let constants = call.arguments.get(3).map(JsonValues::new);
    Ok(fill(call, 1, |elements, gaps, row| {
        let known: Vec<usize> = (0..gaps.len()).filter(|position| !gaps[*position]).collect();
        let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else {
            return elements.fill(text_or(&constants, row, "0.0"));
        };
        let is_whole = known.iter().all(|position| Json::new(&elements[*position]).as_i64().is_some());
        for pair in known.windows(2) {
            fill_between(elements, pair[0], pair[1], is_whole);
        }
        if fill_edges.as_ref().and_then(|fill_edges: &Bools<'_>| fill_edges.get(row)).unwrap_or(true) {
            let (first_text, last_text) = (elements[first].clone(), elements[last].clone());
            elements[..first].fill(first_text);
            elements[last + 1..].fill(last_text);
        }
    }))
}

/// Fills the elements between two known ones, if these are numbers.
fn fill_between(elements: &mut [String], from: usize, to: usize, is_whole: bool) {
    let number = |position: usize| Json::new(&elements[position]).as_f64();
    let (Some(start), Some(end)) = (number(from), number(to)) else { return };
    let step = (end - start) / (to - from) as f64;
    for (position, element) in elements.iter_mut().enumerate().take(to).skip(from + 1) {
        let value = start + step * (position - from) as f64;
        *element = if is_whole { (value as i64).to_string() } else { real::format(value) };
    }
}
