//! Why something could not be done, for all commands: what to show, and how it counts for the exit code.

use std::io;

use kql_executor::QueryError;
use kql_parser::Diagnostic;
use kql_tables::TableError;

use crate::diagnostics::{self, Finding};
use crate::exit::Outcome;
use crate::source::Source;

/// Why something could not be done.
#[derive(Debug)]
pub enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// The text is no query that can run: at least one of these is an error.
    Query(Box<Source>, Vec<Diagnostic>),
    /// The query stopped while it ran.
    Run(Box<Source>, QueryError),
    /// Data or files could not be read or written.
    Data(String),
    /// Who reads our output has stopped reading. Not a failure, but there is no more to do.
    ClosedPipe,
}

impl Failure {
    /// A failed read or write of what `action` says.
    pub fn io(action: impl std::fmt::Display, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::Data(format!("{action}: {error}")),
        }
    }

    /// How it counts for the exit code.
    pub fn outcome(&self) -> Outcome {
        match self {
            Failure::ClosedPipe => Outcome::Ran,
            Failure::Usage(_) | Failure::Query(..) => Outcome::BadQuery,
            Failure::Run(_, QueryError::Query(_) | QueryError::Evaluation { .. }) => Outcome::BadQuery,
            Failure::Run(..) | Failure::Data(_) => Outcome::BadData,
        }
    }

    /// What is shown of it, with colours; empty for what needs no words.
    pub fn render(&self) -> String {
        match self {
            Failure::ClosedPipe => String::new(),
            Failure::Usage(message) | Failure::Data(message) => diagnostics::plain_error(message),
            Failure::Query(source, found) => diagnostics::render_all(source, found),
            Failure::Run(source, QueryError::Query(found)) => diagnostics::render_all(source, found),
            Failure::Run(source, QueryError::Evaluation { message, span: Some(span) }) => {
                diagnostics::render(source, &Finding::at_run_time(message, *span))
            }
            Failure::Run(_, error) => diagnostics::plain_error(&error.to_string()),
        }
    }

    /// What went wrong in one line, for output that machines read.
    pub fn summary(&self) -> String {
        match self {
            Failure::ClosedPipe => String::new(),
            Failure::Usage(message) | Failure::Data(message) => message.clone(),
            Failure::Query(_, found) => QueryError::Query(found.clone()).to_string(),
            Failure::Run(_, error) => error.to_string(),
        }
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Failure::Data(error.message)
    }
}
