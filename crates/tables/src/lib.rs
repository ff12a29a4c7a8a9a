//! Tables: the catalog, file formats, schema inference, known table schemas, and the JSON scan.
//!
//! A [`DataCatalog`] finds tables in folders and files. A file's layout is told from its content. A scan cuts files
//! into morsels, finds the wanted members of each record by SIMD masks of quotes and brackets, and makes columns of
//! them; strings stay where they are, in the morsel. What is not asked for is not parsed:
//!
//! - of every record of a file: UTF-8, and for records a line each that the line has an object's brackets, a key after
//!   the first and a value before the last;
//! - of a record of which a member is read: that strings end and hold no control characters, that brackets close;
//!   Records that lack a text which the query asks for are not read;
//! - of a value that is read: everything that serde_json would check.
//!
//! A record that fails is left out and noted in the [`ScanReport`]. With [`ReadOptions::strict`] every record is
//! checked in full, and the first one that fails ends the scan.

mod access;
mod cached_scan;
mod catalog;
mod census;
mod chain;
mod column_cache;
mod condition;
mod content;
mod dictionaries;
mod extent;
mod external;
mod extract;
mod file_table;
mod finder;
mod json;
mod json_scan;
mod known;
mod layout;
mod locate;
mod look;
mod memory;
mod morsel_reader;
mod morsels;
mod needles;
mod network;
mod parquet;
mod path;
mod piece;
mod read_ahead;
mod records;
mod repeats;
mod report;
mod scalar;
mod scan;
mod schema_file;
mod separated;
mod sought;
mod steps;
mod table;
mod time;
mod views;
mod warm_scan;

pub use catalog::{DataCatalog, WATCHLIST};
pub use condition::{Comparison, Condition};
pub use external::{ExternalFormat, ExternalTable};
pub use file_table::{Keep, ReadOptions};
pub use known::{KnownCatalog, KnownTable, known_schema, known_table_names};
pub use memory::{MemoryCatalog, MemoryTable};
pub use parquet::{GROUP_ROWS, ImportOptions, Imported, write_parquet};
pub use report::{MalformedRecord, Misfits, RowGroups, ScanReport};
pub use scan::{
    Morsel, MorselData, Needle, NeedleGroup, RowCount, Scan, ScanColumn, ScanFilter, ScanRequest,
};
pub use table::{Catalog, Table, TableError};
