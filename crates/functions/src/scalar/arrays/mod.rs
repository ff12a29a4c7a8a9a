//! Arrays: building, measuring, cutting, searching, sorting, sets.

pub(super) mod build;
pub(super) mod reorder;
pub(super) mod search;
pub(super) mod sets;
pub(super) mod slice;
pub(super) mod sort;

use crate::{ParameterType, Returns};
use kql_types::ScalarType::Dynamic;

const ARRAY: ParameterType = ParameterType::Exact(Dynamic);
const DYNAMIC: Returns = Returns::Exact(Dynamic);

#[cfg(test)]
mod tests;
