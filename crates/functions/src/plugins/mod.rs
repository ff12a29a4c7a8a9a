//! Plugins: the tabular functions that `evaluate` calls, one file each or a family a file.

mod activity;
mod declared;
mod definition;
mod reshape;
mod timeline;

pub use definition::{
    ParameterCount, Plugin, PluginArgument, PluginCall, PluginParameter, PluginParameterKind, PluginSchema,
    PluginShape,
};

/// The families.
pub static FAMILIES: &[&[&Plugin]] = &[reshape::PLUGINS, activity::PLUGINS];
