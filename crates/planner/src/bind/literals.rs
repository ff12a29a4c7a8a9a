//! Literals -> values.

use kql_parser::ast::{DynamicLiteral, Literal};
use kql_types::dynamic::{write_json_string, write_value};
use kql_types::{ScalarType, Value, datetime, decimal, guid, timespan};

/// The value of a literal. Text that is no value of its type gives null; where that is a mistake the parser has said so.
pub(super) fn value(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(value) => or_null(value.map(Value::Bool), ScalarType::Bool),
        Literal::Int(value) => or_null(value.map(Value::Int), ScalarType::Int),
        Literal::Long(value) => or_null(value.map(Value::Long), ScalarType::Long),
        Literal::Real(value) => or_null(value.map(Value::Real), ScalarType::Real),
        Literal::Decimal(text) => {
            parsed(text, ScalarType::Decimal, |text| decimal::parse(text).map(Value::Decimal))
        }
        Literal::DateTime(text) => {
            parsed(text, ScalarType::DateTime, |text| datetime::parse(text).map(Value::DateTime))
        }
        Literal::Timespan(text) => {
            parsed(text, ScalarType::Timespan, |text| timespan::parse_literal(text).map(Value::Timespan))
        }
        Literal::Guid(text) => parsed(text, ScalarType::Guid, |text| guid::parse(text).map(Value::Guid)),
        Literal::String(text) => Value::String(text.clone()),
        Literal::Dynamic(literal) => dynamic(literal),
    }
}

fn or_null(value: Option<Value>, data_type: ScalarType) -> Value {
    value.unwrap_or(Value::Null(data_type))
}

fn parsed(text: &Option<String>, data_type: ScalarType, parse: impl Fn(&str) -> Option<Value>) -> Value {
    or_null(text.as_deref().and_then(parse), data_type)
}

fn dynamic(literal: &DynamicLiteral) -> Value {
    let mut text = String::new();
    write(&mut text, literal);
    match text.as_str() {
        "null" => Value::Null(ScalarType::Dynamic),
        _ => Value::Dynamic(text),
    }
}

fn write(out: &mut String, literal: &DynamicLiteral) {
    match literal {
        DynamicLiteral::Null => out.push_str("null"),
        DynamicLiteral::Scalar(literal) => match value(literal) {
            // Measured: a timespan inside a dynamic literal becomes its number of ticks.
            Value::Timespan(ticks) => write_value(out, &Value::Long(ticks)),
            other => write_value(out, &other),
        },
        DynamicLiteral::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(out, element);
            }
            out.push(']');
        }
        DynamicLiteral::Bag(members) => write_bag(out, members),
    }
}

/// Of a key that occurs twice the last value counts.
fn write_bag(out: &mut String, members: &[(String, DynamicLiteral)]) {
    out.push('{');
    let mut first = true;
    for (index, (key, value)) in members.iter().enumerate() {
        if members[index + 1..].iter().any(|(later, _)| later == key) {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        write_json_string(out, key);
        out.push(':');
        write(out, value);
    }
    out.push('}');
}
