//! Reads of tables: what the plan pushed into the scan is made ready to run.

mod merged;

use std::sync::{Arc, Mutex};

use kql_planner::plan;
use kql_tables::{Morsel, ScanFilter, ScanRequest, TableError};
use kql_types::Batch;

use crate::expression::CompiledExpr;
use crate::pipeline::Source;
use crate::query::{Query, locked};
use crate::{Progress, QueryError};
pub(crate) use merged::{Reader, Selection, merged};

/// A running scan.
#[derive(Debug)]
pub(crate) struct TableScan {
    scan: Arc<dyn kql_tables::Scan>,
    /// Why the pushed predicate failed, which the interface of the scan has no room for.
    failure: Failure,
    /// Hears at the end how many records were looked at.
    progress: Arc<Progress>,
}

impl Drop for TableScan {
    fn drop(&mut self) {
        self.progress.scanned().add(self.scan.rows_scanned());
    }
}

type Failure = Arc<Mutex<Option<QueryError>>>;

impl TableScan {
    /// The next piece of work.
    pub(crate) fn next(&self) -> Result<Option<Morsel>, QueryError> {
        Ok(self.scan.next()?)
    }

    /// See [`kql_tables::Scan::extend`].
    pub(crate) fn extend(&self, morsel: &mut Morsel, count: usize) {
        self.scan.extend(morsel, count);
    }

    /// Reads a morsel.
    pub(crate) fn read(&self, morsel: Morsel) -> Result<Batch, QueryError> {
        self.scan
            .read(morsel)
            .map_err(|error| locked(&self.failure).take().unwrap_or(QueryError::Data(error)))
    }
}

/// Starts the scan.
pub(crate) fn source(scan: &plan::Scan, query: &Query) -> Result<Source, QueryError> {
    let failure = Failure::default();
    let filter = match &scan.predicate {
        Some(predicate) => Some(filter(CompiledExpr::compile(predicate, query)?, query, failure.clone())),
        None => None,
    };
    let request = ScanRequest {
        columns: scan.columns.clone(),
        needles: scan.needles.clone(),
        conditions: scan.conditions.clone(),
        filter,
        limit: scan.limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
    };
    Ok(Source::Scan(Arc::new(TableScan {
        scan: scan.table.scan(request)?,
        failure,
        progress: query.progress.clone(),
    })))
}

fn filter(mut predicate: CompiledExpr, query: &Query, failure: Failure) -> ScanFilter {
    let mut columns = Vec::new();
    predicate.columns_read(&mut columns);
    predicate.renumber(&columns);
    let context = query.context.clone();
    let evaluate = move |columns: &[kql_types::Column], rows: usize| {
        predicate.select(columns, rows, &context).map_err(|error| {
            let message = error.to_string();
            *locked(&failure) = Some(error);
            TableError::new(message)
        })
    };
    ScanFilter { columns, evaluate: Arc::new(evaluate) }
}
