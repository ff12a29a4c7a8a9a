//! Shows what is wrong with a query: the source line, a caret under the place, a hint.
//!
//! Text comes with colours; [`crate::terminal`] takes them away where they are not wanted.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use kql_parser::{Diagnostic, Severity, Span, line_column};
use kql_rules::lint::Level;

use crate::source::Source;
use crate::terminal::{display_width, push_visible};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const INFO: Style = AnsiColor::Cyan.on_default().bold();
const FRAME: Style = AnsiColor::Blue.on_default().bold();
const STRONG: Style = Style::new().bold();

/// No more than so many cells of a source line are shown.
const LINE_WIDTH: usize = 100;

/// What is shown of one thing that is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    level: Level,
    /// The stable code, if it has one.
    code: Option<&'a str>,
    message: &'a str,
    span: Span,
    hint: Option<&'a str>,
}

impl<'a> Finding<'a> {
    /// What a check found.
    pub fn new(level: Level, code: &'a str, message: &'a str, span: Span, hint: Option<&'a str>) -> Self {
        Self { level, code: Some(code), message, span, hint }
    }

    /// What showed only while the query ran.
    pub fn at_run_time(message: &'a str, span: Span) -> Self {
        Self { level: Level::Error, code: None, message, span, hint: None }
    }
}

impl<'a> From<&'a Diagnostic> for Finding<'a> {
    fn from(found: &'a Diagnostic) -> Self {
        Self {
            level: level(found.severity),
            code: Some(found.code.as_str()),
            message: &found.message,
            span: found.span,
            hint: found.hint.as_deref(),
        }
    }
}

/// How much a diagnostic matters, among findings of checks.
pub fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    }
}

/// All of them, one below the other.
pub fn render_all(source: &Source, found: &[Diagnostic]) -> String {
    found.iter().map(|one| render(source, &Finding::from(one))).collect()
}

/// An error that is not about a place in a query.
pub fn plain_error(message: &str) -> String {
    format!("{ERROR}error{ERROR:#}: {message}\n")
}

/// A warning that is not about a place in a query.
pub fn plain_warning(message: &str) -> String {
    format!("{WARNING}warning{WARNING:#}: {message}\n")
}

/// One finding.
pub fn render(source: &Source, finding: &Finding<'_>) -> String {
    let word = finding.level.name();
    let style = match finding.level {
        Level::Error => ERROR,
        Level::Warning => WARNING,
        Level::Info => INFO,
    };
    let text = source.written();
    let span = source.written_span(finding.span);
    let place = line_column(text, span.start);
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    let excerpt = Excerpt::of(text, span);

    let mut out = format!("{style}{word}");
    if let Some(code) = finding.code {
        push(&mut out, format_args!("[{code}]"));
    }
    push(&mut out, format_args!("{style:#}{STRONG}: {}{STRONG:#}\n", finding.message));
    let name = &source.name;
    push(&mut out, format_args!("{margin}{FRAME}-->{FRAME:#} {name}:{}:{}\n", place.line, place.column));
    push(&mut out, format_args!("{margin} {FRAME}|{FRAME:#}\n"));
    push(&mut out, format_args!("{FRAME}{number} |{FRAME:#} {}\n", excerpt.line));
    let (indent, carets) = (" ".repeat(excerpt.indent), "^".repeat(excerpt.width));
    push(&mut out, format_args!("{margin} {FRAME}|{FRAME:#} {indent}{style}{carets}{style:#}\n"));
    if let Some(hint) = finding.hint {
        push(&mut out, format_args!("{margin} {FRAME}={FRAME:#} {STRONG}hint{STRONG:#}: {hint}\n"));
    }
    out
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = out.write_fmt(text);
}

/// The part of a source line that is shown, and where the carets stand, in cells of the screen.
#[derive(Debug, PartialEq)]
struct Excerpt {
    line: String,
    indent: usize,
    width: usize,
}

impl Excerpt {
    fn of(text: &str, span: Span) -> Self {
        let start = text.floor_char_boundary(span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let line = text[line_start..line_end].trim_end_matches('\r');
        let (before, rest) = line.split_at((start - line_start).min(line.len()));
        let under = span.end.saturating_sub(start).min(rest.len());
        let (marked, after) = rest.split_at(rest.floor_char_boundary(under));

        let mut shown = String::new();
        // Of a long line, what stands near the place.
        let before_shown = last_cells(before, LINE_WIDTH / 2);
        if before_shown.len() < before.len() {
            shown.push('…');
        }
        push_visible(&mut shown, before_shown);
        let indent = display_width(&shown);
        push_visible(&mut shown, marked);
        let width = display_width(&shown).saturating_sub(indent).clamp(1, LINE_WIDTH);
        push_visible(&mut shown, after);
        let line = cut(&shown, LINE_WIDTH + indent);
        Self { line: line.trim_end().to_owned(), indent, width }
    }
}

/// The end of a text that takes at most `cells`.
fn last_cells(text: &str, cells: usize) -> &str {
    let mut from = text.len();
    for (at, _) in text.char_indices().rev() {
        if display_width(&text[at..]) > cells {
            break;
        }
        from = at;
    }
    &text[from..]
}

/// The beginning of a text that takes at most `cells`, with `…` if that is not all.
fn cut(text: &str, cells: usize) -> String {
    let mut out = String::new();
    crate::terminal::push_cut(&mut out, text, cells);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use kql_parser::Code;

    fn rendered(text: &str, found: &str, hint: Option<&str>) -> String {
        let start = text.find(found).unwrap();
        let mut diagnostic = Diagnostic::error(
            Code::UnknownName,
            "nothing is called so",
            Span::new(start, start + found.len()),
        );
        diagnostic.hint = hint.map(str::to_owned);
        let text = render_all(&Source::new("a.kql", text), &[diagnostic]);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn carets_stand_under_the_place() {
        assert_eq!(
            rendered("T\r\n| where Resulttype == 0\r\n", "Resulttype", Some("did you mean ResultType?")),
            "error[KQL002]: nothing is called so\n \
             --> a.kql:2:9\n  \
             |\n\
             2 | | where Resulttype == 0\n  \
             |         ^^^^^^^^^^\n  \
             = hint: did you mean ResultType?\n"
        );
    }

    #[test]
    fn tabs_and_wide_characters_are_measured_as_shown() {
        let text = rendered("\twhere '日本' == Neme", "Neme", None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[3], "1 |     where '日本' == Neme");
        assert_eq!(lines[4], "  |                     ^^^^");
    }

    #[test]
    fn a_long_line_is_shown_near_the_place() {
        let text = rendered(&format!("{} Neme {}", "a".repeat(500), "b".repeat(500)), "Neme", None);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[3].starts_with("1 | …aaa") && lines[3].ends_with("bbb…"), "{}", lines[3]);
        assert_eq!(lines[3].find("Neme").map(|at| at - "…".len() + 1), lines[4].find('^'));
    }

    #[test]
    fn the_end_of_the_text_has_a_caret_too() {
        let span = Span::new(8, 8);
        assert_eq!(
            Excerpt::of("T | take", span),
            Excerpt { line: "T | take".to_owned(), indent: 8, width: 1 }
        );
        assert_eq!(Excerpt::of("", Span::new(0, 0)), Excerpt { line: String::new(), indent: 0, width: 1 });
        assert_eq!(Excerpt::of("a\nb", Span::new(0, 3)).width, 1);
    }
}
