//! Literal values.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::map;

use super::dynamic::dynamic;
use super::input::Input;
use super::names::{braced_name, joined_strings};
use super::reject::{Parse, fail_at, no_match};
use super::schema::type_of;
use super::terminals::{sign, token_if};
use crate::ast::{Expr, ExprKind, Literal};
use crate::lexer::{Sign, Token, TokenKind, TypedLiteral, decode_string};
use crate::{Code, Diagnostic, Span};

/// A literal wherever only a literal may stand, with a sign directly before a number.
pub(crate) fn literal(input: Input<'_>) -> Parse<'_, Expr> {
    alt((
        as_expression(string),
        as_expression(plain),
        as_expression(signed_number),
        as_expression(dynamic),
        type_of,
        map(braced_name, Expr::from),
        raw_guid,
    ))
    .parse(input)
}

fn as_expression<'a>(part: fn(Input<'a>) -> Parse<'a, Literal>) -> impl Fn(Input<'a>) -> Parse<'a, Expr> {
    move |input| {
        let (rest, literal) = part(input)?;
        Ok((rest, Expr { kind: ExprKind::Literal(literal), span: input.span_up_to(&rest) }))
    }
}

/// One string or several in a row.
pub(crate) fn string(input: Input<'_>) -> Parse<'_, Literal> {
    map(joined_strings, Literal::String).parse(input)
}

/// A string that no other string joins: the key of a property bag.
pub(crate) fn single_string(input: Input<'_>) -> Parse<'_, String> {
    map(token_if(|kind| kind == TokenKind::String), |token| decode_string(input.text(token.span)))
        .parse(input)
}

/// A literal that is one token, strings apart.
pub(crate) fn plain(input: Input<'_>) -> Parse<'_, Literal> {
    let Some(Token { kind, span }) = input.peek() else { return no_match() };
    let text = input.text(span);
    let literal = match kind {
        TokenKind::Bool => Literal::Bool(Some(text.eq_ignore_ascii_case("true"))),
        TokenKind::Long => long(input, text, span),
        TokenKind::Real => real(input, text, span),
        TokenKind::Timespan => Literal::Timespan(Some(text.to_owned())),
        TokenKind::Typed(of) => typed(input, of, text, span),
        _ => return no_match(),
    };
    Ok((input.skip(1), literal))
}

/// `-5`, `+1.5`, `-1d` without a blank after the sign.
fn signed_number(input: Input<'_>) -> Parse<'_, Literal> {
    let (rest, sign_span) = alt((sign(Sign::Minus), sign(Sign::Plus))).parse(input)?;
    let Some(Token { kind, span }) = rest.peek().filter(|_| rest.is_adjacent(0)) else { return no_match() };
    let span = sign_span.to(span);
    let text = input.text(span);
    let literal = match kind {
        TokenKind::Long => long(input, text, span),
        TokenKind::Real => real(input, text, span),
        TokenKind::Timespan => Literal::Timespan(Some(text.to_owned())),
        _ => return no_match(),
    };
    Ok((rest.skip(1), literal))
}

/// Refuses a guid that stands without `guid(...)`.
pub(crate) fn raw_guid<'a, T>(input: Input<'a>) -> Parse<'a, T> {
    let (_, token) = token_if(|kind| kind == TokenKind::RawGuid)(input)?;
    fail_at(token.span, format!("a guid is written guid({})", input.text(token.span)))
}

/// The literal whose token is a type's name with text in parentheses.
fn typed(input: Input<'_>, of: TypedLiteral, text: &str, span: Span) -> Literal {
    let inside = text.split_once('(').map_or("", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest)).trim();
    let value = (!inside.eq_ignore_ascii_case("null")).then_some(inside);
    let kept = || value.map(|text| unquoted(text).to_owned());
    match of {
        TypedLiteral::Bool => {
            Literal::Bool(value.and_then(|text| checked(input, boolean(text), text, "bool", span)))
        }
        TypedLiteral::Int => Literal::Int(value.and_then(|text| {
            checked(input, integer(text).and_then(|number| i32::try_from(number).ok()), text, "int", span)
        })),
        TypedLiteral::Long => value.map_or(Literal::Long(None), |text| long(input, text, span)),
        TypedLiteral::Real => value.map_or(Literal::Real(None), |text| real(input, text, span)),
        TypedLiteral::Decimal => Literal::Decimal(kept()),
        TypedLiteral::DateTime => Literal::DateTime(kept()),
        TypedLiteral::Timespan => Literal::Timespan(kept()),
        TypedLiteral::Guid => Literal::Guid(kept()),
    }
}

/// The text without the quotes around it.
fn unquoted(text: &str) -> &str {
    ['\'', '"'].into_iter().find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}

fn long(input: Input<'_>, text: &str, span: Span) -> Literal {
    Literal::Long(checked(input, integer(text), text, "long", span))
}

fn real(input: Input<'_>, text: &str, span: Span) -> Literal {
    Literal::Real(checked(input, real_number(text), text, "real", span))
}

/// Reports a text that gives no value of its type. That is no mistake of syntax.
fn checked<T>(input: Input<'_>, value: Option<T>, text: &str, type_name: &str, span: Span) -> Option<T> {
    if value.is_none() {
        let message = format!("`{text}` is no value of type {type_name}");
        input.context().report(Diagnostic::error(Code::Semantic, message, span));
    }
    value
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        number => integer(number).map(|number| number != 0),
    }
}

/// A decimal or hexadecimal number; the latter may use all 64 bits.
fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => {
            let bits = u64::from_str_radix(hex, 16).ok()?.cast_signed();
            Some(if negative { bits.wrapping_neg() } else { bits })
        }
        None => text.parse().ok(),
    }
}

fn real_number(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "nan" => Some(f64::NAN),
        "inf" | "+inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        number if number.ends_with(|last: char| last.is_ascii_digit() || last == '.') => number.parse().ok(),
        _ => None,
    }
}
