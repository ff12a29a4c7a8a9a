//! Options for the queries that are run.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

use kql_functions::{Context, LocationDatabase, Warnings};

use crate::Progress;

/// How queries are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Number of workers. The result does not depend on it.
    pub threads: usize,
    /// What `now()` gives, in ticks of 100 ns since 0001-01-01T00:00:00Z.
    pub now: i64,
    /// Where `geo_info_from_ip_address()` looks addresses up.
    pub locations: Option<Arc<LocationDatabase>>,
    /// Bytes that the operators of a query may hold; a query that needs more is refused.
    pub memory_limit: usize,
    /// Set it, from any thread, to stop the query.
    pub cancel: Arc<AtomicBool>,
    /// Tells how far the query has come.
    pub progress: Arc<Progress>,
    /// Collects what the user should know although the query has an answer.
    pub warnings: Warnings,
}

impl Options {
    /// What kernels may know of the query. The binder computes constants with the same.
    pub fn context(&self) -> Context {
        Context { now: self.now, locations: self.locations.clone(), warnings: self.warnings.clone() }
    }
}

impl Default for Options {
    /// All cores, no limit, and now.
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            now: current_time(),
            locations: None,
            memory_limit: usize::MAX,
            cancel: Arc::default(),
            progress: Arc::default(),
            warnings: Warnings::default(),
        }
    }
}

/// Ticks from the year 1 to 1970.
const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

/// This moment, in ticks of 100 ns since 0001-01-01T00:00:00Z.
fn current_time() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() / 100;
    UNIX_EPOCH_TICKS.saturating_add(i64::try_from(since_epoch).unwrap_or(i64::MAX))
}
