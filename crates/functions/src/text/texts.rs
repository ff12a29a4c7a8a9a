//! Reads an argument that is string or dynamic as text.

use std::borrow::Cow;

use kql_types::{Operand, ScalarType, Strings, Value, dynamic};

/// Reads strings as they are and dynamics as `tostring` shows them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Texts<'a> {
    /// A string argument.
    String(Strings<'a>),
    /// A dynamic argument: JSON text.
    Dynamic(Strings<'a>),
}

impl<'a> Texts<'a> {
    /// A reader of a string or dynamic argument.
    pub(crate) fn of(operand: &'a Operand) -> Self {
        match operand.data_type() {
            ScalarType::Dynamic => Texts::Dynamic(operand.strings()),
            _ => Texts::String(operand.strings()),
        }
    }

    /// The text in `row`; `None` is the null of a dynamic.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<Cow<'a, str>> {
        match self {
            Texts::String(strings) => strings.get(row).map(Cow::Borrowed),
            Texts::Dynamic(strings) => strings.get(row).map(dynamic::to_text),
        }
    }
}

/// The text of a constant string or dynamic; `None` is the null of a dynamic.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Dynamic(json) => Some(dynamic::to_text(json).into_owned()),
        _ => None,
    }
}
