//! The graph family. The tree keeps the expressions that occur in it.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt};
use nom::multi::many1;
use nom::sequence::{delimited, preceded};

use super::Body;
use crate::ast::{Expr, GraphOperator, OperatorKind};
use crate::grammar::brackets::in_parentheses;
use crate::grammar::calls::simple_path;
use crate::grammar::expressions::{AN_EXPRESSION, named, required_scalar, signed};
use crate::grammar::input::Input;
use crate::grammar::names::{name, name_expression};
use crate::grammar::parameters::{COMMON_ONLY, Known, parameters};
use crate::grammar::pipeline::{expression, required_subquery};
use crate::grammar::reject::{Parse, no_match, required};
use crate::grammar::terminals::{
    ends_list, keyword, list_until, list1, one_or_more, required_keyword, required_sign, sign, spelled,
};
use crate::lexer::Sign;

fn graph(expressions: Vec<Expr>) -> OperatorKind {
    OperatorKind::Graph(GraphOperator { expressions })
}

/// `make-graph source --> target [with nodes on id, ...] [partitioned-by column (subquery)]`
pub(super) fn make_graph(input: Input<'_>) -> Parse<'_, Body> {
    let direction = required(alt((spelled("-->"), spelled("--"))), "`-->` or `--`");
    let (rest, (parameters, source, _, target)) = (
        parameters(COMMON_ONLY),
        required(name_expression, "a column"),
        direction,
        required(name_expression, "a column"),
    )
        .parse(input)?;
    let node_id = map(
        preceded((keyword("with_node_id"), required_sign(Sign::Equal)), required(name, "a name")),
        |_| Vec::new(),
    );
    let nodes = map(preceded(keyword("with"), node_tables), |tables| tables.into_iter().flatten().collect());
    let (rest, nodes) = opt(alt((node_id, nodes))).parse(rest)?;
    let (rest, partitions) = opt(partitioned_by).parse(rest)?;
    let mut expressions = vec![source, target];
    expressions.extend(nodes.unwrap_or_default());
    expressions.extend(partitions.unwrap_or_default());
    Ok((rest, Body { kind: graph(expressions), parameters }))
}

/// `table on id, table on id`
fn node_tables(input: Input<'_>) -> Parse<'_, Vec<Vec<Expr>>> {
    let id = preceded(required_keyword("on"), required(name_expression, "a column"));
    let table = map((signed, id), |(table, id)| vec![table, id]);
    let ends = |rest: Input<'_>| ends_list(rest) || rest.is_keyword(0, "partitioned-by");
    one_or_more(list_until(table, "a table", ends), "a table").parse(input)
}

fn partitioned_by(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    let (rest, _) = keyword("partitioned-by")(input)?;
    let (rest, column) = required(simple_path, "a column").parse(rest)?;
    let (rest, subquery) = in_parentheses(required_subquery).parse(rest)?;
    Ok((rest, vec![column, subquery]))
}

/// `graph-match [cycles=..] patterns [where condition] [project columns]`
pub(super) fn graph_match(input: Input<'_>) -> Parse<'_, Body> {
    patterns(input, COMMON_ONLY)
}

/// As `graph-match`, and `output=..` may stand before the patterns.
pub(super) fn shortest_paths(input: Input<'_>) -> Parse<'_, Body> {
    patterns(input, Known { own: &["output"], ..COMMON_ONLY })
}

fn patterns<'a>(input: Input<'a>, known: Known) -> Parse<'a, Body> {
    let condition = opt(preceded(keyword("where"), required(expression, AN_EXPRESSION)));
    let columns = opt(preceded(keyword("project"), list1(named, AN_EXPRESSION)));
    let (rest, (parameters, patterns, condition, columns)) =
        (parameters(known), list1(pattern, "a pattern"), condition, columns).parse(input)?;
    let mut expressions: Vec<Expr> = patterns.into_iter().flatten().collect();
    expressions.extend(condition);
    expressions.extend(columns.unwrap_or_default().into_iter().map(|column| column.value));
    Ok((rest, Body { kind: graph(expressions), parameters }))
}

/// `(a)-[e]->(b)--(c)`
fn pattern(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    map(many1(alt((node, plain_edge, edge))), |parts| parts.into_iter().flatten().collect()).parse(input)
}

/// `(name)` or `()`
fn node(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    if !input.is_sign(0, Sign::OpenParenthesis) {
        return no_match();
    }
    map(in_parentheses(opt(name)), |_| Vec::new()).parse(input)
}

/// `-->`, `<--`, `--`
fn plain_edge(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    map(alt((spelled("-->"), spelled("<--"), spelled("--"))), |_| Vec::new()).parse(input)
}

/// `-[name*1..5]->` and its relatives.
fn edge(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    let open = alt((spelled("-["), spelled("<-[")));
    let close = required(alt((spelled("]->"), spelled("]-"))), "`]->` or `]-`");
    map(delimited(open, (opt(name), opt(hops)), close), |(_, hops)| hops.unwrap_or_default()).parse(input)
}

/// `*1..5`
fn hops(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    let bound = || required(signed, "a number of hops");
    let (rest, (_, from, _, to)) =
        (sign(Sign::Star), bound(), required_sign(Sign::DotDot), bound()).parse(input)?;
    Ok((rest, vec![from, to]))
}

/// `graph-to-table nodes [as name] [with_node_id=..], edges [as name] [..]`
pub(super) fn to_table(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { own: &["with_node_id", "with_source_id", "with_target_id"], ..COMMON_ONLY };
    let output = |rest| {
        let word = alt((keyword("nodes"), keyword("edges")));
        let name = opt(preceded(keyword("as"), required(name, "a name")));
        map((word, name, parameters(known)), |(_, _, parameters)| parameters).parse(rest)
    };
    map(list1(output, "`nodes` or `edges`"), |parameters: Vec<_>| Body {
        kind: graph(Vec::new()),
        parameters: parameters.into_iter().flatten().collect(),
    })
    .parse(input)
}

pub(super) fn mark_components(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { own: &["with_component_id"], ..COMMON_ONLY };
    map(parameters(known), |parameters| Body { kind: graph(Vec::new()), parameters }).parse(input)
}

/// `graph-where-nodes condition`, `graph-where-edges condition`
pub(super) fn where_condition(input: Input<'_>) -> Parse<'_, Body> {
    map(required_scalar, |condition| graph(vec![condition]).into()).parse(input)
}
