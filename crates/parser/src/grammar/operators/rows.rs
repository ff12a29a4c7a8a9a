//! Operators that choose or order rows: `where`, `take`, `sample`, `count`, `sort`, `top` and its relatives.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, not, opt, peek};
use nom::sequence::preceded;

use super::Body;
use crate::ast::{Expr, NamedExpr, OperatorKind, SortKey, TopNestedClause};
use crate::grammar::expressions::{AN_EXPRESSION, named, required_scalar};
use crate::grammar::input::Input;
use crate::grammar::literals::literal;
use crate::grammar::parameters::{COMMON_ONLY, Known, parameters};
use crate::grammar::reject::{Parse, required};
use crate::grammar::terminals::{keyword, list1, required_keyword, required_sign, token_if};
use crate::lexer::{Sign, TokenKind};
use crate::{Code, Diagnostic};

pub(super) fn filter(input: Input<'_>) -> Parse<'_, Body> {
    map((parameters(COMMON_ONLY), value), |(parameters, condition)| Body {
        kind: OperatorKind::Where(condition),
        parameters,
    })
    .parse(input)
}

pub(super) fn take(input: Input<'_>) -> Parse<'_, Body> {
    map((parameters(COMMON_ONLY), value), |(parameters, count)| Body {
        kind: OperatorKind::Take(count),
        parameters,
    })
    .parse(input)
}

pub(super) fn sample(input: Input<'_>) -> Parse<'_, Body> {
    map((parameters(COMMON_ONLY), value), |(parameters, count)| Body {
        kind: OperatorKind::Sample(count),
        parameters,
    })
    .parse(input)
}

pub(super) fn sample_distinct(input: Input<'_>) -> Parse<'_, Body> {
    let of = preceded(required_keyword("of"), value);
    map((parameters(COMMON_ONLY), value, of), |(parameters, count, of)| Body {
        kind: OperatorKind::SampleDistinct { count, of },
        parameters,
    })
    .parse(input)
}

pub(super) fn count(input: Input<'_>) -> Parse<'_, Body> {
    let name = token_if(|kind| kind == TokenKind::Identifier);
    let name = map(required(name, "a name"), |token| crate::ast::Name {
        text: input.text(token.span).to_owned(),
        span: token.span,
    });
    map(opt(preceded(keyword("as"), name)), |name| OperatorKind::Count(name).into()).parse(input)
}

pub(super) fn sort(input: Input<'_>) -> Parse<'_, Body> {
    let known = Known { equals_required: false, ..COMMON_ONLY };
    let keys = preceded(required_keyword("by"), list1(sort_key, AN_EXPRESSION));
    map((parameters(known), keys), |(parameters, keys)| Body { kind: OperatorKind::Sort(keys), parameters })
        .parse(input)
}

/// `[name =] expression [asc|desc] [nulls first|last]`
pub(super) fn sort_key(input: Input<'_>) -> Parse<'_, SortKey> {
    let direction = alt((
        map(keyword("asc"), |_| true),
        map(keyword("desc"), |_| false),
        map(keyword("granny-asc"), |_| true),
        map(keyword("granny-desc"), |_| false),
    ));
    let place = alt((map(keyword("first"), |_| true), map(keyword("last"), |_| false)));
    let nulls = preceded(keyword("nulls"), required(place, "`first` or `last`"));
    map((named, opt(direction), opt(nulls)), |(value, ascending, nulls_first)| SortKey {
        value,
        ascending,
        nulls_first,
    })
    .parse(input)
}

pub(super) fn top(input: Input<'_>) -> Parse<'_, Body> {
    let by = preceded(required_keyword("by"), required(sort_key, AN_EXPRESSION));
    map((parameters(COMMON_ONLY), value, by), |(parameters, count, by)| Body {
        kind: OperatorKind::Top { count, by },
        parameters,
    })
    .parse(input)
}

pub(super) fn top_hitters(input: Input<'_>) -> Parse<'_, Body> {
    let of = preceded(required_keyword("of"), required(named, AN_EXPRESSION));
    let by = opt(preceded(keyword("by"), required(named, AN_EXPRESSION)));
    map((value, of, by), |(count, of, by)| OperatorKind::TopHitters { count, of, by }.into()).parse(input)
}

pub(super) fn top_nested(input: Input<'_>) -> Parse<'_, Body> {
    let (mut rest, first) = top_nested_clause(input)?;
    let mut clauses = vec![first];
    while rest.is_sign(0, Sign::Comma) {
        let word = required(keyword("top-nested"), "`top-nested`");
        let (after, clause) = preceded(word, top_nested_clause).parse(rest.skip(1))?;
        clauses.push(clause);
        rest = after;
    }
    Ok((rest, OperatorKind::TopNested(clauses).into()))
}

fn top_nested_clause(input: Input<'_>) -> Parse<'_, TopNestedClause> {
    let count = opt(preceded(not(peek(keyword("of"))), named));
    let of = preceded(required_keyword("of"), required(named, AN_EXPRESSION));
    let others = alt((literal, required_scalar));
    let with_others =
        preceded((keyword("with"), required_keyword("others"), required_sign(Sign::Equal)), others);
    let by = preceded(required_keyword("by"), required(sort_key, AN_EXPRESSION));
    map((count, of, opt(with_others), by), |(count, of, with_others, by)| TopNestedClause {
        count: count.map(|count| count.value),
        of,
        with_others,
        by,
    })
    .parse(input)
}

/// A value where the official grammar takes a name before it as well, `where a = 1`. The name has no meaning
/// there: every row passes, as in published queries over `Usage`.
fn value(input: Input<'_>) -> Parse<'_, Expr> {
    let (rest, NamedExpr { names, value, .. }) = required(named, AN_EXPRESSION).parse(input)?;
    if let (Some(first), Some(last)) = (names.first(), names.last()) {
        let message = "a name and `=` have no meaning here: nothing is compared";
        let diagnostic = Diagnostic::warning(Code::Note, message, first.span.to(last.span));
        input.context().report(diagnostic.with_hint("compare with `==`"));
    }
    Ok((rest, value))
}
