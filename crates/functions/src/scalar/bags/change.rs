//! Bags with properties set or removed.

use std::borrow::Cow;

use kql_types::Column;
use kql_types::ScalarType::String as Text;
use kql_types::dynamic::{Json, JsonKind};

use super::key_path::key_path;
use super::{BAG, DYNAMIC};
use crate::kernel::dynamic::{Arrays, JsonValues, dynamic_column, write_member};
use crate::{Call, Example, KernelError, Overload, ParameterType, ResultName, ScalarFunction, Support};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&BAG_REMOVE_KEYS, &BAG_SET_KEY];

static BAG_REMOVE_KEYS: ScalarFunction = ScalarFunction {
    names: &["bag_remove_keys"],
    doc: "The bag without the properties in an array of keys, which may be paths such as `$.a.b`; null if the value is no bag. \
          <https://learn.microsoft.com/kusto/query/bag-remove-keys-function>",
    examples: &[Example {
        query: "print bag_remove_keys(dynamic({'a': {'x': 1, 'y': 2}, 'b': 3}), dynamic(['$.a.x', 'b']))",
        result: r#"{"a":{"y":2}}"#,
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[BAG, BAG], DYNAMIC, bag_remove_keys)],
    support: Support::Rows,
};

type Path<'a> = Vec<Cow<'a, str>>;

fn bag_remove_keys(call: &Call<'_>) -> Result<Column, KernelError> {
    let bags = call.arguments[0].strings();
    let mut keys = Arrays::new(&call.arguments[1]);
    Ok(dynamic_column(call.rows, |row, out| {
        let bag = Some(Json::new(bags.get(row)?)).filter(|bag| bag.kind() == JsonKind::Bag)?;
        let keys: Vec<Cow<'_, str>> =
            keys.get(row).unwrap_or_default().iter().filter_map(|key| Json::new(key).as_str()).collect();
        let paths: Vec<Path<'_>> = keys.iter().filter_map(|key| key_path(key)).collect();
        let paths: Vec<&[Cow<'_, str>]> = paths.iter().map(Vec::as_slice).collect();
        write_without(out, bag, &paths);
        Some(())
    }))
}

/// As deep as the longest path.
fn write_without(out: &mut String, bag: Json<'_>, removed: &[&[Cow<'_, str>]]) {
    out.push('{');
    for (name, value) in bag.members() {
        let below: Vec<&[Cow<'_, str>]> = removed
            .iter()
            .filter_map(|path| path.split_first())
            .filter(|(first, _)| **first == name)
            .map(|(_, rest)| rest)
            .collect();
        if below.iter().any(|path| path.is_empty()) {
            continue;
        }
        if below.is_empty() || value.kind() != JsonKind::Bag {
            write_member(out, &name, value.text());
        } else {
            let mut inner = String::new();
            write_without(&mut inner, value, &below);
            write_member(out, &name, &inner);
        }
    }
    out.push('}');
}

static BAG_SET_KEY: ScalarFunction = ScalarFunction {
    names: &["bag_set_key"],
    doc: "The bag with a property set, added if it is not there; the key may be a path such as `$.a.b`. Null if the value is no \
          bag. <https://learn.microsoft.com/kusto/query/bag-set-key-function>",
    examples: &[
        Example { query: "print bag_set_key(dynamic({'a': 1}), 'b', 'x')", result: r#"{"a":1,"b":"x"}"# },
        Example {
            query: "print bag_set_key(dynamic({'a': 1}), '$.b.c', 2)",
            result: r#"{"a":1,"b":{"c":2}}"#,
        },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(
        &[BAG, ParameterType::ExactOrDynamic(Text), ParameterType::Any],
        DYNAMIC,
        bag_set_key,
    )],
    support: Support::Rows,
};

fn bag_set_key(call: &Call<'_>) -> Result<Column, KernelError> {
    let (bags, keys) = (call.arguments[0].strings(), call.arguments[1].strings());
    let values = JsonValues::new(&call.arguments[2]);
    let mut value = String::new();
    Ok(dynamic_column(call.rows, |row, out| {
        let bag = Some(Json::new(bags.get(row)?)).filter(|bag| bag.kind() == JsonKind::Bag)?;
        let path = key_path(keys.text(row))?;
        let (name, below) = path.split_first()?;
        value.clear();
        values.write(row, &mut value);
        write_with(out, bag, name, below, &value);
        Some(())
    }))
}

/// As deep as the path is long.
fn write_with(out: &mut String, bag: Json<'_>, name: &str, below: &[Cow<'_, str>], value: &str) {
    out.push('{');
    let mut is_set = false;
    for (other, old) in bag.members() {
        if other == name && !is_set {
            is_set = true;
            write_new(out, old, name, below, value);
        } else {
            write_member(out, &other, old.text());
        }
    }
    if !is_set {
        write_new(out, Json::new("{}"), name, below, value);
    }
    out.push('}');
}

fn write_new(out: &mut String, old: Json<'_>, name: &str, below: &[Cow<'_, str>], value: &str) {
    match below.split_first() {
        None => write_member(out, name, value),
        Some((next, rest)) => {
            let mut inner = String::new();
            write_with(&mut inner, old, next, rest, value);
            write_member(out, name, &inner);
        }
    }
}
