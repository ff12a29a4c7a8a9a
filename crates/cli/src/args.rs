//! What the user may write on the command line. The doc comments are the help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kql_types::datetime;

use crate::exit::EXIT_CODES;

mod check;
mod rules;
mod test_files;
mod watch;

pub use check::{CheckArguments, CheckFormat};
pub use rules::{Period, Report, RuleFormat, RunArguments, SelectionArguments};
pub use test_files::{New, NewArguments, TestArguments, TestFormat};
pub use watch::WatchArguments;

/// Runs Kusto Query Language (KQL) on your own machine: Sentinel rules, verbatim, over JSON logs.
///
/// Without a command: an interactive session.
#[derive(Debug, Parser)]
#[command(name = "kql", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Which tables there are.
    #[command(flatten)]
    pub data: DataArguments,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs rules: .kql files, Sentinel's YAML and exports, Markdown, or all of them in a folder
    Run(Box<RunArguments>),
    /// Runs a query
    ///
    /// A FILE is a table called by its stem. A text that begins with `|` or with an operator runs over the first
    /// FILE: `zcat x.gz | kql query '| where ResultType != 0 | count' -`
    Query(QueryArguments),
    /// Shows how a query would be run, the bound tree and the optimized tree; or why a rule finds a record or not
    Explain(ExplainArguments),
    /// Checks rules and queries without running them: syntax, names, types, and what is probably not meant
    Check(CheckArguments),
    /// Runs the tests of rules: NAME.test.yaml, or a folder NAME.tests, beside a rule
    Test(TestArguments),
    /// Runs rules again whenever they or the data change, and shows what is new; Ctrl-C ends it
    Watch(WatchArguments),
    /// Makes the files of a new rule
    New(NewArguments),
    /// Lists the tables: columns, types, rows and files
    Tables(TablesArguments),
    /// Lists the functions, or explains one
    Functions(FunctionsArguments),
    /// Writes tables as Parquet files, sorted by time, so that later queries read only what they ask for
    Import(ImportArguments),
    /// Writes what a shell needs to complete these arguments
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Writes the manual page, for `man -l -`
    Man,
}

/// Arguments of `kql query`.
#[derive(Debug, Args)]
pub struct QueryArguments {
    /// The query; `-` reads it from standard input
    pub text: String,
    /// Data files, each a table called by its stem; `-` is standard input, the table `stdin`
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArguments,
    /// Where charts are drawn.
    #[command(flatten)]
    pub charts: ChartArguments,
}

/// Arguments of `kql explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The query; `-` reads it from standard input
    #[arg(required_unless_present = "why")]
    pub text: Option<String>,
    /// Data files, as in `kql query`
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Run this rule step by step, and tell how many rows go into each step and come out
    #[arg(long, value_name = "RULE", conflicts_with = "text")]
    pub why: Option<PathBuf>,
    /// Follow the records that this predicate chooses, and tell which step drops them: `IPAddress == "192.0.2.1"`
    #[arg(long = "where", value_name = "PREDICATE", requires = "why")]
    pub predicate: Option<String>,
    /// Follow the records that have this value in a column, to the letter; `Column=value` names the column
    #[arg(long, value_name = "KEY", requires = "why", conflicts_with = "predicate")]
    pub row: Option<String>,
}

/// Arguments of `kql tables`.
#[derive(Debug, Args)]
pub struct TablesArguments {
    /// Show the columns of these tables, also of known tables without data
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArguments,
}

/// Arguments of `kql functions`.
#[derive(Debug, Args)]
pub struct FunctionsArguments {
    /// Explain this function, aggregate, plugin or operator
    pub name: Option<String>,
    /// Write the support matrix in Markdown
    #[arg(long, conflicts_with = "name")]
    pub markdown: bool,
    /// How results are written.
    #[command(flatten)]
    pub output: OutputArguments,
}

/// Arguments of `kql import`.
#[derive(Debug, Args)]
pub struct ImportArguments {
    /// Tables of the data, or data files, each a table called by its stem; without one all tables of the data
    #[arg(value_name = "TABLE|FILE")]
    pub sources: Vec<String>,
    /// A folder, in which each table becomes a file called by its name, or for one table a file that ends in .parquet
    #[arg(short = 'o', long = "output", value_name = "DIR|FILE.parquet", required = true)]
    pub target: PathBuf,
    /// Leave the rows in their order instead of sorting them by TimeGenerated
    #[arg(long)]
    pub keep_order: bool,
}

/// Which tables there are, and how they are read.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Data")]
pub struct DataArguments {
    /// A folder in which each file or folder is a table called by its name
    #[arg(long = "data", value_name = "DIR", global = true)]
    pub folders: Vec<PathBuf>,
    /// A table made of a file, a folder or the files that match a glob
    #[arg(long = "table", value_name = "NAME=PATH", value_parser = name_and_value, global = true)]
    pub tables: Vec<(String, String)>,
    /// Columns and types of tables, in JSON: {"Table":{"Column":"type"}}
    #[arg(long = "schema", value_name = "FILE", global = true)]
    pub schemas: Vec<PathBuf>,
    /// A folder of functions, each a .kql file called by its stem; `functions` beside the rules by default
    #[arg(long = "functions", value_name = "DIR", global = true)]
    pub functions: Vec<PathBuf>,
    /// Where geo_info_from_ip_address() looks addresses up: a MaxMind database such as GeoLite2 City
    #[arg(long = "geoip", value_name = "FILE", global = true)]
    pub locations: Option<PathBuf>,
    /// Let externaldata fetch http and https addresses, each up to 256 MiB and 30 s
    #[arg(long, global = true)]
    pub allow_net: bool,
    /// Stop at the first malformed record instead of skipping it
    #[arg(long, global = true)]
    pub strict: bool,
    /// What now() gives: a datetime, or `latest`, the newest TimeGenerated in the data
    #[arg(long, value_name = "TIME", value_parser = moment, global = true)]
    pub now: Option<Moment>,
    /// A value for `declare query_parameters`
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = name_and_value, global = true)]
    pub parameters: Vec<(String, String)>,
    /// Number of threads; all cores by default
    #[arg(long, value_name = "N", value_parser = threads, global = true)]
    pub threads: Option<usize>,
    /// Refuse a query that needs more memory than this, such as 4GB; three quarters of the machine's by default
    #[arg(long, value_name = "SIZE", value_parser = memory_size, global = true)]
    pub memory_limit: Option<usize>,
    /// Memory for columns that an interactive session keeps, or a run of many rules; a quarter of the machine's by default, 0 keeps none
    #[arg(long, value_name = "SIZE", value_parser = memory_size, global = true)]
    pub cache: Option<usize>,
    /// Report values that did not fit their column's type
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// How results are written.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArguments {
    /// Format of results; else told from the ending of the output file, or table
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Write results to this file instead of standard output; .html is a page, .svg and .png are charts
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Exit with 1 if there is any result row
    #[arg(long)]
    pub fail_on_results: bool,
}

/// Where what `render` asks for is drawn.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct ChartArguments {
    /// Draw what `render` asks for into this file, .svg, .png or .html; `-` draws it as text on standard output. On a terminal
    /// `kql query` does so by itself, unless a format is asked for
    #[arg(long, value_name = "FILE")]
    pub chart: Option<PathBuf>,
}

/// The formats of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns, fitted to the terminal
    Table,
    /// An array of objects
    Json,
    /// An object a line
    Ndjson,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values with a header
    Tsv,
    /// A Markdown table
    Markdown,
    /// The reply of Kusto's REST API, version 1
    Kusto,
    /// Parquet, as `kql import` writes it; one result
    Parquet,
    /// An Excel workbook, a sheet for each result
    Xlsx,
}

impl Format {
    /// The format that a file's ending asks for.
    pub fn of_file(name: &std::path::Path) -> Option<Self> {
        let ending = name.extension()?.to_str()?.to_ascii_lowercase();
        Some(match ending.as_str() {
            "json" => Format::Json,
            "ndjson" | "jsonl" => Format::Ndjson,
            "csv" => Format::Csv,
            "tsv" => Format::Tsv,
            "md" => Format::Markdown,
            "parquet" => Format::Parquet,
            "xlsx" => Format::Xlsx,
            _ => return None,
        })
    }

    /// Whether its files are no text, and nothing can be added to them.
    pub fn is_binary(self) -> bool {
        matches!(self, Format::Parquet | Format::Xlsx)
    }
}

/// What `now()` shall give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Ticks of 100 ns since 0001-01-01T00:00:00Z.
    At(i64),
    /// The newest `TimeGenerated` in the data.
    Latest,
}

fn moment(text: &str) -> Result<Moment, String> {
    if text == "latest" {
        return Ok(Moment::Latest);
    }
    let ticks = datetime::parse(text).ok_or("not a datetime such as 2024-05-01T12:00:00Z, nor `latest`")?;
    Ok(Moment::At(ticks))
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("write it as NAME=VALUE".to_owned()),
    }
}

fn threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("not a number of threads".to_owned()),
        Ok(number) => Ok(number),
    }
}

/// Reads `500MB`, `4GiB`, `1000000`. Units are powers of 1024, with or without the `i`.
fn memory_size(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        "T" | "TB" | "TIB" => 40,
        _ => return Err("not a size such as 500MB or 4GB".to_owned()),
    };
    let number: usize = number.parse().map_err(|_| "not a size such as 500MB or 4GB".to_owned())?;
    number.checked_mul(1 << shift).ok_or_else(|| "more than this machine can address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declarations_hold_together() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        for (text, expected) in [("7", Some(7)), ("2kb", Some(2048)), ("3 GiB", Some(3 << 30)), ("x", None)] {
            assert_eq!(memory_size(text).ok(), expected, "{text}");
        }
        assert!(memory_size("99999999999999T").is_err());
    }

    #[test]
    fn a_moment_is_a_datetime_or_latest() {
        assert_eq!(moment("latest"), Ok(Moment::Latest));
        assert_eq!(moment("0001-01-01T00:00:01Z"), Ok(Moment::At(10_000_000)));
        assert!(moment("soon").is_err());
    }
}
