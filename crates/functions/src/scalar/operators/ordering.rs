//! `<`, `<=`, `>`, `>=`, `between`, `!between`.

use std::ops::Not;

use arrow_array::{Array, BooleanArray};
use kql_types::{Column, Operand, ScalarType, datetime};

use crate::kernel::ordering::{
    Comparison, Greater, GreaterOrEqual, Less, LessOrEqual, both, ordering, ordering_type,
};
use crate::kernel::rows;
use crate::{
    ArgumentInfo, Arity, Call, Example, Kernel, KernelError, Overload, ParameterType, ResultName, Returns,
    ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&LESS, &LESS_OR_EQUAL, &GREATER, &GREATER_OR_EQUAL, &BETWEEN, &NOT_BETWEEN];

/// Defines an operator of order.
macro_rules! ordering_operator {
    ($name:ident, $symbol:expr, $comparison:ident, $doc:expr, $($query:expr => $result:expr),+) => {
        static $name: ScalarFunction = ScalarFunction {
            names: &[$symbol],
            doc: $doc,
            examples: &[$(Example { query: $query, result: $result }),+],
            result_name: ResultName::Generated,
            overloads: &[Overload {
                parameters: &[ParameterType::Any, ParameterType::Any],
                arity: Arity::Exact,
                returns: Returns::Computed(|arguments| returns($symbol, arguments)),
                kernel: Kernel::Columns(compare::<$comparison>),
            }],
            support: Support::Rows,
        };
    };
}

ordering_operator!(LESS, "<", Less, "Whether the left value is less. Null if either is null.",
    "print 1 < 1.5" => "True", "print long(null) < 1" => "");
ordering_operator!(LESS_OR_EQUAL, "<=", LessOrEqual, "Whether the left value is less or equal. Null if either is null.",
    "print 1h <= 60m" => "True");
ordering_operator!(GREATER, ">", Greater, "Whether the left value is greater. Null if either is null.",
    "print datetime(2024-01-02) > datetime(2024-01-01)" => "True");
ordering_operator!(GREATER_OR_EQUAL, ">=", GreaterOrEqual, "Whether the left value is greater or equal. Null if either is null.",
    "print 2 >= 3" => "False");

fn compare<C: Comparison>(call: &Call<'_>) -> Result<Column, KernelError> {
    Ok(Column::Bool(ordering::<C>(&call.arguments[0], &call.arguments[1], call.rows)))
}

fn returns(symbol: &str, arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    let (left, right) = (arguments[0].data_type, arguments[1].data_type);
    match ordering_type(left, right) {
        Some(_) => Ok(ScalarType::Bool),
        None => {
            Err(format!("The operator '{symbol}' is not defined for the operand types {left} and {right}."))
        }
    }
}

static BETWEEN: ScalarFunction = ScalarFunction {
    names: &["between"],
    doc: "Whether the value is within two bounds, both included. The upper bound of a datetime may be a timespan, \
          counted from the lower bound. Null if any part is null.",
    examples: &[
        Example { query: "print 5 between (1 .. 5)", result: "True" },
        Example { query: "print datetime(2020-01-04) between (datetime(2020-01-01) .. 3d)", result: "True" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Any, ParameterType::Any, ParameterType::Any],
        arity: Arity::Exact,
        returns: Returns::Computed(|arguments| between_returns("between", arguments)),
        kernel: Kernel::Columns(|call| Ok(Column::Bool(between(call)))),
    }],
    support: Support::Rows,
};

static NOT_BETWEEN: ScalarFunction = ScalarFunction {
    names: &["!between"],
    doc: "Whether the value is outside of two bounds. Null if any part is null.",
    examples: &[Example { query: "print 6 !between (1 .. 5)", result: "True" }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Any, ParameterType::Any, ParameterType::Any],
        arity: Arity::Exact,
        returns: Returns::Computed(|arguments| between_returns("!between", arguments)),
        kernel: Kernel::Columns(|call| {
            let inside = between(call);
            Ok(Column::Bool(BooleanArray::new(inside.values().not(), inside.nulls().cloned())))
        }),
    }],
    support: Support::Rows,
};

fn between(call: &Call<'_>) -> BooleanArray {
    let [value, low, high] = call.arguments else { unreachable!("between has three operands") };
    let from_low = ordering::<GreaterOrEqual>(value, low, call.rows);
    let to_high = match (low.data_type(), high.data_type()) {
        (ScalarType::DateTime, ScalarType::Timespan) => {
            ordering::<LessOrEqual>(value, &Operand::Column(later(low, high, call.rows)), call.rows)
        }
        _ => ordering::<LessOrEqual>(value, high, call.rows),
    };
    both(&from_low, &to_high)
}

/// The point in time that is `length` after `start`, held within the range of datetime.
fn later(start: &Operand, length: &Operand, row_count: usize) -> Column {
    let (start, length) = (start.longs(), length.longs());
    Column::DateTime(rows::longs(row_count, |row| {
        Some(start.get(row)?.saturating_add(length.get(row)?).clamp(0, datetime::MAX))
    }))
}

fn between_returns(symbol: &str, arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    use ScalarType::{DateTime, Dynamic, Timespan};
    let (value, low, high) = (arguments[0].data_type, arguments[1].data_type, arguments[2].data_type);
    let ordered = ordering_type(value, low).is_some() && ordering_type(value, high).is_some();
    let from_a_start = matches!((value, low, high), (DateTime | Dynamic, DateTime, Timespan));
    if ordered || from_a_start {
        return Ok(ScalarType::Bool);
    }
    Err(format!("The operator '{symbol}' is not defined for the operand types {value}, {low} and {high}."))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, d, l, s, text};

    #[test]
    fn numbers_of_all_kinds_are_ordered() {
        assert_eq!(text("<", &[l(1), Value::Real(1.5)]), "True");
        assert_eq!(text(">", &[Value::Int(2), l(1 << 40)]), "False");
        assert_eq!(text(">=", &[Value::Int(2), l(2)]), "True");
        assert_eq!(text("<=", &[Value::Decimal(1.into()), Value::Real(1.0)]), "True");
        assert_eq!(text("<", &[Value::Bool(false), l(1)]), "True");
        assert_eq!(text(">", &[d("1.5"), l(1)]), "True");
        assert_eq!(text("<", &[Value::Real(f64::NAN), Value::Real(1.0)]), "False");
    }

    #[test]
    fn null_makes_null() {
        for operator in ["<", "<=", ">", ">="] {
            assert_eq!(text(operator, &[Value::Null(ScalarType::Long), l(1)]), "");
            assert_eq!(text(operator, &[l(1), Value::Null(ScalarType::Real)]), "");
        }
        assert_eq!(text("between", &[l(1), l(5), Value::Null(ScalarType::Long)]), "");
    }

    #[test]
    fn text_is_not_ordered() {
        assert!(call("<", &[s("a"), s("b")]).is_err());
        assert!(call("between", &[s("a"), s("b"), s("c")]).is_err());
    }

    #[test]
    fn bounds_are_included() {
        assert_eq!(text("between", &[l(1), l(1), l(5)]), "True");
        assert_eq!(text("between", &[l(5), l(5), l(1)]), "False");
        assert_eq!(text("!between", &[l(6), l(1), l(5)]), "True");
        let span = |ticks| Value::Timespan(ticks);
        assert_eq!(text("between", &[Value::DateTime(9), Value::DateTime(5), span(4)]), "True");
        assert_eq!(text("between", &[Value::DateTime(10), Value::DateTime(5), span(4)]), "False");
        assert_eq!(text("between", &[span(7), span(2), span(6)]), "False");
    }
}
