//! `==` and `!=`.

use kql_types::{Column, ScalarType};

use crate::kernel::equality::equality;
use crate::{
    ArgumentInfo, Arity, Example, Kernel, Overload, ParameterType, ResultName, Returns, ScalarFunction,
    Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&EQUAL, &NOT_EQUAL];

static EQUAL: ScalarFunction = ScalarFunction {
    names: &["=="],
    doc: "Whether two values are equal. Text beside another type is converted to it; null equals nothing.",
    examples: &[
        Example { query: "print 1 == 1.0", result: "True" },
        Example { query: r#"print "0" == 0"#, result: "True" },
        Example { query: r#"print "a" == "A""#, result: "False" },
        Example { query: "print long(null) == 1", result: "False" },
        Example { query: r#"print datetime(2024-01-01) == "2024-01-01""#, result: "True" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Any, ParameterType::Any],
        arity: Arity::Exact,
        returns: Returns::Computed(returns),
        kernel: Kernel::Columns(|call| {
            Ok(Column::Bool(equality(&call.arguments[0], &call.arguments[1], call.rows, false)))
        }),
    }],
    support: Support::Rows,
};

static NOT_EQUAL: ScalarFunction = ScalarFunction {
    names: &["!=", "<>"],
    doc: "Whether two values differ. Null differs from everything; of two nulls it is not known.",
    examples: &[
        Example { query: "print 1 != 2", result: "True" },
        Example { query: "print long(null) != 1", result: "True" },
        Example { query: "print long(null) != long(null)", result: "" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Any, ParameterType::Any],
        arity: Arity::Exact,
        returns: Returns::Computed(returns),
        kernel: Kernel::Columns(|call| {
            Ok(Column::Bool(equality(&call.arguments[0], &call.arguments[1], call.rows, true)))
        }),
    }],
    support: Support::Rows,
};

/// Any two types may be compared but two dynamics, which the engine refuses (SEM0001).
fn returns(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    match arguments {
        [left, right] if left.data_type == ScalarType::Dynamic && right.data_type == ScalarType::Dynamic => {
            Err("Cannot compare dynamic values without an explicit cast; convert one of them, e.g. with tostring()"
                .to_owned())
        }
        _ => Ok(ScalarType::Bool),
    }
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, d, l, s};

    fn holds(left: Value, right: Value, expected: Option<bool>) {
        let expected = expected.map_or(Value::Null(ScalarType::Bool), Value::Bool);
        let shown = format!("{left:?} == {right:?}");
        assert_eq!(call("==", &[left.clone(), right.clone()]), Ok(expected.clone()), "{shown}");
        assert_eq!(call("==", &[right, left]), Ok(expected), "{shown}, sides swapped");
    }

    #[test]
    fn text_is_converted_to_the_other_type() {
        holds(s("0"), l(0), Some(true));
        holds(s("00"), l(0), Some(true));
        holds(s(""), l(0), Some(false));
        holds(s("abc"), l(0), Some(false));
        holds(s("True"), Value::Bool(true), Some(true));
        holds(s("1.50"), Value::Real(1.5), Some(true));
        holds(s("2024-01-01"), Value::DateTime(638_396_640_000_000_000), Some(true));
        holds(s("00:00:01"), Value::Timespan(10_000_000), Some(true));
        holds(s("x"), Value::Guid(0), Some(false));
    }

    #[test]
    fn numbers_widen() {
        holds(Value::Int(5), l(5), Some(true));
        holds(Value::Int(5), l(5 + (1 << 32)), Some(false));
        holds(l(5), Value::Real(5.0), Some(true));
        holds(l(5), Value::Real(5.5), Some(false));
        holds(l(5), Value::Decimal(5.into()), Some(true));
        holds(Value::Bool(true), l(1), Some(true));
        holds(Value::Real(f64::NAN), Value::Real(f64::NAN), Some(false));
    }

    #[test]
    fn dynamics_are_compared_by_what_they_hold() {
        holds(d("5"), l(5), Some(true));
        holds(d("5.0"), l(5), Some(true));
        holds(d("5.7"), l(5), Some(false));
        holds(d("\"5\""), l(5), Some(true));
        holds(d("\"a\\\"b\""), s("a\"b"), Some(true));
        holds(d("[1]"), s("[1]"), Some(true));
        holds(d("\"a long text, longer than a view\""), s("a long text, longer than a view"), Some(true));
        holds(d("\"a long text, longer than a view\""), s("a long text, longer than a vieW"), Some(false));
        holds(d("true"), Value::Bool(true), Some(true));
        holds(Value::Null(ScalarType::Dynamic), s(""), Some(true));
        holds(Value::Null(ScalarType::Dynamic), s("x"), Some(false));
    }

    #[test]
    fn null_equals_nothing() {
        holds(Value::Null(ScalarType::Long), l(1), Some(false));
        holds(Value::Null(ScalarType::Long), Value::Null(ScalarType::Long), None);
        holds(Value::Null(ScalarType::Int), Value::Real(1.0), Some(false));
        holds(Value::Null(ScalarType::DateTime), Value::DateTime(1), Some(false));
        let differs = call("!=", &[Value::Null(ScalarType::Long), l(1)]);
        assert_eq!(differs, Ok(Value::Bool(true)));
    }

    #[test]
    fn two_dynamics_are_refused() {
        assert!(call("==", &[d("1"), d("1")]).is_err());
    }
}
