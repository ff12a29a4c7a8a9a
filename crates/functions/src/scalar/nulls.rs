//! Tests for null and empty values.

use arrow_array::BooleanArray;
use arrow_buffer::BooleanBuffer;
use kql_types::{Column, Operand, ScalarType};

use crate::{
    Arity, Call, Example, Kernel, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ISNULL, &ISNOTNULL, &ISEMPTY, &ISNOTEMPTY];

/// Defines a test of one value of any type.
macro_rules! value_test {
    ($name:ident, $names:expr, $test:expr, $doc:expr, $($query:expr => $result:expr),+) => {
        static $name: ScalarFunction = ScalarFunction {
            names: &$names,
            doc: $doc,
            examples: &[$(Example { query: $query, result: $result }),+],
            result_name: ResultName::Generated,
            overloads: &[Overload {
                parameters: &[ParameterType::Any],
                arity: Arity::Exact,
                returns: Returns::Exact(ScalarType::Bool),
                kernel: Kernel::Columns(|call| Ok(Column::Bool(BooleanArray::new($test(call), None)))),
            }],
            support: Support::Rows,
        };
    };
}

value_test!(ISNULL, ["isnull"], nulls, "Whether the value is null. A string never is.",
    "print isnull(long(null))" => "True", r#"print isnull("")"# => "False");
value_test!(ISNOTNULL, ["isnotnull", "notnull"], |call| !&nulls(call), "Whether the value is not null.",
    "print isnotnull(long(null))" => "False");
value_test!(ISEMPTY, ["isempty"], empties, "Whether the value is null or the empty string.",
    r#"print isempty("")"# => "True", r#"print isempty(" ")"# => "False");
value_test!(ISNOTEMPTY, ["isnotempty", "notempty"], |call| !&empties(call), "Whether the value is neither null nor the empty string.",
    r#"print isnotempty("a")"# => "True", "print isnotempty(long(null))" => "False");

fn nulls(call: &Call<'_>) -> BooleanBuffer {
    match &call.arguments[0] {
        Operand::Constant(value) if value.is_null() => BooleanBuffer::new_set(call.rows),
        Operand::Constant(_) => BooleanBuffer::new_unset(call.rows),
        Operand::Column(column) => match column.array().nulls() {
            Some(valid) => !valid.inner(),
            None => BooleanBuffer::new_unset(call.rows),
        },
    }
}

/// A dynamic that holds the empty string is empty too.
fn empties(call: &Call<'_>) -> BooleanBuffer {
    let operand = &call.arguments[0];
    match (operand, operand.data_type()) {
        (Operand::Column(Column::String(array)), _) => {
            // The low half of a view is the length.
            let views = array.views();
            BooleanBuffer::collect_bool(call.rows, |row| views[row] as u32 == 0)
        }
        (_, ScalarType::String) => {
            let texts = operand.strings();
            BooleanBuffer::collect_bool(call.rows, |row| texts.text(row).is_empty())
        }
        (_, ScalarType::Dynamic) => {
            let values = operand.strings();
            BooleanBuffer::collect_bool(call.rows, |row| matches!(values.get(row), None | Some("\"\"")))
        }
        _ => nulls(call),
    }
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{d, l, s, text};

    #[test]
    fn every_type_has_its_empty_value() {
        for (value, null, empty) in [
            (s(""), "False", "True"),
            (s("a"), "False", "False"),
            (l(0), "False", "False"),
            (Value::Null(ScalarType::Long), "True", "True"),
            (Value::Null(ScalarType::Dynamic), "True", "True"),
            (d("\"\""), "False", "True"),
            (d("[]"), "False", "False"),
        ] {
            let opposite = |answer| if answer == "True" { "False" } else { "True" };
            assert_eq!(text("isnull", std::slice::from_ref(&value)), null, "{value:?}");
            assert_eq!(text("isnotnull", std::slice::from_ref(&value)), opposite(null), "{value:?}");
            assert_eq!(text("isempty", std::slice::from_ref(&value)), empty, "{value:?}");
            assert_eq!(text("isnotempty", std::slice::from_ref(&value)), opposite(empty), "{value:?}");
        }
    }
}
