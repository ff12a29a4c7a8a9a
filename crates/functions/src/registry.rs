//! All definitions, and look-up by name.

use crate::{AggregateFunction, Plugin, ScalarFunction};

/// Every scalar function and operator, family by family.
pub fn scalar_functions() -> impl Iterator<Item = &'static ScalarFunction> {
    crate::scalar::FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// Every aggregate.
pub fn aggregate_functions() -> impl Iterator<Item = &'static AggregateFunction> {
    crate::aggregates::FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// The scalar function or operator of that name. Names are case-sensitive, as in Kusto.
pub fn scalar(name: &str) -> Option<&'static ScalarFunction> {
    scalar_functions().find(|function| function.names.contains(&name))
}

/// The aggregate of that name.
pub fn aggregate(name: &str) -> Option<&'static AggregateFunction> {
    aggregate_functions().find(|function| function.names.contains(&name))
}

/// Every plugin.
pub fn plugins() -> impl Iterator<Item = &'static Plugin> {
    crate::plugins::FAMILIES.iter().flat_map(|family| family.iter().copied())
}

/// The plugin of that name.
pub fn plugin(name: &str) -> Option<&'static Plugin> {
    plugins().find(|plugin| plugin.names.contains(&name))
}
