//! `parse`, `parse-where`, `parse-kv`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many0;
use nom::sequence::preceded;

use super::Body;
use crate::ast::{OperatorKind, ParsePart};
use crate::grammar::brackets::in_parentheses;
use crate::grammar::expressions::required_scalar;
use crate::grammar::input::Input;
use crate::grammar::names::{declared_name, joined_strings};
use crate::grammar::parameters::{COMMON_ONLY, Known, parameters, property_list};
use crate::grammar::reject::{Parse, fail_expecting};
use crate::grammar::schema::{declared_type, row_schema};
use crate::grammar::terminals::{keyword, required_keyword, sign, spanned};
use crate::lexer::Sign;

/// `parse [kind=..] [flags=..] expression with pattern`
pub(super) fn parse(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { own: &["flags"], value_words: &["simple", "relaxed"], ..COMMON_ONLY };
    let pattern = preceded(required_keyword("with"), many0(part));
    map((parameters(known), required_scalar, pattern), |(parameters, value, pattern)| Body {
        kind: OperatorKind::Parse { value, pattern },
        parameters,
    })
    .parse(input)
}

/// `*`, a text, or `name[: type]`
fn part(input: Input<'_>) -> Parse<'_, ParsePart> {
    if input.is_sign(0, Sign::Colon) {
        return fail_expecting(input, "a name before `:`");
    }
    let capture = (declared_name, opt(preceded(sign(Sign::Colon), declared_type)));
    alt((
        map(sign(Sign::Star), ParsePart::Star),
        map(spanned(joined_strings), |(text, span)| ParsePart::Text(text, span)),
        map(capture, |(name, type_name)| ParsePart::Capture { name, type_name }),
    ))
    .parse(input)
}

const KV_PROPERTIES: &[&str] = &["pair_delimiter", "kv_delimiter", "regex", "quote", "escape", "greedy"];

/// `parse-kv expression as (a: t, ...) [with (...)]`
pub(super) fn parse_kv(input: Input<'_>) -> Parse<'_, Body> {
    let columns = preceded(required_keyword("as"), row_schema);
    let properties = opt(preceded(keyword("with"), in_parentheses(property_list(KV_PROPERTIES, &[]))));
    map((required_scalar, columns, properties), |(value, columns, properties)| {
        OperatorKind::ParseKv { value, columns, properties: properties.unwrap_or_default() }.into()
    })
    .parse(input)
}
