//! What the planner and the executor see of a table.

use std::fmt;
use std::sync::Arc;

use kql_types::{Field, Schema};

use crate::{Scan, ScanColumn, ScanRequest};

/// A table that can be scanned.
pub trait Table: fmt::Debug + Send + Sync {
    /// Its name as queries write it.
    fn name(&self) -> &str;
    /// Its columns.
    fn schema(&self) -> Arc<Schema>;
    /// A column that the schema leaves out and a query may still name (and a scan may then be asked for): a standard
    /// column of Log Analytics, or one that only a full read of a known table's data shows. May read all of the data
    /// the first time, so it is asked only for a name that did not resolve otherwise.
    fn hidden_column(&self, _name: &str) -> Option<Field> {
        None
    }
    /// Whether there is data behind it; false for a known table that only lends its schema.
    fn has_data(&self) -> bool {
        true
    }
    /// Starts reading it.
    fn scan(&self, request: ScanRequest) -> Result<Arc<dyn Scan>, TableError>;
    /// How many rows it has, if that is known without reading them: exactly as many as a scan of no columns gives.
    fn row_count(&self) -> Option<u64> {
        None
    }
    /// Told that many scans will ask for these columns: a table that keeps columns may read them into memory now, with
    /// so many threads. `watch` is told of bytes of files as they are done; to give false is to stop. What goes wrong is
    /// met again by the scans.
    fn read_ahead(&self, _columns: &[ScanColumn], _threads: usize, _watch: &(dyn Fn(usize) -> bool + Sync)) {}
}

/// The tables that a query may name.
pub trait Catalog: fmt::Debug + Send + Sync {
    /// The table of that name; case-sensitive.
    fn table(&self, name: &str) -> Option<Arc<dyn Table>>;
    /// All names, in the order in which `union *` takes them.
    fn names(&self) -> Vec<String>;
    /// The names of all watchlists, in alphabetical order.
    fn watchlists(&self) -> Vec<String> {
        Vec::new()
    }
    /// Whether tables that a query names by their address may be fetched over HTTP.
    fn may_fetch(&self) -> bool {
        false
    }
}

/// Data could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// What went wrong, with the file and, where there is one, the line.
    pub message: String,
}

impl TableError {
    /// An error with that message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TableError {}
