//! Why a query gave no result.

use std::fmt;

use kql_functions::KernelError;
use kql_parser::{Diagnostic, Span};
use kql_planner::plan::EvaluateError;
use kql_tables::TableError;

/// Why a query gave no result. The user's mistake, unreadable data, a limit and our own bug are different things.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryError {
    /// The text is not a query that can run: at least one of these is an error.
    Query(Vec<Diagnostic>),
    /// The query asks for something that shows to be impossible only while it runs, such as an invalid regular
    /// expression.
    Evaluation {
        /// What went wrong, in one sentence without a final stop.
        message: String,
        /// The text of the query that it concerns.
        span: Option<Span>,
    },
    /// A table could not be read.
    Data(TableError),
    /// The query needs more memory than it may use.
    MemoryLimit {
        /// The operator that asked for more.
        operator: &'static str,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Somebody asked the query to stop.
    Cancelled,
    /// A bug of this program.
    Internal(String),
}

impl QueryError {
    /// An evaluation error that concerns `span`.
    pub(crate) fn evaluation(message: impl Into<String>, span: Span) -> Self {
        QueryError::Evaluation { message: message.into(), span: Some(span) }
    }

    /// The error of a kernel whose call stands at `span`.
    pub(crate) fn kernel(error: KernelError, span: Span) -> Self {
        Self::evaluation(error.message, span)
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryError::Query(diagnostics) => {
                let messages: Vec<&str> = diagnostics.iter().map(|found| found.message.as_str()).collect();
                f.write_str(&messages.join("; "))
            }
            QueryError::Evaluation { message, .. } => f.write_str(message),
            QueryError::Data(error) => error.fmt(f),
            QueryError::MemoryLimit { operator, limit } => {
                write!(f, "{operator} needs more memory than the limit of {} MiB", limit >> 20)
            }
            QueryError::Cancelled => f.write_str("the query was cancelled"),
            QueryError::Internal(message) => write!(f, "internal error: {message}"),
        }
    }
}

impl std::error::Error for QueryError {}

impl From<TableError> for QueryError {
    fn from(error: TableError) -> Self {
        QueryError::Data(error)
    }
}

impl From<EvaluateError> for QueryError {
    fn from(error: EvaluateError) -> Self {
        QueryError::Evaluation { message: error.message, span: error.span }
    }
}

impl From<QueryError> for EvaluateError {
    fn from(error: QueryError) -> Self {
        let span = match &error {
            QueryError::Evaluation { span, .. } => *span,
            _ => None,
        };
        EvaluateError { message: error.to_string(), span }
    }
}
