//! The tabular operators, a file for each group of them.

mod aggregate;
mod columns;
mod expand;
mod graph;
mod join;
mod parse;
mod render;
mod rows;
mod scan;
mod search;
mod series;
mod sources;
mod subqueries;

pub(crate) use render::is_chart;

use super::input::Input;
use super::reject::{Parse, no_match};
use crate::ast::{Operator, OperatorKind, Parameter};
use crate::lexer::{Sign, TokenKind};

/// What stands behind an operator's word.
struct Body {
    kind: OperatorKind,
    parameters: Vec<Parameter>,
}

impl From<OperatorKind> for Body {
    fn from(kind: OperatorKind) -> Self {
        Self { kind, parameters: Vec::new() }
    }
}

type Reader = for<'a> fn(Input<'a>) -> Parse<'a, Body>;

/// Every operator's word and how its body is read.
#[rustfmt::skip]
const OPERATORS: &[(&str, Reader)] = &[
    ("__executeAndCache", sources::execute_and_cache),
    ("as", sources::as_name),
    ("assert-schema", sources::assert_schema),
    ("consume", sources::consume),
    ("count", rows::count),
    ("distinct", columns::distinct),
    ("evaluate", sources::evaluate),
    ("extend", columns::extend),
    ("facet", subqueries::facet),
    ("filter", rows::filter),
    ("find", search::find),
    ("fork", subqueries::fork),
    ("getschema", sources::get_schema),
    ("graph-mark-components", graph::mark_components),
    ("graph-match", graph::graph_match),
    ("graph-shortest-paths", graph::shortest_paths),
    ("graph-to-table", graph::to_table),
    ("graph-where-edges", graph::where_condition),
    ("graph-where-nodes", graph::where_condition),
    ("invoke", sources::invoke),
    ("join", join::join),
    ("limit", rows::take),
    ("lookup", join::lookup),
    ("macro-expand", subqueries::macro_expand),
    ("make-graph", graph::make_graph),
    ("make-series", series::make_series),
    ("mv-apply", expand::mv_apply),
    ("mv-expand", expand::mv_expand),
    ("mvapply", expand::mv_apply),
    ("mvexpand", expand::mv_expand),
    ("order", rows::sort),
    ("parse", parse::parse),
    ("parse-kv", parse::parse_kv),
    ("parse-where", parse::parse),
    ("partition", subqueries::partition),
    ("print", sources::print),
    ("project", columns::project),
    ("project-away", columns::project_away),
    ("project-by-names", columns::project_by_names),
    ("project-keep", columns::project_keep),
    ("project-rename", columns::project_rename),
    ("project-reorder", columns::project_reorder),
    ("range", sources::range),
    ("reduce", aggregate::reduce),
    ("render", render::render),
    ("sample", rows::sample),
    ("sample-distinct", rows::sample_distinct),
    ("scan", scan::scan),
    ("search", search::search),
    ("serialize", columns::serialize),
    ("sort", rows::sort),
    ("summarize", aggregate::summarize),
    ("take", rows::take),
    ("top", rows::top),
    ("top-hitters", rows::top_hitters),
    ("top-nested", rows::top_nested),
    ("union", join::union),
    ("where", rows::filter),
];

/// The words of all operators.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    OPERATORS.iter().map(|(word, _)| *word).filter(|word| !word.starts_with("__"))
}

/// Whether the word begins an operator.
pub(crate) fn is_operator_word(word: &str) -> bool {
    OPERATORS.iter().any(|(known, _)| *known == word)
}

/// An operator with its word, without a pipe.
pub(crate) fn operator(input: Input<'_>) -> Parse<'_, Operator> {
    let word = input.text_at(0);
    let is_keyword = input.kind_at(0) == Some(TokenKind::Keyword);
    // `count()` and `range()` are functions
    let is_call = matches!(word, "count" | "range") && input.is_sign(1, Sign::OpenParenthesis);
    let Some((_, body)) = OPERATORS.iter().find(|(known, _)| *known == word && is_keyword && !is_call) else {
        return no_match();
    };
    let keyword_span = input.next_span();
    let (rest, Body { kind, parameters }) = body(input.skip(1))?;
    let span = input.span_up_to(&rest);
    Ok((rest, Operator { kind, keyword: word.to_owned(), keyword_span, parameters, span }))
}
