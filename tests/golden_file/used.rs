//! What queries use, told from their tokens: what stands in a string or a comment is no use.

use std::collections::HashSet;

use kql_functions::registry;
use kql_parser::lexer::{NameUse, name_use};
use kql_parser::{TokenKind, tokenize};
use kql_planner::SPECIAL_FUNCTIONS;

/// What queries use.
#[derive(Debug, Default)]
pub struct Used {
    /// Names with an opening parenthesis behind them, and those that a query begins with: `_GetWatchlistAlias`.
    calls: HashSet<String>,
    /// Operators of expressions: signs, and keywords that name nothing.
    signs: HashSet<String>,
    /// Operators that stand at the beginning or behind a pipe.
    pub operators: HashSet<String>,
}

impl Used {
    /// Adds what that query uses.
    pub fn add(&mut self, query: &str) {
        let tokens = tokenize(query).into_iter().filter(|token| token.kind != TokenKind::Comment);
        let tokens: Vec<(TokenKind, &str)> =
            tokens.map(|token| (token.kind, token.span.text(query))).collect();
        for (index, &(kind, text)) in tokens.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| tokens[index]);
            let begins = before.is_none_or(|(_, text)| matches!(text, "|" | ";" | "(" | "{" | "="));
            let is_call = tokens.get(index + 1).is_some_and(|&(_, next)| next == "(");
            match kind {
                TokenKind::Sign(_) if text != "[" => self.signs.insert(text.to_owned()),
                TokenKind::Sign(_) if before.is_some_and(|(kind, _)| kind == TokenKind::Identifier) => {
                    self.signs.insert("[]".to_owned())
                }
                TokenKind::Identifier if is_call || begins => self.calls.insert(text.to_owned()),
                TokenKind::Keyword if is_call && is_a_function(text) => self.calls.insert(text.to_owned()),
                TokenKind::Keyword if begins => self.operators.insert(text.to_owned()),
                TokenKind::Keyword if name_use(text) != Some(NameUse::Anywhere) => {
                    self.signs.insert(text.to_owned())
                }
                _ => false,
            };
        }
    }

    /// Whether a query uses that function or operator of expressions.
    pub fn has_definition(&self, name: &str) -> bool {
        self.calls.contains(name) || self.signs.contains(name)
    }
}

/// Whether the word is a function, be it an operator as well: `count`, `range`.
fn is_a_function(word: &str) -> bool {
    registry::scalar(word).is_some()
        || registry::aggregate(word).is_some()
        || SPECIAL_FUNCTIONS.iter().any(|function| function.names.contains(&word))
}
