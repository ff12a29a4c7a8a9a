//! Choosing between values: `iff`, `case`, `coalesce`, `max_of`, `min_of`.

use std::cmp::Ordering;

use kql_types::{Column, Operand, ScalarType};

use crate::kernel::selection::select;
use crate::{
    Arity, Call, Example, Kernel, KernelError, Overload, ParameterType, ResultName, Returns, ScalarFunction,
    Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&IFF, &CASE, &COALESCE, &MAX_OF, &MIN_OF];

static IFF: ScalarFunction = ScalarFunction {
    names: &["iff", "iif"],
    doc: "The second argument where the first is true, else the third; a null condition counts as false.",
    examples: &[
        Example { query: r#"print iff(1 > 0, "yes", "no")"#, result: "yes" },
        Example { query: "print iff(bool(null), 1, 2.5)", result: "2.5" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Exact(ScalarType::Bool), ParameterType::Common, ParameterType::Common],
        arity: Arity::Exact,
        returns: Returns::Common,
        kernel: Kernel::Columns(|call| Ok(case(call))),
    }],
    support: Support::Rows,
};

static CASE: ScalarFunction = ScalarFunction {
    names: &["case"],
    doc: "The value behind the first condition that is true, or the last argument if none is.",
    examples: &[
        Example { query: r#"print case(5 < 3, "small", 5 < 9, "medium", "large")"#, result: "medium" },
        Example { query: r#"print case(false, "a", "b")"#, result: "b" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Exact(ScalarType::Bool), ParameterType::Common, ParameterType::Common],
        arity: Arity::RepeatThenLast,
        returns: Returns::Common,
        kernel: Kernel::Columns(|call| Ok(case(call))),
    }],
    support: Support::Rows,
};

/// Condition, value, condition, value, ..., otherwise.
fn case(call: &Call<'_>) -> Column {
    let arguments = call.arguments;
    let last = arguments.len().saturating_sub(1);
    let conditions: Vec<_> = arguments[..last].iter().step_by(2).map(Operand::bools).collect();
    let values: Vec<&Operand> = arguments[..last].iter().skip(1).step_by(2).chain(arguments.last()).collect();
    select(&values, call.returns, call.rows, |row| {
        conditions.iter().position(|condition| condition.get(row) == Some(true)).unwrap_or(conditions.len())
    })
}

static COALESCE: ScalarFunction = ScalarFunction {
    names: &["coalesce"],
    doc: "The first argument that is not null, or, of strings, not empty.",
    examples: &[
        Example { query: r#"print coalesce(tolong("not a number"), tolong("42"), 33)"#, result: "42" },
        Example { query: r#"print coalesce("", "a")"#, result: "a" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::StrictCommon, ParameterType::StrictCommon],
        arity: Arity::Repeat { group: 1, least: 2 },
        returns: Returns::Common,
        kernel: Kernel::Columns(|call| Ok(coalesce(call))),
    }],
    support: Support::Rows,
};

fn coalesce(call: &Call<'_>) -> Column {
    let operands: Vec<&Operand> = call.arguments.iter().collect();
    let last = operands.len().saturating_sub(1);
    if call.returns == ScalarType::String {
        let texts: Vec<_> = operands.iter().map(|operand| operand.strings()).collect();
        return select(&operands, call.returns, call.rows, |row| {
            texts.iter().position(|text| !text.text(row).is_empty()).unwrap_or(last)
        });
    }
    select(&operands, call.returns, call.rows, |row| {
        operands.iter().position(|operand| !operand.is_null(row)).unwrap_or(last)
    })
}

static MAX_OF: ScalarFunction = ScalarFunction {
    names: &["max_of"],
    doc: "The largest argument; nulls do not count unless all are null.",
    examples: &[Example { query: "print max_of(10, 1, -3, 17)", result: "17" }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::StrictCommon, ParameterType::StrictCommon],
        arity: Arity::Repeat { group: 1, least: 2 },
        returns: Returns::Common,
        kernel: Kernel::Columns(|call| extreme(call, Ordering::Greater)),
    }],
    support: Support::Rows,
};

static MIN_OF: ScalarFunction = ScalarFunction {
    names: &["min_of"],
    doc: "The smallest argument; nulls do not count unless all are null.",
    examples: &[Example { query: "print min_of(10, 1, -3, 17)", result: "-3" }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::StrictCommon, ParameterType::StrictCommon],
        arity: Arity::Repeat { group: 1, least: 2 },
        returns: Returns::Common,
        kernel: Kernel::Columns(|call| extreme(call, Ordering::Less)),
    }],
    support: Support::Rows,
};

/// The argument that stands in `wanted` relation to all others.
fn extreme(call: &Call<'_>, wanted: Ordering) -> Result<Column, KernelError> {
    macro_rules! by {
        ($reader:ident) => {{
            let readers: Vec<_> = call.arguments.iter().map(Operand::$reader).collect();
            select_extreme(call, wanted, |operand, row| readers[operand].get(row))
        }};
    }
    Ok(match call.returns {
        ScalarType::Bool => by!(bools),
        ScalarType::Int => by!(ints),
        ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan => by!(longs),
        ScalarType::Real => by!(reals),
        ScalarType::Decimal => by!(decimals),
        ScalarType::Guid => by!(guids),
        ScalarType::String => by!(strings),
        ScalarType::Dynamic => {
            return Err(KernelError::new("dynamic values have no order; convert them first"));
        }
    })
}

fn select_extreme<T: PartialOrd>(
    call: &Call<'_>,
    wanted: Ordering,
    value: impl Fn(usize, usize) -> Option<T>,
) -> Column {
    let operands: Vec<&Operand> = call.arguments.iter().collect();
    select(&operands, call.returns, call.rows, |row| {
        let mut best = 0;
        for operand in 1..operands.len() {
            let better = match (value(operand, row), value(best, row)) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(value), Some(best)) => value.partial_cmp(&best) == Some(wanted),
            };
            if better {
                best = operand;
            }
        }
        best
    })
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, l, s, text};

    const NULL: Value = Value::Null(ScalarType::Long);

    #[test]
    fn null_conditions_are_false() {
        assert_eq!(text("iff", &[Value::Bool(true), s("a"), s("b")]), "a");
        assert_eq!(text("iff", &[Value::Null(ScalarType::Bool), s("a"), s("b")]), "b");
        let (no, yes) = (Value::Bool(false), Value::Bool(true));
        assert_eq!(call("case", &[no.clone(), l(1), yes.clone(), l(2), yes, l(3), l(4)]), Ok(l(2)));
        assert_eq!(call("case", &[no, l(1), NULL]), Ok(NULL));
    }

    #[test]
    fn coalesce_passes_over_null_and_empty_text() {
        assert_eq!(call("coalesce", &[NULL, l(2), l(3)]), Ok(l(2)));
        assert_eq!(call("coalesce", &[NULL, NULL]), Ok(NULL));
        assert_eq!(text("coalesce", &[s(""), s("a")]), "a");
    }

    #[test]
    fn extremes_pass_over_null() {
        assert_eq!(call("max_of", &[NULL, l(2), l(3), l(1)]), Ok(l(3)));
        assert_eq!(call("min_of", &[l(2), NULL, l(1)]), Ok(l(1)));
        assert_eq!(call("min_of", &[NULL, NULL]), Ok(NULL));
        assert_eq!(text("max_of", &[s("a"), s("b")]), "b");
    }
}
