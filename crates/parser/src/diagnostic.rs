//! Errors and warnings as data: what is wrong, where, and what may help.
//!
//! They are made by the parser and the planner and rendered in one place, the command line.

use crate::Span;

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The query runs; something in it deserves a look.
    Warning,
    /// The query cannot run.
    Error,
}

/// What kind of mistake a diagnostic reports. The user's mistake, a missing feature and our own bug are
/// different things and read differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The text is no KQL: the parser expected something else.
    Syntax,
    /// A name that nothing in scope has.
    UnknownName,
    /// The parts are known but do not fit: wrong type, wrong number of arguments, duplicate column.
    Semantic,
    /// KQL has it, this engine does not run it yet.
    NotSupported,
    /// Legal, but probably not meant, or accepted and without effect here.
    Note,
}

impl Code {
    /// The stable code that machine-readable output carries.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Syntax => "KQL001",
            Code::UnknownName => "KQL002",
            Code::Semantic => "KQL003",
            Code::NotSupported => "KQL004",
            Code::Note => "KQL005",
        }
    }
}

/// One finding about a query text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of mistake.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What may help, e.g. the nearest known name.
    pub hint: Option<String>,
}

impl Diagnostic {
    /// An error of the given kind.
    pub fn error(code: Code, message: impl Into<String>, span: Span) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), span, hint: None }
    }

    /// A warning of the given kind.
    pub fn warning(code: Code, message: impl Into<String>, span: Span) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message, span) }
    }

    /// Adds what may help.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
