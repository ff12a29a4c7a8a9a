//! What the user may write behind `kql check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kql_rules::lint::Level;

use super::SelectionArguments;

/// Arguments of `kql check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Files with rules or queries, and folders of them; `-` reads one query from standard input
    #[arg(required_unless_present = "explain", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which rules of them.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Stop after parsing: names, types and whatever else is not looked at
    #[arg(long)]
    pub syntax_only: bool,
    /// Tell what a check finds and why that matters: `--explain KQL106`; all of them with `--explain all`
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    pub explain: Option<String>,
    /// Write current spellings in place of legacy ones, where that changes no result
    #[arg(long, conflicts_with = "syntax_only")]
    pub fix: bool,
    /// Leave out what matters less: info, warning or error
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub level: Level,
    /// Exit with 1 if anything is found that matters at least so much; an error in a query exits with 2 in any case
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<Level>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Write findings to this file instead of standard output
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// The formats of `kql check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people: source line, caret, hint
    Text,
    /// A JSON object a query, each on one line; offsets in characters
    Json,
    /// Static Analysis Results Interchange Format, version 2.1.0
    Sarif,
    /// Annotations of GitHub's workflows: `::warning file=...`
    Github,
}
