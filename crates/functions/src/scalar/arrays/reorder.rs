//! Reversing, rotating and shifting arrays, and choosing between two of them.

use kql_types::dynamic::Json;
use kql_types::{Column, Operand, ScalarType};

use super::{ARRAY, DYNAMIC};
use crate::kernel::dynamic::{Arrays, JsonValues, dynamic_column, write_array};
use crate::{Call, Example, KernelError, Overload, ParameterType, ResultName, ScalarFunction, Support};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &ARRAY_REVERSE,
    &ARRAY_ROTATE_LEFT,
    &ARRAY_ROTATE_RIGHT,
    &ARRAY_SHIFT_LEFT,
    &ARRAY_SHIFT_RIGHT,
    &ARRAY_IFF,
];

static ARRAY_REVERSE: ScalarFunction = ScalarFunction {
    names: &["array_reverse"],
    doc: "The elements from last to first.",
    examples: &[Example { query: "print array_reverse(dynamic([1, 2, 3]))", result: "[3,2,1]" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY], DYNAMIC, array_reverse)],
    support: Support::Rows,
};

fn array_reverse(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut arrays = Arrays::new(&call.arguments[0]);
    Ok(dynamic_column(call.rows, |row, out| {
        write_array(out, arrays.get(row)?.iter().rev().copied());
        Some(())
    }))
}

const ARRAY_AND_COUNT: &[ParameterType] = &[ARRAY, ParameterType::Integer];

static ARRAY_ROTATE_LEFT: ScalarFunction = ScalarFunction {
    names: &["array_rotate_left"],
    doc: "Moves the elements to the left; what leaves on one side enters on the other. Negative counts move right.",
    examples: &[Example {
        query: "print array_rotate_left(dynamic([1, 2, 3, 4, 5]), 2)",
        result: "[3,4,5,1,2]",
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(ARRAY_AND_COUNT, DYNAMIC, |call| Ok(rotate(call, 1)))],
    support: Support::Rows,
};

static ARRAY_ROTATE_RIGHT: ScalarFunction = ScalarFunction {
    names: &["array_rotate_right"],
    doc: "Moves the elements to the right; what leaves on one side enters on the other. Negative counts move left.",
    examples: &[Example {
        query: "print array_rotate_right(dynamic([1, 2, 3, 4, 5]), 2)",
        result: "[4,5,1,2,3]",
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(ARRAY_AND_COUNT, DYNAMIC, |call| Ok(rotate(call, -1)))],
    support: Support::Rows,
};

fn rotate(call: &Call<'_>, left: i64) -> Column {
    let mut arrays = Arrays::new(&call.arguments[0]);
    let counts = call.arguments[1].longs();
    dynamic_column(call.rows, |row, out| {
        let elements = arrays.get(row)?;
        let length = elements.len().max(1) as i64;
        let split = (counts.get(row)?.rem_euclid(length) * left).rem_euclid(length) as usize;
        let (before, after) = elements.split_at(split);
        write_array(out, after.iter().chain(before).copied());
        Some(())
    })
}

const ARRAY_COUNT_AND_VALUE: &[ParameterType] = &[ARRAY, ParameterType::Integer, ParameterType::Any];

static ARRAY_SHIFT_LEFT: ScalarFunction = ScalarFunction {
    names: &["array_shift_left"],
    doc: "Moves the elements to the left and fills up with a value: by default null, or `\"\"` in an array of strings.",
    examples: &[Example { query: "print array_shift_left(dynamic([1, 2, 3]), 2, -1)", result: "[3,-1,-1]" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(ARRAY_COUNT_AND_VALUE, DYNAMIC, |call| Ok(shift(call, 1))).at_least(2)],
    support: Support::Rows,
};

static ARRAY_SHIFT_RIGHT: ScalarFunction = ScalarFunction {
    names: &["array_shift_right"],
    doc: "Moves the elements to the right and fills up with a value: by default null, or `\"\"` in an array of strings.",
    examples: &[Example { query: "print array_shift_right(dynamic([1, 2, 3]), 2)", result: "[null,null,1]" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(ARRAY_COUNT_AND_VALUE, DYNAMIC, |call| Ok(shift(call, -1))).at_least(2)],
    support: Support::Rows,
};

fn shift(call: &Call<'_>, left: i64) -> Column {
    let mut arrays = Arrays::new(&call.arguments[0]);
    let counts = call.arguments[1].longs();
    let fills = call.arguments.get(2).map(JsonValues::new);
    let mut fill = String::new();
    dynamic_column(call.rows, |row, out| {
        let elements = arrays.get(row)?;
        let count = counts.get(row)?.saturating_mul(left);
        fill.clear();
        match &fills {
            Some(fills) => fills.write(row, &mut fill),
            None => fill.push_str(default_fill(elements)),
        }
        let length = elements.len();
        let added = std::iter::repeat_n(fill.as_str(), moved(count, length));
        match count {
            0.. => write_array(out, elements.iter().copied().skip(moved(count, length)).chain(added)),
            _ => write_array(out, added.chain(elements.iter().copied()).take(length)),
        }
        Some(())
    })
}

fn moved(count: i64, length: usize) -> usize {
    usize::try_from(count.unsigned_abs()).unwrap_or(length).min(length)
}

fn default_fill(elements: &[&str]) -> &'static str {
    let strings = !elements.is_empty() && elements.iter().all(|element| element.starts_with('"'));
    if strings { "\"\"" } else { "null" }
}

static ARRAY_IFF: ScalarFunction = ScalarFunction {
    names: &["array_iff", "array_iif"],
    doc: "For each condition in an array (a bool, or a number of which 0 is false) the element of the second argument or that \
          of the third; either may be one value for all. Other conditions give null.",
    examples: &[Example {
        query: "print array_iff(dynamic([true, 0, 'x']), dynamic([1, 2, 3]), 'no')",
        result: r#"[1,"no",null]"#,
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY, ParameterType::Any, ParameterType::Any], DYNAMIC, array_iff)],
    support: Support::Rows,
};

/// One value for every position, or an array of them.
enum Choice<'a> {
    Array(Arrays<'a>),
    Scalar(JsonValues<'a>, String),
}

impl<'a> Choice<'a> {
    fn new(operand: &'a Operand) -> Self {
        match operand.data_type() {
            ScalarType::Dynamic => Self::Array(Arrays::new(operand)),
            _ => Self::Scalar(JsonValues::new(operand), String::new()),
        }
    }

    /// What a row offers, to be asked by position.
    fn get<'r>(&'r mut self, row: usize) -> impl Fn(usize) -> &'r str {
        let (elements, value) = match self {
            Self::Array(arrays) => (arrays.get(row), "null"),
            Self::Scalar(values, text) => {
                text.clear();
                values.write(row, text);
                (None, text.as_str())
            }
        };
        move |position| match elements {
            Some(elements) => elements.get(position).copied().unwrap_or("null"),
            None => value,
        }
    }
}

fn array_iff(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut conditions = Arrays::new(&call.arguments[0]);
    let (mut yes, mut no) = (Choice::new(&call.arguments[1]), Choice::new(&call.arguments[2]));
    Ok(dynamic_column(call.rows, |row, out| {
        let (yes, no) = (yes.get(row), no.get(row));
        let chosen = conditions.get(row)?.iter().enumerate().map(|(position, condition)| {
            let condition = Json::new(condition);
            match condition.as_bool().or_else(|| condition.as_f64().map(|number| number != 0.0)) {
                Some(true) => yes(position),
                Some(false) => no(position),
                None => "null",
            }
        });
        write_array(out, chosen);
        Some(())
    }))
}
