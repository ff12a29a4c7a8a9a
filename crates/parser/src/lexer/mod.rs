//! Text -> tokens. Never fails: what is no part of the language becomes an [`TokenKind::Invalid`] token.

mod keywords;
mod numbers;
mod strings;
mod token;
mod words;

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while};
use nom::combinator::{recognize, value};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::Span;

pub use keywords::{NameUse, keywords, name_use};
pub use numbers::is_timespan_unit;
pub use strings::decode as decode_string;
pub use token::{LexicalError, Sign, Token, TokenKind, TypedLiteral};

/// What a scanner gives: the rest of the text, and what it found.
type Scan<'a, T> = IResult<&'a str, T>;

/// The tokens of the text in order, comments included, white space left out.
pub fn tokenize(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    let mut rest = text.trim_start_matches(is_white_space);
    while !rest.is_empty() {
        let (after, kind) = token(rest);
        tokens.push(Token { kind, span: Span::new(text.len() - rest.len(), text.len() - after.len()) });
        rest = after.trim_start_matches(is_white_space);
    }
    tokens
}

/// One token at the beginning of a text that is not empty.
fn token(text: &str) -> (&str, TokenKind) {
    let mut scanners =
        alt((comment, directive, strings::string, sign, words::keyword, words::name, numbers::number));
    scanners.parse(text).unwrap_or_else(|_| unexpected_character(text))
}

/// What begins nothing. The same character several times is one mistake: `&&`.
fn unexpected_character(text: &str) -> (&str, TokenKind) {
    let rest = text.chars().next().map_or("", |first| text.trim_start_matches(first));
    (rest, TokenKind::Invalid(LexicalError::UnexpectedCharacter))
}

fn comment(text: &str) -> Scan<'_, TokenKind> {
    value(TokenKind::Comment, recognize(preceded(tag("//"), take_till(is_line_break)))).parse(text)
}

fn directive(text: &str) -> Scan<'_, TokenKind> {
    value(TokenKind::Directive, recognize(preceded(tag("#"), take_till(is_line_break)))).parse(text)
}

fn sign(text: &str) -> Scan<'_, TokenKind> {
    // No sign begins as a word or a number does, which most tokens are.
    if text.starts_with(is_identifier_character) {
        return no_match(text);
    }
    let first = text.as_bytes().first();
    let begins = |sign: &&Sign| sign.as_str().as_bytes().first() == first && text.starts_with(sign.as_str());
    let found = Sign::LONGEST_FIRST.iter().find(begins);
    match found {
        Some(sign) => Ok((&text[sign.as_str().len()..], TokenKind::Sign(*sign))),
        None => no_match(text),
    }
}

fn digits(text: &str) -> Scan<'_, &str> {
    nom::character::complete::digit1(text)
}

fn identifier_characters(text: &str) -> Scan<'_, &str> {
    take_while(is_identifier_character).parse(text)
}

/// The answer of a scanner that does not find what it is for.
fn no_match<T>(text: &str) -> Scan<'_, T> {
    Err(nom::Err::Error(nom::error::make_error(text, nom::error::ErrorKind::Tag)))
}

fn is_identifier_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// Whether a name goes on in the text, so that what ends here is only a part of it.
fn continues_a_name(text: &str) -> bool {
    text.starts_with(is_identifier_character)
}

fn is_line_break(character: char) -> bool {
    matches!(character, '\r' | '\n' | '\u{2028}' | '\u{2029}')
}

/// The characters that separate tokens, the byte order mark among them.
fn is_white_space(character: char) -> bool {
    matches!(
        character,
        '\t' | ' ' | '\r' | '\n' | '\u{c}' | '\u{a0}' | '\u{1680}' | '\u{180e}' | '\u{2000}'
            ..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests;
