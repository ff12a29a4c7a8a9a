//! Steps into dynamic values.

use std::sync::Arc;

/// A step into a dynamic value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathStep {
    /// Into a property bag.
    Key(Arc<str>),
    /// Into an array; negative counts from the end.
    Index(i64),
}
