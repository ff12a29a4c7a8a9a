//! Hints: what was probably meant.

use super::input::Input;
use super::operators;
use crate::lexer::{Sign, TokenKind};
use crate::nearest::nearest;

/// A hint about the token that stands where something else was expected.
pub(crate) fn for_unexpected(input: Input<'_>, _what: &str) -> Option<String> {
    let word = input.text_at(0);
    let hint = match word {
        "=" => "compare with `==`; `=` gives a name".to_owned(),
        "&" | "&&" => "write `and`".to_owned(),
        "||" => "write `or`".to_owned(),
        "!" => "negate with `not(...)`".to_owned(),
        "not" if input.is_keyword(1, "in") => "write `!in`".to_owned(),
        "notin" => "write `!in`".to_owned(),
        "not" => "write `not(...)`".to_owned(),
        "/" if input.is_sign(1, Sign::Star) => "a comment begins with `//`".to_owned(),
        _ => return lower_case(input, word),
    };
    Some(hint)
}

/// Keywords are written in lower case.
fn lower_case(input: Input<'_>, word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let is_shouted = input.kind_at(0) == Some(TokenKind::Identifier) && lower != word;
    (is_shouted && crate::lexer::name_use(&lower).is_some()).then(|| format!("write `{lower}`"))
}

/// The operator that the word is a misspelling of.
pub(crate) fn for_operator(word: &str) -> Option<String> {
    nearest(word, operators::words()).map(|known| format!("did you mean `{known}`?"))
}
