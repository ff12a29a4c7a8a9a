//! `source | operator | operator`: whole queries, and what stands between pipes.

use super::expressions::scalar;
use super::input::Input;
use super::names::name_length;
use super::operators;
use super::parameters::{COMMON_ONLY, Known, parameter_length};
use super::recovery;
use super::reject::{Parse, Reject, expected, fail};
use super::suggestion;
use crate::ast::{Expr, ExprKind, Operator, OperatorKind};
use crate::lexer::{NameUse, Sign, TokenKind, name_use};
use crate::{Code, Diagnostic};

/// An expression with or without pipes behind it.
pub(crate) fn expression(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, source) = source(input)?;
    piped(input, rest, source)
}

/// What a sub-query in parentheses holds after `mv-apply ... on`, `partition by`, `fork`, ...:
/// operators on an implied input.
pub(crate) fn subquery(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, first) = operators::operator(input)?;
    piped(input, rest, Source::Operator(Box::new(first)))
}

/// A sub-query that must be there.
pub(crate) fn required_subquery(input: Input<'_>) -> Parse<'_, Expr> {
    match subquery(input) {
        Err(nom::Err::Error(_)) => fail(operator_expected(input)),
        result => result,
    }
}

/// A sub-query where the older syntax allowed any query as well.
pub(crate) fn subquery_or_expression(input: Input<'_>) -> Parse<'_, Expr> {
    match subquery(input) {
        Err(nom::Err::Error(_)) => match expression(input) {
            Err(nom::Err::Error(_)) => fail(operator_expected(input)),
            result => result,
        },
        result => result,
    }
}

/// What stands before the first pipe.
enum Source {
    Value(Expr),
    Operator(Box<Operator>),
}

fn source(input: Input<'_>) -> Parse<'_, Source> {
    if starts_query(input) {
        match operators::operator(input) {
            Err(nom::Err::Error(_)) => {}
            result => return result.map(|(rest, operator)| (rest, Source::Operator(Box::new(operator)))),
        }
    }
    match scalar(input) {
        Err(nom::Err::Error(Reject::NoMatch)) => {
            operators::operator(input).map(|(rest, operator)| (rest, Source::Operator(Box::new(operator))))
        }
        result => result.map(|(rest, value)| (rest, Source::Value(value))),
    }
}

/// The source with the operators that follow it.
fn piped<'a>(input: Input<'a>, rest: Input<'a>, source: Source) -> Parse<'a, Expr> {
    let mut operators = Vec::new();
    let source = match source {
        Source::Value(value) => Some(Box::new(value)),
        Source::Operator(first) if makes_rows(&first.kind) => {
            let span = first.span;
            Some(Box::new(Expr { kind: ExprKind::Source(first), span }))
        }
        Source::Operator(first) => {
            operators.push(*first);
            None
        }
    };
    let rest = after_pipes(rest, &mut operators);
    let span = input.span_up_to(&rest);
    let expr = match source {
        Some(source) if operators.is_empty() => *source,
        source => Expr { kind: ExprKind::Pipe { source, operators }, span },
    };
    Ok((rest, expr))
}

/// Whether the operator makes rows of its own when nothing stands before it.
fn makes_rows(kind: &OperatorKind) -> bool {
    matches!(
        kind,
        OperatorKind::Print(_)
            | OperatorKind::Range { .. }
            | OperatorKind::Union(_)
            | OperatorKind::Search { .. }
            | OperatorKind::Find { .. }
            | OperatorKind::Evaluate { .. }
            | OperatorKind::MacroExpand { .. }
    )
}

/// Reads `| operator` as long as there is one. A wrong operator is reported and left out, up to the next pipe.
pub(crate) fn after_pipes<'a>(mut rest: Input<'a>, operators: &mut Vec<Operator>) -> Input<'a> {
    while rest.is_sign(0, Sign::Bar) {
        let start = rest.skip(1);
        rest = match operators::operator(start) {
            Ok((after, operator)) => {
                operators.push(operator);
                match recovery::ends_operator(after) {
                    true => after,
                    false => recovery::skip_operator(after, what_no_operator_takes(start, after)),
                }
            }
            Err(nom::Err::Failure(Reject::Because(diagnostic))) => {
                recovery::skip_operator(start, misspelled_compound(start).unwrap_or(*diagnostic))
            }
            Err(_) if start.is_bar_twice() => {
                recovery::skip_operator(start.skip(1), operator_expected(start))
            }
            Err(_) => recovery::skip_operator(start, operator_expected(start)),
        };
    }
    rest
}

/// The diagnostic for what stands behind a complete operator and belongs to nothing.
fn what_no_operator_takes(start: Input<'_>, after: Input<'_>) -> Diagnostic {
    misspelled_compound(start).unwrap_or_else(|| expected(after, "`|`, `;` or the end of the query"))
}

/// The diagnostic for `project-awy`, which was read as an operator and a minus.
fn misspelled_compound(start: Input<'_>) -> Option<Diagnostic> {
    let mut length = 1;
    while start.is_sign(length, Sign::Minus) && start.is_adjacent(length) && start.is_adjacent(length + 1) {
        length += 2;
    }
    let span = start.span_up_to(&start.skip(length));
    let word = start.text(span);
    let hint = suggestion::for_operator(start, word).filter(|_| length > 1)?;
    let message = format!("`{word}` is no query operator");
    Some(Diagnostic::error(Code::Syntax, message, span).with_hint(hint))
}

/// The diagnostic for what should be an operator after a pipe.
fn operator_expected(input: Input<'_>) -> Diagnostic {
    if let Some(diagnostic) = misspelled_compound(input) {
        return diagnostic;
    }
    let word = input.text_at(0);
    if operators::is_operator_word(word) {
        let message = format!("the operator `{word}` takes nothing in parentheses");
        return Diagnostic::error(Code::Syntax, message, input.next_span());
    }
    let is_word = matches!(input.kind_at(0), Some(TokenKind::Identifier | TokenKind::Keyword));
    if !is_word {
        return expected(input, "an operator after `|`");
    }
    let diagnostic =
        Diagnostic::error(Code::Syntax, format!("`{word}` is no query operator"), input.next_span());
    match suggestion::for_operator(input, word) {
        Some(hint) => diagnostic.with_hint(hint),
        None => diagnostic,
    }
}

/// Whether an operator, and no value, begins here. Some operators' words are names as well and count only if
/// what follows them fits.
pub(crate) fn starts_query(input: Input<'_>) -> bool {
    if input.kind_at(0) != Some(TokenKind::Keyword) {
        return false;
    }
    let any_parameter =
        || parameter_length(input, 1, Known { equals_required: false, ..COMMON_ONLY }).is_some();
    match input.text_at(0) {
        "evaluate" => name_length(input, 1).is_some() || any_parameter(),
        "facet" => input.is_keyword(1, "by"),
        "partition" | "reduce" => input.is_keyword(1, "by") || any_parameter(),
        "range" => name_length(input, 1).is_some_and(|length| input.is_keyword(1 + length, "from")),
        "render" => operators::is_chart(input, 1),
        word => operators::is_operator_word(word) && name_use(word) != Some(NameUse::Anywhere),
    }
}

/// One operator without a pipe, as `facet ... with operator` takes it.
pub(crate) fn lone_operator(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, operator) = operators::operator(input)?;
    let kind = ExprKind::Pipe { source: None, operators: vec![operator] };
    Ok((rest, Expr { kind, span: input.span_up_to(&rest) }))
}
