//! What fits a place.

mod functions;
mod names;
mod texts;
mod words;

use std::sync::Arc;

use kql_parser::lexer::{NameUse, name_use};
use kql_types::Schema;

use super::cursor::Cursor;
use super::frames::Nesting;
use super::place::{Place, ValuePlace};
use super::segment::Segment;
use super::{DataHints, NameInScope, Suggestion, SuggestionKind, scope};
use crate::bind::watch::Seen;
use crate::bound::Surroundings;

pub(super) use words::{AXES, CHART_KINDS, LEGENDS, TRUTH};

/// What is asked, and what may be asked in turn.
pub(super) struct Asked<'a> {
    pub cursor: &'a Cursor<'a>,
    pub nesting: &'a Nesting,
    pub surroundings: &'a Surroundings<'a>,
    pub data: &'a dyn DataHints,
}

impl Asked<'_> {
    fn scope(&self) -> Seen {
        scope::at_cursor(self.cursor, self.nesting, self.surroundings)
    }

    /// The part of a word that is there.
    fn word(&self) -> &str {
        &self.cursor.text[self.cursor.word..]
    }
}

/// All that fits the place, whatever word is there; the likely first.
pub(super) fn for_place(place: &Place, asked: &Asked<'_>) -> Vec<Suggestion> {
    match place {
        Place::Unknown => Vec::new(),
        Place::Statement { in_function } => {
            let mut offers = names::statement(asked);
            if *in_function {
                offers.extend(names::values(&asked.scope().names));
                offers.extend(functions::scalars());
            }
            offers
        }
        Place::Declared => {
            let scope = asked.scope();
            let mut offers = names::tables(asked, &scope);
            offers.extend(words::first_operators());
            offers.extend(names::values(&scope.names));
            offers.extend(functions::scalars());
            offers
        }
        Place::Table { start_of } => {
            let mut offers = words::parameters(*start_of);
            offers.extend(names::tables(asked, &asked.scope()));
            if start_of.is_none() {
                offers.extend(words::first_operators());
            }
            offers
        }
        Place::Operator => words::operators(),
        Place::Value(value) => self::value(value, asked),
        Place::Columns { start_of } => {
            let mut offers = words::parameters(*start_of);
            offers.extend(columns(&asked.scope().columns));
            offers
        }
        Place::JoinKeys { right } => join_keys(asked, *right),
        Place::Member { path } => members(asked, path),
        Place::AfterValue { words, comparisons, left } => {
            let mut offers = words::clauses(words);
            if *comparisons {
                let scope = left.as_ref().map(|_| asked.scope());
                offers.extend(words::comparisons(left.as_deref(), scope.as_ref()));
            }
            offers
        }
        Place::Text { column } => texts::values(asked, column.as_deref()),
        Place::Parameter(operator) => words::parameters(*operator),
        Place::ParameterValue(values) => words::listed(values, SuggestionKind::Value),
        Place::Property => words::listed(words::CHART_PROPERTIES, SuggestionKind::Parameter),
        Place::Chart => words::listed(crate::CHARTS, SuggestionKind::Value),
        Place::Plugin => functions::plugins(),
        Place::RowFunction => names::row_functions(asked),
        Place::Type => words::types(),
    }
}

fn value(place: &ValuePlace, asked: &Asked<'_>) -> Vec<Suggestion> {
    let scope = asked.scope();
    let mut offers = words::parameters(place.start_of);
    if place.aggregates {
        offers.extend(functions::aggregates());
    }
    offers.extend(columns(&scope.columns));
    offers.extend(names::values(&scope.names));
    if place.tables {
        offers.extend(names::tables(asked, &scope));
    }
    offers.extend(functions::scalars());
    offers
}

/// The columns of rows, in their order.
fn columns(schema: &Schema) -> Vec<Suggestion> {
    let fields = schema.fields.iter();
    fields.map(|field| named(&field.name, SuggestionKind::Column, field.data_type.name())).collect()
}

/// A name as a query writes it.
fn named(name: &str, kind: SuggestionKind, detail: impl Into<String>) -> Suggestion {
    Suggestion { name: name.to_owned(), text: written(name), kind, detail: detail.into() }
}

/// A name with the brackets and quotes that it needs.
fn written(name: &str) -> String {
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_free = matches!(name_use(name), None | Some(NameUse::Anywhere | NameUse::Referred));
    if is_plain && is_free {
        return name.to_owned();
    }
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn join_keys(asked: &Asked<'_>, right: super::segment::Unit) -> Vec<Suggestion> {
    let left = asked.scope().columns;
    let right = scope::of_right_side(asked.cursor, asked.nesting, right, asked.surroundings).columns;
    let is_common = |name: &str| right.index_of(name).is_some();
    let common: Schema = left.fields.iter().filter(|field| is_common(&field.name)).cloned().collect();
    let mut offers = columns(&common);
    for (name, side) in [("$left", "left"), ("$right", "right")] {
        offers.push(Suggestion {
            name: name.to_owned(),
            text: format!("{name}."),
            kind: SuggestionKind::Word,
            detail: format!("a column of the {side} side"),
        });
    }
    offers
}

fn members(asked: &Asked<'_>, path: &[String]) -> Vec<Suggestion> {
    let Some((first, rest)) = path.split_first() else { return Vec::new() };
    if first == "$right" {
        let segment = Segment::new(asked.cursor, asked.nesting);
        let Some(right) = segment.body().first() else { return Vec::new() };
        return columns(
            &scope::of_right_side(asked.cursor, asked.nesting, *right, asked.surroundings).columns,
        );
    }
    let scope = asked.scope();
    if first == "$left" {
        return columns(&scope.columns);
    }
    let row = scope.names.iter().find(|known| known.name == *first).map(|known| &known.meaning);
    if let Some(NameInScope::Row(schema)) = row.filter(|_| rest.is_empty()) {
        return columns(&Arc::clone(schema));
    }
    texts::members(asked, &scope, path)
}
