//! Access to parts of dynamic values.

use arrow_array::{Array, StringViewArray, UInt32Array};
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, Operand, PathStep, ScalarType, Value};

use crate::distinct_texts::distinct;
use crate::json_parts::JsonParts;

/// What stands at the end of the path; null where there is nothing.
pub(super) fn walk(input: Operand, steps: &[PathStep]) -> Operand {
    match &input {
        Operand::Column(Column::Dynamic(texts)) => Operand::Column(match distinct(texts) {
            Some(found) => walk_each(&found.texts, steps).take(&UInt32Array::from(found.places)),
            None => walk_each(texts, steps),
        }),
        Operand::Constant(Value::Dynamic(text)) => Operand::Constant(match part(text, steps) {
            Some(found) => Value::Dynamic(found.to_owned()),
            None => Value::Null(ScalarType::Dynamic),
        }),
        // Nothing else has parts.
        Operand::Constant(_) => Operand::Constant(Value::Null(ScalarType::Dynamic)),
        Operand::Column(other) => Operand::Column(Column::absent(ScalarType::Dynamic, other.len())),
    }
}

fn walk_each(texts: &StringViewArray, steps: &[PathStep]) -> Column {
    let mut parts = JsonParts::of(texts, texts.len());
    for row in 0..texts.len() {
        match parts.text(row).and_then(|text| part(text, steps)) {
            Some(found) => parts.push_part(row, found),
            None => parts.push_null(),
        }
    }
    Column::Dynamic(parts.finish().into())
}

fn part<'a>(text: &'a str, steps: &[PathStep]) -> Option<&'a str> {
    let found = Json::new(text).walk(steps)?;
    (found.kind() != JsonKind::Null).then(|| found.text())
}
