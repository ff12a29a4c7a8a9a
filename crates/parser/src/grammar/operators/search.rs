//! `find` and `search`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

use super::{Body, sources};
use crate::ast::{BinaryOperator, Expr, ExprKind, FindColumn, Name, NamedExpr, Operator, OperatorKind};
use crate::grammar::brackets::in_parentheses;
use crate::grammar::calls::{bare_element, data_scope, wildcard_entity};
use crate::grammar::expressions::{AN_EXPRESSION, required_scalar, scalar};
use crate::grammar::input::Input;
use crate::grammar::names::{bracketed_name, bracketed_wildcard, name_expression, star};
use crate::grammar::parameters::{COMMON_ONLY, Known, parameters};
use crate::grammar::reject::{Parse, required};
use crate::grammar::schema::extended_type;
use crate::grammar::terminals::{keyword, list1, required_keyword, required_sign, sign, spanned};
use crate::lexer::Sign;

/// `find [withsource=..] [in (tables)] [where] predicate [project ... | project-smart] [project-away ...]`
pub(super) fn find(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { equals_required: false, ..COMMON_ONLY };
    let (rest, (_, parameters, tables)) = (opt(data_scope), parameters(known), opt(tables)).parse(input)?;
    let rest = match parameters.is_empty() && tables.is_none() {
        true => opt(keyword("where")).parse(rest)?.0,
        false => required_keyword("where")(rest)?.0,
    };
    let smart = map(keyword("project-smart"), |_| Projection { smart: true, columns: Vec::new() });
    let listed = map(preceded(keyword("project"), columns), |columns| Projection { smart: false, columns });
    let away = map(opt(preceded(keyword("__projectAway"), columns)), Option::unwrap_or_default);
    let (rest, (predicate, projection, away)) =
        (required_scalar, opt(alt((smart, listed))), away).parse(rest)?;
    let projection = projection.unwrap_or_default();
    let kind = OperatorKind::Find {
        tables: tables.unwrap_or_default(),
        predicate,
        project: projection.columns,
        project_away: away.into_iter().map(|column| column.value).collect(),
        project_smart: projection.smart,
    };
    Ok((rest, Body { kind, parameters }))
}

#[derive(Default)]
struct Projection {
    smart: bool,
    columns: Vec<FindColumn>,
}

fn columns(input: Input<'_>) -> Parse<'_, Vec<FindColumn>> {
    list1(column, "a column").parse(input)
}

/// `name[: type]`, `*` or `pack(*)`
fn column(input: Input<'_>) -> Parse<'_, FindColumn> {
    let type_name = opt(preceded(sign(Sign::Colon), extended_type));
    let untyped = map(alt((pack, star)), |value| FindColumn { value, type_name: None });
    let named = map((name_expression, type_name), |(value, type_name)| FindColumn { value, type_name });
    alt((untyped, named)).parse(input)
}

/// `pack(*)`
fn pack(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, span) = keyword("pack")(input)?;
    let (rest, star) = in_parentheses(map(spanned(required_sign(Sign::Star)), |(_, span)| Expr {
        kind: ExprKind::Star,
        span,
    }))
    .parse(rest)?;
    let arguments = vec![NamedExpr { names: Vec::new(), span: star.span, value: star }];
    let name = Name { text: "pack".to_owned(), span };
    Ok((rest, Expr { kind: ExprKind::Call { name, arguments }, span: input.span_up_to(&rest) }))
}

/// `in (tables)`
fn tables(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    preceded(keyword("in"), in_parentheses(list1(table, "a table"))).parse(input)
}

/// A table, perhaps with wildcards, or `name | as other`.
fn table(input: Input<'_>) -> Parse<'_, Expr> {
    let name = alt((bracketed_wildcard, map(bracketed_name, Expr::from), bare_element));
    match { name }.parse(input) {
        Ok((rest, source)) if rest.is_sign(0, Sign::Bar) => {
            let (rest, operator) = required(as_operator, "`as`").parse(rest.skip(1))?;
            let kind = ExprKind::Pipe { source: Some(Box::new(source)), operators: vec![operator] };
            Ok((rest, Expr { kind, span: input.span_up_to(&rest) }))
        }
        _ => wildcard_entity(input),
    }
}

fn as_operator(input: Input<'_>) -> Parse<'_, Operator> {
    let (rest, keyword_span) = keyword("as")(input)?;
    let (rest, Body { kind, parameters }) = sources::as_name(rest)?;
    let keyword = "as".to_owned();
    Ok((rest, Operator { kind, keyword, keyword_span, parameters, span: input.span_up_to(&rest) }))
}

/// `search [kind=..] [in (tables)] predicate`
pub(super) fn search(input: Input<'_>) -> Parse<'_, Body> {
    let (rest, (parameters, _, tables, predicate)) =
        (parameters(COMMON_ONLY), opt(data_scope), opt(tables), required(predicate, AN_EXPRESSION))
            .parse(input)?;
    let kind = OperatorKind::Search { tables: tables.unwrap_or_default(), predicate };
    Ok((rest, Body { kind, parameters }))
}

/// An expression, `*`, or `* and expression`
fn predicate(input: Input<'_>) -> Parse<'_, Expr> {
    alt((scalar, everything)).parse(input)
}

fn everything(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, left) = star(input)?;
    let (rest, right) = opt((keyword("and"), required_scalar)).parse(rest)?;
    let Some((operator_span, right)) = right else { return Ok((rest, left)) };
    let (operator, left, right) = (BinaryOperator::And, Box::new(left), Box::new(right));
    let kind = ExprKind::Binary { operator, operator_span, left, right };
    Ok((rest, Expr { kind, span: input.span_up_to(&rest) }))
}
