//! Aggregates, one file a family.

mod picking;

use crate::AggregateFunction;

/// The families.
pub static FAMILIES: &[&[&AggregateFunction]] = &[picking::FUNCTIONS];
