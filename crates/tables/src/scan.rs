//! How a table is read: a request made of the plan, and morsels that workers take.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arrow_buffer::BooleanBuffer;
use kql_types::{Batch, Column, Field, PathStep, ScalarType, Schema};

use crate::{Condition, TableError};

/// What a scan must produce, and what it may leave out.
#[derive(Clone, Debug, Default)]
pub struct ScanRequest {
    /// The columns of the batches, in order.
    pub columns: Vec<ScanColumn>,
    /// Byte strings that a record must hold to be able to pass the filter: every group must be met. A hint; the
    /// scan may ignore it, and never drops a record that could pass.
    pub needles: Vec<NeedleGroup>,
    /// What holds of the values of any row that is wanted: all of these. A hint as well.
    pub conditions: Vec<Condition>,
    /// The exact predicate. The scan evaluates it, so that it can leave out the other columns of records that fail.
    pub filter: Option<ScanFilter>,
    /// No more rows than this are wanted (after the filter); the scan may stop early.
    pub limit: Option<usize>,
}

impl ScanRequest {
    /// The schema of the batches.
    pub fn schema(&self) -> Arc<Schema> {
        let field = |column: &ScanColumn| Field::new(column.name.clone(), column.data_type);
        Arc::new(self.columns.iter().map(field).collect())
    }
}

/// A column of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanColumn {
    /// Its name in the batch.
    pub name: Arc<str>,
    /// The table's column.
    pub source: Arc<str>,
    /// Steps below that column, for a part of a dynamic column; empty for the column itself.
    pub path: Vec<PathStep>,
    /// Its type: that of the table's column, or dynamic for a path.
    pub data_type: ScalarType,
}

impl ScanColumn {
    /// All of a table's column, under its own name.
    pub fn whole(field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            source: field.name.clone(),
            path: Vec::new(),
            data_type: field.data_type,
        }
    }
}

/// At least one of these must occur in the raw record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NeedleGroup {
    /// The alternatives.
    pub any: Vec<Needle>,
}

/// Text that occurs in a value of a string or number column. The scan turns it into raw bytes and takes care of how
/// JSON may write it (escapes).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Needle {
    /// The text.
    pub text: String,
    /// Whether letter case matters. Without, ASCII letters match in either case; text whose non-ASCII letters fold
    /// is not used as a needle.
    pub case_sensitive: bool,
}

/// A predicate over some of the requested columns.
#[derive(Clone)]
pub struct ScanFilter {
    /// Positions in [`ScanRequest::columns`] of the columns that it reads.
    pub columns: Vec<usize>,
    /// Given those columns, which rows pass.
    #[expect(clippy::type_complexity, reason = "a closure type is plainest written out")]
    pub evaluate: Arc<dyn Fn(&[Column], usize) -> Result<BooleanBuffer, TableError> + Send + Sync>,
}

impl fmt::Debug for ScanFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScanFilter").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// A running scan. Workers call [`Scan::next`] for work and [`Scan::read`] to do it.
pub trait Scan: fmt::Debug + Send + Sync {
    /// The next piece of work, `None` at the end. Cheap, or blocking where a stream must be decompressed in order.
    /// Where pieces begin and end depends on the data alone, never on the number of workers.
    fn next(&self) -> Result<Option<Morsel>, TableError>;
    /// Reads a morsel.
    fn read(&self, morsel: Morsel) -> Result<Batch, TableError>;
    /// Lets the morsel that [`Scan::next`] gave last stand for those behind it as well, so many in all, if their rows are in
    /// memory and so better looked at together.
    fn extend(&self, _morsel: &mut Morsel, _count: usize) {}
    /// How many records it has looked at so far. `None` if there were some that nobody counted: what lacks a text that is
    /// asked for is passed over without a look at where records end.
    fn rows_scanned(&self) -> Option<u64> {
        None
    }
}

/// Counts records that are looked at.
#[derive(Debug, Default)]
pub struct RowCount {
    rows: AtomicU64,
    has_uncounted: AtomicBool,
}

impl RowCount {
    /// Adds some, if they were counted.
    pub fn add(&self, rows: Option<u64>) {
        match rows {
            Some(rows) => {
                self.rows.fetch_add(rows, Ordering::Relaxed);
            }
            None => self.has_uncounted.store(true, Ordering::Relaxed),
        }
    }

    /// How many there are, if all were counted.
    pub fn get(&self) -> Option<u64> {
        (!self.has_uncounted.load(Ordering::Relaxed)).then(|| self.rows.load(Ordering::Relaxed))
    }
}

/// A piece of a table.
#[derive(Debug)]
pub struct Morsel {
    /// Its place in the order of the table, from 0 without gaps.
    pub sequence: usize,
    /// What it holds.
    pub data: MorselData,
}

/// What a morsel holds.
#[derive(Debug)]
pub enum MorselData {
    /// Rows that are in memory already.
    Batch(Batch),
    /// Rows whose columns the table keeps in memory, of so many morsels that follow one another.
    Kept {
        /// How many, this one included.
        morsels: usize,
    },
    /// A range of bytes of one of the scan's files.
    Range {
        /// Which file.
        file: usize,
        /// First byte.
        start: usize,
        /// Past the last byte.
        end: usize,
    },
    /// Bytes of a file that had to be decompressed or streamed, whole records.
    Bytes {
        /// Which file.
        file: usize,
        /// Number of the first line, from 1.
        first_line: usize,
        /// The records.
        bytes: Vec<u8>,
    },
    /// Rows of a row group of one of the scan's Parquet files.
    Rows {
        /// Which file.
        file: usize,
        /// Which row group.
        group: usize,
        /// The rows.
        rows: Range<usize>,
        /// How many bytes of the file they stand for, those of row groups included that were ruled out before.
        bytes: usize,
    },
}

impl MorselData {
    /// How many bytes of a file are done when it has been read.
    pub fn bytes(&self) -> usize {
        match self {
            MorselData::Batch(_) | MorselData::Kept { .. } => 0,
            MorselData::Range { start, end, .. } => end - start,
            MorselData::Bytes { bytes, .. } => bytes.len(),
            MorselData::Rows { bytes, .. } => *bytes,
        }
    }
}
