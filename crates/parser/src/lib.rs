//! Reads KQL: text -> tokens -> syntax tree.
//!
//! The parser knows the whole public grammar, not only what the engine runs, and knows nothing of types,
//! tables or functions.

pub mod ast;
mod diagnostic;
mod span;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use span::Span;

/// What parsing gives: a tree as far as it could be read, and what is wrong.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree. Complete only if no diagnostic is an error.
    pub query: ast::Query,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}
