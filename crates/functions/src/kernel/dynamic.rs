//! Reads and builds dynamic columns.

use arrow_array::builder::StringViewBuilder;
use arrow_array::{Array, StringViewArray};
use kql_types::dynamic::{Json, JsonKind, write_json_string, write_value};
use kql_types::{Bools, Column, Decimals, Guids, Ints, Longs, Operand, Reals, ScalarType, Strings, Value};

/// A dynamic column whose rows `write` appends as compact JSON to a buffer that is empty before each row. `None`, and the
/// text `null`, give null.
pub(crate) fn dynamic_column(rows: usize, mut write: impl FnMut(usize, &mut String) -> Option<()>) -> Column {
    let mut builder = StringViewBuilder::with_capacity(rows);
    let mut text = String::new();
    for row in 0..rows {
        text.clear();
        match write(row, &mut text) {
            Some(()) if text != "null" => builder.append_value(&text),
            _ => builder.append_null(),
        }
    }
    Column::Dynamic(builder.finish().into())
}

/// Appends an array of elements that are JSON texts.
pub(crate) fn write_array<'a>(out: &mut String, elements: impl IntoIterator<Item = &'a str>) {
    out.push('[');
    for (position, element) in elements.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push_str(element);
    }
    out.push(']');
}

/// Appends a property, after a comma unless it is the bag's first.
pub(crate) fn write_member(out: &mut String, name: &str, value: &str) {
    if !out.ends_with('{') {
        out.push(',');
    }
    write_json_string(out, name);
    out.push(':');
    out.push_str(value);
}

/// Reads arrays row by row into one list of elements. A constant is taken apart once.
pub(crate) struct Arrays<'a> {
    texts: Strings<'a>,
    elements: Vec<&'a str>,
    constant: Option<bool>,
}

impl<'a> Arrays<'a> {
    /// Over a dynamic operand.
    pub(crate) fn new(operand: &'a Operand) -> Self {
        let texts = operand.strings();
        let mut elements = Vec::new();
        let constant = match texts {
            Strings::Constant(text) => Some(read_elements(text, &mut elements)),
            Strings::Array(_) => None,
        };
        Self { texts, elements, constant }
    }

    /// The JSON texts of the elements; `None` if the value is no array.
    pub(crate) fn get(&mut self, row: usize) -> Option<&[&'a str]> {
        let is_array = match self.constant {
            Some(is_array) => is_array,
            None => read_elements(self.texts.get(row), &mut self.elements),
        };
        is_array.then_some(self.elements.as_slice())
    }
}

fn read_elements<'a>(text: Option<&'a str>, elements: &mut Vec<&'a str>) -> bool {
    elements.clear();
    let Some(json) = text.map(Json::new).filter(|json| json.kind() == JsonKind::Array) else { return false };
    elements.extend(json.elements().map(Json::text));
    true
}

/// Reads values of any type as JSON.
pub(crate) enum JsonValues<'a> {
    /// The same for every row.
    Constant(String),
    /// bool
    Bool(Bools<'a>),
    /// int
    Int(Ints<'a>),
    /// long
    Long(Longs<'a>),
    /// datetime
    DateTime(Longs<'a>),
    /// timespan
    Timespan(Longs<'a>),
    /// real
    Real(Reals<'a>),
    /// decimal
    Decimal(Decimals<'a>),
    /// guid
    Guid(Guids<'a>),
    /// string
    String(Strings<'a>),
    /// dynamic
    Dynamic(Strings<'a>),
}

impl<'a> JsonValues<'a> {
    /// Over an operand of any type.
    pub(crate) fn new(operand: &'a Operand) -> Self {
        if let Some(value) = operand.constant() {
            let mut text = String::new();
            write_value(&mut text, value);
            return Self::Constant(text);
        }
        match operand.data_type() {
            ScalarType::Bool => Self::Bool(operand.bools()),
            ScalarType::Int => Self::Int(operand.ints()),
            ScalarType::Long => Self::Long(operand.longs()),
            ScalarType::DateTime => Self::DateTime(operand.longs()),
            ScalarType::Timespan => Self::Timespan(operand.longs()),
            ScalarType::Real => Self::Real(operand.reals()),
            ScalarType::Decimal => Self::Decimal(operand.decimals()),
            ScalarType::Guid => Self::Guid(operand.guids()),
            ScalarType::String => Self::String(operand.strings()),
            ScalarType::Dynamic => Self::Dynamic(operand.strings()),
        }
    }

    /// Appends the value in `row`; null is `null`.
    pub(crate) fn write(&self, row: usize, out: &mut String) {
        let value = match self {
            Self::Constant(text) => return out.push_str(text),
            Self::String(texts) => return write_json_string(out, texts.text(row)),
            Self::Dynamic(texts) => return out.push_str(texts.get(row).unwrap_or("null")),
            Self::Bool(values) => values.get(row).map(Value::Bool),
            Self::Int(values) => values.get(row).map(Value::Int),
            Self::Long(values) => values.get(row).map(Value::Long),
            Self::DateTime(values) => values.get(row).map(Value::DateTime),
            Self::Timespan(values) => values.get(row).map(Value::Timespan),
            Self::Real(values) => values.get(row).map(Value::Real),
            Self::Decimal(values) => values.get(row).map(Value::Decimal),
            Self::Guid(values) => values.get(row).map(Value::Guid),
        };
        write_value(out, &value.unwrap_or(Value::Null(ScalarType::Dynamic)));
    }
}

/// Builds a column of parts of another one's values without copying them: the views of the result point into the same
/// buffers.
pub(crate) struct Parts<'a> {
    whole: &'a StringViewArray,
    builder: StringViewBuilder,
}

impl<'a> Parts<'a> {
    /// Parts of the values of `whole`.
    pub(crate) fn new(whole: &'a StringViewArray) -> Self {
        let mut builder = StringViewBuilder::with_capacity(whole.len());
        for buffer in whole.data_buffers().iter() {
            builder.append_block(buffer.clone());
        }
        Self { whole, builder }
    }

    /// Appends a row: null, or text that is a part of the value of `whole` in `row`.
    pub(crate) fn push(&mut self, row: usize, part: Option<&str>) {
        let Some(part) = part else { return self.builder.append_null() };
        if part.len() <= 12 || !self.push_view(row, part) {
            self.builder.append_value(part);
        }
    }

    /// A view of more than 12 bytes holds the number of its buffer in bits 64 to 95 and the offset in bits 96 to 127
    /// (the Arrow format).
    fn push_view(&mut self, row: usize, part: &str) -> bool {
        let view = self.whole.views()[row];
        let (buffer, offset) = ((view >> 64) as u32, (view >> 96) as u32);
        let skipped = (part.as_ptr() as usize).wrapping_sub(self.whole.value(row).as_ptr() as usize);
        let Some(offset) = u32::try_from(skipped).ok().and_then(|skipped| offset.checked_add(skipped)) else {
            return false;
        };
        self.builder.try_append_view(buffer, offset, part.len() as u32).is_ok()
    }

    /// Appends a row: text that is not a part of the value of `whole`.
    pub(crate) fn push_copy(&mut self, text: &str) {
        self.builder.append_value(text);
    }

    /// The column of dynamics.
    pub(crate) fn finish(mut self) -> Column {
        Column::Dynamic(self.builder.finish().into())
    }

    /// The column of strings; no row may be null.
    pub(crate) fn finish_strings(mut self) -> Column {
        Column::String(self.builder.finish().into())
    }
}
