//! Aggregates, one file a family.

use crate::AggregateFunction;

/// The families.
pub static FAMILIES: &[&[&AggregateFunction]] = &[];
