//! `dynamic(...)`: JSON, with KQL's own literals as values.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, value};
use nom::sequence::preceded;

use super::brackets::{in_braces, in_brackets, in_parentheses};
use super::input::Input;
use super::literals::{plain, raw_guid, single_string, string};
use super::names::braced_name;
use super::reject::{Parse, fail, fail_at, no_match, required};
use super::terminals::{keyword, list0, required_sign, sign};
use crate::ast::{DynamicLiteral, Literal};
use crate::lexer::{Sign, TokenKind, TypedLiteral};
use crate::{Code, Diagnostic};

const A_VALUE: &str = "a value";

/// `dynamic(value)`
pub(crate) fn dynamic(input: Input<'_>) -> Parse<'_, Literal> {
    if !input.is_keyword(0, "dynamic") || !input.is_sign(1, Sign::OpenParenthesis) {
        return no_match();
    }
    let content = in_parentheses(required(json, A_VALUE));
    map(preceded(keyword("dynamic"), content), Literal::Dynamic).parse(input)
}

fn json(input: Input<'_>) -> Parse<'_, DynamicLiteral> {
    alt((
        value(DynamicLiteral::Null, keyword("null")),
        array,
        client_parameter,
        bag,
        negative_number,
        map(dynamic, |literal| match literal {
            Literal::Dynamic(inner) => inner,
            other => DynamicLiteral::Scalar(Box::new(other)),
        }),
        map(scalar, |literal| DynamicLiteral::Scalar(Box::new(literal))),
    ))
    .parse(input)
}

fn array(input: Input<'_>) -> Parse<'_, DynamicLiteral> {
    if !input.is_sign(0, Sign::OpenBracket) {
        return no_match();
    }
    let elements = list0(json, A_VALUE);
    map(in_brackets(elements), DynamicLiteral::Array).parse(input)
}

fn bag(input: Input<'_>) -> Parse<'_, DynamicLiteral> {
    if !input.is_sign(0, Sign::OpenBrace) {
        return no_match();
    }
    let members = list0(member, "a key and a value");
    map(in_braces(members), DynamicLiteral::Bag).parse(input)
}

fn member(input: Input<'_>) -> Parse<'_, (String, DynamicLiteral)> {
    if let (Some(TokenKind::Identifier | TokenKind::Keyword), true) =
        (input.kind_at(0), input.is_sign(1, Sign::Colon))
    {
        let message = "the key of a property bag must be a string";
        let hint = format!("write \"{}\"", input.text_at(0));
        return fail(Diagnostic::error(Code::Syntax, message, input.next_span()).with_hint(hint));
    }
    let value = preceded(required_sign(Sign::Colon), required(json, A_VALUE));
    (single_string, value).parse(input)
}

/// `{name}`, which the client that sends the query replaces by a value. No client does so here.
fn client_parameter(input: Input<'_>) -> Parse<'_, DynamicLiteral> {
    let (rest, name) = braced_name(input)?;
    let message = format!("`{{{}}}` is for a client to fill in and has no value here", name.text);
    input.context().report(Diagnostic::error(Code::Semantic, message, name.span));
    Ok((rest, DynamicLiteral::Null))
}

/// `-5`, where a blank may stand after the sign.
fn negative_number(input: Input<'_>) -> Parse<'_, DynamicLiteral> {
    let number = alt((number, |rest: Input<'_>| fail_at(rest.next_span(), "expected a number after `-`")));
    let negated = map(preceded(sign(Sign::Minus), number), |literal| match literal {
        Literal::Long(value) => Literal::Long(value.map(i64::wrapping_neg)),
        Literal::Real(value) => Literal::Real(value.map(|number| -number)),
        other => other,
    });
    map(negated, |literal| DynamicLiteral::Scalar(Box::new(literal))).parse(input)
}

fn number(input: Input<'_>) -> Parse<'_, Literal> {
    match input.kind_at(0) {
        Some(
            TokenKind::Long | TokenKind::Real | TokenKind::Typed(TypedLiteral::Long | TypedLiteral::Real),
        ) => plain(input),
        _ => no_match(),
    }
}

/// A scalar literal; `int(...)` is none here.
fn scalar(input: Input<'_>) -> Parse<'_, Literal> {
    match input.kind_at(0) {
        Some(TokenKind::Typed(TypedLiteral::Int)) => no_match(),
        _ => alt((string, plain, raw_guid)).parse(input),
    }
}
