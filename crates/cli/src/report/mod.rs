//! Reports about a run of rules, a format a file: [`sarif`] and [`junit`] for build servers, [`html`] for people.

mod attack;
mod html;
mod junit;
pub mod sarif;
pub mod url;
pub mod xml;

use crate::args::Report;
use crate::rule_run::RunReport;

/// What of a run a report needs besides what came of the rules.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The paths that were given, with blanks between.
    pub paths: String,
    /// The moment of the run, in ticks of 100 ns since 0001-01-01T00:00:00Z.
    pub now: i64,
    /// The least severity that counts as a failure of the run; any without one.
    pub fail_on: Option<kql_rules::Severity>,
}

/// The report.
pub fn write(format: Report, run: &RunReport, circumstances: &Circumstances) -> String {
    match format {
        Report::Sarif => sarif::write(run),
        Report::Junit => junit::write(run, circumstances),
        Report::Html => html::write(run, circumstances),
    }
}
