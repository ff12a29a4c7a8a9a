//! Operations over whole tables: what the operator tree calls [`crate::plan::WholeTable`], a file each.

mod make_series;
mod parts;
mod plugin;
mod scan;
mod top_nested;

pub(crate) use make_series::{MakeSeries, SeriesAxis};
pub(crate) use parts::{FirstOfRun, PartByPart, SubPlan};
pub(crate) use plugin::PluginOperation;
pub(crate) use scan::{Scan, ScanOutput, ScanStep};
pub(crate) use top_nested::{NestedLevel, TopNested};
