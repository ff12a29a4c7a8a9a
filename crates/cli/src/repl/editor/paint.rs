//! Colours what is typed: by its tokens, by what its names mean, and by what is wrong with it.

use std::collections::HashMap;
use std::fmt::Write;

use anstyle::{Effects, Style};
use kql_parser::lexer::Sign;
use kql_parser::{Diagnostic, Severity, Span, Token, TokenKind, tokenize};
use kql_planner::OperatorHelp;
use kql_planner::complete::NameMeaning;

use super::palette::Palette;
use super::reading::Findings;

/// The text with colours. `cursor` is where the next key goes: what is being written there is not yet wrong.
pub fn painted(text: &str, cursor: Option<usize>, palette: &Palette, findings: &Findings) -> String {
    if palette.is_plain() {
        return text.to_owned();
    }
    let tokens = tokenize(text);
    let brackets = cursor.and_then(|cursor| matching_brackets(&tokens, cursor));
    let written = cursor.and_then(|cursor| being_written(text, &tokens, cursor));
    let mistakes: Vec<Span> = mistakes(text, written, &findings.diagnostics).collect();
    let meanings: HashMap<Span, NameMeaning> = findings.meanings.iter().copied().collect();
    let mut out = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for (index, token) in tokens.iter().enumerate() {
        let span = token.span;
        out.push_str(&text[done..span.start]);
        let mut style = token_style(text, &tokens, index, palette, &meanings);
        if mistakes.iter().any(|mistake| mistake.start < span.end && span.start < mistake.end) {
            style = palette.mistake;
        }
        if brackets.is_some_and(|pair| pair.contains(&index)) {
            style |= palette.bracket;
        }
        push_styled(&mut out, style, span.text(text));
        done = span.end;
    }
    out.push_str(&text[done..]);
    out
}

/// A meta-command with colours.
pub fn painted_command(text: &str, palette: &Palette) -> String {
    let begins = text.len() - text.trim_start().len();
    let ends = text[begins..].find(char::is_whitespace).map_or(text.len(), |at| begins + at);
    let mut out = text[..begins].to_owned();
    push_styled(&mut out, palette.command, &text[begins..ends]);
    out.push_str(&text[ends..]);
    out
}

/// Appends a text in a style, each line by itself: an editor may break lines where it likes.
fn push_styled(out: &mut String, style: Style, text: &str) {
    if style == Style::new() {
        out.push_str(text);
        return;
    }
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        // Writing to a string cannot fail.
        let _ = write!(out, "{style}{line}{style:#}");
    }
}

/// The token that the next key goes on with, or comes behind.
fn being_written(text: &str, tokens: &[Token], cursor: usize) -> Option<Span> {
    let before = &text[..text.floor_char_boundary(cursor)];
    // At the end what is to come may still give sense to the last word.
    let is_at_end = text[before.len()..].trim().is_empty();
    let reaches = if is_at_end { before.trim_end().len() } else { before.len() };
    let touched = tokens.iter().rfind(|token| token.span.start <= reaches && reaches <= token.span.end)?;
    Some(touched.span)
}

/// The places of errors that are not about what is just being written.
fn mistakes(text: &str, written: Option<Span>, diagnostics: &[Diagnostic]) -> impl Iterator<Item = Span> {
    let end = text.trim_end().len();
    let errors = diagnostics.iter().filter(|found| found.severity == Severity::Error);
    errors.map(|found| found.span).filter(move |span| {
        let touches = written.is_some_and(|written| span.start <= written.end && written.start <= span.end);
        span.start < end && !touches
    })
}

fn token_style(
    text: &str,
    tokens: &[Token],
    index: usize,
    palette: &Palette,
    meanings: &HashMap<Span, NameMeaning>,
) -> Style {
    let token = tokens[index];
    let before = tokens[..index].iter().rfind(|token| token.kind != TokenKind::Comment);
    let next = tokens.get(index + 1);
    match token.kind {
        TokenKind::Comment | TokenKind::Directive => palette.comment,
        TokenKind::String => palette.text,
        TokenKind::Invalid(_) => palette.text | Effects::UNDERLINE,
        TokenKind::Long
        | TokenKind::Real
        | TokenKind::Timespan
        | TokenKind::Bool
        | TokenKind::Typed(_)
        | TokenKind::RawGuid => palette.number,
        TokenKind::Sign(Sign::Bar) => palette.operator,
        TokenKind::Sign(_) => Style::new(),
        TokenKind::Identifier | TokenKind::Keyword => {
            if let Some(meaning) = meanings.get(&token.span) {
                return match meaning {
                    NameMeaning::Column => palette.column,
                    NameMeaning::Table => palette.table,
                    NameMeaning::Variable => palette.variable,
                };
            }
            let is_bar = |token: &Token| token.kind == TokenKind::Sign(Sign::Bar);
            let begins = before.is_none_or(|before| is_bar(before) || is_opening(before));
            let is_operator = begins && OperatorHelp::find(token.span.text(text)).is_some();
            let is_call = next.is_some_and(|next| {
                next.kind == TokenKind::Sign(Sign::OpenParenthesis) && next.span.start == token.span.end
            });
            match token.kind {
                _ if is_operator => palette.operator,
                _ if is_call => palette.function,
                TokenKind::Keyword => palette.keyword,
                _ => Style::new(),
            }
        }
    }
}

fn is_opening(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Sign(Sign::OpenParenthesis | Sign::Semicolon | Sign::OpenBrace))
}

/// The bracket at the cursor, or right before it, and the one that belongs to it.
fn matching_brackets(tokens: &[Token], cursor: usize) -> Option<[usize; 2]> {
    let is_there = |token: &&Token| token.span.start == cursor || token.span.end == cursor;
    let at = tokens.iter().filter(is_there).find(|token| side(token).is_some())?.span.start;
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match side(token) {
            Some(Side::Opens) => open.push(index),
            Some(Side::Closes) => {
                let opener = open.pop()?;
                if tokens[opener].span.start == at || token.span.start == at {
                    return Some([opener, index]);
                }
            }
            None => {}
        }
    }
    None
}

enum Side {
    Opens,
    Closes,
}

fn side(token: &Token) -> Option<Side> {
    match token.kind {
        TokenKind::Sign(Sign::OpenParenthesis | Sign::OpenBracket | Sign::OpenBrace) => Some(Side::Opens),
        TokenKind::Sign(Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace) => Some(Side::Closes),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kql_parser::Code;

    fn palette() -> Palette {
        let bold = Style::new().bold();
        Palette {
            operator: bold,
            column: Style::new().italic(),
            mistake: Style::new().underline(),
            bracket: Effects::INVERT,
            ..Palette::default()
        }
    }

    /// Styles as marks: `*` bold, `/` italic, `_` underlined, `%` inverted.
    fn shown(text: &str, cursor: Option<usize>, findings: &Findings) -> String {
        let painted = painted(text, cursor, &palette(), findings);
        let plain = anstream::adapter::strip_str(&painted).to_string();
        assert_eq!(plain, text, "only styles are added");
        [("\u{1b}[1m", "*"), ("\u{1b}[3m", "/"), ("\u{1b}[4m", "_"), ("\u{1b}[7m", "%"), ("\u{1b}[0m", ";")]
            .iter()
            .fold(painted, |text, (code, mark)| text.replace(code, mark))
    }

    #[test]
    fn operators_and_columns_are_told_apart() {
        let findings =
            Findings { meanings: vec![(Span::new(10, 15), NameMeaning::Column)], ..Findings::default() };
        assert_eq!(shown("T | where count == 1", None, &findings), "T *|; *where; /count; == 1");
    }

    #[test]
    fn mistakes_are_underlined_but_not_while_they_are_written() {
        let wrong = Diagnostic::error(Code::UnknownName, "unknown", Span::new(10, 11));
        let findings = Findings { diagnostics: vec![wrong], ..Findings::default() };
        assert_eq!(shown("T | where x == 1", None, &findings), "T *|; *where; _x; == 1");
        assert_eq!(shown("T | where x == 1", Some(11), &findings), "T *|; *where; x == 1");
        assert_eq!(shown("T | where x ", Some(12), &findings), "T *|; *where; x ");
        assert_eq!(shown("T | where x  | count", Some(12), &findings), "T *|; *where; _x;  *|; *count;");
    }

    #[test]
    fn brackets_at_the_cursor_show_their_match() {
        let none = Findings::default();
        assert_eq!(shown("f(a[1])", Some(7), &none), "f%(;a[1]%);");
        assert_eq!(shown("f(a[1])", Some(3), &none), "f(a%[;1%];)");
        assert_eq!(shown("f(a", Some(2), &none), "f(a");
    }
}
