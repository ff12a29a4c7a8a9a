//! What a kernel may know of the query besides its arguments, and how it fails.

use std::fmt;

/// The query's surroundings. The same for every row, so that a query over the same data gives the same bytes.
#[derive(Clone, Debug)]
pub struct Context {
    /// `now()` in ticks of 100 ns since 0001-01-01T00:00:00Z; fixed when the query starts, or by `--now`.
    pub now: i64,
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
