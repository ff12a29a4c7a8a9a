//! Plugins: the tabular functions that `evaluate` calls, one file each or a family a file.

mod activity;
mod address_lookup;
mod bag_unpack;
mod basket;
mod declared;
mod definition;
mod frequent_patterns;
mod pivot;
mod reshape;
mod rows_near;
mod schema_merge;
mod timeline;

pub use definition::{
    ParameterCount, Plugin, PluginArgument, PluginCall, PluginParameter, PluginParameterKind, PluginSchema,
    PluginShape,
};

/// The families.
pub static FAMILIES: &[&[&Plugin]] = &[
    bag_unpack::PLUGINS,
    pivot::PLUGINS,
    reshape::PLUGINS,
    address_lookup::PLUGINS,
    rows_near::PLUGINS,
    schema_merge::PLUGINS,
    activity::PLUGINS,
    basket::PLUGINS,
];

#[cfg(test)]
mod tests;
