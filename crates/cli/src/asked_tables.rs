//! The tables of a query that runs, and which of them it asks for.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kql_tables::{Catalog, DataCatalog, MemoryTable, Table};

/// A catalog that remembers which of its tables were asked for. Only a query that runs has it, so that others never
/// reach the network.
#[derive(Debug)]
pub struct AskedTables<'a> {
    catalog: &'a DataCatalog,
    /// Stands in place of the table of its name.
    overlay: Option<&'a Arc<MemoryTable>>,
    may_fetch: bool,
    /// Once for each time; a name may come again.
    asked: Mutex<Vec<Arc<dyn Table>>>,
}

impl<'a> AskedTables<'a> {
    pub fn new(catalog: &'a DataCatalog, overlay: Option<&'a Arc<MemoryTable>>, may_fetch: bool) -> Self {
        Self { catalog, overlay, may_fetch, asked: Mutex::default() }
    }

    /// The names of those that have no data behind them.
    pub fn without_data(&self) -> Vec<String> {
        self.asked().iter().filter(|table| !table.has_data()).map(|table| table.name().to_owned()).collect()
    }

    /// How many bytes will be read if each is read once; `None` where files do not tell, because
    /// they are compressed or no files.
    pub fn bytes(&self) -> Option<u64> {
        let files = self.catalog.files();
        let mut sum = 0;
        let asked = self.asked();
        for (_, paths) in files.iter().filter(|(name, _)| asked.iter().any(|table| table.name() == name)) {
            for path in paths {
                sum += plain_size(path)?;
            }
        }
        (sum > 0).then_some(sum)
    }

    fn asked(&self) -> MutexGuard<'_, Vec<Arc<dyn Table>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn plain_size(path: &Path) -> Option<u64> {
    let is_compressed = path.extension().is_some_and(|ending| ending == "gz" || ending == "zst");
    let metadata = std::fs::metadata(path).ok()?;
    (metadata.is_file() && !is_compressed).then_some(metadata.len())
}

impl Catalog for AskedTables<'_> {
    fn table(&self, name: &str) -> Option<Arc<dyn Table>> {
        if let Some(overlay) = self.overlay.filter(|overlay| overlay.name() == name) {
            return Some((*overlay).clone());
        }
        let table = self.catalog.table(name)?;
        self.asked().push(table.clone());
        Some(table)
    }

    fn names(&self) -> Vec<String> {
        self.catalog.names()
    }

    fn watchlists(&self) -> Vec<String> {
        self.catalog.watchlists()
    }

    fn may_fetch(&self) -> bool {
        self.may_fetch
    }
}
