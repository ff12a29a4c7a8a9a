//! `let` statements whose name nothing reads.

use kql_parser::ast::{Name, Statement, StatementKind};
use kql_parser::{TokenKind, tokenize};

use super::{Finding, Subject};

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let text = &subject.rule.query;
    let words: Vec<(usize, &str)> = tokenize(text)
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Identifier | TokenKind::Keyword | TokenKind::String))
        .map(|token| (token.span.start, word(token.span.text(text))))
        .collect();
    // A text that only declares functions is there to be read by others.
    let has_result = |one: &Statement| matches!(one.kind, StatementKind::Expression(_));
    if !subject.query.statements.iter().any(has_result) {
        return Vec::new();
    }
    let is_read = |name: &Name| words.iter().any(|(at, word)| *at > name.span.end && *word == name.text);
    let unused = subject.query.statements.iter().filter_map(declared).filter(|name| !is_read(name));
    unused
        .map(|name| {
            Finding::in_query("KQL102", format!("'{}' is declared and never used", name.text), name.span)
        })
        .collect()
}

/// A name, also one in brackets: `['a b']`.
fn word(token: &str) -> &str {
    token.trim_matches(['\'', '"'])
}

/// The name that a statement declares. Views are also read by `union *`.
fn declared(statement: &Statement) -> Option<&Name> {
    match &statement.kind {
        StatementKind::Let { name, .. } => Some(name),
        StatementKind::Function(function) if !function.view => Some(&function.name),
        _ => None,
    }
}
