//! Tokens -> syntax tree, with nom's combinators over tokens.
//!
//! A part of the grammar either does not apply ([`reject::Reject::NoMatch`]), or reads what it is for, or ends
//! with what is wrong. Which part applies is decided by looking ahead, as the official parser does, so that
//! no part is tried whose mistakes would have to be forgotten again.

mod brackets;
mod calls;
mod dynamic;
mod expressions;
mod inline_table;
mod input;
mod literals;
mod names;
mod nesting;
mod operator_signs;
mod operators;
mod parameters;
mod pipeline;
mod recovery;
mod reject;
mod schema;
mod statements;
mod suggestion;
mod tables;
mod terminals;

use crate::lexer::{LexicalError, Token, TokenKind, tokenize};
use crate::{Code, Diagnostic, Parsed, Span, ast};
use input::{Context, Input};
pub(crate) use operators::words as operator_words;

/// Reads a query text.
pub(crate) fn parse(text: &str) -> Parsed {
    let context = Context::new(text);
    let tokens = significant_tokens(text, &context);
    let query = match nesting::too_deep(&tokens, text) {
        Some(diagnostic) => {
            context.report(diagnostic);
            ast::Query { statements: Vec::new() }
        }
        None => statements::query(Input::new(&tokens, &context)),
    };
    Parsed { query, diagnostics: in_order(context.into_diagnostics()) }
}

/// The tokens that carry meaning. A string or literal without its end is reported and taken as one.
fn significant_tokens(text: &str, context: &Context<'_>) -> Vec<Token> {
    let mut tokens = tokenize(text);
    let first = tokens.iter().take_while(|token| is_trivia_or_directive(token)).count();
    tokens.drain(..first);
    tokens.retain(|token| token.kind != TokenKind::Comment);
    for token in &mut tokens {
        if let TokenKind::Invalid(error) = token.kind {
            context.report(lexical_diagnostic(error, token.span, text));
            token.kind = match error {
                LexicalError::UnterminatedString | LexicalError::UnknownEscape => TokenKind::String,
                LexicalError::UnterminatedLiteral(of) => TokenKind::Typed(of),
                LexicalError::UnexpectedCharacter => token.kind,
            };
        }
    }
    tokens
}

/// Directives may stand before the query only.
fn is_trivia_or_directive(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Comment | TokenKind::Directive)
}

fn lexical_diagnostic(error: LexicalError, span: Span, text: &str) -> Diagnostic {
    match error {
        LexicalError::UnexpectedCharacter => {
            let message = format!("unexpected character {}", reject::quoted(span.text(text)));
            let diagnostic = Diagnostic::error(Code::Syntax, message, span);
            match span.text(text) {
                "&" | "&&" => diagnostic.with_hint("write `and`"),
                "!" => diagnostic.with_hint("negate with `not(...)`"),
                "\u{2018}" | "\u{2019}" | "\u{201c}" | "\u{201d}" => {
                    diagnostic.with_hint("quote with ' or \"")
                }
                _ => diagnostic,
            }
        }
        LexicalError::UnterminatedString => {
            let quote =
                span.text(text).find(['"', '\'', '`', '~']).map_or(span.end, |at| span.start + at + 1);
            let message = "this string has no closing quote";
            Diagnostic::error(Code::Syntax, message, Span::new(span.start, quote))
        }
        LexicalError::UnknownEscape => {
            Diagnostic::error(Code::Syntax, "a backslash begins no known escape in this string", span)
                .with_hint("double the backslash, or put @ before the string")
        }
        LexicalError::UnterminatedLiteral(_) => {
            let open = span.text(text).find('(').map_or(span.end, |at| span.start + at);
            let message = "this `(` is not closed on its line";
            Diagnostic::error(Code::Syntax, message, Span::new(open, open + 1))
        }
    }
}

/// In the order of the text, and the same place not twice.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
    diagnostics.dedup_by_key(|diagnostic| diagnostic.span.start);
    diagnostics
}
