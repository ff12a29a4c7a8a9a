//! Operations over whole tables: what the operator tree calls [`crate::plan::WholeTable`], a file each.

mod make_series;
mod parts;
mod plugin;

pub(crate) use make_series::{MakeSeries, SeriesAxis};
pub(crate) use parts::{FirstOfRun, PartByPart, SubPlan};
pub(crate) use plugin::PluginOperation;
