//! Steps into JSON text.

use arrow_array::builder::StringViewBuilder;
use arrow_array::{Array, StringViewArray};
use kql_types::{Column, PathStep};
use serde_json::Value;

/// What stands at the end of `path` in each of these dynamic values; null where there is nothing.
pub(crate) fn extract(texts: &StringViewArray, path: &[PathStep]) -> Column {
    let mut found = StringViewBuilder::with_capacity(texts.len());
    for text in texts {
        match text.and_then(|text| serde_json::from_str(text).ok()).and_then(|value| walk(value, path)) {
            Some(value) => found.append_value(value.to_string()),
            None => found.append_null(),
        }
    }
    Column::Dynamic(found.finish())
}

fn walk(mut value: Value, path: &[PathStep]) -> Option<Value> {
    for step in path {
        value = match (step, value) {
            (PathStep::Key(key), Value::Object(mut members)) => members.remove(&**key)?,
            (PathStep::Index(index), Value::Array(mut elements)) => {
                let from_end = usize::try_from(index.unsigned_abs()).ok()?;
                let place = if *index < 0 { elements.len().checked_sub(from_end)? } else { from_end };
                if place >= elements.len() {
                    return None;
                }
                elements.swap_remove(place)
            }
            _ => return None,
        };
    }
    (!value.is_null()).then_some(value)
}
