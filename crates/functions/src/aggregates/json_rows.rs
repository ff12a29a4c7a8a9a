//! Values as elements of a dynamic array, and the arrays made of them.

use arrow_array::builder::StringViewBuilder;
use kql_types::dynamic::{Json, write_json_string, write_value};
use kql_types::{Column, Decimal, Operand, ScalarType, Value};

use super::rows::{Fixed, for_each_text};
use crate::{ArgumentInfo, KernelError};

/// Calls `f(group, json)` for each row that has a value. The elements of a dynamic array count each for itself, as in
/// Kusto (its example "set from array column" of `make_set`); nulls among them do not count.
pub(super) fn for_each_json(groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, &str)) {
    let mut json = String::new();
    let mut write = |group: usize, value: Value| {
        json.clear();
        write_value(&mut json, &value);
        f(group, &json);
    };
    match operand.data_type() {
        ScalarType::Bool => bool::for_each(groups, operand, |group, value| write(group, Value::Bool(value))),
        ScalarType::Int => i32::for_each(groups, operand, |group, value| write(group, Value::Int(value))),
        ScalarType::Long => i64::for_each(groups, operand, |group, value| write(group, Value::Long(value))),
        ScalarType::Real => f64::for_each(groups, operand, |group, value| write(group, Value::Real(value))),
        ScalarType::DateTime => {
            i64::for_each(groups, operand, |group, value| write(group, Value::DateTime(value)));
        }
        ScalarType::Timespan => {
            i64::for_each(groups, operand, |group, value| write(group, Value::Timespan(value)));
        }
        ScalarType::Decimal => {
            Decimal::for_each(groups, operand, |group, value| write(group, Value::Decimal(value)));
        }
        ScalarType::Guid => u128::for_each(groups, operand, |group, value| write(group, Value::Guid(value))),
        ScalarType::String => for_each_text(groups, operand, |group, text| {
            json.clear();
            write_json_string(&mut json, text);
            f(group, &json);
        }),
        ScalarType::Dynamic => for_each_text(groups, operand, |group, text| {
            for_each_element(text, |element| f(group, element));
        }),
    }
}

/// Calls `f` with each element of an array that is not null, or with the value if it is no array.
pub(super) fn for_each_element(json: &str, mut f: impl FnMut(&str)) {
    if json.starts_with('[') {
        Json::new(json).elements().filter(|element| !element.is_null()).for_each(|element| f(element.text()));
    } else if json != "null" {
        f(json);
    }
}

/// Collects dynamic arrays.
pub(super) struct Arrays {
    builder: StringViewBuilder,
    array: String,
}

impl Arrays {
    /// Room for that many.
    pub(super) fn with_capacity(arrays: usize) -> Self {
        Self { builder: StringViewBuilder::with_capacity(arrays), array: String::new() }
    }

    /// Adds an array of what `write` appends for each item.
    pub(super) fn push<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut String, T),
    ) {
        self.array.clear();
        self.array.push('[');
        for (position, item) in items.into_iter().enumerate() {
            if position > 0 {
                self.array.push(',');
            }
            write(&mut self.array, item);
        }
        self.array.push(']');
        self.builder.append_value(&self.array);
    }

    /// The column.
    pub(super) fn finish(mut self) -> Column {
        Column::Dynamic(self.builder.finish().into())
    }
}

/// The most elements that an array may get, by the argument at `position`, or `default` without it.
pub(super) fn limit(
    arguments: &[ArgumentInfo<'_>],
    position: usize,
    default: usize,
) -> Result<usize, KernelError> {
    let Some(argument) = arguments.get(position) else { return Ok(default) };
    let limit = match argument.constant {
        Some(Value::Long(limit)) => *limit,
        Some(Value::Int(limit)) => (*limit).into(),
        _ => return Err(KernelError::new("the maximum size must be a constant integer")),
    };
    match usize::try_from(limit) {
        Ok(limit) if limit > 0 => Ok(limit.min(LARGEST)),
        _ => Err(KernelError::new("the maximum size must be positive")),
    }
}

/// The largest and default maximum size of `make_set`, `make_list` and `make_bag`.
pub(super) const LARGEST: usize = 1_048_576;

/// The default maximum size of their legacy spellings.
pub(super) const LEGACY: usize = 128;
