//! What an unfinished text lacks at its end.

use kql_parser::lexer::{LexicalError, Sign};
use kql_parser::{Severity, TokenKind, parse};

use super::cursor::Cursor;
use super::frames::Nesting;

/// What may be missing before the brackets that are open: nothing, a value, an operator.
const MISSING: &[&str] = &["", " true", " count"];

/// A text that can be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mended {
    pub text: String,
    /// Up to where mistakes are those of the text: what was made up may be of another type than what is meant, and an
    /// operator may lack what comes behind its brackets.
    pub trusted: usize,
}

/// The text with what it lacks at its end to be read: a quote, a value or an operator, brackets. `None`, if it can be
/// read as it is, or lacks something else.
pub(super) fn mended(text: &str) -> Option<Mended> {
    let is_read = |text: &str| !parse(text).diagnostics.iter().any(|found| found.severity == Severity::Error);
    if is_read(text) {
        return None;
    }
    let cursor = Cursor::at_end(text);
    let quote = closing_quote(&cursor);
    let nesting = Nesting::new(&cursor);
    let brackets: String =
        nesting.frames.iter().rev().filter_map(|frame| closing(&cursor, frame.opener?)).collect();
    // A comment at the end ends with its line.
    // The operator that is not finished: the one that holds the outermost open bracket, or the last one.
    let end = nesting.frames.iter().find_map(|frame| frame.opener).unwrap_or(cursor.tokens.len());
    let bar = cursor.tokens[..end].iter().rfind(|token| token.kind == TokenKind::Sign(Sign::Bar));
    MISSING.iter().find_map(|missing| {
        let mended = format!("{text}{quote}\n{missing}{brackets}");
        let is_whole = missing.is_empty() && brackets.is_empty();
        let trusted = if is_whole { text.len() } else { bar.map_or(0, |bar| bar.span.start) };
        is_read(&mended).then_some(Mended { text: mended, trusted })
    })
}

/// What ends the string at the end of the text, if there is one that does not end.
fn closing_quote<'t>(cursor: &Cursor<'t>) -> &'t str {
    let Some(last) = cursor.tokens.last() else { return "" };
    if last.kind != TokenKind::Invalid(LexicalError::UnterminatedString) || last.span.end < cursor.text.len()
    {
        return "";
    }
    let string = last.span.text(cursor.text);
    if let Some(at) = string.find("```").or_else(|| string.find("~~~")) {
        return &string[at..at + 3];
    }
    string.find(['"', '\'']).map_or("", |at| &string[at..=at])
}

fn closing(cursor: &Cursor<'_>, opener: usize) -> Option<char> {
    let TokenKind::Sign(sign) = cursor.tokens.get(opener)?.kind else { return None };
    match sign {
        Sign::OpenParenthesis => Some(')'),
        Sign::OpenBracket => Some(']'),
        Sign::OpenBrace => Some('}'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unfinished_is_finished_at_its_end() {
        for (text, expected) in [
            ("T | where a ==", Some("T | where a ==\n true")),
            ("T | where a == \"b", Some("T | where a == \"b\"\n")),
            ("T | where f(a, [1", Some("T | where f(a, [1\n])")),
            ("T | summarize count() by bin(Time, ", Some("T | summarize count() by bin(Time, \n true)")),
            ("T | join (U |", Some("T | join (U |\n count)")),
            ("let F = (x: long) { T | where y > x", Some("let F = (x: long) { T | where y > x\n}")),
            ("T // a", None),
            ("T | where )", None),
        ] {
            assert_eq!(mended(text).map(|mended| mended.text).as_deref(), expected, "{text}");
        }
    }
}
