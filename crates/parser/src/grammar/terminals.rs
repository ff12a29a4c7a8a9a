//! Single tokens, and lists of what commas separate.

use nom::Parser;

use super::input::Input;
use super::reject::{Parse, Reject, fail_expecting, no_match, required};
use crate::Span;
use crate::lexer::{Sign, Token, TokenKind};

/// Any token that satisfies the condition.
pub(crate) fn token_if<'a>(condition: impl Fn(TokenKind) -> bool) -> impl Fn(Input<'a>) -> Parse<'a, Token> {
    move |input| match input.peek() {
        Some(token) if condition(token.kind) => Ok((input.skip(1), token)),
        _ => no_match(),
    }
}

/// The sign; its span.
pub(crate) fn sign<'a>(sign: Sign) -> impl Fn(Input<'a>) -> Parse<'a, Span> {
    move |input| token_if(|kind| kind == TokenKind::Sign(sign))(input).map(|(rest, token)| (rest, token.span))
}

/// The sign, without which the text is wrong.
pub(crate) fn required_sign<'a>(wanted: Sign) -> impl FnMut(Input<'a>) -> Parse<'a, Span> {
    move |input| match sign(wanted)(input) {
        Err(nom::Err::Error(_)) => fail_expecting(input, &format!("`{}`", wanted.as_str())),
        result => result,
    }
}

/// The keyword; its span.
pub(crate) fn keyword<'a>(word: &'static str) -> impl Fn(Input<'a>) -> Parse<'a, Span> {
    move |input| match input.peek() {
        Some(token) if input.is_keyword(0, word) => Ok((input.skip(1), token.span)),
        _ => no_match(),
    }
}

/// The keyword, without which the text is wrong.
pub(crate) fn required_keyword<'a>(word: &'static str) -> impl FnMut(Input<'a>) -> Parse<'a, Span> {
    move |input| match keyword(word)(input) {
        Err(nom::Err::Error(_)) => fail_expecting(input, &format!("`{word}`")),
        result => result,
    }
}

/// One or several adjacent tokens that spell the text; their span.
pub(crate) fn spelled<'a>(text: &str) -> impl Fn(Input<'a>) -> Parse<'a, Span> {
    move |input| match spelled_length(input, 0, text) {
        Some(count) => Ok((input.skip(count), input.span_up_to(&input.skip(count)))),
        None => no_match(),
    }
}

/// How many adjacent tokens after `offset` others spell the text, if they do.
pub(crate) fn spelled_length(input: Input<'_>, offset: usize, text: &str) -> Option<usize> {
    let mut rest = text;
    let mut count = 0;
    while !rest.is_empty() {
        let part = input.text_at(offset + count);
        if part.is_empty() || (count > 0 && !input.is_adjacent(offset + count)) {
            return None;
        }
        rest = rest.strip_prefix(part)?;
        count += 1;
    }
    Some(count)
}

/// What the part read, and the span of it.
pub(crate) fn spanned<'a, P>(
    mut part: P,
) -> impl Parser<Input<'a>, Output = (P::Output, Span), Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    move |input: Input<'a>| {
        let (rest, output) = part.parse(input)?;
        Ok((rest, (output, input.span_up_to(&rest))))
    }
}

/// Whether the next token ends every list: a closing bracket, `|`, `;` or the end.
pub(crate) fn ends_list(input: Input<'_>) -> bool {
    match input.peek() {
        None => true,
        Some(token) => matches!(
            token.kind,
            TokenKind::Sign(
                Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace | Sign::Bar | Sign::Semicolon
            )
        ),
    }
}

/// Elements separated by commas; none is fine, a comma without an element after it is not.
pub(crate) fn list0<'a, P>(
    element: P,
    what: &'static str,
) -> impl Parser<Input<'a>, Output = Vec<P::Output>, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    list_until(element, what, ends_list)
}

/// Elements separated by commas, one at least.
pub(crate) fn list1<'a, P>(
    element: P,
    what: &'static str,
) -> impl Parser<Input<'a>, Output = Vec<P::Output>, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    one_or_more(list0(element, what), what)
}

/// The list, which must not be empty.
pub(crate) fn one_or_more<'a, T>(
    mut list: impl Parser<Input<'a>, Output = Vec<T>, Error = Reject>,
    what: &'static str,
) -> impl Parser<Input<'a>, Output = Vec<T>, Error = Reject> {
    move |input: Input<'a>| {
        let (rest, elements) = list.parse(input)?;
        if elements.is_empty() { fail_expecting(input, what) } else { Ok((rest, elements)) }
    }
}

/// Elements separated by commas up to where `ends` holds, whatever an element could make of what stands there.
pub(crate) fn list_until<'a, P>(
    mut element: P,
    what: &'static str,
    ends: impl Fn(Input<'a>) -> bool,
) -> impl Parser<Input<'a>, Output = Vec<P::Output>, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    move |input: Input<'a>| {
        let mut elements = Vec::new();
        if ends(input) {
            return Ok((input, elements));
        }
        let mut next = match element.parse(input) {
            Ok(first) => first,
            Err(nom::Err::Error(_)) if !input.is_sign(0, Sign::Comma) => return Ok((input, elements)),
            Err(nom::Err::Error(_)) => return fail_expecting(input, what),
            Err(failure) => return Err(failure),
        };
        loop {
            elements.push(next.1);
            let Ok((after_comma, _)) = sign(Sign::Comma)(next.0) else { return Ok((next.0, elements)) };
            if ends(after_comma) {
                return fail_expecting(after_comma, what);
            }
            next = required(|rest| element.parse(rest), what).parse(after_comma)?;
        }
    }
}

/// As [`list0`], and a comma may end the list.
pub(crate) fn list_with_trailing_comma<'a, P>(
    mut element: P,
    what: &'static str,
) -> impl Parser<Input<'a>, Output = Vec<P::Output>, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    move |input: Input<'a>| {
        let mut elements = Vec::new();
        let mut rest = input;
        loop {
            match element.parse(rest) {
                Ok((after, next)) => {
                    elements.push(next);
                    rest = after;
                }
                Err(nom::Err::Error(_)) if rest.is_sign(0, Sign::Comma) => return fail_expecting(rest, what),
                Err(nom::Err::Error(_)) => return Ok((rest, elements)),
                Err(failure) => return Err(failure),
            }
            match sign(Sign::Comma)(rest) {
                Ok((after, _)) => rest = after,
                Err(_) => return Ok((rest, elements)),
            }
        }
    }
}
