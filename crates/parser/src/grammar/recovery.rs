//! Where reading goes on after a mistake, so that one query can show several.

use super::input::Input;
use super::terminals::ends_list;
use crate::Diagnostic;
use crate::lexer::{Sign, TokenKind};

/// Reports what is wrong with an operator and skips to the pipe, semicolon or closing bracket behind it.
pub(crate) fn skip_operator<'a>(input: Input<'a>, diagnostic: Diagnostic) -> Input<'a> {
    input.context().report(diagnostic);
    skip_to(input, &[Sign::Bar, Sign::Semicolon])
}

/// Whether an operator may end before the next token: a pipe, the end of what holds the pipeline, or the comma
/// of an argument list.
pub(crate) fn ends_operator(input: Input<'_>) -> bool {
    ends_list(input) || input.is_sign(0, Sign::Comma)
}

/// Reports what is wrong with a statement and skips to the semicolon behind it.
pub(crate) fn skip_statement<'a>(input: Input<'a>, diagnostic: Diagnostic) -> Input<'a> {
    input.context().report(diagnostic);
    skip_to(input, &[Sign::Semicolon])
}

/// Skips to one of the signs outside all brackets that open here, or to the bracket that closes what holds
/// this place.
fn skip_to<'a>(input: Input<'a>, signs: &[Sign]) -> Input<'a> {
    let mut depth = 0_usize;
    let tokens = nom::Input::iter_elements(&input);
    let skipped = tokens.take_while(|token| {
        let TokenKind::Sign(sign) = token.kind else { return true };
        match sign {
            Sign::OpenParenthesis | Sign::OpenBracket | Sign::OpenBrace => depth += 1,
            Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            _ if depth == 0 && signs.contains(&sign) => return false,
            _ => {}
        }
        true
    });
    input.skip(skipped.count())
}
