//! Length, case, pieces of strings.

use arrow_array::Int64Array;
use kql_types::{Column, ScalarType::Long, ScalarType::String};

use crate::{
    Arity, Call, Example, Kernel, KernelError, Overload, ParameterType, ResultName, Returns, ScalarFunction,
    Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&STRLEN];

static STRLEN: ScalarFunction = ScalarFunction {
    names: &["strlen"],
    doc: "Number of characters (Unicode scalar values) of a string.",
    examples: &[Example { query: r#"print strlen("héllo")"#, result: "5" }],
    result_name: ResultName::PrefixAndFirstArgument("strlen"),
    overloads: &[Overload {
        parameters: &[ParameterType::ExactOrDynamic(String)],
        arity: Arity::Exact,
        returns: Returns::Exact(Long),
        kernel: Kernel::Columns(strlen),
    }],
    support: Support::Rows,
};

fn strlen(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let lengths = (0..call.rows).map(|row| texts.text(row).chars().count() as i64);
    Ok(Column::Long(Int64Array::from_iter_values(lengths)))
}
