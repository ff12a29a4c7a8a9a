//! `make-series`.

use nom::Parser;
use nom::combinator::{map, opt};
use nom::sequence::preceded;

use super::Body;
use crate::ast::{Expr, MakeSeries, NamedExpr, OperatorKind, SeriesAggregate};
use crate::grammar::brackets::in_parentheses;
use crate::grammar::expressions::{AN_EXPRESSION, named, required_scalar};
use crate::grammar::input::Input;
use crate::grammar::parameters::{COMMON_ONLY, parameters};
use crate::grammar::reject::{Parse, expected, fail, required};
use crate::grammar::terminals::{
    ends_list, keyword, list_until, list0, list1, one_or_more, required_keyword, required_sign, spanned,
};
use crate::lexer::Sign;
use crate::{Code, Diagnostic};

/// `make-series aggregates on axis [from ..] [to ..] step .. [by ..]`
pub(super) fn make_series(input: Input<'_>) -> Parse<'_, Body> {
    let aggregates = one_or_more(list_until(aggregate, AN_EXPRESSION, ends_aggregates), AN_EXPRESSION);
    let on = preceded(required_keyword("on"), required(named, AN_EXPRESSION));
    let by = opt(preceded(keyword("by"), list1(named, AN_EXPRESSION)));
    let (rest, (parameters, aggregates, on, range, by)) =
        (parameters(COMMON_ONLY), aggregates, on, range, by).parse(input)?;
    let Range { from, to, step, in_range } = range;
    let by = by.unwrap_or_default();
    let series = MakeSeries { aggregates, on, from, to, step, in_range, by };
    Ok((rest, Body { kind: OperatorKind::MakeSeries(Box::new(series)), parameters }))
}

fn ends_aggregates(input: Input<'_>) -> bool {
    ends_list(input) || ["on", "from", "in"].iter().any(|word| input.is_keyword(0, word))
}

/// `[name =] aggregate [default = value]`
fn aggregate(input: Input<'_>) -> Parse<'_, SeriesAggregate> {
    let default = preceded(
        (keyword("default"), required_sign(Sign::Equal)),
        map(required(named, AN_EXPRESSION), |default: NamedExpr| default.value),
    );
    map((named, opt(default)), |(value, default)| SeriesAggregate { value, default }).parse(input)
}

#[derive(Default)]
struct Range {
    from: Option<Expr>,
    to: Option<Expr>,
    step: Option<Expr>,
    in_range: Option<(Expr, Expr, Expr)>,
}

fn range(input: Input<'_>) -> Parse<'_, Range> {
    if ["from", "to", "step"].iter().any(|word| input.is_keyword(0, word)) {
        let from = opt(preceded(keyword("from"), required_scalar));
        let to = opt(preceded(keyword("to"), required_scalar));
        let step = preceded(required_keyword("step"), required_scalar);
        return map((from, to, step), |(from, to, step)| Range {
            from,
            to,
            step: Some(step),
            in_range: None,
        })
        .parse(input);
    }
    if !input.is_keyword(0, "in") {
        return fail(expected(input, "`from`, `to`, `step` or `in range(...)`"));
    }
    in_range(input)
}

/// `in range(from, to, step)`, the older syntax.
fn in_range(input: Input<'_>) -> Parse<'_, Range> {
    let bounds = spanned(in_parentheses(list0(named, AN_EXPRESSION)));
    let (rest, (bounds, span)) =
        preceded((required_keyword("in"), required_keyword("range")), bounds).parse(input)?;
    let in_range = match <[NamedExpr; 3]>::try_from(bounds) {
        Ok([from, to, step]) => Some((from.value, to.value, step.value)),
        Err(_) => {
            let message = "expected a beginning, an end and a step";
            input.context().report(Diagnostic::error(Code::Semantic, message, span));
            None
        }
    };
    Ok((rest, Range { in_range, ..Range::default() }))
}
