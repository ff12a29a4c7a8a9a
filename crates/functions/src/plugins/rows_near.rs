//! `rows_near`: the surroundings of rows.

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;
use kql_types::{Batch, Column, ScalarType, Schema, Value};

use super::{
    ParameterCount, Plugin, PluginArgument, PluginCall, PluginParameter, PluginParameterKind, PluginSchema,
};
use crate::{Example, KernelError};

/// The family.
pub static PLUGINS: &[&Plugin] = &[&ROWS_NEAR];

const COUNT: PluginParameterKind = PluginParameterKind::Constant(ScalarType::Long);

static ROWS_NEAR: Plugin = Plugin {
    names: &["rows_near"],
    doc: "The rows within a distance before and after those for which a condition is true. \
          <https://learn.microsoft.com/kusto/query/rows-near-plugin>",
    examples: &[Example {
        query: "range x from 1 to 9 step 1 | evaluate rows_near(x == 5, 2) | summarize tostring(make_list(x))",
        result: "[3,4,5,6,7]",
    }],
    parameters: &[
        PluginParameter {
            name: "Condition",
            kind: PluginParameterKind::Expression(ScalarType::Bool),
            count: ParameterCount::One,
        },
        PluginParameter { name: "NumRows", kind: COUNT, count: ParameterCount::One },
        PluginParameter { name: "RowsAfter", kind: COUNT, count: ParameterCount::Optional },
    ],
    schema: PluginSchema::Known(|shape| {
        shape
            .inputs
            .first()
            .map(|input| Schema::clone(input))
            .ok_or_else(|| "a plugin needs an input".to_owned())
    }),
    run: rows_near,
};

fn rows_near(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let input = call.input()?;
    let condition = match call.arguments.first().and_then(|given| given.first()) {
        Some(PluginArgument::Expression(index)) => call.expressions.get(*index),
        _ => None,
    };
    let Some(Column::Bool(condition)) = condition else {
        return Err(KernelError::new("rows_near needs a condition"));
    };
    let before = distance(call, 1).unwrap_or(0);
    let after = distance(call, 2).unwrap_or(before);
    // How many rows begin, less how many end, to be kept at each position.
    let mut changes = vec![0_i64; input.rows + 1];
    for row in (0..input.rows).filter(|row| condition.is_valid(*row) && condition.value(*row)) {
        changes[row.saturating_sub(before)] += 1;
        changes[row.saturating_add(after).saturating_add(1).min(input.rows)] -= 1;
    }
    let mut open = 0;
    let keep: BooleanBuffer = changes[..input.rows]
        .iter()
        .map(|change| {
            open += change;
            open > 0
        })
        .collect();
    Ok(input.filter(&keep))
}

fn distance(call: &PluginCall<'_>, parameter: usize) -> Option<usize> {
    match call.constant(parameter)? {
        Value::Long(rows) => Some(usize::try_from(*rows).unwrap_or(0)),
        _ => None,
    }
}
