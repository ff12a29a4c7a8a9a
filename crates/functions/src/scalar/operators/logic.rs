//! `and`, `or`, `not`.

use kql_types::{Column, Operand, ScalarType};

use crate::kernel::rows;
use crate::scalar::conversion::convert;
use crate::{
    Arity, Call, Example, Kernel, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&AND, &OR, &NOT];

static AND: ScalarFunction = ScalarFunction {
    names: &["and"],
    doc: "Whether both conditions hold. False wins over null.",
    examples: &[
        Example { query: "print true and false", result: "False" },
        Example { query: "print bool(null) and false", result: "False" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[
            ParameterType::ExactOrDynamic(ScalarType::Bool),
            ParameterType::ExactOrDynamic(ScalarType::Bool),
        ],
        arity: Arity::Repeat { group: 1, least: 2 },
        returns: Returns::Exact(ScalarType::Bool),
        kernel: Kernel::Columns(|call| Ok(join(call, false))),
    }],
    support: Support::Rows,
};

static OR: ScalarFunction = ScalarFunction {
    names: &["or"],
    doc: "Whether one of the conditions holds. True wins over null.",
    examples: &[
        Example { query: "print true or false", result: "True" },
        Example { query: "print bool(null) or true", result: "True" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[
            ParameterType::ExactOrDynamic(ScalarType::Bool),
            ParameterType::ExactOrDynamic(ScalarType::Bool),
        ],
        arity: Arity::Repeat { group: 1, least: 2 },
        returns: Returns::Exact(ScalarType::Bool),
        kernel: Kernel::Columns(|call| Ok(join(call, true))),
    }],
    support: Support::Rows,
};

/// Three-valued: `decisive` as soon as one side is, else null if one side is.
fn join(call: &Call<'_>, decisive: bool) -> Column {
    let conditions: Vec<_> = call.arguments.iter().map(Operand::bools).collect();
    Column::Bool(rows::bools(call.rows, |row| {
        let mut answer = Some(!decisive);
        for condition in &conditions {
            match condition.get(row) {
                Some(value) if value == decisive => return Some(decisive),
                Some(_) => {}
                None => answer = None,
            }
        }
        answer
    }))
}

static NOT: ScalarFunction = ScalarFunction {
    names: &["not"],
    doc: "The opposite of a condition; of null it is null.",
    examples: &[
        Example { query: "print not(1 == 2)", result: "True" },
        Example { query: "print not(bool(null))", result: "" },
    ],
    result_name: ResultName::Generated,
    overloads: &[
        Overload {
            parameters: &[ParameterType::ExactOrDynamic(ScalarType::Bool)],
            arity: Arity::Exact,
            returns: Returns::Exact(ScalarType::Bool),
            kernel: Kernel::Columns(|call| Ok(not(call))),
        },
        Overload {
            parameters: &[ParameterType::Number],
            arity: Arity::Exact,
            returns: Returns::Exact(ScalarType::Bool),
            kernel: Kernel::Columns(|call| Ok(not(call))),
        },
    ],
    support: Support::Rows,
};

fn not(call: &Call<'_>) -> Column {
    let condition = convert(&call.arguments[0], ScalarType::Bool);
    let condition = condition.bools();
    Column::Bool(rows::bools(call.rows, |row| condition.get(row).map(|value| !value)))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{l, text};

    const NULL: Value = Value::Null(ScalarType::Bool);

    #[test]
    fn null_is_not_known() {
        assert_eq!(text("and", &[NULL, Value::Bool(false)]), "False");
        assert_eq!(text("and", &[NULL, Value::Bool(true)]), "");
        assert_eq!(text("or", &[NULL, Value::Bool(true)]), "True");
        assert_eq!(text("or", &[NULL, Value::Bool(false)]), "");
        assert_eq!(text("not", &[NULL]), "");
        assert_eq!(text("not", &[l(1)]), "False");
    }
}
