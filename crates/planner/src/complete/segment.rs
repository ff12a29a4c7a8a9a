//! What stands between the last pipe and the cursor: an operator, its parameters, and the clause at the cursor.

use kql_parser::lexer::Sign;

use super::cursor::Cursor;
use super::frames::{Nesting, Role};
use crate::{OperatorHelp, ParameterHelp};

/// A part of a segment at its own level of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Token(usize),
    /// A bracket that is closed again, with what it holds.
    Bracket {
        open: usize,
        close: usize,
    },
}

impl Unit {
    /// Its first token.
    pub fn first(self) -> usize {
        match self {
            Unit::Token(index) | Unit::Bracket { open: index, .. } => index,
        }
    }

    /// Its last token.
    pub fn last(self) -> usize {
        match self {
            Unit::Token(index) | Unit::Bracket { close: index, .. } => index,
        }
    }
}

/// The last segment of the pipeline at the cursor, up to the cursor or the next bracket that is open there.
#[derive(Debug)]
pub(super) struct Segment<'t> {
    /// The operator, where the segment begins with one.
    pub operator: Option<&'static OperatorHelp>,
    /// What stands behind the operator's word; all of it where there is none.
    pub units: Vec<Unit>,
    /// How many of them are parameters (`kind=inner`), three units each.
    pub parameters: usize,
    /// The word of the clause at the end, if it is not the first.
    pub clause: Option<&'t str>,
    /// The clause words so far.
    pub words: Vec<&'t str>,
}

impl<'t> Segment<'t> {
    pub fn new(cursor: &Cursor<'t>, nesting: &Nesting) -> Self {
        let home = nesting.home();
        let end = nesting.frames.get(nesting.home + 1).and_then(|inner| inner.opener);
        let mut units = units(nesting, home.segment(), end.unwrap_or(cursor.tokens.len()));
        let first = units.first().copied().map(Unit::first);
        let begins_with_operator = |word: &str| {
            home.bar.is_some() || home.role == Role::Operators || begins_query(word, cursor, units.get(1))
        };
        let operator = first.map(|first| cursor.at(first)).filter(|word| begins_with_operator(word));
        let operator = operator.and_then(OperatorHelp::find);
        if operator.is_some() {
            units.remove(0);
        }
        let mut segment = Self { operator, units, parameters: 0, clause: None, words: Vec::new() };
        segment.parameters = segment.count_parameters(cursor);
        segment.find_clauses(cursor);
        segment
    }

    /// What stands behind the parameters.
    pub fn body(&self) -> &[Unit] {
        &self.units[self.parameters.min(self.units.len())..]
    }

    /// The last token, where one of this segment is there.
    pub fn last(&self) -> Option<usize> {
        self.units.last().map(|unit| unit.last())
    }

    /// The parameter whose value is expected at the end: `kind=`.
    pub fn open_parameter(&self, cursor: &Cursor<'_>) -> Option<&'static ParameterHelp> {
        let [.., name, equal] = self.units[..] else { return None };
        if !cursor.is_sign(equal.first(), Sign::Equal) || self.units.len() > self.parameters + 5 {
            return None;
        }
        let name = parameter_name(cursor, name.last());
        self.operator?.parameters.iter().find(|parameter| parameter.name == name)
    }

    fn count_parameters(&self, cursor: &Cursor<'_>) -> usize {
        let Some(operator) = self.operator else { return 0 };
        let mut count = 0;
        loop {
            let rest = &self.units[count..];
            let Some(equal) = rest.iter().take(4).position(|unit| cursor.is_sign(unit.first(), Sign::Equal))
            else {
                return count;
            };
            let name = equal.checked_sub(1).map(|name| parameter_name(cursor, rest[name].last()));
            let is_known =
                name.is_some_and(|name| operator.parameters.iter().any(|known| known.name == name));
            let is_hint = rest.first().is_some_and(|first| cursor.at(first.first()).starts_with("hint"));
            if !(is_known || is_hint) || rest.len() < equal + 2 {
                return count;
            }
            count += equal + 2;
        }
    }

    fn find_clauses(&mut self, cursor: &Cursor<'t>) {
        let Some(operator) = self.operator else { return };
        for unit in &self.units {
            let Unit::Token(index) = unit else { continue };
            let word = cursor.at(*index);
            let is_clause = |known: &&str| known.split([' ', '(']).next() == Some(word);
            if operator.words.iter().any(is_clause) {
                self.words.push(word);
                if !matches!(word, "asc" | "desc" | "nulls" | "granny-asc" | "granny-desc") {
                    self.clause = Some(word);
                }
            }
        }
    }
}

/// The tokens from `start` to `end` with closed brackets as one.
fn units(nesting: &Nesting, start: usize, end: usize) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut index = end;
    while index > start {
        index -= 1;
        match nesting.opener_of(index).filter(|open| *open >= start) {
            Some(open) => {
                units.push(Unit::Bracket { open, close: index });
                index = open;
            }
            None => units.push(Unit::Token(index)),
        }
    }
    units.reverse();
    units
}

/// A parameter's name that ends with that token: `kind`, `hint.strategy`.
fn parameter_name<'t>(cursor: &Cursor<'t>, last: usize) -> &'t str {
    let before = |back: usize| last.checked_sub(back).map_or("", |index| cursor.at(index));
    match before(1) == "." && before(2) == "hint" {
        true => &cursor.text[cursor.start(last - 2)..cursor.end(last)],
        false => cursor.at(last),
    }
}

/// Whether a query that begins with the word begins with an operator and not with a table of that name.
fn begins_query(word: &str, cursor: &Cursor<'_>, next: Option<&Unit>) -> bool {
    let is_name = next.is_some_and(|next| matches!(cursor.at(next.first()), "|" | "=" | "."));
    let help = OperatorHelp::find(word);
    help.is_some_and(|help| help.place != crate::OperatorPlace::Piped) && !is_name
}
