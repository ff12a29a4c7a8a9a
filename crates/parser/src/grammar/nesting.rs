//! Bounds how deep a query may nest, before a tree is built.

use crate::lexer::{Sign, Token, TokenKind};
use crate::{Code, Diagnostic};

/// How many brackets may be open at once. Reading recurses for each.
const MAX_BRACKETS: usize = 100;

/// How deep the tree may become. Every walk over it recurses, and each operator of `1 + 1 + 1` and each step
/// of `a.b.c` is a level, brackets or not.
const MAX_DEPTH: usize = 500;

/// The diagnostic for a text that nests deeper than it may.
pub(super) fn too_deep(tokens: &[Token], source: &str) -> Option<Diagnostic> {
    let mut brackets: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut depth_outside = 0;
    for token in tokens {
        let text = token.span.text(source);
        match token.kind {
            TokenKind::Sign(Sign::OpenParenthesis | Sign::OpenBracket | Sign::OpenBrace) => {
                // `a[0][1]` is a chain, too
                level.chain += usize::from(token.kind == TokenKind::Sign(Sign::OpenBracket));
                depth_outside += level.depth() + 1;
                brackets.push(std::mem::take(&mut level));
            }
            TokenKind::Sign(Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace) => {
                if let Some(outer) = brackets.pop() {
                    level = outer;
                    depth_outside -= level.depth() + 1;
                }
            }
            TokenKind::Sign(Sign::Bar | Sign::Semicolon) => level = Level::default(),
            TokenKind::Sign(Sign::Comma) => level.chain = 0,
            TokenKind::Sign(_) => level.chain += 1,
            // chains of `and` and `or` become balanced trees
            TokenKind::Keyword if matches!(text, "and" | "or") => level.chain = 0,
            TokenKind::Keyword if text == "facet" => level.operators += 1,
            _ => {}
        }
        let message = if brackets.len() > MAX_BRACKETS {
            format!("more than {MAX_BRACKETS} brackets are open here")
        } else if depth_outside + level.depth() > MAX_DEPTH {
            format!("more than {MAX_DEPTH} operators and brackets hold this place")
        } else {
            continue;
        };
        return Some(Diagnostic::error(Code::Syntax, message, token.span));
    }
    None
}

/// What makes a tree deep between two brackets.
#[derive(Default)]
struct Level {
    /// The signs since the last separator.
    chain: usize,
    /// The operators that hold another without a bracket: `facet by a with facet by b`.
    operators: usize,
}

impl Level {
    fn depth(&self) -> usize {
        self.chain + self.operators
    }
}
