//! Operators that make rows, and small ones without a group: `print`, `range`, `evaluate`, `invoke`, `as`, ...

use nom::Parser;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

use super::Body;
use crate::ast::OperatorKind;
use crate::grammar::calls::{call_path, required_call};
use crate::grammar::expressions::{AN_EXPRESSION, named, required_scalar};
use crate::grammar::input::Input;
use crate::grammar::names::name;
use crate::grammar::parameters::{COMMON_ONLY, Known, parameter_named, parameters};
use crate::grammar::reject::{Parse, required};
use crate::grammar::schema::{evaluate_schema, row_schema};
use crate::grammar::terminals::{list1, required_keyword, sign};
use crate::lexer::Sign;

pub(super) fn print(input: Input<'_>) -> Parse<'_, Body> {
    map(list1(named, AN_EXPRESSION), |columns| OperatorKind::Print(columns).into()).parse(input)
}

/// `range name from a to b step c`
pub(super) fn range(input: Input<'_>) -> Parse<'_, Body> {
    let from = preceded(required_keyword("from"), required_scalar);
    let to = preceded(required_keyword("to"), required_scalar);
    let step = preceded(required_keyword("step"), required_scalar);
    map((required(name, "a name"), from, to, step), |(name, from, to, step)| {
        OperatorKind::Range { name, from, to, step }.into()
    })
    .parse(input)
}

/// `evaluate [hint..] plugin(arguments) [: (schema)]`
pub(super) fn evaluate(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { equals_required: false, ..COMMON_ONLY };
    let schema = opt(preceded(sign(Sign::Colon), evaluate_schema));
    map((parameters(known), required_call, schema), |(parameters, call, schema)| Body {
        kind: OperatorKind::Evaluate { call, schema },
        parameters,
    })
    .parse(input)
}

pub(super) fn invoke(input: Input<'_>) -> Parse<'_, Body> {
    map(required(call_path, "a function call"), |call| OperatorKind::Invoke(call).into()).parse(input)
}

pub(super) fn as_name(input: Input<'_>) -> Parse<'_, Body> {
    map((parameters(COMMON_ONLY), required(name, "a name")), |(parameters, name)| Body {
        kind: OperatorKind::As(name),
        parameters,
    })
    .parse(input)
}

pub(super) fn assert_schema(input: Input<'_>) -> Parse<'_, Body> {
    map(row_schema, |columns| OperatorKind::AssertSchema(columns).into()).parse(input)
}

pub(super) fn consume(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { equals_required: false, ..COMMON_ONLY };
    map(parameters(known), |parameters| Body { kind: OperatorKind::Consume, parameters }).parse(input)
}

pub(super) fn get_schema(input: Input<'_>) -> Parse<'_, Body> {
    map(opt(parameter_named("kind")), |kind| Body {
        kind: OperatorKind::GetSchema,
        parameters: kind.into_iter().collect(),
    })
    .parse(input)
}

pub(super) fn execute_and_cache(input: Input<'_>) -> Parse<'_, Body> {
    Ok((input, OperatorKind::ExecuteAndCache.into()))
}
