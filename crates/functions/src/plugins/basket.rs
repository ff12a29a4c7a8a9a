//! `basket`: the values that often occur together.

use std::sync::Arc;

use kql_types::ScalarType::{Int, Long, Real};
use kql_types::{Batch, Column, ColumnBuilder, Field, ScalarType, Schema, Value};

use super::frequent_patterns::{Pattern, Records, frequent_patterns};
use super::{
    ParameterCount, Plugin, PluginArgument, PluginCall, PluginParameter, PluginParameterKind, PluginSchema,
    PluginShape,
};
use crate::{Example, KernelError};

/// The family.
pub static PLUGINS: &[&Plugin] = &[&BASKET];

const THRESHOLD: usize = 0;
const WEIGHT: usize = 1;
const DIMENSIONS: usize = 2;
const WILDCARDS: usize = 3;

static BASKET: Plugin = Plugin {
    names: &["basket"],
    doc: "The combinations of values that a share of at least Threshold (0.05) of the rows has; where all rows with a \
          combination have a further value in common, that belongs to it. Null, \"\" or the wildcard of the column's type \
          stand for any value, '~' for an argument's default. Exact, most frequent first. \
          <https://learn.microsoft.com/kusto/query/basket-plugin>",
    examples: &[
        Example {
            query: "datatable(a:string, b:long)['x', 1, 'x', 1, 'x', 2, 'y', 2] | evaluate basket(0.5) | project Percent",
            result: "75.0",
        },
        Example {
            query: "datatable(a:string, b:long)['x', 1, 'x', 1, 'x', 2, 'y', 2] | evaluate basket(0.5, '~', '~', '*', -1) \
                    | where b == 2 | project a",
            result: "*",
        },
    ],
    parameters: &[
        parameter("Threshold", PluginParameterKind::AnyConstant, ParameterCount::Optional),
        parameter("WeightColumn", PluginParameterKind::ColumnOrDefault, ParameterCount::Optional),
        parameter("MaxDimensions", PluginParameterKind::AnyConstant, ParameterCount::Optional),
        parameter("CustomWildcard", PluginParameterKind::AnyConstant, ParameterCount::Repeated),
    ],
    schema: PluginSchema::Known(schema),
    run: basket,
};

const fn parameter(name: &'static str, kind: PluginParameterKind, count: ParameterCount) -> PluginParameter {
    PluginParameter { name, kind, count }
}

fn schema(shape: &PluginShape<'_>) -> Result<Schema, String> {
    let Some(input) = shape.inputs.first() else { return Err("a plugin needs an input".to_owned()) };
    let weight = weight_column(shape.arguments);
    if let Some(field) = weight.map(|weight| &input.fields[weight])
        && !matches!(field.data_type, Int | Long | Real)
    {
        return Err(format!("the weight column {} must be of type int, long or real", field.name));
    }
    let count_type = if is_fractional(input, weight) { Real } else { Long };
    let mut fields =
        vec![Field::new("SegmentId", Long), Field::new("Count", count_type), Field::new("Percent", Real)];
    for index in dimensions(input, weight) {
        let field = &input.fields[index];
        fields.push(Field::new(super::pivot::free_name(&fields, &field.name), field.data_type));
    }
    Ok(Schema::new(fields))
}

fn weight_column(arguments: &[Vec<PluginArgument>]) -> Option<usize> {
    match arguments.get(WEIGHT)?.first()? {
        PluginArgument::Column(index) => Some(*index),
        _ => None,
    }
}

fn is_fractional(input: &Schema, weight: Option<usize>) -> bool {
    weight.is_some_and(|weight| input.fields[weight].data_type == Real)
}

/// The columns whose values make up patterns: all but the weight.
fn dimensions(input: &Schema, weight: Option<usize>) -> impl Iterator<Item = usize> {
    (0..input.len()).filter(move |index| Some(*index) != weight)
}

fn basket(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let input = call.input()?;
    let threshold = threshold(given(call, THRESHOLD))?;
    let max_dimensions = max_dimensions(given(call, DIMENSIONS))?;
    let weight = weight_column(call.arguments);
    let weights = weight.map(|index| weights(&input.columns[index])).transpose()?;
    let columns: Vec<&Column> =
        dimensions(&input.schema, weight).map(|index| &input.columns[index]).collect();
    let records = Records { columns: &columns, weights: weights.as_deref(), rows: input.rows };
    let patterns = frequent_patterns(&records, threshold, max_dimensions);
    let shape = PluginShape { inputs: &[&input.schema], arguments: call.arguments };
    let schema = schema(&shape).map_err(KernelError::new)?;
    let wildcards = wildcards(call);
    let mut result = vec![
        Column::Long((0..patterns.len() as i64).collect()),
        counts(&patterns, schema.fields[1].data_type),
        Column::Real(patterns.iter().map(|pattern| Some(percent(pattern.share))).collect()),
    ];
    for (index, column) in columns.into_iter().enumerate() {
        result.push(values(&patterns, index, column, &wildcards));
    }
    Ok(Batch::new(Arc::new(schema), result, patterns.len()))
}

/// The constant given for a parameter, unless it asks for the default.
fn given<'a>(call: &PluginCall<'a>, parameter: usize) -> Option<&'a Value> {
    call.constant(parameter).filter(|value| !is_default(value))
}

fn is_default(value: &Value) -> bool {
    matches!(value, Value::String(text) if text == "~")
}

fn threshold(given: Option<&Value>) -> Result<f64, KernelError> {
    let threshold = match given {
        None => 0.05,
        Some(Value::Real(threshold)) => *threshold,
        Some(Value::Int(threshold)) => f64::from(*threshold),
        Some(Value::Long(threshold)) => *threshold as f64,
        Some(_) => f64::NAN,
    };
    if (0.015..=1.0).contains(&threshold) {
        return Ok(threshold);
    }
    Err(KernelError::new("the threshold of basket must be a number from 0.015 to 1"))
}

fn max_dimensions(given: Option<&Value>) -> Result<usize, KernelError> {
    let dimensions = match given {
        None => Some(5),
        Some(Value::Int(dimensions)) => usize::try_from(*dimensions).ok(),
        Some(Value::Long(dimensions)) => usize::try_from(*dimensions).ok(),
        Some(_) => None,
    };
    let positive = dimensions.filter(|dimensions| *dimensions > 0);
    positive.ok_or_else(|| KernelError::new("the number of dimensions of basket must be a positive integer"))
}

/// Weights by row; none where it is null or not positive, so that the row does not count.
fn weights(column: &Column) -> Result<Vec<f64>, KernelError> {
    let mut weights: Vec<f64> = match column {
        Column::Int(values) => values.values().iter().map(|value| f64::from(*value)).collect(),
        Column::Long(values) => values.values().iter().map(|value| *value as f64).collect(),
        Column::Real(values) => values.values().to_vec(),
        other => {
            return Err(KernelError::new(format!("a column of type {} is no weight", other.data_type())));
        }
    };
    for (row, weight) in weights.iter_mut().enumerate() {
        if column.is_null(row) || !weight.is_finite() || *weight < 0.0 {
            *weight = 0.0;
        }
    }
    Ok(weights)
}

/// What stands for any value, by type; the last one given of a type counts.
fn wildcards(call: &PluginCall<'_>) -> Vec<Value> {
    let given = call.arguments.get(WILDCARDS).into_iter().flatten();
    let values = given.filter_map(|argument| match argument {
        PluginArgument::Constant(value) => Some(value.clone()),
        _ => None,
    });
    values.filter(|value| !is_default(value)).collect()
}

fn counts(patterns: &[Pattern], data_type: ScalarType) -> Column {
    let weights = patterns.iter().map(|pattern| pattern.weight);
    match data_type {
        Real => Column::Real(weights.map(Some).collect()),
        _ => Column::Long(weights.map(|weight| Some(weight as i64)).collect()),
    }
}

/// With one decimal, as the page's examples show it.
fn percent(share: f64) -> f64 {
    (share * 1000.0).round() / 10.0
}

fn values(patterns: &[Pattern], index: usize, column: &Column, wildcards: &[Value]) -> Column {
    let data_type = column.data_type();
    let wildcard = wildcards.iter().rev().find(|wildcard| wildcard.data_type() == data_type);
    let wildcard = wildcard.cloned().unwrap_or_else(|| Value::absent(data_type));
    let mut values = ColumnBuilder::with_capacity(data_type, patterns.len());
    for pattern in patterns {
        match pattern.rows[index] {
            Some(row) => values.push(&column.value(row)),
            None => values.push(&wildcard),
        }
    }
    values.finish()
}
