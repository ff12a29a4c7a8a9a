//! What the user may write behind `kql watch`.

use std::path::PathBuf;

use clap::Args;

use super::{Format, SelectionArguments};

/// Arguments of `kql watch`.
#[derive(Debug, Args)]
pub struct WatchArguments {
    /// Files with rules, and folders of them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which rules of them.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Format of results
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
}
