//! `render`, with its properties in the current and the older syntax.

use nom::Parser;
use nom::combinator::opt;
use nom::multi::many0;
use nom::sequence::preceded;

use super::Body;
use crate::ast::{Expr, Name, OperatorKind, Parameter};
use crate::grammar::brackets::in_parentheses;
use crate::grammar::input::Input;
use crate::grammar::names::declared_name;
use crate::grammar::parameters::{any_value, parameter_named, property_list};
use crate::grammar::reject::{Parse, no_match, required};
use crate::grammar::terminals::{ends_list, keyword, list_until, one_or_more, sign};
use crate::lexer::{Sign, TokenKind};

/// The charts whose names are keywords.
const CHARTS: &[&str] = &[
    "barchart",
    "piechart",
    "ladderchart",
    "timechart",
    "linechart",
    "anomalychart",
    "pivotchart",
    "areachart",
    "stackedareachart",
    "scatterchart",
    "timepivot",
    "columnchart",
    "timeline",
    "3Dchart",
    "card",
    "treemap",
    "plotly",
    "graph",
];

const PROPERTIES: &[&str] = &[
    "kind",
    "title",
    "accumulate",
    "xcolumn",
    "ycolumns",
    "anomalycolumns",
    "series",
    "xtitle",
    "ytitle",
    "xaxis",
    "yaxis",
    "legend",
    "ysplit",
    "ymin",
    "ymax",
    "xmin",
    "xmax",
];

const LISTS: &[&str] = &["ycolumns", "anomalycolumns", "series"];

/// `render chart [older properties] [with (properties)]`
pub(super) fn render(input: Input<'_>) -> Parse<'_, Body> {
    let with = preceded(
        keyword("with"),
        in_parentheses(preceded(opt(sign(Sign::Comma)), property_list(PROPERTIES, LISTS))),
    );
    let (rest, (chart, older, properties)) =
        (required(chart, "a chart"), many0(older_property), opt(with)).parse(input)?;
    let mut all: Vec<Parameter> = older.into_iter().flatten().collect();
    all.extend(properties.unwrap_or_default());
    Ok((rest, OperatorKind::Render { chart, properties: all }.into()))
}

/// Whether a chart stands after as many tokens.
pub(crate) fn is_chart(input: Input<'_>, offset: usize) -> bool {
    match input.kind_at(offset) {
        Some(TokenKind::Identifier) => true,
        Some(TokenKind::Keyword) => CHARTS.contains(&input.text_at(offset)),
        _ => false,
    }
}

fn chart(input: Input<'_>) -> Parse<'_, String> {
    if !is_chart(input, 0) {
        return no_match();
    }
    Ok((input.skip(1), input.text_at(0).to_owned()))
}

/// `kind=..`, `title=..`, `accumulate=..`, `with 'text'`, `by a, b` without parentheses.
fn older_property(input: Input<'_>) -> Parse<'_, Vec<Parameter>> {
    for name in ["kind", "title", "accumulate"] {
        if let Ok((rest, parameter)) = parameter_named(name)(input) {
            return Ok((rest, vec![parameter]));
        }
    }
    match input.text_at(0) {
        "with" if !input.is_sign(1, Sign::OpenParenthesis) => with_text(input),
        "by" => by_columns(input),
        _ => no_match(),
    }
}

fn with_text(input: Input<'_>) -> Parse<'_, Vec<Parameter>> {
    let (rest, value) = required(any_value, "a value").parse(input.skip(1))?;
    let name = Name { text: "with".to_owned(), span: input.next_span() };
    Ok((rest, vec![Parameter { name, value, span: input.span_up_to(&rest) }]))
}

fn by_columns(input: Input<'_>) -> Parse<'_, Vec<Parameter>> {
    let words = ["kind", "title", "accumulate", "with", "by"];
    let ends = |rest: Input<'_>| ends_list(rest) || words.contains(&rest.text_at(0));
    let columns = one_or_more(list_until(declared_name, "a column", ends), "a column");
    let (rest, columns) = { columns }.parse(input.skip(1))?;
    let name = Name { text: "by".to_owned(), span: input.next_span() };
    let span = input.span_up_to(&rest);
    let parameter = |column: Name| Parameter { name: name.clone(), value: Expr::from(column), span };
    Ok((rest, columns.into_iter().map(parameter).collect()))
}
