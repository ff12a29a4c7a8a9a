//! Names: bare, in brackets, in braces, with wildcards.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::map;
use nom::multi::many1;

use super::input::Input;
use super::reject::{Parse, fail, no_match};
use super::terminals::{sign, token_if};
use crate::ast::{Expr, ExprKind, Name};
use crate::lexer::{NameUse, Sign, Token, TokenKind, decode_string, name_use};
use crate::{Code, Diagnostic, Span};

/// A name where one is read or declared: an identifier, a keyword that may always be one, `['name']`, `{name}`.
pub(crate) fn name(input: Input<'_>) -> Parse<'_, Name> {
    alt((bracketed_name, braced_name, word_as_name(|use_| use_ == NameUse::Anywhere))).parse(input)
}

/// A name where one is given, where more keywords may be names: `extend where = 1`.
pub(crate) fn declared_name(input: Input<'_>) -> Parse<'_, Name> {
    let word = word_as_name(|use_| matches!(use_, NameUse::Anywhere | NameUse::Declared));
    alt((bracketed_name, braced_name, word)).parse(input)
}

/// A name where a column or table is read, where `kind` and `withsource` are names too.
pub(crate) fn referred_name(input: Input<'_>) -> Parse<'_, Name> {
    let word = word_as_name(|use_| matches!(use_, NameUse::Anywhere | NameUse::Referred));
    alt((bracketed_name, braced_name, word)).parse(input)
}

/// A bare word that is an identifier or a keyword that may always be a name.
pub(crate) fn plain_word(input: Input<'_>) -> Parse<'_, Name> {
    word_as_name(|use_| use_ == NameUse::Anywhere)(input)
}

fn word_as_name<'a>(allowed: fn(NameUse) -> bool) -> impl Fn(Input<'a>) -> Parse<'a, Name> {
    move |input| {
        let is_name = match input.kind_at(0) {
            Some(TokenKind::Identifier) => true,
            Some(TokenKind::Keyword) => name_use(input.text_at(0)).is_some_and(allowed),
            _ => false,
        };
        if is_name { Ok(any_word(input)) } else { no_match() }
    }
}

fn any_word(input: Input<'_>) -> (Input<'_>, Name) {
    (input.skip(1), Name { text: input.text_at(0).to_owned(), span: input.next_span() })
}

/// `['name']`
pub(crate) fn bracketed_name(input: Input<'_>) -> Parse<'_, Name> {
    let (rest, _) = sign(Sign::OpenBracket)(input)?;
    let (rest, text) = joined_strings(rest)?;
    let (rest, _) = sign(Sign::CloseBracket)(rest)?;
    Ok((rest, Name { text, span: input.span_up_to(&rest) }))
}

/// One string, or several that follow each other and count as one.
pub(crate) fn joined_strings(input: Input<'_>) -> Parse<'_, String> {
    let (rest, parts) = many1(token_if(|kind| kind == TokenKind::String)).parse(input)?;
    Ok((rest, parts.into_iter().map(|part| decode_string(input.text(part.span))).collect()))
}

/// `{name}` or `{name[1]}`, written without blanks: a parameter that a client fills in.
pub(crate) fn braced_name(input: Input<'_>) -> Parse<'_, Name> {
    let Some(length) = braced_length(input) else { return no_match() };
    let rest = input.skip(length);
    let span = input.span_up_to(&rest);
    let text = input.text(Span::new(span.start + 1, span.end - 1)).to_owned();
    Ok((rest, Name { text, span }))
}

fn braced_length(input: Input<'_>) -> Option<usize> {
    let is_word = matches!(input.kind_at(1), Some(TokenKind::Identifier | TokenKind::Keyword));
    if !input.is_sign(0, Sign::OpenBrace) || !is_word {
        return None;
    }
    let mut close = 2;
    if input.is_sign(2, Sign::OpenBracket) {
        let number = if input.is_sign(3, Sign::Minus) { 4 } else { 3 };
        if input.kind_at(number) != Some(TokenKind::Long) || !input.is_sign(number + 1, Sign::CloseBracket) {
            return None;
        }
        close = number + 2;
    }
    let is_closed = input.is_sign(close, Sign::CloseBrace);
    (is_closed && (1..=close).all(|offset| input.is_adjacent(offset))).then_some(close + 1)
}

/// A name with `*` in it: `Sec*`, `*_CL`, `a*b*`, written without blanks. `*` alone is one too.
pub(crate) fn wildcard(input: Input<'_>) -> Parse<'_, Expr> {
    let Some(length) = wildcard_length(input) else { return no_match() };
    let rest = input.skip(length);
    let span = input.span_up_to(&rest);
    let kind = match input.text(span) {
        "*" => ExprKind::Star,
        text => ExprKind::Wildcard(text.to_owned()),
    };
    Ok((rest, Expr { kind, span }))
}

fn wildcard_length(input: Input<'_>) -> Option<usize> {
    let is_star = |offset| input.is_sign(offset, Sign::Star);
    let mut length = match is_star(0) {
        true => 1,
        false if is_wildcard_word(input, 0) && is_star(1) && input.is_adjacent(1) => 2,
        false => return None,
    };
    let goes_on = |offset| {
        is_star(offset) || is_wildcard_word(input, offset) || input.kind_at(offset) == Some(TokenKind::Long)
    };
    while goes_on(length) && input.is_adjacent(length) {
        length += 1;
    }
    Some(length)
}

fn is_wildcard_word(input: Input<'_>, offset: usize) -> bool {
    match input.kind_at(offset) {
        Some(TokenKind::Identifier) => true,
        Some(TokenKind::Keyword) => name_use(input.text_at(offset))
            .is_some_and(|use_| matches!(use_, NameUse::Anywhere | NameUse::Declared)),
        _ => false,
    }
}

/// `[Sec*]`
pub(crate) fn bracketed_wildcard(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, _) = sign(Sign::OpenBracket)(input)?;
    let (rest, found) = wildcard(rest)?;
    let (rest, _) = super::terminals::required_sign(Sign::CloseBracket)(rest)?;
    Ok((rest, Expr { span: input.span_up_to(&rest), ..found }))
}

/// A name in brackets or braces or bare, as an expression.
pub(crate) fn name_expression(input: Input<'_>) -> Parse<'_, Expr> {
    map(name, Expr::from).parse(input)
}

/// `*`
pub(crate) fn star(input: Input<'_>) -> Parse<'_, Expr> {
    map(sign(Sign::Star), |span| Expr { kind: ExprKind::Star, span }).parse(input)
}

/// A column name, or a wildcard over them.
pub(crate) fn column_or_wildcard(input: Input<'_>) -> Parse<'_, Expr> {
    alt((wildcard, name_expression)).parse(input)
}

impl From<Name> for Expr {
    fn from(name: Name) -> Self {
        Expr { span: name.span, kind: ExprKind::Name(name) }
    }
}

/// How many tokens the name takes that begins after `offset` others, if one does.
pub(crate) fn name_length(input: Input<'_>, offset: usize) -> Option<usize> {
    length_of(name, input, offset)
}

/// As [`name_length`] for a name that is declared.
pub(crate) fn declared_name_length(input: Input<'_>, offset: usize) -> Option<usize> {
    length_of(declared_name, input, offset)
}

fn length_of<'a>(
    mut part: impl FnMut(Input<'a>) -> Parse<'a, Name>,
    input: Input<'a>,
    offset: usize,
) -> Option<usize> {
    let start = input.skip(offset);
    let (rest, _) = part(start).ok()?;
    Some(nom::Input::input_len(&start) - nom::Input::input_len(&rest))
}

/// Refuses a keyword where only a name makes sense, and says how to write it.
pub(crate) fn keyword_in_place_of_name<'a, T>(input: Input<'a>) -> Parse<'a, T> {
    match input.peek() {
        Some(Token { kind: TokenKind::Keyword, span }) if is_name_position(input) => {
            let word = input.text_at(0);
            let message = format!("`{word}` is a keyword and needs brackets to be a name here");
            fail(Diagnostic::error(Code::Syntax, message, span).with_hint(format!("write ['{word}']")))
        }
        _ => no_match(),
    }
}

/// Whether what follows the next token can only follow a name.
fn is_name_position(input: Input<'_>) -> bool {
    match input.kind_at(1) {
        Some(TokenKind::Keyword) => {
            matches!(input.text_at(1), "and" | "or" | "between" | "!between" | "in" | "in~" | "!in" | "!in~")
                || super::operator_signs::is_string_operator(input.skip(1))
        }
        Some(TokenKind::Sign(sign)) => !matches!(
            sign,
            Sign::OpenParenthesis
                | Sign::OpenBracket
                | Sign::OpenBrace
                | Sign::Minus
                | Sign::Plus
                | Sign::At
                | Sign::Semicolon
                | Sign::Equal
        ),
        _ => false,
    }
}
