//! Bounds how deep a query may nest, before a tree is built.

use crate::lexer::{Sign, Token, TokenKind};
use crate::{Code, Diagnostic};

/// How many brackets may be open at once. Reading recurses for each.
const MAX_BRACKETS: usize = 100;

/// The diagnostic for a text that nests deeper than it may.
pub(super) fn too_deep(tokens: &[Token]) -> Option<Diagnostic> {
    let mut open = 0_usize;
    for token in tokens {
        match token.kind {
            TokenKind::Sign(Sign::OpenParenthesis | Sign::OpenBracket | Sign::OpenBrace) => open += 1,
            TokenKind::Sign(Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace) => {
                open = open.saturating_sub(1);
            }
            _ => {}
        }
        if open > MAX_BRACKETS {
            let message = format!("more than {MAX_BRACKETS} brackets are open here");
            return Some(Diagnostic::error(Code::Syntax, message, token.span));
        }
    }
    None
}
