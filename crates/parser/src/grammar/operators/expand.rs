//! `mv-expand` and `mv-apply`.

use nom::Parser;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

use super::Body;
use crate::ast::{Expr, ExprKind, MvExpandColumn, NamedExpr, OperatorKind};
use crate::grammar::brackets::in_parentheses;
use crate::grammar::expressions::{AN_EXPRESSION, named, required_scalar};
use crate::grammar::input::Input;
use crate::grammar::parameters::{COMMON_ONLY, parameters};
use crate::grammar::pipeline::required_subquery;
use crate::grammar::reject::{Parse, fail_expecting};
use crate::grammar::schema::to_type_of;
use crate::grammar::terminals::{ends_list, keyword, list_until, one_or_more, required_keyword};
use crate::lexer::Sign;

/// `mv-expand a [to typeof(t)], ... [limit n]`
pub(super) fn mv_expand(input: Input<'_>) -> Parse<'_, Body> {
    let ends = |rest: Input<'_>| ends_list(rest) || rest.is_keyword(0, "limit");
    let columns = one_or_more(list_until(column, AN_EXPRESSION, ends), AN_EXPRESSION);
    let parts = (parameters(COMMON_ONLY), columns, limit);
    map(parts, |(parameters, columns, limit)| Body {
        kind: OperatorKind::MvExpand { columns, limit },
        parameters,
    })
    .parse(input)
}

/// `mv-apply a [to typeof(t)], ... [limit n] [id guid] on (subquery)`
pub(super) fn mv_apply(input: Input<'_>) -> Parse<'_, Body> {
    let columns = one_or_more(list_until(column, AN_EXPRESSION, ends_applied), AN_EXPRESSION);
    let id = opt(preceded(keyword("id"), required_scalar));
    let subquery = preceded(required_keyword("on"), in_parentheses(required_subquery));
    let (rest, parameters) = parameters(COMMON_ONLY).parse(input)?;
    let (rest, columns) = match only_a_type(rest) {
        Some(result) => result?,
        None => { columns }.parse(rest)?,
    };
    let (rest, (limit, context_id, subquery)) = (limit, id, subquery).parse(rest)?;
    let kind = OperatorKind::MvApply { columns, limit, context_id, subquery: Box::new(subquery) };
    Ok((rest, Body { kind, parameters }))
}

/// A single `to typeof(...)` without an expression, which the official grammar lets pass.
fn only_a_type(input: Input<'_>) -> Option<Parse<'_, Vec<MvExpandColumn>>> {
    let span = input.next_span();
    let (rest, to_type) = to_type_of(input).ok()?;
    if rest.is_sign(0, Sign::Comma) {
        return None;
    }
    let value = NamedExpr { names: Vec::new(), value: Expr { kind: ExprKind::Star, span }, span };
    Some(Ok((rest, vec![MvExpandColumn { value, to_type: Some(to_type) }])))
}

/// `limit`, `id` and `on` end the columns unless what follows shows that they are one.
fn ends_applied(input: Input<'_>) -> bool {
    let is_clause = ["limit", "id", "on"].iter().any(|word| input.is_keyword(0, word));
    let is_column =
        input.is_sign(1, Sign::Comma) || input.is_sign(1, Sign::Equal) || input.is_keyword(1, "to");
    ends_list(input) || (is_clause && !is_column)
}

fn column(input: Input<'_>) -> Parse<'_, MvExpandColumn> {
    if input.is_keyword(0, "to") {
        return fail_expecting(input, AN_EXPRESSION);
    }
    map((named, opt(to_type_of)), |(value, to_type)| MvExpandColumn { value, to_type }).parse(input)
}

fn limit(input: Input<'_>) -> Parse<'_, Option<Expr>> {
    opt(preceded(keyword("limit"), required_scalar)).parse(input)
}
