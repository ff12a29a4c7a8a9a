//! Parquet files: read as tables, and written.
//!
//! A read goes file -> row groups that may hold a wanted row (by least and greatest values and bloom filters) -> pages
//! that may -> the columns that the filter reads -> of the other columns the rows that pass.

mod coerce;
mod convert;
mod file;
mod gathered;
mod guard;
mod import;
mod nested;
mod prune;
mod scan;
mod storage;
mod stored;
mod write;

pub(crate) use file::{ParquetFile, merged_fields};
pub(crate) use import::import;
pub use import::{ImportOptions, Imported};
pub(crate) use scan::ParquetScan;
pub use write::{GROUP_ROWS, write_parquet};

/// What a Parquet file begins and ends with.
const MAGIC: &[u8] = b"PAR1";

/// Whether a file is Parquet: it says so at both ends, or its name does.
pub(crate) fn is_parquet(bytes: &[u8], extension: &str) -> bool {
    extension == EXTENSION || (bytes.len() > 2 * MAGIC.len() && begins_so(bytes) && bytes.ends_with(MAGIC))
}

/// Whether these first bytes of a file may be those of a Parquet file.
pub(crate) fn begins_so(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// The extension of Parquet files.
pub(crate) const EXTENSION: &str = "parquet";
