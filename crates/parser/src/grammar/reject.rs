//! How a part of the grammar says that it does not apply, or that the text is wrong.

use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser};

use super::input::Input;
use super::suggestion;
use crate::{Code, Diagnostic, Span};

/// What a part of the grammar gives: the rest of the tokens and what it read, or a [`Reject`].
pub(crate) type Parse<'a, T> = IResult<Input<'a>, T, Reject>;

/// Why a part of the grammar did not read anything.
#[derive(Debug)]
pub(crate) enum Reject {
    /// It begins differently; another part may apply. Always as [`nom::Err::Error`].
    NoMatch,
    /// It began and then went wrong. Always as [`nom::Err::Failure`].
    Because(Box<Diagnostic>),
}

impl<'a> ParseError<Input<'a>> for Reject {
    fn from_error_kind(_: Input<'a>, _: ErrorKind) -> Self {
        Reject::NoMatch
    }

    fn append(_: Input<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// Leaves the text to another part of the grammar.
pub(crate) fn no_match<'a, T>() -> Parse<'a, T> {
    Err(nom::Err::Error(Reject::NoMatch))
}

/// Ends with the diagnostic; no other part is tried.
pub(crate) fn fail<'a, T>(diagnostic: Diagnostic) -> Parse<'a, T> {
    Err(nom::Err::Failure(Reject::Because(Box::new(diagnostic))))
}

/// Ends with a syntax error at the span.
pub(crate) fn fail_at<'a, T>(span: Span, message: impl Into<String>) -> Parse<'a, T> {
    fail(Diagnostic::error(Code::Syntax, message, span))
}

/// Ends with "expected ..." at the next token.
pub(crate) fn fail_expecting<'a, T>(input: Input<'a>, what: &str) -> Parse<'a, T> {
    fail(expected(input, what))
}

/// The diagnostic that something else was expected where the next token stands.
pub(crate) fn expected(input: Input<'_>, what: &str) -> Diagnostic {
    let found = input.text_at(0);
    let message = if input.is_empty() {
        format!("expected {what}, but the text ends here")
    } else {
        format!("expected {what}, found {}", quoted(found))
    };
    let diagnostic = Diagnostic::error(Code::Syntax, message, input.next_span());
    match suggestion::for_unexpected(input, what) {
        Some(hint) => diagnostic.with_hint(hint),
        None => diagnostic,
    }
}

/// The text in back-ticks, shortened to what a message can hold.
pub(crate) fn quoted(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    match line.char_indices().nth(40) {
        Some((end, _)) => format!("`{}...`", &line[..end]),
        None => format!("`{line}`"),
    }
}

/// The part must be there: if it does not apply, the text is wrong.
pub(crate) fn required<'a, P>(
    mut part: P,
    what: &'static str,
) -> impl Parser<Input<'a>, Output = P::Output, Error = Reject>
where
    P: Parser<Input<'a>, Error = Reject>,
{
    move |input: Input<'a>| match part.parse(input) {
        Err(nom::Err::Error(Reject::NoMatch)) => fail_expecting(input, what),
        result => result,
    }
}
