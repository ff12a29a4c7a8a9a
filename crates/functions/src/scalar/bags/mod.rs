//! Property bags: building, looking inside, changing.

pub(super) mod build;
pub(super) mod change;
pub(super) mod inspect;
mod key_path;

use kql_types::ScalarType::Dynamic;

use crate::{ParameterType, Returns};

const BAG: ParameterType = ParameterType::Exact(Dynamic);
const DYNAMIC: Returns = Returns::Exact(Dynamic);

#[cfg(test)]
mod tests;
