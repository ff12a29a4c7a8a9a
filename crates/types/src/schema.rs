//! Names and types of a table's columns.

use std::sync::Arc;

use crate::ScalarType;

/// A column's name and type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name; case-sensitive.
    pub name: Arc<str>,
    /// The type of every value in the column.
    pub data_type: ScalarType,
}

impl Field {
    /// A column of that name and type.
    pub fn new(name: impl Into<Arc<str>>, data_type: ScalarType) -> Self {
        Self { name: name.into(), data_type }
    }
}

/// The columns of a table, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// In order. A name may occur twice only where KQL lets it (`union withsource=` a taken name).
    pub fields: Vec<Field>,
}

impl Schema {
    /// A schema of these columns.
    pub fn new(fields: Vec<Field>) -> Self {
        Self { fields }
    }

    /// Position of the first column of that name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| &*field.name == name)
    }

    /// Number of columns.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no column at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

impl FromIterator<Field> for Schema {
    fn from_iter<I: IntoIterator<Item = Field>>(fields: I) -> Self {
        Self { fields: fields.into_iter().collect() }
    }
}
