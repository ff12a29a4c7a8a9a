//! Tables written into the query: `datatable`, `externaldata`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

use super::brackets::{in_brackets, in_parentheses};
use super::expressions::AN_EXPRESSION;
use super::input::Input;
use super::literals::literal;
use super::names::declared_name;
use super::parameters::{COMMON_ONLY, Known, parameters};
use super::pipeline::expression;
use super::reject::{Parse, no_match, required};
use super::schema::row_schema;
use super::terminals::{keyword, list_with_trailing_comma, list0, required_sign, sign};
use crate::ast::{Expr, ExprKind, Parameter};
use crate::lexer::{Sign, TokenKind, TypedLiteral};

const NO_PARAMETERS: Known = Known { equals_required: false, ..COMMON_ONLY };

/// `datatable (a: string, ...) [ literals ]`
pub(crate) fn data_table(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, _) = (keyword("datatable"), parameters(NO_PARAMETERS)).parse(input)?;
    let cells = list_with_trailing_comma(literal, "a literal");
    let cells = in_brackets(preceded(opt(sign(Sign::Comma)), cells));
    let (rest, (columns, values)) = (row_schema, cells).parse(rest)?;
    Ok((rest, Expr { kind: ExprKind::DataTable { columns, values }, span: input.span_up_to(&rest) }))
}

/// `externaldata (a: string, ...) [ 'path', ... ] [with (format='csv', ...)]`
pub(crate) fn external_data(input: Input<'_>) -> Parse<'_, Expr> {
    let word = alt((keyword("externaldata"), keyword("external_data")));
    let (rest, _) = (word, parameters(NO_PARAMETERS)).parse(input)?;
    let paths = in_brackets(list_with_trailing_comma(expression, AN_EXPRESSION));
    let (rest, (columns, paths, properties)) =
        (row_schema, paths, opt(preceded(keyword("with"), properties))).parse(rest)?;
    let kind = ExprKind::ExternalData { columns, paths, properties: properties.unwrap_or_default() };
    Ok((rest, Expr { kind, span: input.span_up_to(&rest) }))
}

/// `(name = value, ...)`
pub(crate) fn properties(input: Input<'_>) -> Parse<'_, Vec<Parameter>> {
    in_parentheses(list0(property, "a property")).parse(input)
}

/// A literal of the types that properties have.
fn property_value(input: Input<'_>) -> Parse<'_, Expr> {
    match input.kind_at(0) {
        Some(
            TokenKind::String
            | TokenKind::Bool
            | TokenKind::Long
            | TokenKind::Real
            | TokenKind::RawGuid
            | TokenKind::Sign(Sign::OpenBrace)
            | TokenKind::Typed(
                TypedLiteral::Bool
                | TypedLiteral::Long
                | TypedLiteral::Real
                | TypedLiteral::Guid
                | TypedLiteral::DateTime,
            ),
        ) => literal(input),
        _ => no_match(),
    }
}

fn property(input: Input<'_>) -> Parse<'_, Parameter> {
    let (rest, name) = declared_name(input)?;
    let value = required(alt((property_value, map(declared_name, Expr::from))), "a value");
    let (rest, value) = preceded(required_sign(Sign::Equal), value).parse(rest)?;
    Ok((rest, Parameter { name, value, span: input.span_up_to(&rest) }))
}
