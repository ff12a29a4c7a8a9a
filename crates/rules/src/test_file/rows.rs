//! Rows in tests: read, written, compared.

use kql_types::{Schema, Value, datetime, timespan};
use serde_json::Value as Json;

use crate::alert::Row;
use crate::{Node, NodeValue};

/// A list of maps as JSON, an object a line.
///
/// # Errors
///
/// An item that is no map.
pub fn as_json_lines(list: &Node, text: &str) -> Result<String, String> {
    let mut lines = String::new();
    for item in list.items() {
        if !matches!(item.value, NodeValue::Map(_)) {
            let line = kql_parser::line_column(text, item.span.start).line;
            return Err(format!("line {line}: a row is a map of columns and values"));
        }
        lines += &json(item, text).to_string();
        lines.push('\n');
    }
    Ok(lines)
}

/// A value as JSON: what stands in quotes is a string, other words are what they look like.
fn json(node: &Node, text: &str) -> Json {
    match &node.value {
        NodeValue::Null => Json::Null,
        NodeValue::List(items) => items.iter().map(|item| json(item, text)).collect(),
        NodeValue::Map(members) => {
            Json::Object(members.iter().map(|(name, value)| (name.clone(), json(value, text))).collect())
        }
        NodeValue::Text(word) => {
            let is_plain = !node.span.text(text).starts_with(['"', '\'', '|', '>']);
            let read = serde_json::from_str::<Json>(word).ok().filter(|_| is_plain);
            read.filter(|read| read.is_number() || read.is_boolean())
                .unwrap_or_else(|| Json::String(word.clone()))
        }
    }
}

/// Whether a row is as a test says. Columns that the test does not name must be empty if the whole row is expected.
pub fn is_row(expected: &Node, text: &str, schema: &Schema, row: Row<'_>, whole: bool) -> bool {
    differing(expected, text, schema, row, whole).is_empty()
}

/// The columns in which a row is not as a test says.
pub fn differing(expected: &Node, text: &str, schema: &Schema, row: Row<'_>, whole: bool) -> Vec<String> {
    let members = expected.members();
    let of_schema = schema.fields.iter().enumerate().filter(|(at, field)| {
        let value = row.value(*at);
        match members.iter().find(|(name, _)| **name == *field.name) {
            Some((_, node)) => !is_value(node, text, &value),
            None => whole && !is_empty(&value),
        }
    });
    let mut columns: Vec<String> = of_schema.map(|(_, field)| field.name.to_string()).collect();
    let missing = members.iter().filter(|(name, _)| schema.index_of(name).is_none());
    columns.extend(missing.map(|(name, _)| name.clone()));
    columns
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null(_) => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Whether a value is what a test writes.
fn is_value(node: &Node, text: &str, value: &Value) -> bool {
    if let Value::Dynamic(own) = value {
        let own = serde_json::from_str::<Json>(own).unwrap_or_default();
        return own == json(node, text)
            || node.text() == own.as_str().or(Some("")).filter(|_| own.is_string());
    }
    let written = match &node.value {
        NodeValue::Null => return is_empty(value),
        NodeValue::Text(written) => written.as_str(),
        NodeValue::List(_) | NodeValue::Map(_) => return false,
    };
    match value {
        Value::Null(_) => written.is_empty(),
        Value::String(own) => own == written,
        Value::DateTime(ticks) => datetime::parse(written) == Some(*ticks),
        Value::Timespan(ticks) => timespan::parse(written) == Some(*ticks),
        Value::Int(_) | Value::Long(_) | Value::Real(_) | Value::Decimal(_) => {
            let own = value.to_text();
            own == written
                || matches!((own.parse::<f64>(), written.parse::<f64>()), (Ok(one), Ok(other)) if one == other)
        }
        Value::Bool(_) | Value::Guid(_) => value.to_text().eq_ignore_ascii_case(written),
        Value::Dynamic(_) => false,
    }
}

/// A row as a test would write it: without the columns that are empty.
pub fn write(schema: &Schema, row: Row<'_>) -> String {
    let member = |(at, field): (usize, &kql_types::Field)| {
        let value = row.value(at);
        (!is_empty(&value)).then(|| format!("{}: {}", key(&field.name), cell(&value)))
    };
    let members: Vec<String> = schema.fields.iter().enumerate().filter_map(member).collect();
    format!("{{{}}}", members.join(", "))
}

fn key(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if is_plain { name.to_owned() } else { quoted(name) }
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        // JSON is YAML.
        Value::Dynamic(text) => text.clone(),
        // Seven digits behind the point are no use where they are zeros.
        Value::DateTime(_) => value.to_text().replace(".0000000Z", "Z"),
        other => other.to_text(),
    }
}

/// A string of JSON, which YAML reads too.
pub fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}
