//! The estimated size of values.

use kql_types::{Column, Operand, ScalarType, ScalarType::Long};

use crate::kernel::rows::longs;
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ESTIMATE_DATA_SIZE];

scalar_function!(
    ESTIMATE_DATA_SIZE, ["estimate_data_size"],
    "The bytes that the values take: 8 for a number, the length of a string, of a dynamic that of its JSON text.",
    [r#"print estimate_data_size(1, "1234567890")"# => "18"],
    ResultName::Generated,
    [columns(&[ParameterType::Any], Long, estimate).repeating(1, 1)],
);

fn estimate(call: &Call<'_>) -> Result<Column, KernelError> {
    let fixed: i64 = call.arguments.iter().map(|argument| fixed_size(argument.data_type())).sum();
    let texts: Vec<_> =
        call.arguments.iter().filter(|argument| is_text(argument)).map(Operand::strings).collect();
    Ok(Column::Long(longs(call.rows, |row| {
        Some(fixed + texts.iter().map(|text| text.text(row).len() as i64).sum::<i64>())
    })))
}

fn is_text(operand: &Operand) -> bool {
    matches!(operand.data_type(), ScalarType::String | ScalarType::Dynamic)
}

fn fixed_size(data_type: ScalarType) -> i64 {
    match data_type {
        ScalarType::Bool => 1,
        ScalarType::Int => 4,
        ScalarType::Long | ScalarType::Real | ScalarType::DateTime | ScalarType::Timespan => 8,
        ScalarType::Decimal | ScalarType::Guid => 16,
        ScalarType::String | ScalarType::Dynamic => 0,
    }
}

#[cfg(test)]
mod tests {
    use kql_types::Value;

    use crate::testing::{call, d, l, s};

    #[test]
    fn sizes_add_up() {
        assert_eq!(call("estimate_data_size", &[l(1), s("1234567890")]), Ok(l(18)));
        assert_eq!(call("estimate_data_size", &[Value::Int(1), d("[1,2]"), Value::Bool(true)]), Ok(l(10)));
    }
}
