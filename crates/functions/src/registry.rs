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

/// The names that KQL has, also those that are not defined here: kind and name, a line each.
static KNOWN_NAMES: &str = include_str!("known_names.txt");

/// Whether KQL has a function (`function`), aggregate (`aggregate`) or plugin (`plugin`) of that name, defined here or
/// not. What is known and not defined is refused as not supported, rather than as a misspelling.
pub fn is_known(kind: &str, name: &str) -> bool {
    known_names(kind).any(|known| known == name)
}

/// The names of that kind, as [`is_known`] takes it, that KQL has.
pub fn known_names(kind: &str) -> impl Iterator<Item = &'static str> {
    let lines = KNOWN_NAMES.lines().filter_map(|line| line.split_once(' '));
    lines.filter(move |(found, _)| *found == kind).map(|(_, name)| name)
}
