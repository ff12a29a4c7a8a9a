//! Tables: the catalog, file formats, schema inference, known table schemas, and the JSON scan.

mod known;
mod memory;
mod path;
mod scan;
mod table;

pub use known::{KnownCatalog, KnownTable, known_schema, known_table_names};
pub use memory::{MemoryCatalog, MemoryTable};
pub use scan::{Morsel, MorselData, Needle, NeedleGroup, Scan, ScanColumn, ScanFilter, ScanRequest};
pub use table::{Catalog, Table, TableError};
