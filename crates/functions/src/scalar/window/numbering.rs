//! `row_number`, `row_rank_dense` and `row_rank_min`.

use arrow_array::{ArrayAccessor, Int64Array};
use kql_types::ScalarType::{Bool, Long};
use kql_types::{Column, Operand};

use super::restarts;
use crate::ParameterType::{AnyButDynamic, Exact};
use crate::{
    Arity, Call, Example, Kernel, KernelError, Overload, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ROW_NUMBER, &ROW_RANK_DENSE, &ROW_RANK_MIN];

static ROW_NUMBER: ScalarFunction = ScalarFunction {
    names: &["row_number"],
    doc: "The row's number from 1, or from the first argument; begins anew where the second is true.",
    examples: &[
        Example { query: "range x from 5 to 7 step 1 | project row_number() | take 1", result: "1" },
        Example {
            query: "range x from 5 to 8 step 1 | extend n = row_number(10, x == 7) | where x == 8 | project n",
            result: "11",
        },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[Exact(Long), Exact(Bool)],
        arity: Arity::AtLeast(0),
        returns: Returns::Exact(Long),
        kernel: Kernel::Columns(row_number),
    }],
    support: Support::WholeTable,
};

static ROW_RANK_DENSE: ScalarFunction = ScalarFunction {
    names: &["row_rank_dense", "row_rank"],
    doc: "How many different values have come so far in sorted rows; begins anew where the second argument is true.",
    examples: &[Example {
        query: "datatable(x:long)[2, 3, 3, 100] | sort by x asc | extend r = row_rank_dense(x) | where x == 100 | project r",
        result: "3",
    }],
    result_name: ResultName::Generated,
    overloads: &[rank(row_rank_dense)],
    support: Support::WholeTable,
};

static ROW_RANK_MIN: ScalarFunction = ScalarFunction {
    names: &["row_rank_min"],
    doc: "The number of the first row with the same value in sorted rows; begins anew where the second argument is true.",
    examples: &[Example {
        query: "datatable(x:long)[2, 3, 3, 100] | sort by x asc | extend r = row_rank_min(x) | where x == 100 | project r",
        result: "4",
    }],
    result_name: ResultName::Generated,
    overloads: &[rank(row_rank_min)],
    support: Support::WholeTable,
};

const fn rank(kernel: fn(&Call<'_>) -> Result<Column, KernelError>) -> Overload {
    Overload {
        parameters: &[AnyButDynamic, Exact(Bool)],
        arity: Arity::AtLeast(1),
        returns: Returns::Exact(Long),
        kernel: Kernel::Columns(kernel),
    }
}

fn row_number(call: &Call<'_>) -> Result<Column, KernelError> {
    let starts = call.arguments.first().map(Operand::longs);
    let start = |row| starts.map_or(Some(1), |starts| starts.get(row)).unwrap_or(1);
    let restarts = restarts(call, 1);
    let mut number: i64 = 0;
    let numbers = (0..call.rows).map(|row| {
        number = if row == 0 || restarts(row) { start(row) } else { number.wrapping_add(1) };
        number
    });
    Ok(Column::Long(Int64Array::from_iter_values(numbers)))
}

fn row_rank_dense(call: &Call<'_>) -> Result<Column, KernelError> {
    let changes = changes(&call.arguments[0], call.rows);
    let restarts = restarts(call, 1);
    let mut rank = 0;
    let ranks = (0..call.rows).map(|row| {
        if restarts(row) {
            rank = 1;
        } else if changes[row] {
            rank += 1;
        }
        rank
    });
    Ok(Column::Long(Int64Array::from_iter_values(ranks)))
}

fn row_rank_min(call: &Call<'_>) -> Result<Column, KernelError> {
    let changes = changes(&call.arguments[0], call.rows);
    let restarts = restarts(call, 1);
    let (mut number, mut rank) = (0, 0);
    let ranks = (0..call.rows).map(|row| {
        if restarts(row) {
            number = 0;
        }
        number += 1;
        if number == 1 || changes[row] {
            rank = number;
        }
        rank
    });
    Ok(Column::Long(Int64Array::from_iter_values(ranks)))
}

/// Whether each row's value differs from the one before it; the first row's does. Null equals null.
fn changes(operand: &Operand, rows: usize) -> Vec<bool> {
    match operand {
        Operand::Constant(_) => (0..rows).map(|row| row == 0).collect(),
        Operand::Column(column) => match column {
            Column::Bool(array) => differences(array),
            Column::Int(array) => differences(array),
            Column::Long(array) | Column::DateTime(array) | Column::Timespan(array) => differences(array),
            Column::Real(array) => differences(array),
            Column::Decimal(array) | Column::Guid(array) => differences(array),
            Column::String(array) | Column::Dynamic(array) => differences(array.array()),
        },
    }
}

fn differences<A>(array: A) -> Vec<bool>
where
    A: ArrayAccessor + Copy,
    A::Item: PartialEq,
{
    let value = |row: usize| array.is_valid(row).then(|| array.value(row));
    (0..array.len()).map(|row| row == 0 || value(row) != value(row - 1)).collect()
}

#[cfg(test)]
mod tests {
    use crate::scalar::window::testing::{bools, longs, run};

    #[test]
    fn numbers_rows_and_begins_anew() {
        let restart = bools(&[Some(false), None, Some(true), Some(false)]);
        let start = longs(&[Some(10); 4]);
        let expected = longs(&[Some(10), Some(11), Some(10), Some(11)]);
        assert_eq!(run("row_number", &[start, restart]), expected);
    }

    #[test]
    fn ranks_equal_values_alike() {
        let values = longs(&[None, None, Some(2), Some(3), Some(3), Some(4)]);
        let dense = longs(&[1, 1, 2, 3, 3, 4].map(Some));
        let least = longs(&[1, 1, 3, 4, 4, 6].map(Some));
        assert_eq!(run("row_rank_dense", std::slice::from_ref(&values)), dense);
        assert_eq!(run("row_rank_min", &[values]), least);
    }

    #[test]
    fn ranks_begin_anew_although_the_value_stays() {
        let values = longs(&[5, 5, 5, 6].map(Some));
        let restart = bools(&[true, false, true, false].map(Some));
        let dense = longs(&[1, 1, 1, 2].map(Some));
        assert_eq!(run("row_rank_dense", &[values.clone(), restart.clone()]), dense);
        assert_eq!(run("row_rank_min", &[values, restart]), dense);
    }
}
