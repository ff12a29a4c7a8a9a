//! Puts a column together from pieces of several operands.

use arrow_array::{Array, ArrayRef};
use kql_types::{Column, Operand, ScalarType};

/// In each row the value of the operand that `choice` names. All operands have `data_type`.
pub fn select(
    operands: &[&Operand],
    data_type: ScalarType,
    row_count: usize,
    choice: impl Fn(usize) -> usize,
) -> Column {
    let arrays: Vec<ArrayRef> = operands
        .iter()
        .map(|operand| match operand {
            Operand::Column(column) => column.to_array(),
            Operand::Constant(value) => Column::repeat(value, 1).to_array(),
        })
        .collect();
    let is_constant: Vec<bool> = operands.iter().map(|operand| operand.constant().is_some()).collect();
    let places: Vec<(usize, usize)> = (0..row_count)
        .map(|row| {
            let operand = choice(row);
            (operand, if is_constant[operand] { 0 } else { row })
        })
        .collect();
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    match arrow_select::interleave::interleave(&arrays, &places) {
        Ok(array) => Column::from_array(data_type, &array),
        Err(error) => unreachable!("the operands have one type, and the rows are theirs: {error}"),
    }
}
