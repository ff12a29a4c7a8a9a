//! `inline_external_table`: a table in files, described by the query.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many1;
use nom::sequence::preceded;

use super::brackets::in_parentheses;
use super::expressions::{AN_EXPRESSION, scalar};
use super::input::Input;
use super::literals::single_string;
use super::names::{declared_name, declared_name_length, plain_word};
use super::reject::{Parse, fail_expecting, no_match, required};
use super::schema::row_schema;
use super::tables::properties;
use super::terminals::{
    keyword, list_with_trailing_comma, required_keyword, required_sign, sign, spelled, token_if,
};
use crate::ast::{Expr, ExprKind};
use crate::lexer::{Sign, TokenKind};

/// The types of the columns that files are partitioned by.
const PARTITION_TYPES: &[&str] = &["datetime", "long", "string"];

/// `inline_external_table [(a: string, ...)] kind=storage [partition by (...)] [pathformat=(...)]
/// [dataformat=csv] ('path', ...) [with (...)]`
pub(crate) fn inline_external_table(input: Input<'_>) -> Parse<'_, Expr> {
    let has_schema = starts_schema(input);
    if !input.is_keyword(0, "inline_external_table") || !(has_schema || input.is_keyword(1, "kind")) {
        return no_match();
    }
    let before_kind = if has_schema { row_schema(input.skip(1))?.0 } else { input.skip(1) };
    let (rest, is_delta) = is_delta_kind(before_kind)?;
    if !has_schema && !is_delta {
        return fail_expecting(before_kind, "the columns in parentheses");
    }
    let (rest, (_, _, format)) = (opt(partition), opt(path_format), opt(data_format)).parse(rest)?;
    if format.is_none() && !is_delta {
        return fail_expecting(rest, "`dataformat`");
    }
    let paths = in_parentheses(list_with_trailing_comma(scalar, AN_EXPRESSION));
    let (rest, _) = (paths, opt(preceded(keyword("with"), properties))).parse(rest)?;
    Ok((rest, Expr { kind: ExprKind::InlineExternalTable, span: input.span_up_to(&rest) }))
}

/// Whether a column with its type stands in parentheses behind the first word.
fn starts_schema(input: Input<'_>) -> bool {
    let first = if input.is_sign(2, Sign::Comma) { 3 } else { 2 };
    input.is_sign(1, Sign::OpenParenthesis)
        && declared_name_length(input, first).is_some_and(|length| input.is_sign(first + length, Sign::Colon))
}

/// `kind = storage` or `kind = delta`; whether it is the latter.
fn is_delta_kind(input: Input<'_>) -> Parse<'_, bool> {
    let value = required(alt((spelled("storage"), spelled("delta"))), "`storage` or `delta`");
    let kind = preceded((required_keyword("kind"), required_sign(Sign::Equal)), value);
    map(kind, |value| input.text(value) == "delta").parse(input)
}

/// `partition by (a: string, b: datetime = bin(c, 1d))`
fn partition(input: Input<'_>) -> Parse<'_, ()> {
    let columns = list_with_trailing_comma(partition_column, "a column with its type");
    let columns = in_parentheses(preceded(opt(sign(Sign::Comma)), columns));
    map((keyword("partition"), required_keyword("by"), columns), |_| ()).parse(input)
}

fn partition_column(input: Input<'_>) -> Parse<'_, ()> {
    let (rest, _) = (declared_name, required_sign(Sign::Colon)).parse(input)?;
    if !PARTITION_TYPES.contains(&rest.text_at(0)) {
        return fail_expecting(rest, "`datetime`, `long` or `string`");
    }
    map((opt(sign(Sign::Equal)), opt(scalar)), |_| ()).parse(rest.skip(1))
}

/// `pathformat = ('a/' Column '/' datetime_pattern('yyyy', Column))`
fn path_format(input: Input<'_>) -> Parse<'_, ()> {
    let part = map((alt((date_pattern, map(plain_word, |_| ()))), opt(single_string)), |_| ());
    let parts = required(many1(part), "a column or `datetime_pattern`");
    let parts = in_parentheses(map((opt(single_string), parts), |_| ()));
    map((keyword("pathformat"), required_sign(Sign::Equal), parts), |_| ()).parse(input)
}

fn date_pattern(input: Input<'_>) -> Parse<'_, ()> {
    let pattern = required(single_string, "a string");
    let column = required(plain_word, "a column");
    let arguments = in_parentheses(map((pattern, required_sign(Sign::Comma), column), |_| ()));
    preceded(keyword("datetime_pattern"), arguments).parse(input)
}

/// `dataformat = csv`
fn data_format(input: Input<'_>) -> Parse<'_, ()> {
    let value = required(token_if(|kind| kind == TokenKind::Identifier), "a format");
    map((keyword("dataformat"), required_sign(Sign::Equal), value), |_| ()).parse(input)
}
