//! A set of constants to look values up in, as `in` needs it.

use hashbrown::HashSet;
use kql_types::dynamic::{Json, JsonKind, write_json_string};
use kql_types::{Operand, ScalarType, Value};

use super::equality::{Equality, equality_type, whole_real};
use crate::scalar::conversion::convert;

/// The values of a list. An array among them stands for its elements, as in `in (dynamic([1, 2]), 3)`.
pub fn list_elements<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<Value> {
    let mut elements = Vec::new();
    for value in values {
        match value {
            Value::Dynamic(json) if Json::new(json).kind() == JsonKind::Array => {
                elements.extend(Json::new(json).elements().map(json_value));
            }
            Value::Dynamic(json) => elements.push(json_value(Json::new(json))),
            other => elements.push(other.clone()),
        }
    }
    elements
}

/// A JSON value in the type that it has by itself.
pub fn json_value(json: Json<'_>) -> Value {
    let value = match json.kind() {
        JsonKind::Bool => json.as_bool().map(Value::Bool),
        JsonKind::Number => json.as_i64().map(Value::Long).or_else(|| json.as_f64().map(Value::Real)),
        JsonKind::String => json.as_str().map(|text| Value::String(text.into_owned())),
        JsonKind::Array | JsonKind::Bag => Some(Value::Dynamic(json.text().to_owned())),
        JsonKind::Null => None,
    };
    value.unwrap_or(Value::Null(ScalarType::Dynamic))
}

/// Texts, with what is needed to turn most lookups away before hashing.
#[derive(Debug, Default)]
pub struct TextSet {
    texts: HashSet<Box<str>>,
    /// Bit `n` is set if there is a text of `n` bytes; the last bit stands for all longer ones.
    lengths: u64,
}

impl TextSet {
    /// Adds a text.
    pub fn insert(&mut self, text: &str) {
        self.lengths |= Self::length_bit(text);
        self.texts.insert(text.into());
    }

    /// Whether the text is in the set.
    #[inline]
    pub fn contains(&self, text: &str) -> bool {
        self.lengths & Self::length_bit(text) != 0 && self.texts.contains(text)
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    #[inline]
    fn length_bit(text: &str) -> u64 {
        1 << text.len().min(63)
    }
}

/// The constants of a list, arranged for lookups by values of one type.
#[derive(Debug)]
pub enum Members {
    /// For strings and dynamics.
    Texts {
        /// The texts; for a dynamic as compact JSON writes them: quoted, and bare for what is no JSON string.
        texts: TextSet,
        /// Whether the empty text is among them, which a dynamic null equals.
        has_empty: bool,
        /// Whole numbers, which text and numbers in it are read for.
        longs: HashSet<i64>,
        /// All others, compared one by one.
        others: Vec<Value>,
    },
    /// For int, long, datetime and timespan.
    Longs(HashSet<i64>),
    /// For guid.
    Guids(HashSet<u128>),
    /// For bool, real and decimal: the values, converted.
    Few(Vec<Value>),
}

impl Members {
    /// Arranges a list for lookups by values of that type.
    pub fn new(data_type: ScalarType, elements: &[Value]) -> Self {
        match data_type {
            ScalarType::String => Self::texts(elements, false),
            ScalarType::Dynamic => Self::texts(elements, true),
            ScalarType::Int | ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan => {
                Self::Longs(elements.iter().filter_map(|element| long_equal_to(data_type, element)).collect())
            }
            ScalarType::Guid => {
                let guids =
                    elements.iter().filter_map(|element| match converted(element, ScalarType::Guid) {
                        Value::Guid(guid) => Some(guid),
                        _ => None,
                    });
                Self::Guids(guids.collect())
            }
            ScalarType::Bool | ScalarType::Real | ScalarType::Decimal => Self::Few(elements.to_vec()),
        }
    }

    fn texts(elements: &[Value], inside_json: bool) -> Self {
        let (mut texts, mut longs, mut others) = (TextSet::default(), HashSet::new(), Vec::new());
        let mut has_empty = false;
        for element in elements {
            match element {
                Value::String(text) => {
                    has_empty |= text.is_empty();
                    texts.insert(text);
                    if inside_json {
                        let mut quoted = String::new();
                        write_json_string(&mut quoted, text);
                        texts.insert(&quoted);
                    }
                }
                Value::Dynamic(json) => texts.insert(json),
                Value::Null(_) => {}
                Value::Long(long) => _ = longs.insert(*long),
                Value::Int(int) => _ = longs.insert(i64::from(*int)),
                other => others.push(other.clone()),
            }
        }
        Self::Texts { texts, has_empty, longs, others }
    }
}

/// The ticks or number that a value of `data_type` must have to equal the element.
fn long_equal_to(data_type: ScalarType, element: &Value) -> Option<i64> {
    if let Value::Real(real) = element {
        return whole_real(*real);
    }
    if let Value::Decimal(decimal) = element {
        return decimal.fract().is_zero().then(|| i64::try_from(*decimal).ok())?;
    }
    let compared_as = match equality_type(data_type, element.data_type()) {
        Equality::As(compared_as) => compared_as,
        Equality::NumberInDynamic | Equality::Text => ScalarType::Long,
    };
    match converted(element, compared_as) {
        Value::Long(long) | Value::DateTime(long) | Value::Timespan(long) => Some(long),
        Value::Int(int) => Some(i64::from(int)),
        _ => None,
    }
}

fn converted(value: &Value, to: ScalarType) -> Value {
    match convert(&Operand::Constant(value.clone()), to) {
        Operand::Constant(value) => value,
        Operand::Column(_) => Value::Null(to),
    }
}
