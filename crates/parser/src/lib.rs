//! Reads KQL: text -> tokens -> syntax tree.
//!
//! The parser knows the whole public grammar, not only what the engine runs, and knows nothing of types,
//! tables or functions.

pub mod ast;
mod diagnostic;
mod grammar;
pub mod lexer;
mod nearest;
mod operator_names;
mod position;
mod span;
pub mod walk;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use lexer::{Token, TokenKind, keywords, tokenize};
pub use nearest::nearest;
pub use position::{Position, line_column};
pub use span::Span;

/// Reads a query text. Never fails: what is wrong is among the diagnostics.
///
/// A mistake of syntax has [`Code::Syntax`]; a literal that is no value of its type, `int(x)`, is
/// [`Code::Semantic`].
///
/// How deep a query may nest is bounded, so that reading it fits into 8 MiB of stack.
pub fn parse(text: &str) -> Parsed {
    grammar::parse(text)
}

/// The words of the operators that may stand behind a pipe or begin a query: `where`, `mv-expand`, `print`.
pub fn operator_words() -> impl Iterator<Item = &'static str> {
    grammar::operator_words()
}

/// What parsing gives: a tree as far as it could be read, and what is wrong.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree. Complete only if no diagnostic is an error.
    pub query: ast::Query,
    /// What is wrong, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}
