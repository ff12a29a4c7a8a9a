//! Operations over whole tables: what the operator tree calls [`crate::plan::WholeTable`], a file each.

mod plugin;

pub(crate) use plugin::PluginOperation;
