//! What may be written at a place of an unfinished query, for editors.
//!
//! The text is cut at the cursor ([`cursor`]); brackets that are open tell what holds the place ([`frames`]); the words
//! before it tell what is expected ([`place`]); binding what comes before the last pipe tells what is in scope
//! ([`scope`]); then what fits is offered ([`offers`]), the likely first ([`ranking`]).

mod cursor;
mod frames;
mod mend;
mod offers;
mod place;
mod ranking;
mod scope;
mod segment;

use std::sync::Arc;

use kql_parser::{Diagnostic, Span};
use kql_tables::Table;
use kql_types::{ScalarType, Schema};

use self::cursor::Cursor;
use self::frames::Nesting;
use crate::bound::Surroundings;

/// What may be written at a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The part of a word that is there already, which a suggestion replaces.
    pub replaced: Span,
    /// The likely ones first.
    pub suggestions: Vec<Suggestion>,
}

/// One thing that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is called.
    pub name: String,
    /// What is written: a function comes with its bracket, a name with the quotes that it needs.
    pub text: String,
    /// What it is.
    pub kind: SuggestionKind,
    /// Its type, its signature, or what it does.
    pub detail: String,
}

/// What is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each variant is the thing of its name")]
pub enum SuggestionKind {
    Operator,
    Column,
    Variable,
    Table,
    Aggregate,
    Function,
    Plugin,
    Comparison,
    Parameter,
    Word,
    Value,
    Type,
}

/// A name besides those of columns, and what it means at a place.
#[derive(Clone, Debug)]
pub struct ScopeName {
    /// The name.
    pub name: String,
    /// What it means.
    pub meaning: NameInScope,
}

/// What a name means that is in scope.
#[derive(Clone, Debug)]
pub enum NameInScope {
    /// A value of that type.
    Value(ScalarType),
    /// Rows of that schema.
    Table(Arc<Schema>),
    /// The state of a step of `scan`.
    Row(Arc<Schema>),
    /// A function.
    Function {
        /// How it is called.
        signature: String,
        /// Whether it gives rows.
        gives_rows: bool,
        /// Whether its first parameter is a table, so that `invoke` may call it.
        takes_rows: bool,
    },
}

/// What a name in a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameMeaning {
    /// A column of the rows at that place.
    Column,
    /// A table of the catalog.
    Table,
    /// What a `let` or a parameter declares.
    Variable,
}

/// What is known of data without a query. Answers must come at once: an editor waits for them.
pub trait DataHints {
    /// The values of a string column, the frequent first, if there are not many different ones.
    fn values(&self, table: &dyn Table, column: &str) -> Vec<String>;
    /// The names of members of a dynamic column, below a path into it.
    fn members(&self, table: &dyn Table, path: &[String]) -> Vec<String>;
}

/// Of no data anything is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoDataHints;

impl DataHints for NoDataHints {
    fn values(&self, _table: &dyn Table, _column: &str) -> Vec<String> {
        Vec::new()
    }

    fn members(&self, _table: &dyn Table, _path: &[String]) -> Vec<String> {
        Vec::new()
    }
}

/// So many suggestions are more than anyone reads.
const MOST: usize = 1000;

/// What may be written at that offset of the text. Nothing behind it is looked at.
pub fn complete(
    text: &str,
    offset: usize,
    surroundings: &Surroundings<'_>,
    data: &dyn DataHints,
) -> Completions {
    let Some(cursor) = Cursor::new(text, offset) else { return Completions::default() };
    let nesting = Nesting::new(&cursor);
    let place = place::find(&cursor, &nesting);
    let replaced = cursor.replaced(&place);
    let asked = offers::Asked { cursor: &cursor, nesting: &nesting, surroundings, data };
    let suggestions = offers::for_place(&place, &asked);
    let mut suggestions = ranking::ranked(suggestions, replaced.text(text));
    suggestions.truncate(MOST);
    Completions { replaced, suggestions }
}

/// The call that holds a place: the innermost one whose bracket is open there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCall {
    /// The function's name.
    pub name: String,
    /// Position of the argument at the place, from 0.
    pub argument: usize,
}

/// The call that holds that offset, if one does.
pub fn open_call(text: &str, offset: usize) -> Option<OpenCall> {
    let before = text.get(..text.floor_char_boundary(offset))?;
    Nesting::new(&Cursor::at_end(before)).open_call(before)
}

/// What is wrong with a text as it is being written, and what the names mean that could be resolved. Nothing is run, and
/// names that only a full read of the data would show are not looked for. That a text ends too early is not wrong.
pub fn meanings(text: &str, surroundings: &Surroundings<'_>) -> (Vec<Diagnostic>, Vec<(Span, NameMeaning)>) {
    let Some(mended) = mend::mended(text) else { return crate::bind::meanings(text, surroundings) };
    let (mut found, mut names) = crate::bind::meanings(&mended.text, surroundings);
    found.retain(|found| found.span.end <= mended.trusted);
    names.retain(|(span, _)| span.end <= text.len());
    (found, names)
}
