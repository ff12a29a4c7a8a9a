//! What the user may write behind `kql test` and `kql new`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::SelectionArguments;

/// Arguments of `kql test`.
#[derive(Debug, Args)]
pub struct TestArguments {
    /// Files with rules, and folders of them; the tests are NAME.test.yaml, or the files of a folder NAME.tests,
    /// beside a rule or in a folder `tests` there
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which rules of them.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Write what the rules give into the tests that fail; read the difference before you commit it
    #[arg(long)]
    pub update: bool,
    /// Stay, run the tests again whenever rules, tests or data change, and show only what comes out in another way than
    /// before; Ctrl-C ends it
    #[arg(long, conflicts_with_all = ["update", "format", "file"])]
    pub watch: bool,
    /// How results are written
    #[arg(long, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Write results to this file instead of standard output
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// The formats of `kql test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people
    Text,
    /// Test results in XML, as build servers show them
    Junit,
}

/// Arguments of `kql new`.
#[derive(Debug, Args)]
pub struct NewArguments {
    /// What is made.
    #[command(subcommand)]
    pub what: New,
}

/// What `kql new` makes.
#[derive(Debug, Subcommand)]
pub enum New {
    /// Makes a rule: its query, its metadata and its tests
    Rule {
        /// The rule's path without an ending, such as rules/ManyFailures
        name: PathBuf,
    },
}
