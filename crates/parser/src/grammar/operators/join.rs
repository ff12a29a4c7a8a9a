//! `join`, `lookup`, `union`.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::map;
use nom::sequence::preceded;

use super::Body;
use crate::ast::{Expr, OperatorKind};
use crate::grammar::calls::{bare_element, parenthesized, wildcard_entity};
use crate::grammar::expressions::{AN_EXPRESSION, required_scalar, scalar};
use crate::grammar::input::Input;
use crate::grammar::parameters::{COMMON_ONLY, Known, parameters};
use crate::grammar::reject::{Parse, fail_expecting};
use crate::grammar::terminals::{keyword, list1};

/// `join [kind=..] (right) on conditions`. The official parser leaves it to the binder to miss the `on`.
pub(super) fn join(input: Input<'_>) -> Parse<'_, Body> {
    let on = preceded(keyword("on"), list1(scalar, AN_EXPRESSION));
    let condition = map(preceded(keyword("where"), required_scalar), |condition| vec![condition]);
    let none = |rest| Ok((rest, Vec::new()));
    let parts = (parameters(COMMON_ONLY), required_scalar, alt((on, condition, none)));
    map(parts, |(parameters, right, on)| Body {
        kind: OperatorKind::Join { right: Box::new(right), on },
        parameters,
    })
    .parse(input)
}

/// `lookup [kind=..] (right) on conditions`
pub(super) fn lookup(input: Input<'_>) -> Parse<'_, Body> {
    let (rest, (parameters, right)) = (parameters(COMMON_ONLY), required_scalar).parse(input)?;
    let Ok((rest, _)) = keyword("on")(rest) else {
        return fail_expecting(rest, "`on` and the columns that must be equal");
    };
    let (rest, on) = list1(scalar, AN_EXPRESSION).parse(rest)?;
    Ok((rest, Body { kind: OperatorKind::Lookup { right: Box::new(right), on }, parameters }))
}

/// `union [kind=..] [withsource=..] [isfuzzy=..] T1, (T2 | ...), T3*`
pub(super) fn union(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { own: &["best_effort"], ..COMMON_ONLY };
    map((parameters(known), list1(table, "a table")), |(parameters, tables)| Body {
        kind: OperatorKind::Union(tables),
        parameters,
    })
    .parse(input)
}

fn table(input: Input<'_>) -> Parse<'_, Expr> {
    alt((parenthesized, wildcard_entity, bare_element)).parse(input)
}
