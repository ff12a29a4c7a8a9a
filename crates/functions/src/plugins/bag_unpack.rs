//! `bag_unpack`: a column for each property of a column of bags.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{BooleanArray, Float64Array, Int64Array, StringViewArray};
use hashbrown::HashSet;
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Batch, Column, Field, ScalarType, Schema, Value};

use super::{ParameterCount, Plugin, PluginCall, PluginParameter, PluginParameterKind, PluginSchema};
use crate::{Example, KernelError};

/// The family.
pub static PLUGINS: &[&Plugin] = &[&BAG_UNPACK];

static BAG_UNPACK: Plugin = Plugin {
    names: &["bag_unpack"],
    doc: "Replaces a column of property bags by a column for each property, in the order of their names behind the other \
          columns. A property's type is that of its values, or dynamic if they differ. \
          <https://learn.microsoft.com/kusto/query/bag-unpack-plugin>",
    examples: &[
        Example {
            query: "datatable(d:dynamic)[dynamic({'Name': 'John', 'Age': 20})] | evaluate bag_unpack(d, 'p_') | project p_Age",
            result: "20",
        },
        Example {
            query: "datatable(Age:long, d:dynamic)[7, dynamic({'Age': 20})] \
                    | evaluate bag_unpack(d, columnsConflict='keep_source') | project Age",
            result: "7",
        },
    ],
    parameters: &[
        PluginParameter { name: "Column", kind: PluginParameterKind::Column, count: ParameterCount::One },
        PluginParameter {
            name: "OutputColumnPrefix",
            kind: PluginParameterKind::Constant(ScalarType::String),
            count: ParameterCount::Optional,
        },
        PluginParameter {
            name: "columnsConflict",
            kind: PluginParameterKind::Constant(ScalarType::String),
            count: ParameterCount::Optional,
        },
        PluginParameter {
            name: "ignoredProperties",
            kind: PluginParameterKind::Constant(ScalarType::Dynamic),
            count: ParameterCount::Optional,
        },
    ],
    schema: PluginSchema::FromRows,
    run: bag_unpack,
};

/// What happens to a property whose name a source column has.
#[derive(Clone, Copy)]
enum Conflict {
    Error,
    ReplaceSource,
    KeepSource,
}

fn bag_unpack(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let input = call.input()?;
    let unpacked = call.column(0)?;
    let prefix = text_argument(call, 1);
    let conflict = match text_argument(call, 2) {
        "" | "error" => Conflict::Error,
        "replace_source" => Conflict::ReplaceSource,
        "keep_source" => Conflict::KeepSource,
        other => {
            return Err(KernelError::new(format!(
                "columnsConflict is error, replace_source or keep_source, not '{other}'"
            )));
        }
    };
    let (Column::Dynamic(bags) | Column::String(bags)) = &input.columns[unpacked] else {
        return Err(KernelError::new("bag_unpack needs a dynamic column"));
    };
    let properties = read_properties(bags, &ignored_properties(call));
    let sources = input.schema.fields.iter().zip(&input.columns).enumerate();
    let mut output: Vec<(Field, Column)> = sources
        .filter(|(index, _)| *index != unpacked)
        .map(|(_, (field, column))| (field.clone(), column.clone()))
        .collect();
    for (name, property) in properties {
        let column = property.into_column(input.rows);
        let field = Field::new(format!("{prefix}{name}"), column.data_type());
        match (output.iter().position(|(source, _)| source.name == field.name), conflict) {
            (None, _) => output.push((field, column)),
            (Some(_), Conflict::KeepSource) => {}
            (Some(index), Conflict::ReplaceSource) => output[index] = (field, column),
            (Some(_), Conflict::Error) => {
                return Err(KernelError::new(format!(
                    "the input has a column '{}' already; a prefix or columnsConflict decides what becomes of the property",
                    field.name
                )));
            }
        }
    }
    let (fields, columns) = output.into_iter().unzip();
    Ok(Batch::new(Arc::new(Schema::new(fields)), columns, input.rows))
}

fn text_argument<'a>(call: &PluginCall<'a>, parameter: usize) -> &'a str {
    match call.constant(parameter) {
        Some(Value::String(text)) => text,
        _ => "",
    }
}

fn ignored_properties<'a>(call: &PluginCall<'a>) -> HashSet<Cow<'a, str>> {
    match call.constant(3) {
        Some(Value::Dynamic(names)) => Json::new(names).elements().filter_map(Json::as_str).collect(),
        _ => HashSet::new(),
    }
}

fn read_properties<'a>(
    bags: &'a StringViewArray,
    ignored: &HashSet<Cow<'a, str>>,
) -> BTreeMap<Cow<'a, str>, Property<'a>> {
    let mut properties: BTreeMap<Cow<'a, str>, Property<'a>> = BTreeMap::new();
    for (row, bag) in bags.iter().enumerate() {
        for (name, value) in bag.map(Json::new).into_iter().flat_map(Json::members) {
            if !ignored.contains(&name) {
                properties.entry(name).or_default().add(row, value);
            }
        }
    }
    properties
}

/// The values of one property.
#[derive(Default)]
struct Property<'a> {
    /// The type of the values seen; dynamic where they differ.
    data_type: Option<ScalarType>,
    /// By row, up to the last that has the property.
    values: Vec<Option<Json<'a>>>,
}

impl<'a> Property<'a> {
    /// Nulls do not count; of a name that a bag has twice the first value does.
    fn add(&mut self, row: usize, value: Json<'a>) {
        if value.is_null() || self.values.len() > row {
            return;
        }
        let data_type = type_of(value);
        self.data_type = match self.data_type {
            None => Some(data_type),
            Some(same) if same == data_type => Some(same),
            Some(_) => Some(ScalarType::Dynamic),
        };
        self.values.resize(row, None);
        self.values.push(Some(value));
    }

    fn into_column(mut self, rows: usize) -> Column {
        self.values.resize(rows, None);
        let values = self.values.into_iter();
        match self.data_type {
            Some(ScalarType::Bool) => {
                Column::Bool(values.map(|value| value?.as_bool()).collect::<BooleanArray>())
            }
            Some(ScalarType::Long) => {
                Column::Long(values.map(|value| value?.as_i64()).collect::<Int64Array>())
            }
            Some(ScalarType::Real) => {
                Column::Real(values.map(|value| value?.as_f64()).collect::<Float64Array>())
            }
            Some(ScalarType::String) => Column::String(
                StringViewArray::from_iter_values(
                    values.map(|value| value.and_then(Json::as_str).unwrap_or_default()),
                )
                .into(),
            ),
            _ => Column::Dynamic(values.map(|value| value.map(Json::text)).collect()),
        }
    }
}

fn type_of(value: Json<'_>) -> ScalarType {
    match value.kind() {
        JsonKind::Bool => ScalarType::Bool,
        JsonKind::String => ScalarType::String,
        JsonKind::Number if value.as_i64().is_some() => ScalarType::Long,
        JsonKind::Number => ScalarType::Real,
        JsonKind::Null | JsonKind::Array | JsonKind::Bag => ScalarType::Dynamic,
    }
}
