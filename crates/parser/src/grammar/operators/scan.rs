//! `scan`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many0;
use nom::sequence::preceded;

use super::Body;
use super::rows::sort_key;
use crate::ast::{Name, NamedExpr, OperatorKind, Scan, ScanStep};
use crate::grammar::brackets::in_parentheses;
use crate::grammar::expressions::{AN_EXPRESSION, required_scalar, scalar};
use crate::grammar::input::Input;
use crate::grammar::names::declared_name;
use crate::grammar::parameters::{COMMON_ONLY, Known, parameters};
use crate::grammar::reject::{Parse, required};
use crate::grammar::statements::function_parameter;
use crate::grammar::terminals::{
    ends_list, keyword, list_until, list0, list1, one_or_more, required_keyword, required_sign, sign, spelled,
};
use crate::lexer::Sign;

/// `scan [order by ..] [partition by ..] [declare (..)] with (steps)`
pub(super) fn scan(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { equals_required: false, ..COMMON_ONLY };
    let keys = one_or_more(list_until(sort_key, AN_EXPRESSION, ends_clause), AN_EXPRESSION);
    let order_by = opt(preceded((keyword("order"), required_keyword("by")), keys));
    let columns = one_or_more(list_until(scalar, AN_EXPRESSION, ends_clause), AN_EXPRESSION);
    let partition_by = opt(preceded((keyword("partition"), required_keyword("by")), columns));
    let declared = in_parentheses(list0(function_parameter, "a parameter"));
    let declare = opt(preceded(keyword("declare"), declared));
    let steps = preceded(required_keyword("with"), in_parentheses(many0(step)));
    let (rest, (parameters, order_by, partition_by, declare, steps)) =
        (parameters(known), order_by, partition_by, declare, steps).parse(input)?;
    let scan = Scan {
        order_by: order_by.unwrap_or_default(),
        partition_by: partition_by.unwrap_or_default(),
        declare: declare.unwrap_or_default(),
        steps,
    };
    Ok((rest, Body { kind: OperatorKind::Scan(Box::new(scan)), parameters }))
}

fn ends_clause(input: Input<'_>) -> bool {
    let words = ["partition", "order", "by", "declare", "with"];
    ends_list(input) || words.iter().any(|word| input.is_keyword(0, word))
}

/// `step name [optional] [output=all|last|none]: condition [=> a = expr, ...];`
fn step(input: Input<'_>) -> Parse<'_, ScanStep> {
    let assignments = opt(preceded(sign(Sign::Arrow), list1(assignment, "an assignment")));
    let (rest, (_, name, optional)) =
        (keyword("step"), required(declared_name, "a name"), opt(keyword("optional"))).parse(input)?;
    let (rest, (output, _, condition, assignments, _)) = (
        opt(output),
        required_sign(Sign::Colon),
        required_scalar,
        assignments,
        required_sign(Sign::Semicolon),
    )
        .parse(rest)?;
    let assignments = assignments.unwrap_or_default();
    let span = input.span_up_to(&rest);
    Ok((rest, ScanStep { name, optional: optional.is_some(), output, condition, assignments, span }))
}

/// `output = all`
fn output(input: Input<'_>) -> Parse<'_, Name> {
    let (rest, _) = (keyword("output"), required_sign(Sign::Equal)).parse(input)?;
    let choice = alt((spelled("all"), spelled("last"), spelled("none")));
    map(required(choice, "`all`, `last` or `none`"), |span| Name { text: input.text(span).to_owned(), span })
        .parse(rest)
}

fn assignment(input: Input<'_>) -> Parse<'_, NamedExpr> {
    let (rest, name) = declared_name(input)?;
    let (rest, value) = preceded(required_sign(Sign::Equal), required_scalar).parse(rest)?;
    Ok((rest, NamedExpr { names: vec![name], value, span: input.span_up_to(&rest) }))
}
