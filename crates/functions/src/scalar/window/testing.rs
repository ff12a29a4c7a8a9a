//! Runs window functions over plain values.

use kql_types::{Column, ColumnBuilder, Operand, ScalarType, Value};

use crate::{Call, Context, Kernel, registry};

/// The function over columns; an argument of one value beside longer ones is a constant.
pub(super) fn column(name: &str, arguments: &[Vec<Value>]) -> Column {
    let rows = arguments[0].len();
    let operands: Vec<Operand> = arguments.iter().map(|values| operand(values, rows)).collect();
    let function = registry::scalar(name).unwrap_or_else(|| panic!("no function {name}"));
    let returns = match function.overloads[0].returns {
        crate::Returns::Exact(data_type) => data_type,
        _ => operands[0].data_type(),
    };
    let context = Context::default();
    let Kernel::Columns(kernel) = function.overloads[0].kernel else { panic!("{name} is prepared") };
    let call = Call { arguments: &operands, rows, returns, context: &context };
    let found = kernel(&call).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(found.data_type(), returns, "{name} keeps its type");
    found
}

/// The values that the function gives.
pub(super) fn run(name: &str, arguments: &[Vec<Value>]) -> Vec<Value> {
    let found = column(name, arguments);
    (0..found.len()).map(|row| found.value(row)).collect()
}

fn operand(values: &[Value], rows: usize) -> Operand {
    match values {
        [value] if rows > 1 => Operand::Constant(value.clone()),
        _ => {
            let data_type = values.first().map_or(ScalarType::Long, Value::data_type);
            let mut builder = ColumnBuilder::with_capacity(data_type, values.len());
            values.iter().for_each(|value| builder.push(value));
            Operand::Column(builder.finish())
        }
    }
}

/// Longs; `None` is null.
pub(super) fn longs(values: &[Option<i64>]) -> Vec<Value> {
    values.iter().map(|value| value.map_or(Value::Null(ScalarType::Long), Value::Long)).collect()
}

/// Bools; `None` is null.
pub(super) fn bools(values: &[Option<bool>]) -> Vec<Value> {
    values.iter().map(|value| value.map_or(Value::Null(ScalarType::Bool), Value::Bool)).collect()
}
