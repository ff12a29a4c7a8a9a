//! What the user should know of the data although there is an answer: skipped records, values that did not fit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kql_tables::ScanReport;

use crate::diagnostics::plain_warning;
use crate::exit::Outcome;

/// So many malformed records are shown one by one.
const SHOWN: usize = 10;

/// Gathered over the queries of a command; a record that several queries meet counts once.
#[derive(Debug, Default)]
pub struct Notes {
    /// Reason by file and line.
    malformed: BTreeMap<(PathBuf, usize), String>,
    /// Number of values by table and column: the most that one query met.
    misfits: BTreeMap<(String, String), usize>,
    warnings: BTreeSet<String>,
}

impl Notes {
    /// Takes over, and clears, what the scans of one query met.
    pub fn take(&mut self, report: &ScanReport) {
        for record in report.malformed() {
            self.malformed.entry((record.file, record.line)).or_insert(record.reason);
        }
        for found in report.misfits() {
            let count = self.misfits.entry((found.table, found.column)).or_default();
            *count = found.count.max(*count);
        }
        report.clear();
    }

    /// Adds what kernels warned of.
    pub fn add_warnings(&mut self, texts: impl IntoIterator<Item = String>) {
        self.warnings.extend(texts);
    }

    /// How it counts for the exit code.
    pub fn outcome(&self) -> Outcome {
        if self.malformed.is_empty() { Outcome::Ran } else { Outcome::BadData }
    }

    /// What is shown of it, with colours. Misfits only if asked for.
    pub fn render(&self, misfits: bool) -> String {
        let mut out: String = self.warnings.iter().map(|text| plain_warning(text)).collect();
        for ((file, line), reason) in self.malformed.iter().take(SHOWN) {
            out += &plain_warning(&format!("{}:{line}: record skipped: {reason}", file.display()));
        }
        if self.malformed.len() > SHOWN {
            let rest = self.malformed.len() - SHOWN;
            out += &plain_warning(&format!("{rest} more records skipped, {} in all", self.malformed.len()));
        }
        if misfits {
            for ((table, column), count) in &self.misfits {
                let values = if *count == 1 { "value does" } else { "values do" };
                out += &plain_warning(&format!(
                    "{table}.{column}: {count} {values} not fit the column's type and count as null"
                ));
            }
        }
        out
    }
}
