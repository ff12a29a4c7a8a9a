//! Names, calls and literals, and the paths made of them: `a.b[0]`, `f(x).y`, `database('d').T`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, not, opt, peek};
use nom::sequence::preceded;

use super::brackets::{in_brackets, in_parentheses};
use super::expressions::{AN_EXPRESSION, lone_star, named, required_scalar, unnamed};
use super::inline_table::inline_external_table;
use super::input::Input;
use super::literals::literal;
use super::names::{
    bracketed_name, bracketed_wildcard, keyword_in_place_of_name, name, name_expression, name_length,
    referred_name, wildcard,
};
use super::parameters::{COMMON_ONLY, Known, parameter};
use super::pipeline::expression;
use super::reject::{Parse, Reject, fail_expecting, no_match, required};
use super::schema::type_of;
use super::tables::{data_table, external_data};
use super::terminals::{keyword, list0, required_sign, sign, spelled};
use crate::ast::{Expr, ExprKind, Name, NamedExpr};
use crate::lexer::Sign;

/// What a path must continue with after its point.
const A_MEMBER: &str = "a name after the point";

/// A value and what is taken out of it: `a`, `a.b`, `a[0].c`, `f(x)['k']`.
pub(crate) fn path(input: Input<'_>) -> Parse<'_, Expr> {
    if input.is_keyword(0, "totable") {
        return steered_query(input, "totable");
    }
    steps(input, primary, required(selector, A_MEMBER))
}

/// A path of names only, without calls at its beginning or after a point: the key of `partition`, `facet`.
pub(crate) fn simple_path(input: Input<'_>) -> Parse<'_, Expr> {
    steps(input, path_element, required(path_element, A_MEMBER))
}

/// A path that may begin with or contain calls, as `cluster('c').database('d').T`.
pub(crate) fn entity_path(input: Input<'_>) -> Parse<'_, Expr> {
    steps(input, selector, required(selector, A_MEMBER))
}

/// A table in `union`, `find`, `search`: as [`entity_path`], and its last step may hold wildcards.
pub(crate) fn wildcard_entity(input: Input<'_>) -> Parse<'_, Expr> {
    let path = |input| steps(input, selector, required(alt((wildcard, selector)), A_MEMBER));
    alt((wildcard, bracketed_wildcard, path)).parse(input)
}

/// A first part and the steps that follow it.
fn steps<'a>(
    input: Input<'a>,
    mut first: impl Parser<Input<'a>, Output = Expr, Error = Reject>,
    mut member: impl Parser<Input<'a>, Output = Expr, Error = Reject>,
) -> Parse<'a, Expr> {
    let (mut rest, mut object) = first.parse(input)?;
    loop {
        let (after, kind) = if let Ok((after_point, _)) = sign(Sign::Dot)(rest) {
            let (after, member) = member.parse(after_point)?;
            let object = Box::new(object);
            let kind = match member.kind {
                ExprKind::Bracketed(index) => ExprKind::Index { object, index },
                _ => ExprKind::Member { object, member: Box::new(member) },
            };
            (after, kind)
        } else if rest.is_sign(0, Sign::OpenBracket) {
            let (after, index) = in_brackets(required_scalar).parse(rest)?;
            (after, ExprKind::Index { object: Box::new(object), index: Box::new(index) })
        } else {
            return Ok((rest, object));
        };
        object = Expr { kind, span: input.span_up_to(&after) };
        rest = after;
    }
}

/// What a path begins with.
fn primary(input: Input<'_>) -> Parse<'_, Expr> {
    alt((
        unsigned_literal,
        parenthesized,
        data_table,
        external_data,
        inline_external_table,
        |rest| steered_query(rest, "toscalar"),
        type_of,
        call,
        with_data_scope,
        keyword_in_place_of_name,
    ))
    .parse(input)
}

/// A literal without a sign; the sign of `-5` is an operator here.
fn unsigned_literal(input: Input<'_>) -> Parse<'_, Expr> {
    let signed = alt((sign(Sign::Minus), sign(Sign::Plus), sign(Sign::OpenBrace)));
    preceded(peek(not(signed)), literal).parse(input)
}

/// `(expression)`, where a whole query may stand.
pub(crate) fn parenthesized(input: Input<'_>) -> Parse<'_, Expr> {
    if !input.is_sign(0, Sign::OpenParenthesis) {
        return no_match();
    }
    let (rest, inner) = in_parentheses(required(expression, AN_EXPRESSION)).parse(input)?;
    Ok((rest, Expr { span: input.span_up_to(&rest), ..inner }))
}

/// `toscalar [kind=nooptimization] (query)` and the same with `totable`. The kind only steers the optimizer.
fn steered_query<'a>(input: Input<'a>, word: &'static str) -> Parse<'a, Expr> {
    let known = Known { value_words: &["nooptimization"], ..COMMON_ONLY };
    let (rest, span) = keyword(word)(input)?;
    let rest = match rest.is_keyword(0, "kind") {
        true => parameter(rest, known)?.0,
        false => rest,
    };
    query_call(rest, Name { text: word.to_owned(), span })
}

/// `(query)` behind the word that takes it.
pub(crate) fn query_call(input: Input<'_>, name: Name) -> Parse<'_, Expr> {
    let (rest, argument) = in_parentheses(unnamed(required(expression, AN_EXPRESSION))).parse(input)?;
    let span = name.span.to(input.span_up_to(&rest));
    Ok((rest, Expr { kind: ExprKind::Call { name, arguments: vec![argument] }, span }))
}

/// `name(arguments)`
pub(crate) fn call(input: Input<'_>) -> Parse<'_, Expr> {
    let is_call = name_length(input, 0).is_some_and(|length| input.is_sign(length, Sign::OpenParenthesis));
    if !is_call {
        return no_match();
    }
    let (rest, name) = name(input)?;
    let (rest, arguments) = in_parentheses(list0(argument, AN_EXPRESSION)).parse(rest)?;
    Ok((rest, Expr { kind: ExprKind::Call { name, arguments }, span: input.span_up_to(&rest) }))
}

/// A call that must be there.
pub(crate) fn required_call(input: Input<'_>) -> Parse<'_, Expr> {
    match name_length(input, 0) {
        Some(length) if !input.is_sign(length, Sign::OpenParenthesis) => {
            fail_expecting(input.skip(length), "`(`")
        }
        _ => required(call, "a function call").parse(input),
    }
}

/// Calls joined by points: `f(x).g(y)`.
pub(crate) fn call_path(input: Input<'_>) -> Parse<'_, Expr> {
    let (mut rest, mut object) = call(input)?;
    while let Ok((after, member)) = preceded(sign(Sign::Dot), call).parse(rest) {
        let kind = ExprKind::Member { object: Box::new(object), member: Box::new(member) };
        object = Expr { kind, span: input.span_up_to(&after) };
        rest = after;
    }
    Ok((rest, object))
}

fn argument(input: Input<'_>) -> Parse<'_, NamedExpr> {
    alt((unnamed(lone_star), named)).parse(input)
}

/// A name at the beginning of a path. `datascope = ...` may follow it; all data is in one scope here.
fn with_data_scope(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, element) = path_element(input)?;
    let (rest, _) = opt(data_scope).parse(rest)?;
    Ok((rest, element))
}

/// `datascope = all` or `datascope = hotcache`
pub(crate) fn data_scope(input: Input<'_>) -> Parse<'_, ()> {
    let (rest, _) = keyword("datascope")(input)?;
    let scope = required(alt((spelled("all"), spelled("hotcache"))), "`all` or `hotcache`");
    map((required_sign(Sign::Equal), scope), |_| ()).parse(rest)
}

/// What may follow a point: a call, a name, or something in brackets.
fn selector(input: Input<'_>) -> Parse<'_, Expr> {
    alt((call, path_element)).parse(input)
}

fn path_element(input: Input<'_>) -> Parse<'_, Expr> {
    if input.is_sign(0, Sign::OpenBracket) {
        return alt((bracketed_wildcard_only, map(bracketed_name, Expr::from), bracketed)).parse(input);
    }
    alt((at_sign, bare_element)).parse(input)
}

/// `[Sec*]`; `[*]` and `[a*b]` are wildcards too.
fn bracketed_wildcard_only(input: Input<'_>) -> Parse<'_, Expr> {
    bracketed_wildcard(input)
}

fn bracketed(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, inner) = in_brackets(required_scalar).parse(input)?;
    Ok((rest, Expr { kind: ExprKind::Bracketed(Box::new(inner)), span: input.span_up_to(&rest) }))
}

/// A bare name; `@` is one, by itself.
fn at_sign(input: Input<'_>) -> Parse<'_, Expr> {
    map(sign(Sign::At), |span| Expr::from(Name { text: "@".to_owned(), span })).parse(input)
}

pub(crate) fn bare_element(input: Input<'_>) -> Parse<'_, Expr> {
    alt((map(referred_name, Expr::from), name_expression)).parse(input)
}
