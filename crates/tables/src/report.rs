//! What went wrong while reading, for the caller to print and to turn into an exit code.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_buffer::Buffer;

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedRecord {
    /// The file that holds it.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for MalformedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.reason)
    }
}

/// Values of one column that did not fit its type and became null.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfits {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// How many values. A value counts each time it is read.
    pub count: usize,
}

/// What scans of Parquet files did not have to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RowGroups {
    /// Row groups that were read.
    pub read: usize,
    /// Row groups that could hold no wanted row.
    pub skipped: usize,
    /// Rows of those that were read in pages that could hold none.
    pub rows_passed_over: usize,
}

/// Collects what scans meet. Shared by all tables of a catalog; a record that several scans meet counts once.
#[derive(Clone, Debug, Default)]
pub struct ScanReport {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// By file and place in it.
    malformed: BTreeMap<(Arc<PathBuf>, usize), (Line, String)>,
    misfits: BTreeMap<(String, String), usize>,
    row_groups: RowGroups,
}

/// In which line a record begins.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// In this one, from 1.
    Number(usize),
    /// In the one that has the record's place in these bytes, the whole file. Counted when somebody asks.
    In(Buffer),
}

impl ScanReport {
    /// The records that were left out, in the order of files and lines.
    pub fn malformed(&self) -> Vec<MalformedRecord> {
        let state = self.lock();
        let mut records = Vec::with_capacity(state.malformed.len());
        // The file, place and line up to which line breaks were counted.
        let mut counted: Option<(&Arc<PathBuf>, usize, usize)> = None;
        for ((file, offset), (line, reason)) in &state.malformed {
            let line = match line {
                Line::Number(line) => *line,
                Line::In(bytes) => {
                    let (from, lines) = match counted {
                        Some((same, from, lines)) if same == file => (from, lines),
                        _ => (0, 1),
                    };
                    let line = lines + memchr::memchr_iter(b'\n', &bytes[from..*offset]).count();
                    counted = Some((file, *offset, line));
                    line
                }
            };
            records.push(MalformedRecord { file: file.as_ref().clone(), line, reason: reason.clone() });
        }
        records
    }

    /// How many records were left out.
    pub fn malformed_count(&self) -> usize {
        self.lock().malformed.len()
    }

    /// The columns with values that did not fit.
    pub fn misfits(&self) -> Vec<Misfits> {
        let one = |((table, column), &count): (&(String, String), &usize)| Misfits {
            table: table.clone(),
            column: column.clone(),
            count,
        };
        self.lock().misfits.iter().map(one).collect()
    }

    /// What scans of Parquet files read and what not.
    pub fn row_groups(&self) -> RowGroups {
        self.lock().row_groups
    }

    /// Forgets everything, before the next query.
    pub fn clear(&self) {
        *self.lock() = State::default();
    }

    /// Notes a record that begins at `offset` of a file.
    pub(crate) fn add_malformed(&self, file: &Arc<PathBuf>, offset: usize, line: Line, reason: String) {
        self.lock().malformed.entry((file.clone(), offset)).or_insert((line, reason));
    }

    /// Notes values that did not fit.
    pub(crate) fn add_misfits(&self, table: &str, column: &str, count: usize) {
        if count > 0 {
            *self.lock().misfits.entry((table.to_owned(), column.to_owned())).or_default() += count;
        }
    }

    /// Notes that a row group is read, or that it is not.
    pub(crate) fn add_row_group(&self, is_read: bool) {
        let groups = &mut self.lock().row_groups;
        *(if is_read { &mut groups.read } else { &mut groups.skipped }) += 1;
    }

    /// Notes rows in pages that need not be read.
    pub(crate) fn add_rows_passed_over(&self, rows: usize) {
        if rows > 0 {
            self.lock().row_groups.rows_passed_over += rows;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
