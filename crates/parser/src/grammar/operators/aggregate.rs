//! `summarize` and `reduce`.

use nom::Parser;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

use super::Body;
use crate::ast::{Name, NamedExpr, OperatorKind};
use crate::grammar::expressions::{AN_EXPRESSION, named, required_scalar};
use crate::grammar::input::Input;
use crate::grammar::parameters::{COMMON_ONLY, Known, parameter, parameters};
use crate::grammar::reject::{Parse, no_match, required};
use crate::grammar::terminals::{ends_list, keyword, list_until, list0, one_or_more, required_keyword};
use crate::lexer::{Sign, TokenKind};

/// `summarize aggregates [by keys]`; the older syntax may end with `bin = size`.
pub(super) fn summarize(input: Input<'_>) -> Parse<'_, Body> {
    let aggregates = list_until(named, AN_EXPRESSION, |rest| ends_list(rest) || rest.is_keyword(0, "by"));
    let by = map(opt(preceded(keyword("by"), group_keys)), Option::unwrap_or_default);
    map((parameters(COMMON_ONLY), aggregates, by), |(parameters, aggregates, by)| Body {
        kind: OperatorKind::Summarize { aggregates, by },
        parameters,
    })
    .parse(input)
}

fn group_keys(input: Input<'_>) -> Parse<'_, Vec<NamedExpr>> {
    let keys = list_until(named, AN_EXPRESSION, |rest| ends_list(rest) || begins_bin_clause(rest));
    let (rest, mut keys) = one_or_more(keys, AN_EXPRESSION).parse(input)?;
    let (rest, bin) = opt(bin_clause).parse(rest)?;
    keys.extend(bin);
    Ok((rest, keys))
}

fn begins_bin_clause(input: Input<'_>) -> bool {
    input.is_keyword(0, "bin")
        && input.is_sign(1, Sign::Equal)
        && matches!(
            input.kind_at(2),
            Some(
                TokenKind::Long
                    | TokenKind::Real
                    | TokenKind::Timespan
                    | TokenKind::Typed(_)
                    | TokenKind::Bool
                    | TokenKind::String
                    | TokenKind::RawGuid
            )
        )
}

/// `bin = size` behind the keys.
fn bin_clause(input: Input<'_>) -> Parse<'_, NamedExpr> {
    if !input.is_keyword(0, "bin") || !input.is_sign(1, Sign::Equal) {
        return no_match();
    }
    let name = Name { text: "bin".to_owned(), span: input.next_span() };
    let (rest, value) = required_scalar(input.skip(2))?;
    Ok((rest, NamedExpr { names: vec![name], value, span: input.span_up_to(&rest) }))
}

/// `reduce by expression [with threshold=.., characters=..]`
pub(super) fn reduce(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { own: &["threshold", "characters"], equals_required: false, ..COMMON_ONLY };
    let by = preceded(required_keyword("by"), required(named, AN_EXPRESSION));
    let properties = list0(|rest| parameter(rest, known), "a property");
    let with = opt(preceded(keyword("with"), properties));
    map((parameters(known), by, with), |(parameters, by, properties)| Body {
        kind: OperatorKind::Reduce { by: by.value, properties: properties.unwrap_or_default() },
        parameters,
    })
    .parse(input)
}
