//! What the user may write of rules: which of them, when, and what is made of them.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use kql_rules::{Selection, Severity, selection};
use kql_types::datetime;

use super::{ChartArguments, Format, OutputArguments};
use crate::failure::Failure;

/// Arguments of `kql run`.
#[derive(Debug, Args)]
pub struct RunArguments {
    /// Files with rules, and folders of them; `-` reads one from standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which of the rules.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Run as the schedule says: tables have only what lies within a rule's queryPeriod, and its trigger decides
    /// whether it alerts
    #[arg(long, help_heading = "Schedule")]
    pub scheduled: bool,
    /// Run every rule at each step of its queryFrequency over this time, and report what each step finds anew
    #[arg(long, value_name = "FROM..TO", value_parser = period, conflicts_with = "scheduled")]
    #[arg(help_heading = "Schedule")]
    pub replay: Option<Period>,
    /// Write the alerts that the rules raise, as rows of the table SecurityAlert, instead of what they find
    #[arg(long, help_heading = "Output")]
    pub alerts: bool,
    /// Write the incidents that the alerts are grouped into, as rows of the table SecurityIncident
    #[arg(long, conflicts_with = "alerts", help_heading = "Output")]
    pub incidents: bool,
    /// Format of results; else told from the ending of the output file, or table
    #[arg(long, value_enum, help_heading = "Output")]
    pub format: Option<RuleFormat>,
    /// Write results to this file instead of standard output
    #[arg(short = 'o', long = "output", value_name = "FILE", help_heading = "Output")]
    pub file: Option<PathBuf>,
    /// Exit with 1 if there is any result row
    #[arg(long, help_heading = "Output")]
    pub fail_on_results: bool,
    /// Exit with 1 if a rule of at least this severity finds something (or alerts, with a schedule); a rule that states
    /// none counts as medium
    #[arg(long, value_name = "SEVERITY", help_heading = "Output")]
    pub fail_on: Option<Severity>,
    /// Where charts are drawn.
    #[command(flatten)]
    pub charts: ChartArguments,
}

impl RunArguments {
    /// The format of the results.
    pub fn format(&self) -> RuleFormat {
        let of_file = self.file.as_deref().and_then(RuleFormat::of_file);
        self.format.or(of_file).unwrap_or(RuleFormat::Rows(Format::Table))
    }

    /// Where rows go, in that format.
    pub fn output(&self, format: Format) -> OutputArguments {
        let fail_on_results = self.fail_on_results;
        OutputArguments { format: Some(format), file: self.file.clone(), fail_on_results }
    }
}

/// Which rules are meant.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionArguments {
    /// Only rules whose path or name fits this glob
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No rules whose path or name fits this glob
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Only rules of these severities
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',')]
    pub severity: Vec<Severity>,
    /// Only rules for these tactics, such as InitialAccess
    #[arg(long, value_name = "TACTIC", value_delimiter = ',')]
    pub tactic: Vec<String>,
    /// Only rules for these techniques; T1078 also means its sub-techniques
    #[arg(long, value_name = "TECHNIQUE", value_delimiter = ',')]
    pub technique: Vec<String>,
    /// Only rules with one of these tags
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    pub tag: Vec<String>,
    /// Only the rules with these identifiers
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub id: Vec<String>,
}

impl SelectionArguments {
    /// What they mean.
    pub fn selection(&self) -> Result<Selection, Failure> {
        let globs = |patterns: &[String]| selection::globs(patterns).map_err(Failure::Usage);
        Ok(Selection {
            include: globs(&self.include)?,
            exclude: globs(&self.exclude)?,
            severities: self.severity.clone(),
            tactics: self.tactic.clone(),
            techniques: self.technique.clone(),
            tags: self.tag.clone(),
            ids: self.id.clone(),
        })
    }
}

/// A time with a beginning and an end, in ticks of 100 ns since 0001-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The beginning.
    pub from: i64,
    /// The end.
    pub to: i64,
}

fn period(text: &str) -> Result<Period, String> {
    let (from, to) = text.split_once("..").ok_or("write it as FROM..TO")?;
    let moment = |text: &str| datetime::parse(text).ok_or_else(|| format!("'{text}' is not a datetime"));
    let period = Period { from: moment(from)?, to: moment(to)? };
    if period.from < period.to { Ok(period) } else { Err("it ends before it begins".to_owned()) }
}

/// A format of results of rules: one of rows, or one of reports about rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleFormat {
    /// The rows of each rule.
    Rows(Format),
    /// A report about all rules.
    Report(Report),
}

/// The formats of reports about rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Report {
    /// Static Analysis Results Interchange Format, version 2.1.0
    Sarif,
    /// Test results in XML, as build servers show them
    Junit,
    /// A page for people: summary, ATT&CK matrix, every result as a table
    Html,
}

impl ValueEnum for RuleFormat {
    fn value_variants<'a>() -> &'a [Self] {
        use RuleFormat::{Report as Of, Rows};
        &[
            Rows(Format::Table),
            Rows(Format::Json),
            Rows(Format::Ndjson),
            Rows(Format::Csv),
            Rows(Format::Tsv),
            Rows(Format::Markdown),
            Rows(Format::Kusto),
            Rows(Format::Parquet),
            Rows(Format::Xlsx),
            Of(Report::Sarif),
            Of(Report::Junit),
            Of(Report::Html),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            RuleFormat::Rows(format) => format.to_possible_value(),
            RuleFormat::Report(report) => report.to_possible_value(),
        }
    }
}

impl RuleFormat {
    /// The format that a file's ending asks for.
    fn of_file(name: &Path) -> Option<Self> {
        let ending = name.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "sarif" => Some(RuleFormat::Report(Report::Sarif)),
            "xml" => Some(RuleFormat::Report(Report::Junit)),
            "html" | "htm" => Some(RuleFormat::Report(Report::Html)),
            _ => Format::of_file(name).map(RuleFormat::Rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_of_rows_is_one_of_rules() {
        for format in Format::value_variants() {
            assert!(RuleFormat::value_variants().contains(&RuleFormat::Rows(*format)));
        }
        assert_eq!(RuleFormat::of_file(Path::new("a.SARIF")), Some(RuleFormat::Report(Report::Sarif)));
        assert_eq!(RuleFormat::of_file(Path::new("a.csv")), Some(RuleFormat::Rows(Format::Csv)));
    }

    #[test]
    fn a_period_has_two_ends() {
        assert!(period("2024-05-01..2024-05-02T12:00:00Z").is_ok());
        for text in ["2024-05-01", "2024-05-02..2024-05-01", "2024-05-01..soon"] {
            assert!(period(text).is_err(), "{text}");
        }
    }
}
