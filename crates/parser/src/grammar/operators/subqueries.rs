//! Operators with sub-queries: `fork`, `facet`, `partition`, `macro-expand`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many0;
use nom::sequence::{preceded, terminated};

use super::Body;
use crate::ast::{Expr, NamedExpr, OperatorKind};
use crate::grammar::brackets::{in_braces, in_parentheses};
use crate::grammar::calls::{call, entity_path, simple_path};
use crate::grammar::expressions::AN_EXPRESSION;
use crate::grammar::input::Input;
use crate::grammar::literals::literal;
use crate::grammar::names::{name, name_expression};
use crate::grammar::parameters::{COMMON_ONLY, Known, parameters};
use crate::grammar::pipeline::{expression, lone_operator, required_subquery, subquery_or_expression};
use crate::grammar::reject::{Parse, fail_expecting, no_match, required};
use crate::grammar::statements::{entity_group, inner_statements};
use crate::grammar::terminals::{ends_list, keyword, list_until, one_or_more, required_keyword, sign};
use crate::lexer::Sign;

/// `fork [name=] (subquery) ...`
pub(super) fn fork(input: Input<'_>) -> Parse<'_, Body> {
    let (rest, branches) = many0(branch).parse(input)?;
    if branches.is_empty() {
        return fail_expecting(rest, "a sub-query in parentheses");
    }
    Ok((rest, OperatorKind::Fork(branches).into()))
}

fn branch(input: Input<'_>) -> Parse<'_, NamedExpr> {
    let (rest, name) = opt(terminated(name, sign(Sign::Equal))).parse(input)?;
    if name.is_none() && !rest.is_sign(0, Sign::OpenParenthesis) {
        return no_match();
    }
    let (rest, value) = in_parentheses(subquery_or_expression).parse(rest)?;
    Ok((rest, NamedExpr { names: name.into_iter().collect(), value, span: input.span_up_to(&rest) }))
}

/// `facet by a, b [with (subquery)]`
pub(super) fn facet(input: Input<'_>) -> Parse<'_, Body> {
    let ends = |rest: Input<'_>| ends_list(rest) || rest.is_keyword(0, "with");
    let columns = one_or_more(list_until(simple_path, "a column", ends), "a column");
    let (rest, columns) = preceded(required_keyword("by"), columns).parse(input)?;
    let (rest, with) = opt(preceded(keyword("with"), facet_subquery)).parse(rest)?;
    Ok((rest, OperatorKind::Facet { columns, with: with.map(Box::new) }.into()))
}

fn facet_subquery(input: Input<'_>) -> Parse<'_, Expr> {
    if input.is_sign(0, Sign::OpenParenthesis) {
        return in_parentheses(required_subquery).parse(input);
    }
    required(lone_operator, "an operator, or a sub-query in parentheses").parse(input)
}

/// `partition [hint..] by column [in (scope)] (subquery)` or `... { query }`
pub(super) fn partition(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { equals_required: false, ..COMMON_ONLY };
    let by = preceded(required_keyword("by"), required(simple_path, "a column"));
    let scope = opt(preceded(keyword("in"), required(alt((call, literal)), "a call or a literal")));
    let (rest, (parameters, by, scope, subquery)) =
        (parameters(known), by, scope, partition_subquery).parse(input)?;
    let kind = OperatorKind::Partition { by, scope, subquery: Box::new(subquery) };
    Ok((rest, Body { kind, parameters }))
}

fn partition_subquery(input: Input<'_>) -> Parse<'_, Expr> {
    if input.is_sign(0, Sign::OpenBrace) {
        let query = required(expression, AN_EXPRESSION);
        return in_braces(query).parse(input);
    }
    in_parentheses(required_subquery).parse(input)
}

/// `macro-expand [kind=..] group [as scope] (statements)`
pub(super) fn macro_expand(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { own: &["best_effort"], ..COMMON_ONLY };
    let group = required(alt((entity_group, group_reference)), "an entity group");
    let scope = opt(preceded(keyword("as"), required(name, "a name")));
    map((parameters(known), group, scope, in_parentheses(inner_statements)), |parts| {
        let (parameters, group, scope, body) = parts;
        Body { kind: OperatorKind::MacroExpand { group, scope, body }, parameters }
    })
    .parse(input)
}

fn group_reference(input: Input<'_>) -> Parse<'_, Expr> {
    let is_qualified =
        matches!(input.text_at(0), "cluster" | "database") && input.is_sign(1, Sign::OpenParenthesis);
    if is_qualified { entity_path(input) } else { name_expression(input) }
}
