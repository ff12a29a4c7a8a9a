//! Expressions between values: `or`, `and`, comparisons, sums, products, operators on text.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::{map, opt, peek, verify};
use nom::sequence::{preceded, terminated};

use super::brackets::in_parentheses;
use super::calls::path;
use super::input::Input;
use super::names::{declared_name, declared_name_length, keyword_in_place_of_name, star};
use super::operator_signs::{Infix, Level, infix, is_string_operator};
use super::pipeline::{expression, starts_query};
use super::reject::{Parse, Reject, fail, no_match, required};
use super::terminals::{keyword, list1, required_sign, sign};
use crate::ast::{BinaryOperator, Expr, ExprKind, Name, NamedExpr, UnaryOperator};
use crate::lexer::{Sign, TokenKind};
use crate::{Code, Diagnostic, Span};

/// What is said to be missing where a value should stand.
pub(crate) const AN_EXPRESSION: &str = "an expression";

/// `expression`, `name = expression` or `(a, b) = expression`.
pub(crate) fn named(input: Input<'_>) -> Parse<'_, NamedExpr> {
    if let Some(span) = dashed_name(input) {
        let text = input.text(span);
        let message = format!("`{text}` needs brackets to be a name here");
        return fail(Diagnostic::error(Code::Syntax, message, span).with_hint(format!("write ['{text}']")));
    }
    let (rest, names) =
        alt((terminated(one_name, sign(Sign::Equal)), names_in_parentheses, |rest| Ok((rest, Vec::new()))))
            .parse(input)?;
    let (rest, value) = match names.is_empty() {
        true => scalar(rest)?,
        false => required(scalar, AN_EXPRESSION).parse(rest)?,
    };
    Ok((rest, NamedExpr { names, value, span: input.span_up_to(&rest) }))
}

fn one_name(input: Input<'_>) -> Parse<'_, Vec<Name>> {
    map(declared_name, |name| vec![name]).parse(input)
}

/// `(a, b) =`
fn names_in_parentheses(input: Input<'_>) -> Parse<'_, Vec<Name>> {
    if !input.is_sign(0, Sign::OpenParenthesis) || !closes_before_equal(input) {
        return no_match();
    }
    terminated(in_parentheses(list1(declared_name, "a name")), sign(Sign::Equal)).parse(input)
}

/// Whether what opens here is a list of names in parentheses with `=` behind it.
fn closes_before_equal(input: Input<'_>) -> bool {
    let mut offset = 1;
    while let Some(length) = declared_name_length(input, offset) {
        offset += length;
        if !input.is_sign(offset, Sign::Comma) {
            break;
        }
        offset += 1;
    }
    input.is_sign(offset, Sign::CloseParenthesis) && input.is_sign(offset + 1, Sign::Equal)
}

/// `a-b =` and `long =`: something meant as a name that cannot be one bare.
fn dashed_name(input: Input<'_>) -> Option<Span> {
    let is_word = |offset| matches!(input.kind_at(offset), Some(TokenKind::Identifier | TokenKind::Keyword));
    if !is_word(0) || declared_name_length(input, 0) == Some(1) && input.is_sign(1, Sign::Equal) {
        return None;
    }
    let mut length = 1;
    while (is_word(length) || input.is_sign(length, Sign::Minus)) && input.is_adjacent(length) {
        length += 1;
    }
    input.is_sign(length, Sign::Equal).then(|| input.span_up_to(&input.skip(length)))
}

/// An expression without pipes and without a name: `a + 1 > 2 and f(x)`.
pub(crate) fn scalar(input: Input<'_>) -> Parse<'_, Expr> {
    chain(input, "or", BinaryOperator::Or, |input| {
        chain(input, "and", BinaryOperator::And, |input| operation(input, Level::Equality))
    })
}

/// An expression that must be there.
pub(crate) fn required_scalar(input: Input<'_>) -> Parse<'_, Expr> {
    required(scalar, AN_EXPRESSION).parse(input)
}

/// Operands with the same word between them.
fn chain<'a>(
    input: Input<'a>,
    word: &'static str,
    operator: BinaryOperator,
    operand: impl Fn(Input<'a>) -> Parse<'a, Expr> + Copy,
) -> Parse<'a, Expr> {
    let (mut rest, first) = operand(input)?;
    let mut others = Vec::new();
    while let Ok((after, operator_span)) = keyword(word)(rest) {
        let (after, next) = required(operand, AN_EXPRESSION).parse(after)?;
        others.push((operator_span, next));
        rest = after;
    }
    Ok((rest, join_chain(operator, first, others)))
}

/// The longest chain of `and` or `or` that leans to the left.
const LEANING_CHAIN: usize = 32;

/// One expression from operands with the same operator between them. A long chain becomes a balanced tree,
/// which means the same, so that no walk over the tree goes as deep as the chain is long.
fn join_chain(operator: BinaryOperator, first: Expr, mut others: Vec<(Span, Expr)>) -> Expr {
    if others.len() < LEANING_CHAIN {
        return others.into_iter().fold(first, |left, (span, right)| binary(operator, span, left, right));
    }
    let mut right = others.split_off(others.len() / 2).into_iter();
    let left = join_chain(operator, first, others);
    match right.next() {
        Some((span, middle)) => binary(operator, span, left, join_chain(operator, middle, right.collect())),
        None => left,
    }
}

fn binary(operator: BinaryOperator, operator_span: Span, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    let (left, right) = (Box::new(left), Box::new(right));
    Expr { kind: ExprKind::Binary { operator, operator_span, left, right }, span }
}

/// Operands with operators of this level or tighter between them.
fn operation(input: Input<'_>, loosest: Level) -> Parse<'_, Expr> {
    let (mut rest, mut left) = operand(input, loosest)?;
    let mut tightest = Level::Operand;
    while let Some((level, infix)) = infix(rest) {
        if level < loosest || level > tightest || (level == tightest && !level.chains()) {
            break;
        }
        let operator_span = rest.next_span();
        let after = rest.skip(1);
        (rest, left) = match infix {
            Infix::Binary(operator) => {
                let tighter = |input| operation(input, level.tighter());
                let (after, right) = required(tighter, AN_EXPRESSION).parse(after)?;
                (after, binary(operator, operator_span, left, right))
            }
            Infix::List(operator) => {
                let (after, list) = in_parentheses(list_or_query).parse(after)?;
                let value = Box::new(left);
                let kind = ExprKind::InList { operator, operator_span, value, list };
                (after, Expr { kind, span: input.span_up_to(&after) })
            }
            Infix::Between { negated } => {
                let (after, (low, high)) = in_parentheses(bounds).parse(after)?;
                let (value, low, high) = (Box::new(left), Box::new(low), Box::new(high));
                let kind = ExprKind::Between { negated, value, low, high };
                (after, Expr { kind, span: input.span_up_to(&after) })
            }
        };
        tightest = level;
    }
    Ok((rest, left))
}

/// What stands between operators. `*` is one before an operator on text, and before `==`.
fn operand(input: Input<'_>, loosest: Level) -> Parse<'_, Expr> {
    if loosest == Level::Operand {
        return signed(input);
    }
    let all_columns = verify(star, |_| {
        let after = input.skip(1);
        is_string_operator(after) || (loosest == Level::Equality && after.is_sign(0, Sign::EqualEqual))
    });
    alt((all_columns, signed)).parse(input)
}

/// What stands between the parentheses of `in (...)`: one query, or values.
fn list_or_query(input: Input<'_>) -> Parse<'_, Vec<Expr>> {
    if starts_query(input) || has_pipe_before_end(input) {
        return map(required(expression, AN_EXPRESSION), |query| vec![query]).parse(input);
    }
    list1(scalar, AN_EXPRESSION).parse(input)
}

/// Whether a pipe comes before the comma or parenthesis that ends what begins here.
fn has_pipe_before_end(input: Input<'_>) -> bool {
    let mut depth = 0_usize;
    for token in nom::Input::iter_elements(&input) {
        match token.kind {
            TokenKind::Sign(Sign::Semicolon) => return false,
            TokenKind::Sign(Sign::Comma | Sign::CloseParenthesis) if depth == 0 => return false,
            TokenKind::Sign(Sign::Bar) if depth == 0 => return true,
            TokenKind::Sign(Sign::OpenParenthesis) => depth += 1,
            TokenKind::Sign(Sign::CloseParenthesis) => depth -= 1,
            _ => {}
        }
    }
    false
}

/// `low .. high`
fn bounds(input: Input<'_>) -> Parse<'_, (Expr, Expr)> {
    (required(scalar, AN_EXPRESSION), preceded(required_sign(Sign::DotDot), required(scalar, AN_EXPRESSION)))
        .parse(input)
}

/// `-x`, `+x`, or what stands there without a sign.
pub(crate) fn signed(input: Input<'_>) -> Parse<'_, Expr> {
    let minus = map(sign(Sign::Minus), |_| UnaryOperator::Minus);
    let plus = map(sign(Sign::Plus), |_| UnaryOperator::Plus);
    match opt(alt((minus, plus))).parse(input)? {
        (rest, None) => alt((path, keyword_in_place_of_name)).parse(rest),
        (rest, Some(operator)) => {
            let (rest, operand) = required(path, AN_EXPRESSION).parse(rest)?;
            let kind = ExprKind::Unary { operator, operand: Box::new(operand) };
            Ok((rest, Expr { kind, span: input.span_up_to(&rest) }))
        }
    }
}

/// `*` where the next sign ends an argument.
pub(crate) fn lone_star(input: Input<'_>) -> Parse<'_, Expr> {
    let end = alt((sign(Sign::CloseParenthesis), sign(Sign::Comma)));
    terminated(star, peek(end)).parse(input)
}

/// The expression as one without a name.
pub(crate) fn unnamed<'a, P>(part: P) -> impl Parser<Input<'a>, Output = NamedExpr, Error = Reject>
where
    P: Parser<Input<'a>, Output = Expr, Error = Reject>,
{
    map(part, |value: Expr| NamedExpr { names: Vec::new(), span: value.span, value })
}
