//! `+ - * / %`, and the signs.

use kql_types::{Column, Decimal, Operand, ScalarType};

use crate::kernel::arithmetic::{
    Add, Divide, Modulo, Multiply, Operation, Subtract, arithmetic, result_type, widest,
};
use crate::{
    ArgumentInfo, Arity, Call, Example, Kernel, KernelError, Overload, ParameterType, ResultName, Returns,
    ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ADD, &SUBTRACT, &MULTIPLY, &DIVIDE, &MODULO];

/// The signature of an operator between two values.
const fn binary<O: Operation>() -> Overload {
    Overload {
        parameters: &[ParameterType::Any, ParameterType::Any],
        arity: Arity::Exact,
        returns: Returns::Computed(returns::<O>),
        kernel: Kernel::Columns(compute::<O>),
    }
}

static ADD: ScalarFunction = ScalarFunction {
    names: &["+"],
    doc: "The sum of two numbers or times. Two ints make a long; null makes null.",
    examples: &[
        Example { query: "print int(2147483647) + int(1)", result: "2147483648" },
        Example { query: "print datetime(2024-01-01) + 1d", result: "2024-01-02T00:00:00.0000000Z" },
    ],
    result_name: ResultName::Generated,
    overloads: &[
        binary::<Add>(),
        Overload {
            parameters: &[ParameterType::Any],
            arity: Arity::Exact,
            returns: Returns::Computed(|arguments| sign_returns("+", arguments)),
            kernel: Kernel::Columns(|call| {
                Ok(crate::scalar::conversion::convert_column(&call.arguments[0], call.rows, call.returns))
            }),
        },
    ],
    support: Support::Rows,
};

static SUBTRACT: ScalarFunction = ScalarFunction {
    names: &["-"],
    doc: "The difference of two numbers or times; before one value its negative. Two datetimes make a timespan.",
    examples: &[
        Example { query: "print datetime(2024-01-02) - datetime(2024-01-01)", result: "1.00:00:00" },
        Example { query: "print -5", result: "-5" },
    ],
    result_name: ResultName::Generated,
    overloads: &[
        binary::<Subtract>(),
        Overload {
            parameters: &[ParameterType::Any],
            arity: Arity::Exact,
            returns: Returns::Computed(|arguments| sign_returns("-", arguments)),
            kernel: Kernel::Columns(negate),
        },
    ],
    support: Support::Rows,
};

static MULTIPLY: ScalarFunction = ScalarFunction {
    names: &["*"],
    doc: "The product of two numbers, or of a number and a timespan.",
    examples: &[
        Example { query: "print 1.5 * 2", result: "3.0" },
        Example { query: "print 1.5 * 1h", result: "01:30:00" },
    ],
    result_name: ResultName::Generated,
    overloads: &[binary::<Multiply>()],
    support: Support::Rows,
};

static DIVIDE: ScalarFunction = ScalarFunction {
    names: &["/"],
    doc: "The quotient. Of whole numbers it is cut off toward zero, and null by zero; of two timespans it is a real.",
    examples: &[
        Example { query: "print -7 / 2", result: "-3" },
        Example { query: "print 1d / 1s", result: "86400.0" },
        Example { query: "print 1 / 0", result: "" },
        Example { query: "print 1.0 / 0", result: "inf" },
    ],
    result_name: ResultName::Generated,
    overloads: &[binary::<Divide>()],
    support: Support::Rows,
};

static MODULO: ScalarFunction = ScalarFunction {
    names: &["%"],
    doc: "The remainder, which is never negative.",
    examples: &[
        Example { query: "print -14 % 12", result: "10" },
        Example { query: "print 14 % -12", result: "2" },
    ],
    result_name: ResultName::Generated,
    overloads: &[binary::<Modulo>()],
    support: Support::Rows,
};

fn returns<O: Operation>(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    let (left, right) = (arguments[0].data_type, arguments[1].data_type);
    result_type(O::SYMBOL, left, right).ok_or_else(|| {
        format!("The operator '{}' is not defined for the operand types {left} and {right}.", O::SYMBOL)
    })
}

fn compute<O: Operation>(call: &Call<'_>) -> Result<Column, KernelError> {
    Ok(arithmetic::<O>(&call.arguments[0], &call.arguments[1], call.rows, call.returns))
}

/// An int becomes a long, unless it is a literal: `-int(5)` is an int.
fn sign_returns(symbol: &str, arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    let argument = arguments[0];
    match argument.data_type {
        ScalarType::Int if argument.constant.is_some() => Ok(ScalarType::Int),
        number if number.is_number() => Ok(widest(number, number)),
        other @ (ScalarType::Timespan | ScalarType::Dynamic) => Ok(other),
        other => Err(format!("The operator '{symbol}' is not defined for the operand type {other}.")),
    }
}

/// Zero minus the value, in the type that was bound.
fn negate(call: &Call<'_>) -> Result<Column, KernelError> {
    use crate::kernel::rows;
    let operand = &call.arguments[0];
    Ok(match (operand.data_type(), call.returns) {
        (ScalarType::Int, ScalarType::Int) => {
            let values = operand.ints();
            Column::Int(rows::ints(call.rows, |row| Some(values.get(row)?.wrapping_neg())))
        }
        (ScalarType::Real, _) => {
            let values = operand.reals();
            Column::Real(rows::reals(call.rows, |row| Some(-values.get(row)?)))
        }
        (ScalarType::Decimal, _) => {
            let values = operand.decimals();
            Column::Decimal(rows::decimals(call.rows, |row| Some(Decimal::ZERO - values.get(row)?)))
        }
        (ScalarType::Dynamic, _) => {
            let zero = Operand::Constant(kql_types::Value::Dynamic("0".to_owned()));
            arithmetic::<Subtract>(&zero, operand, call.rows, call.returns)
        }
        (ScalarType::Timespan, _) => {
            let zero = Operand::Constant(kql_types::Value::Timespan(0));
            arithmetic::<Subtract>(&zero, operand, call.rows, call.returns)
        }
        _ => {
            let zero = Operand::Constant(kql_types::Value::Long(0));
            arithmetic::<Subtract>(&zero, operand, call.rows, call.returns)
        }
    })
}

#[cfg(test)]
mod tests {
    use kql_types::timespan::{TICKS_PER_DAY, TICKS_PER_HOUR};
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, d, l, s, text};

    const HOUR: Value = Value::Timespan(TICKS_PER_HOUR);

    #[test]
    fn whole_numbers() {
        assert_eq!(call("+", &[Value::Int(i32::MAX), Value::Int(1)]), Ok(l(1 << 31)));
        assert_eq!(call("+", &[l(i64::MAX), l(1)]), Ok(l(i64::MIN)));
        assert_eq!(call("/", &[l(-7), l(2)]), Ok(l(-3)));
        assert_eq!(call("/", &[l(i64::MIN), l(-1)]), Ok(l(i64::MIN)));
        assert_eq!(text("/", &[l(1), l(0)]), "");
        assert_eq!(text("%", &[l(1), l(0)]), "");
        assert_eq!(text("%", &[l(-14), l(12)]), "10");
        assert_eq!(text("%", &[l(14), l(-12)]), "2");
    }

    #[test]
    fn the_wider_type_wins() {
        assert_eq!(text("+", &[l(1), Value::Real(0.5)]), "1.5");
        assert_eq!(text("*", &[Value::Decimal(2.into()), Value::Real(0.5)]), "1");
        assert_eq!(text("/", &[Value::Real(1.0), l(0)]), "inf");
        assert_eq!(text("+", &[Value::Null(ScalarType::Int), l(1)]), "");
    }

    #[test]
    fn times() {
        assert_eq!(
            call("-", &[Value::DateTime(TICKS_PER_DAY), Value::DateTime(0)]),
            Ok(Value::Timespan(TICKS_PER_DAY))
        );
        assert_eq!(call("+", &[Value::DateTime(0), HOUR]), Ok(Value::DateTime(TICKS_PER_HOUR)));
        assert_eq!(text("-", &[Value::DateTime(0), HOUR]), "");
        assert_eq!(text("/", &[Value::Timespan(TICKS_PER_DAY), HOUR]), "24.0");
        assert_eq!(text("/", &[HOUR, l(2)]), "00:30:00");
        assert_eq!(text("*", &[Value::Real(1.5), HOUR]), "01:30:00");
        assert_eq!(
            text("%", &[Value::DateTime(TICKS_PER_DAY + 5), Value::Timespan(TICKS_PER_DAY)]),
            "00:00:00.0000005"
        );
        assert_eq!(text("-", &[HOUR]), "-01:00:00");
    }

    #[test]
    fn dynamics_take_the_other_type() {
        assert_eq!(call("+", &[d("1"), l(1)]), Ok(l(2)));
        assert_eq!(call("+", &[d("1.5"), Value::Real(1.0)]), Ok(Value::Real(2.5)));
        assert_eq!(call("+", &[d("1"), d("2.5")]), Ok(d("3.5")));
        assert_eq!(call("-", &[d("3")]), Ok(d("-3")));
        assert_eq!(text("-", &[d("\"0001-01-02\""), Value::DateTime(0)]), "1.00:00:00");
        assert_eq!(text("+", &[d("[]"), l(1)]), "");
    }

    #[test]
    fn signs() {
        assert_eq!(call("-", &[l(5)]), Ok(l(-5)));
        assert_eq!(text("-", &[Value::Real(0.0)]), "-0.0");
    }

    #[test]
    fn text_has_no_sum() {
        assert!(call("+", &[s("a"), s("b")]).is_err());
        assert!(call("+", &[Value::DateTime(0), l(1)]).is_err());
        assert!(call("*", &[Value::Bool(true), l(1)]).is_err());
    }
}
