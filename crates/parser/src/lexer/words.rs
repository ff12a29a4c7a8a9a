//! Keywords, names, and the literals that begin with a word.

use nom::Parser;
use nom::bytes::complete::take_while_m_n;
use nom::character::complete::char;
use nom::combinator::recognize;

use super::keywords::{compound_prefix, name_use};
use super::{
    LexicalError, Scan, TokenKind, TypedLiteral, continues_a_name, digits, identifier_characters,
    is_line_break, no_match,
};

/// A keyword, or a literal that begins with one: `datetime(2024-01-01)`.
///
/// The longest keyword decides: `top-nestedx` is not `top-nested`, and not `top` either.
pub(super) fn keyword(text: &str) -> Scan<'_, TokenKind> {
    let (_, word) = identifier_characters(text)?;
    let word = match compound_prefix(text) {
        Some(compound) if compound.len() > word.len() => compound,
        _ => word,
    };
    if name_use(word).is_none() {
        return no_match(text);
    }
    let rest = &text[word.len()..];
    match typed_literal(word) {
        Some(of) if rest.starts_with('(') => Ok(literal_text(rest, of)),
        _ if !continues_a_name(rest) => Ok((rest, TokenKind::Keyword)),
        _ => no_match(text),
    }
}

/// The type whose literal the word opens when `(` follows at once.
fn typed_literal(word: &str) -> Option<TypedLiteral> {
    Some(match word {
        "bool" => TypedLiteral::Bool,
        "int" | "int32" => TypedLiteral::Int,
        "long" | "int64" => TypedLiteral::Long,
        "real" | "double" => TypedLiteral::Real,
        "decimal" => TypedLiteral::Decimal,
        "datetime" | "date" => TypedLiteral::DateTime,
        "timespan" | "time" => TypedLiteral::Timespan,
        "guid" => TypedLiteral::Guid,
        _ => return None,
    })
}

/// `(...)` up to the first closing parenthesis, which must stand on the same line.
fn literal_text(text: &str, of: TypedLiteral) -> (&str, TokenKind) {
    let end = text.find(|character| character == ')' || is_line_break(character)).unwrap_or(text.len());
    match text[end..].strip_prefix(')') {
        Some(rest) => (rest, TokenKind::Typed(of)),
        None => (&text[end..], TokenKind::Invalid(LexicalError::UnterminatedLiteral(of))),
    }
}

/// A name, a bare guid, or `true` and `false`.
pub(super) fn name(text: &str) -> Scan<'_, TokenKind> {
    if !text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == '$') {
        return no_match(text);
    }
    if let Ok((rest, _)) = raw_guid(text) {
        return Ok((rest, TokenKind::RawGuid));
    }
    let end = text[1..].find(|c| !super::is_identifier_character(c)).map_or(text.len(), |end| end + 1);
    let kind = match &text[..end] {
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => TokenKind::Bool,
        _ => TokenKind::Identifier,
    };
    Ok((&text[end..], kind))
}

/// A name that begins with digits: `1st`, `4xxErrors`.
pub(super) fn name_after_digits(text: &str) -> Scan<'_, TokenKind> {
    let (rest, _) = digits(text)?;
    if !continues_a_name(rest) {
        return no_match(text);
    }
    let (rest, _) = identifier_characters(rest)?;
    Ok((rest, TokenKind::Identifier))
}

/// `74be27de-1e4e-49d9-b579-fe0b331d3642`
pub(super) fn raw_guid(text: &str) -> Scan<'_, &str> {
    fn hex<'a>(count: usize) -> impl Parser<&'a str, Output = &'a str, Error = nom::error::Error<&'a str>> {
        take_while_m_n(count, count, |c: char| c.is_ascii_hexdigit())
    }
    recognize((hex(8), char('-'), hex(4), char('-'), hex(4), char('-'), hex(4), char('-'), hex(12)))
        .parse(text)
}
