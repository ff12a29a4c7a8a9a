//! What stands between brackets, and what is said when a bracket is not closed.

use nom::Parser;

use super::input::Input;
use super::reject::{Parse, Reject, expected, fail, quoted};
use super::terminals::{required_sign, sign};
use crate::lexer::{Sign, TokenKind};
use crate::{Code, Diagnostic, line_column};

/// `( part )`, the parentheses being required.
pub(crate) fn in_parentheses<'a, P>(part: P) -> impl Parser<Input<'a>, Output = P::Output, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    between(Sign::OpenParenthesis, part, Sign::CloseParenthesis)
}

/// `[ part ]`, the brackets being required.
pub(crate) fn in_brackets<'a, P>(part: P) -> impl Parser<Input<'a>, Output = P::Output, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    between(Sign::OpenBracket, part, Sign::CloseBracket)
}

/// `{ part }`, the braces being required.
pub(crate) fn in_braces<'a, P>(part: P) -> impl Parser<Input<'a>, Output = P::Output, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    between(Sign::OpenBrace, part, Sign::CloseBrace)
}

fn between<'a, P>(
    open: Sign,
    mut part: P,
    close: Sign,
) -> impl Parser<Input<'a>, Output = P::Output, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    move |input: Input<'a>| {
        let (rest, _) = required_sign(open)(input)?;
        let (rest, output) = part.parse(rest)?;
        let (rest, _) = closing(input, rest, close)?;
        Ok((rest, output))
    }
}

/// The sign that closes what `open` begins with.
fn closing<'a>(open: Input<'a>, input: Input<'a>, close: Sign) -> Parse<'a, ()> {
    match sign(close)(input) {
        Ok((rest, _)) => Ok((rest, ())),
        Err(_) if is_closed(open) => fail(expected(input, &format!("`{}`", close.as_str()))),
        Err(_) => fail(not_closed(open, input, close)),
    }
}

/// The diagnostic for a bracket that nothing closes. It points at the bracket, and the hint says where the
/// closing one was missed.
fn not_closed(open: Input<'_>, input: Input<'_>, close: Sign) -> Diagnostic {
    let message = format!("this `{}` is not closed", open.text_at(0));
    let hint = if input.is_empty() {
        format!("`{}` is missing at the end", close.as_str())
    } else {
        let line = line_column(input.source(), input.next_span().start).line;
        format!("`{}` is missing before {} on line {line}", close.as_str(), quoted(input.text_at(0)))
    };
    Diagnostic::error(Code::Syntax, message, open.next_span()).with_hint(hint)
}

/// Whether the bracket that stands here is closed somewhere. A wrong closing bracket closes the nearest that
/// it fits, and with it those in between.
fn is_closed(open: Input<'_>) -> bool {
    let mut expected_signs = Vec::new();
    for token in nom::Input::iter_elements(&open) {
        let TokenKind::Sign(found) = token.kind else { continue };
        match found {
            Sign::OpenParenthesis => expected_signs.push(Sign::CloseParenthesis),
            Sign::OpenBracket => expected_signs.push(Sign::CloseBracket),
            Sign::OpenBrace => expected_signs.push(Sign::CloseBrace),
            Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace => {
                let Some(fitting) = expected_signs.iter().rposition(|wanted| *wanted == found) else {
                    return false;
                };
                expected_signs.truncate(fitting);
                if expected_signs.is_empty() {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}
