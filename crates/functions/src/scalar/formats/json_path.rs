//! One value out of a JSON text.

use kql_types::dynamic::{Json, canonicalize};
use kql_types::{Column, Operand, PathStep, ScalarType::Dynamic, ScalarType::String};

use crate::kernel::rows::dynamics;
use crate::scalar::conversion::convert_column;
use crate::scalar::signature::{TEXT, prepared, scalar_function};
use crate::scalar::text::extract::written_type;
use crate::{ArgumentInfo, BoundKernel, KernelError, ParameterType, ResultName, Returns, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&EXTRACT_JSON];

scalar_function!(
    EXTRACT_JSON, ["extract_json", "extractjson"],
    "The value at the path in the JSON text, converted to the type if one is given; empty or null if there is none. <https://learn.microsoft.com/kusto/query/jsonpath>",
    [
        r#"print extract_json("$.hosts[1].AvailableMB", '{"hosts":[{}, {"AvailableMB": 12}]}', typeof(long)) + 1"# => "13",
        r#"print extractjson("$['user name']", '{"user name": "John"}')"# => "John",
        r#"print extract_json("$.name", "no JSON")"# => "",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT, ParameterType::Literal(String)], String, bind)
        .at_least(2)
        .returning(Returns::Computed(|arguments| written_type(arguments, 2)))],
);

fn bind(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let constant = arguments[0].constant.map(|path| steps(&path.to_text()));
    Ok(Box::new(move |call| {
        let (paths, texts) = (call.arguments[0].strings(), call.arguments[1].strings());
        let found = Column::Dynamic(
            dynamics(call.rows, |row, out| {
                let of_row;
                let steps = match &constant {
                    Some(steps) => steps,
                    None => {
                        of_row = steps(paths.text(row));
                        &of_row
                    }
                };
                let json = canonicalize(texts.text(row))?;
                out.push_str(Json::new(&json).walk(steps.as_ref()?)?.text());
                (out != "null").then_some(())
            })
            .into(),
        );
        if call.returns == Dynamic {
            return Ok(found);
        }
        let text = convert_column(&Operand::Column(found), call.rows, String);
        Ok(convert_column(&Operand::Column(text), call.rows, call.returns))
    }))
}

/// Reads `$.a['b'][0]`; `None` if it is no path.
fn steps(path: &str) -> Option<Vec<PathStep>> {
    let mut rest = path.trim().strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, behind) = match rest.strip_prefix('.') {
            Some(name) => {
                let (name, behind) = name.split_at(name.find(['.', '[']).unwrap_or(name.len()));
                (PathStep::Key(Some(name).filter(|name| !name.is_empty())?.into()), behind)
            }
            None => bracketed(rest.strip_prefix('[')?)?,
        };
        steps.push(step);
        rest = behind;
    }
    Some(steps)
}

/// Reads what stands behind an opening bracket: a name in quotes of either kind, or a position.
fn bracketed(rest: &str) -> Option<(PathStep, &str)> {
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
    match quote {
        Some(quote) => {
            let (name, behind) = rest[1..].split_once(quote)?;
            Some((PathStep::Key(name.into()), behind.strip_prefix(']')?))
        }
        None => {
            let (index, behind) = rest.split_once(']')?;
            Some((PathStep::Index(index.trim().parse().ok().filter(|index: &i64| *index >= 0)?), behind))
        }
    }
}
