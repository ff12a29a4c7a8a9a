//! What a kernel may know of the query besides its arguments, and how it fails.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::LocationDatabase;

/// The query's surroundings. The same for every row, so that a query over the same data gives the same bytes.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// `now()` in ticks of 100 ns since 0001-01-01T00:00:00Z; fixed when the query starts, or by `--now`.
    pub now: i64,
    /// Where `geo_info_from_ip_address()` looks addresses up. Without one it answers null and says so once.
    pub locations: Option<Arc<LocationDatabase>>,
    /// What the user should know although the query has an answer.
    pub warnings: Warnings,
}

/// Warnings of one query; each text is kept once. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Warnings {
    texts: Arc<Mutex<BTreeSet<String>>>,
}

impl Warnings {
    /// Adds a warning: one sentence without a final stop.
    pub fn add(&self, text: &str) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if !texts.contains(text) {
            texts.insert(text.to_owned());
        }
    }

    /// The warnings so far, in alphabetical order, so that they do not depend on threads.
    pub fn texts(&self) -> Vec<String> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Why a kernel gave up. Values that do not convert are null, not errors; this is for what Kusto refuses too,
/// such as an invalid regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelError {
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
}

impl KernelError {
    /// An error with that message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for KernelError {}
