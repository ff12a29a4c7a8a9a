//! Looking for values in arrays.

use arrow_array::{BooleanArray, Int64Array};
use kql_types::ScalarType::{Bool, Long};
use kql_types::dynamic::Json;
use kql_types::{Column, Longs, Operand};

use super::ARRAY;
use crate::kernel::dynamic::{Arrays, JsonValues};
use crate::{
    Call, Example, KernelError, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ARRAY_INDEX_OF, &SET_HAS_ELEMENT];

/// Finds one value after the other; both sides as compact JSON, in which equal values have equal text, but for
/// numbers: 1 is 1.0.
struct Needle<'a> {
    values: JsonValues<'a>,
    text: String,
    number: Option<f64>,
}

impl<'a> Needle<'a> {
    fn new(operand: &'a Operand) -> Self {
        Self { values: JsonValues::new(operand), text: String::new(), number: None }
    }

    fn read(&mut self, row: usize) {
        self.text.clear();
        self.values.write(row, &mut self.text);
        self.number = Json::new(&self.text).as_f64();
    }

    fn matches(&self, element: &str) -> bool {
        element == self.text || self.number.is_some_and(|number| Json::new(element).as_f64() == Some(number))
    }
}

static ARRAY_INDEX_OF: ScalarFunction = ScalarFunction {
    names: &["array_index_of"],
    doc: "Position of a value in an array, -1 if it is not there. Optional: the position to start from (negative counts from \
          the end), how many elements to look at (-1 for all), and which occurrence is wanted. \
          <https://learn.microsoft.com/kusto/query/array-index-of-function>",
    examples: &[
        Example { query: "print array_index_of(dynamic(['a', 'b', 'a']), 'a', 1)", result: "2" },
        Example { query: "print array_index_of(dynamic(['a', 'b', 'a']), 'b', -1)", result: "-1" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(
        &[ARRAY, ParameterType::Any, ParameterType::Integer, ParameterType::Integer, ParameterType::Integer],
        Returns::Exact(Long),
        array_index_of,
    )
    .at_least(2)],
    support: Support::Rows,
};

fn array_index_of(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut arrays = Arrays::new(&call.arguments[0]);
    let mut needle = Needle::new(&call.arguments[1]);
    let argument = |position: usize, default: i64| {
        call.arguments.get(position).map_or(Longs::Constant(Some(default)), Operand::longs)
    };
    let (starts, lengths, occurrences) = (argument(2, 0), argument(3, -1), argument(4, 1));
    let positions = (0..call.rows).map(|row| {
        needle.read(row);
        let (start, length, occurrence) = (starts.get(row)?, lengths.get(row)?, occurrences.get(row)?);
        position_of(arrays.get(row)?, &needle, start, length, occurrence)
    });
    Ok(Column::Long(positions.collect::<Int64Array>()))
}

fn position_of(
    elements: &[&str],
    needle: &Needle<'_>,
    start: i64,
    length: i64,
    occurrence: i64,
) -> Option<i64> {
    let occurrence = usize::try_from(occurrence).ok()?;
    let length = if length == -1 { elements.len() } else { usize::try_from(length).ok()? };
    let start = if start < 0 { start.saturating_add(elements.len() as i64).max(0) } else { start };
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let found = elements
        .iter()
        .enumerate()
        .skip(start)
        .take(length)
        .filter(|(_, element)| needle.matches(element))
        .nth(occurrence.checked_sub(1)?);
    Some(found.map_or(-1, |(position, _)| position as i64))
}

static SET_HAS_ELEMENT: ScalarFunction = ScalarFunction {
    names: &["set_has_element"],
    doc: "Whether an array holds a value; null if the first argument is no array.",
    examples: &[Example { query: "print set_has_element(dynamic([1, 2]), 2)", result: "True" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY, ParameterType::Any], Returns::Exact(Bool), set_has_element)],
    support: Support::Rows,
};

fn set_has_element(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut arrays = Arrays::new(&call.arguments[0]);
    let mut needle = Needle::new(&call.arguments[1]);
    let found = (0..call.rows).map(|row| {
        needle.read(row);
        Some(arrays.get(row)?.iter().any(|element| needle.matches(element)))
    });
    Ok(Column::Bool(found.collect::<BooleanArray>()))
}
