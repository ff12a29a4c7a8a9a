//! `kind = leftouter`, `hint.strategy = shuffle`, `isfuzzy = true`: what qualifies an operator.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many0;

use super::calls::path;
use super::input::Input;
use super::literals::literal;
use super::names::{declared_name, name, plain_word};
use super::reject::{Parse, Reject, fail_expecting, no_match, required};
use super::terminals::{ends_list, required_sign, sign, spelled_length};
use crate::ast::{Expr, Name, Parameter};
use crate::lexer::{Sign, TokenKind};

/// The parameters that any operator reads, whether it heeds them or not.
const COMMON: &[&str] = &[
    "kind",
    "bagexpansion",
    "bin_legacy",
    "decodeblocks",
    "expandoutput",
    "isfuzzy",
    "cycles",
    "with_match_id",
    "with_itemindex",
    "withsource",
    "with_source",
    "with_step_name",
    "force_remote",
    "__crossCluster",
    "__crossDB",
    "__id",
    "__isFuzzy",
    "__noWithSource",
    "__packedColumn",
    "__sourceColumnIndex",
    "hint.concurrency",
    "hint.distribution",
    "hint.materialized",
    "hint.num_partitions",
    "hint.progressive_top",
    "hint.remote",
    "hint.shufflekey",
    "hint.spread",
    "hint.strategy",
];

/// The hints that are no keywords, but a name of several tokens.
const SPELLED_HINTS: &[&str] = &["hint.pass_filters", "hint.pass_filters_column"];

/// Which parameters an operator takes.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// Those that the operator has besides the common ones.
    pub own: &'static [&'static str],
    /// Whether a word is a parameter only if `=` follows it.
    pub equals_required: bool,
    /// Keywords that are values of the parameters although they are no names.
    pub value_words: &'static [&'static str],
}

/// The common parameters, each with its `=`.
pub(crate) const COMMON_ONLY: Known = Known { own: &[], equals_required: true, value_words: &[] };

/// Parameters in a row, without commas; there may be none.
pub(crate) fn parameters<'a>(
    known: Known,
) -> impl Parser<Input<'a>, Output = Vec<Parameter>, Error = Reject> {
    many0(move |input| parameter(input, known))
}

pub(crate) fn parameter<'a>(input: Input<'a>, known: Known) -> Parse<'a, Parameter> {
    let Some(length) = parameter_length(input, 0, known) else { return no_match() };
    let rest = input.skip(length);
    let span = input.span_up_to(&rest);
    let name = Name { text: input.text(span).to_owned(), span };
    let (rest, _) = required_sign(Sign::Equal)(rest)?;
    let value = alt((|rest| value_of(rest, &name.text), |rest| value_word(rest, known.value_words)));
    let (rest, value) = required(value, "a value").parse(rest)?;
    Ok((rest, Parameter { name, value, span: input.span_up_to(&rest) }))
}

/// How many tokens the parameter's name takes that begins after `offset` others, if one does.
pub(crate) fn parameter_length(input: Input<'_>, offset: usize, known: Known) -> Option<usize> {
    let is_word = matches!(input.kind_at(offset), Some(TokenKind::Identifier | TokenKind::Keyword));
    let word = input.text_at(offset);
    let length = if is_word && (COMMON.contains(&word) || known.own.contains(&word)) {
        1
    } else {
        SPELLED_HINTS.iter().find_map(|hint| spelled_length(input, offset, hint))?
    };
    (!known.equals_required || input.is_sign(offset + length, Sign::Equal)).then_some(length)
}

/// The parameter of this name only, with its `=`.
pub(crate) fn parameter_named<'a>(wanted: &'static str) -> impl FnMut(Input<'a>) -> Parse<'a, Parameter> {
    move |input| {
        let Some(length) = spelled_length(input, 0, wanted) else { return no_match() };
        if !input.is_sign(length, Sign::Equal) {
            return no_match();
        }
        let span = input.span_up_to(&input.skip(length));
        let name = Name { text: wanted.to_owned(), span };
        let (rest, value) =
            required(|rest| value_of(rest, wanted), "a value").parse(input.skip(length + 1))?;
        Ok((rest, Parameter { name, value, span: input.span_up_to(&rest) }))
    }
}

fn value_of<'a>(input: Input<'a>, parameter: &str) -> Parse<'a, Expr> {
    match parameter {
        "title" | "xtitle" | "ytitle" => path(input),
        "withsource"
        | "with_source"
        | "with_match_id"
        | "with_itemindex"
        | "with_step_name"
        | "with_component_id"
        | "with_node_id"
        | "with_source_id"
        | "with_target_id"
        | "hint.shufflekey"
        | "hint.pass_filters_column"
        | "__packedColumn"
        | "xcolumn" => alt((map(name, Expr::from), any_value)).parse(input),
        _ => any_value(input),
    }
}

/// A literal, or a bare word.
pub(crate) fn any_value(input: Input<'_>) -> Parse<'_, Expr> {
    alt((literal, map(plain_word, Expr::from), map(name, Expr::from))).parse(input)
}

fn value_word<'a>(input: Input<'a>, words: &[&str]) -> Parse<'a, Expr> {
    let text = input.text_at(0);
    if !words.contains(&text) {
        return no_match();
    }
    Ok((input.skip(1), Expr::from(Name { text: text.to_owned(), span: input.next_span() })))
}

/// Parameters separated by commas, of the given names alone. A list of columns as value, `ycolumns = a, b`,
/// becomes one parameter for each.
pub(crate) fn property_list<'a>(
    names: &'static [&'static str],
    lists: &'static [&'static str],
) -> impl FnMut(Input<'a>) -> Parse<'a, Vec<Parameter>> {
    move |input| {
        let mut properties = Vec::new();
        let mut rest = input;
        while !ends_list(rest) {
            let word = rest.text_at(0);
            let (after, mut found) = if lists.contains(&word) {
                listed_columns(rest, names)?
            } else if names.contains(&word) {
                let known = Known { own: names, equals_required: false, ..COMMON_ONLY };
                let (after, one) = parameter(rest, known)?;
                (after, vec![one])
            } else {
                return fail_expecting(rest, "a property");
            };
            properties.append(&mut found);
            rest = after;
            match sign(Sign::Comma)(rest) {
                Ok((after, _)) if ends_list(after) => return fail_expecting(after, "a property"),
                Ok((after, _)) => rest = after,
                Err(_) => break,
            }
        }
        Ok((rest, properties))
    }
}

/// `ycolumns = a, b`, up to the comma before the next property.
fn listed_columns<'a>(input: Input<'a>, names: &[&str]) -> Parse<'a, Vec<Parameter>> {
    let (rest, _) = opt(sign(Sign::Equal)).parse(input.skip(1))?;
    if !input.is_sign(1, Sign::Equal) {
        return fail_expecting(rest, "`=`");
    }
    let name = Name { text: input.text_at(0).to_owned(), span: input.next_span() };
    let (mut rest, first) = required(declared_name, "a column").parse(rest)?;
    let mut columns = vec![first];
    while rest.is_sign(0, Sign::Comma) {
        let after = rest.skip(1);
        if ends_list(after) || (names.contains(&after.text_at(0)) && after.is_sign(1, Sign::Equal)) {
            break;
        }
        let (after, column) = required(declared_name, "a column").parse(after)?;
        columns.push(column);
        rest = after;
    }
    let span = input.span_up_to(&rest);
    let parameter = |column: Name| Parameter { name: name.clone(), value: Expr::from(column), span };
    Ok((rest, columns.into_iter().map(parameter).collect()))
}
