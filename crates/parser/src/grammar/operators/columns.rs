//! Operators over columns: `extend`, `serialize`, `distinct` and the `project` family.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};

use super::Body;
use crate::ast::{Expr, OperatorKind, ReorderKey, ReorderOrder};
use crate::grammar::expressions::{AN_EXPRESSION, named, scalar, unnamed};
use crate::grammar::input::Input;
use crate::grammar::names::{column_or_wildcard, star};
use crate::grammar::parameters::{COMMON_ONLY, parameters};
use crate::grammar::reject::Parse;
use crate::grammar::terminals::{keyword, list0, list1};

const A_COLUMN: &str = "a column";

pub(super) fn extend(input: Input<'_>) -> Parse<'_, Body> {
    map(list1(named, AN_EXPRESSION), |columns| OperatorKind::Extend(columns).into()).parse(input)
}

pub(super) fn serialize(input: Input<'_>) -> Parse<'_, Body> {
    map((parameters(COMMON_ONLY), list0(named, AN_EXPRESSION)), |(parameters, columns)| Body {
        kind: OperatorKind::Serialize(columns),
        parameters,
    })
    .parse(input)
}

pub(super) fn distinct(input: Input<'_>) -> Parse<'_, Body> {
    let column = alt((unnamed(star), named));
    map((parameters(COMMON_ONLY), list1(column, AN_EXPRESSION)), |(parameters, columns)| Body {
        kind: OperatorKind::Distinct(columns),
        parameters,
    })
    .parse(input)
}

pub(super) fn project(input: Input<'_>) -> Parse<'_, Body> {
    map(list0(named, AN_EXPRESSION), |columns| OperatorKind::Project(columns).into()).parse(input)
}

pub(super) fn project_rename(input: Input<'_>) -> Parse<'_, Body> {
    map(list0(named, AN_EXPRESSION), |columns| OperatorKind::ProjectRename(columns).into()).parse(input)
}

pub(super) fn project_away(input: Input<'_>) -> Parse<'_, Body> {
    map(names_and_wildcards, |columns| OperatorKind::ProjectAway(columns).into()).parse(input)
}

pub(super) fn project_keep(input: Input<'_>) -> Parse<'_, Body> {
    map(names_and_wildcards, |columns| OperatorKind::ProjectKeep(columns).into()).parse(input)
}

pub(super) fn project_by_names(input: Input<'_>) -> Parse<'_, Body> {
    map(list0(scalar, AN_EXPRESSION), |columns| OperatorKind::ProjectByNames(columns).into()).parse(input)
}

pub(super) fn project_reorder(input: Input<'_>) -> Parse<'_, Body> {
    map(list0(reorder_key, A_COLUMN), |keys| OperatorKind::ProjectReorder(keys).into()).parse(input)
}

fn names_and_wildcards(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    list0(column_or_wildcard, A_COLUMN).parse(input)
}

fn reorder_key(input: Input<'_>) -> Parse<'_, ReorderKey> {
    let order = alt((
        map(keyword("asc"), |_| ReorderOrder::Ascending),
        map(keyword("desc"), |_| ReorderOrder::Descending),
        map(keyword("granny-asc"), |_| ReorderOrder::GrannyAscending),
        map(keyword("granny-desc"), |_| ReorderOrder::GrannyDescending),
    ));
    map((column_or_wildcard, opt(order)), |(column, order)| ReorderKey { column, order }).parse(input)
}
