//! Scans one after another: of a table whose files are of several kinds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kql_types::Batch;

use crate::{Morsel, Scan, TableError};

/// Several scans as one.
#[derive(Debug)]
pub(crate) struct Chain {
    scans: Vec<Arc<dyn Scan>>,
    position: Mutex<Position>,
    limit: Option<usize>,
    /// Rows that morsels gave so far.
    rows: AtomicUsize,
}

#[derive(Debug, Default)]
struct Position {
    /// Which scan is read.
    scan: usize,
    /// For each scan that was begun the sequence number of its first morsel.
    starts: Vec<usize>,
    next: usize,
}

impl Chain {
    /// These scans, all of the same request, of which so many rows are wanted.
    pub(crate) fn new(scans: Vec<Arc<dyn Scan>>, limit: Option<usize>) -> Self {
        Self { scans, position: Mutex::default(), limit, rows: AtomicUsize::new(0) }
    }

    fn position(&self) -> std::sync::MutexGuard<'_, Position> {
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scan for Chain {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        if self.limit.is_some_and(|limit| self.rows.load(Ordering::Relaxed) >= limit) {
            return Ok(None);
        }
        let mut position = self.position();
        while let Some(scan) = self.scans.get(position.scan) {
            if position.starts.len() == position.scan {
                let start = position.next;
                position.starts.push(start);
            }
            if let Some(morsel) = scan.next()? {
                let sequence = position.starts[position.scan] + morsel.sequence;
                position.next = sequence + 1;
                return Ok(Some(Morsel { sequence, ..morsel }));
            }
            position.scan += 1;
        }
        Ok(None)
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        let (scan, start) = {
            let position = self.position();
            let scan = position.starts.iter().rposition(|&start| start <= morsel.sequence);
            let scan = scan.ok_or_else(|| TableError::new("a morsel of another scan"))?;
            (self.scans[scan].clone(), position.starts[scan])
        };
        let batch = scan.read(Morsel { sequence: morsel.sequence - start, data: morsel.data })?;
        self.rows.fetch_add(batch.rows, Ordering::Relaxed);
        Ok(batch)
    }

    fn rows_scanned(&self) -> Option<u64> {
        self.scans.iter().map(|scan| scan.rows_scanned()).sum()
    }
}
