//! Length, and contiguous parts of arrays.

use arrow_array::Int64Array;
use kql_types::ScalarType::Long;
use kql_types::dynamic::Json;
use kql_types::{Column, Operand};

use super::{ARRAY, DYNAMIC};
use crate::kernel::dynamic::{Arrays, dynamic_column, write_array};
use crate::{
    Call, Example, KernelError, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ARRAY_LENGTH, &ARRAY_SLICE, &ARRAY_SPLIT];

static ARRAY_LENGTH: ScalarFunction = ScalarFunction {
    names: &["array_length", "arraylength"],
    doc: "Number of elements; null if the value is no array.",
    examples: &[Example { query: "print array_length(dynamic([1, 2, null]))", result: "3" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY], Returns::Exact(Long), array_length)],
    support: Support::Rows,
};

fn array_length(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let length = |text: &str| text.starts_with('[').then(|| Json::new(text).elements().count() as i64);
    Ok(Column::Long((0..call.rows).map(|row| texts.get(row).and_then(length)).collect::<Int64Array>()))
}

/// A position that counts from the end where it is negative, within `0..=length`.
fn clamped(position: i64, length: usize) -> usize {
    let length = length as i64;
    let position = if position < 0 { position.saturating_add(length) } else { position };
    position.clamp(0, length) as usize
}

static ARRAY_SLICE: ScalarFunction = ScalarFunction {
    names: &["array_slice"],
    doc: "The elements from a first to a last position, both inclusive, negative ones counting from the end; positions \
          outside are ignored.",
    examples: &[
        Example { query: "print array_slice(dynamic([1, 2, 3, 4, 5]), 2, -1)", result: "[3,4,5]" },
        Example { query: "print array_slice(dynamic([1, 2, 3]), 1, 9)", result: "[2,3]" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(
        &[ARRAY, ParameterType::Integer, ParameterType::Integer],
        DYNAMIC,
        array_slice,
    )],
    support: Support::Rows,
};

fn array_slice(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut arrays = Arrays::new(&call.arguments[0]);
    let (first, last) = (call.arguments[1].longs(), call.arguments[2].longs());
    Ok(dynamic_column(call.rows, |row, out| {
        let elements = arrays.get(row)?;
        let (first, last) = (first.get(row)?, last.get(row)?);
        let begin = clamped(first, elements.len());
        let end = if last == -1 { elements.len() } else { clamped(last.saturating_add(1), elements.len()) };
        write_array(out, elements.get(begin..end).unwrap_or_default().iter().copied());
        Some(())
    }))
}

static ARRAY_SPLIT: ScalarFunction = ScalarFunction {
    names: &["array_split"],
    doc: "The array cut before each of the given positions, as an array of arrays.",
    examples: &[
        Example { query: "print array_split(dynamic([1, 2, 3, 4, 5]), 2)", result: "[[1,2],[3,4,5]]" },
        Example {
            query: "print array_split(dynamic([1, 2, 3, 4, 5]), dynamic([1, 3]))",
            result: "[[1],[2,3],[4,5]]",
        },
    ],
    result_name: ResultName::Generated,
    overloads: &[
        Overload::new(&[ARRAY, ParameterType::Integer], DYNAMIC, |call| {
            let positions = call.arguments[1].longs();
            Ok(split(&call.arguments[0], call.rows, |row| Some(vec![positions.get(row)?])))
        }),
        Overload::new(&[ARRAY, ARRAY], DYNAMIC, |call| {
            let mut positions = Arrays::new(&call.arguments[1]);
            Ok(split(&call.arguments[0], call.rows, |row| {
                positions.get(row)?.iter().map(|position| Json::new(position).as_i64()).collect()
            }))
        }),
    ],
    support: Support::Rows,
};

fn split(array: &Operand, rows: usize, mut positions: impl FnMut(usize) -> Option<Vec<i64>>) -> Column {
    let mut arrays = Arrays::new(array);
    dynamic_column(rows, |row, out| {
        let elements = arrays.get(row)?;
        let mut begin = 0;
        out.push('[');
        for position in positions(row)? {
            let end = clamped(position, elements.len()).max(begin);
            write_array(out, elements[begin..end].iter().copied());
            out.push(',');
            begin = end;
        }
        write_array(out, elements[begin..].iter().copied());
        out.push(']');
        Some(())
    })
}
