//! Tables that are in memory already.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kql_types::{Batch, Column, Field, Schema};

use crate::{Catalog, Morsel, MorselData, Scan, ScanColumn, ScanRequest, Table, TableError};

/// A table whose rows are in memory.
#[derive(Clone, Debug)]
pub struct MemoryTable {
    name: String,
    batch: Batch,
}

impl MemoryTable {
    /// A table of that name with these rows.
    pub fn new(name: impl Into<String>, batch: Batch) -> Self {
        Self { name: name.into(), batch }
    }
}

impl Table for MemoryTable {
    fn name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> Arc<Schema> {
        self.batch.schema.clone()
    }

    fn scan(&self, request: ScanRequest) -> Result<Arc<dyn Scan>, TableError> {
        let sources = request
            .columns
            .iter()
            .map(|column| {
                self.batch.schema.index_of(&column.source).ok_or_else(|| {
                    TableError::new(format!("table {} has no column {}", self.name, column.source))
                })
            })
            .collect::<Result<Vec<usize>, TableError>>()?;
        Ok(Arc::new(MemoryScan {
            batch: self.batch.clone(),
            sources,
            request,
            next_row: AtomicUsize::new(0),
        }))
    }
}

/// Rows of a morsel.
const MORSEL_ROWS: usize = 1 << 16;

#[derive(Debug)]
struct MemoryScan {
    batch: Batch,
    /// For each requested column, its position in the table.
    sources: Vec<usize>,
    request: ScanRequest,
    next_row: AtomicUsize,
}

impl Scan for MemoryScan {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        let row = self.next_row.fetch_add(MORSEL_ROWS, Ordering::Relaxed);
        if row >= self.batch.rows {
            return Ok(None);
        }
        let rows = self.batch.slice(row, MORSEL_ROWS.min(self.batch.rows - row));
        Ok(Some(Morsel { sequence: row / MORSEL_ROWS, data: MorselData::Batch(rows) }))
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        let MorselData::Batch(rows) = morsel.data else {
            return Err(TableError::new("a table in memory has no files to read"));
        };
        let columns = self
            .request
            .columns
            .iter()
            .zip(&self.sources)
            .map(|(column, &source)| part(&rows, column, source));
        let schema = Schema::from_iter(
            self.request.columns.iter().map(|column| Field::new(column.name.clone(), column.data_type)),
        );
        let batch = Batch::new(Arc::new(schema), columns.collect(), rows.rows);
        let Some(filter) = &self.request.filter else { return Ok(batch) };
        let read: Vec<Column> = filter.columns.iter().map(|&index| batch.columns[index].clone()).collect();
        Ok(batch.filter(&(filter.evaluate)(&read, batch.rows)?))
    }

    fn rows_scanned(&self) -> Option<u64> {
        Some(self.next_row.load(Ordering::Relaxed).min(self.batch.rows) as u64)
    }
}

/// The requested column of these rows.
fn part(rows: &Batch, column: &ScanColumn, source: usize) -> Column {
    let whole = &rows.columns[source];
    match whole {
        Column::Dynamic(texts) if !column.path.is_empty() => crate::path::extract(texts, &column.path),
        _ => whole.clone(),
    }
}

/// Tables in memory, in the order given.
#[derive(Clone, Debug, Default)]
pub struct MemoryCatalog {
    tables: Vec<Arc<MemoryTable>>,
}

impl MemoryCatalog {
    /// A catalog of these tables.
    pub fn new(tables: impl IntoIterator<Item = MemoryTable>) -> Self {
        Self { tables: tables.into_iter().map(Arc::new).collect() }
    }
}

impl Catalog for MemoryCatalog {
    fn table(&self, name: &str) -> Option<Arc<dyn Table>> {
        let found = self.tables.iter().find(|table| table.name == name)?;
        Some(found.clone())
    }

    fn names(&self) -> Vec<String> {
        self.tables.iter().map(|table| table.name.clone()).collect()
    }
}
