//! `prev` and `next`.

use arrow_array::UInt32Array;
use kql_types::ScalarType::Long;
use kql_types::{Column, Operand, Value};

use crate::ParameterType::{Any, Exact};
use crate::scalar::conversion::convert_column;
use crate::{
    Arity, Call, Example, Kernel, KernelError, Overload, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PREV, &NEXT];

static PREV: ScalarFunction = ScalarFunction {
    names: &["prev"],
    doc: "The value one row before, or as many rows as the second argument says. Before the first row it is null, or \
          the third argument.",
    examples: &[
        Example {
            query: "range x from 1 to 3 step 1 | extend y = prev(x) | top 1 by x | project y",
            result: "2",
        },
        Example { query: "range x from 1 to 3 step 1 | project prev(x, 2, 7) | take 1", result: "7" },
    ],
    result_name: ResultName::Generated,
    overloads: &[neighbour(prev)],
    support: Support::WholeTable,
};

static NEXT: ScalarFunction = ScalarFunction {
    names: &["next"],
    doc: "The value one row after, or as many rows as the second argument says. After the last row it is null, or the \
          third argument.",
    examples: &[
        Example { query: "range x from 1 to 3 step 1 | project next(x) | take 1", result: "2" },
        Example { query: "range x from 1 to 3 step 1 | project next(x, 5, 7) | take 1", result: "7" },
    ],
    result_name: ResultName::Generated,
    overloads: &[neighbour(next)],
    support: Support::WholeTable,
};

const fn neighbour(kernel: fn(&Call<'_>) -> Result<Column, KernelError>) -> Overload {
    Overload {
        parameters: &[Any, Exact(Long), Any],
        arity: Arity::AtLeast(1),
        returns: Returns::Argument(0),
        kernel: Kernel::Columns(kernel),
    }
}

fn prev(call: &Call<'_>) -> Result<Column, KernelError> {
    Ok(shift(call, -1))
}

fn next(call: &Call<'_>) -> Result<Column, KernelError> {
    Ok(shift(call, 1))
}

/// The column, each row taken `offset` rows further in `direction`. Behind its own rows stand those that the default
/// gives: one if it is constant, else one for each row.
fn shift(call: &Call<'_>, direction: i64) -> Column {
    let column = call.arguments[0].clone().into_column(call.rows);
    let data_type = column.data_type();
    let absent = Operand::Constant(Value::absent(data_type));
    let default = call.arguments.get(2).unwrap_or(&absent);
    let (defaults, place): (Column, fn(usize) -> usize) = match default {
        Operand::Constant(_) => (convert_column(default, 1, data_type), |_| 0),
        Operand::Column(_) => (convert_column(default, call.rows, data_type), |row| row),
    };
    let one = Operand::Constant(Value::Long(1));
    let offsets = call.arguments.get(1).unwrap_or(&one).longs();
    let source = |row: usize| -> u32 {
        let wanted =
            offsets.get(row).and_then(|offset| (row as i64).checked_add(offset.checked_mul(direction)?));
        let inside =
            wanted.and_then(|wanted| usize::try_from(wanted).ok()).filter(|wanted| *wanted < call.rows);
        inside.unwrap_or_else(|| call.rows + place(row)) as u32
    };
    let rows = UInt32Array::from_iter_values((0..call.rows).map(source));
    Column::concat(data_type, &[&column, &defaults]).take(&rows)
}

#[cfg(test)]
mod tests {
    use kql_types::Value;

    use crate::scalar::window::testing::{column, longs, run};

    #[test]
    fn takes_rows_before_and_after() {
        let values = longs(&[Some(1), None, Some(3)]);
        assert_eq!(run("prev", std::slice::from_ref(&values)), longs(&[None, Some(1), None]));
        assert_eq!(run("next", std::slice::from_ref(&values)), longs(&[None, Some(3), None]));
        let two = vec![Value::Long(2)];
        assert_eq!(run("prev", &[values.clone(), two.clone()]), longs(&[None, None, Some(1)]));
        assert_eq!(run("next", &[values, two, vec![Value::Int(9)]]), longs(&[Some(3), Some(9), Some(9)]));
    }

    #[test]
    fn beyond_the_table_a_string_is_empty() {
        let texts: Vec<Value> = ["a", "b"].iter().map(|text| Value::String((*text).into())).collect();
        let expected: Vec<Value> = ["", "a"].iter().map(|text| Value::String((*text).into())).collect();
        assert_eq!(run("prev", &[texts]), expected);
    }

    #[test]
    fn an_offset_may_vary_and_be_negative_or_huge() {
        let values = longs(&[Some(1), Some(2), Some(3)]);
        let offsets = longs(&[Some(-1), None, Some(i64::MIN)]);
        assert_eq!(run("prev", &[values, offsets]), longs(&[Some(2), None, None]));
    }

    #[test]
    fn an_empty_table_stays_empty() {
        assert_eq!(column("prev", &[vec![]]).len(), 0);
    }
}
