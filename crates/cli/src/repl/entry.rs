//! Where what is typed ends.

use kql_parser::ast::StatementKind;
use kql_parser::lexer::{LexicalError, Sign};
use kql_parser::{Token, TokenKind, parse, tokenize};

/// Whether there is nothing but blanks, comments and semicolons.
pub fn is_blank(text: &str) -> bool {
    tokenize(text).iter().all(|token| token.kind == TokenKind::Comment || token.span.text(text) == ";")
}

/// Whether it is a command for the session and not a query.
pub fn is_meta_command(text: &str) -> bool {
    text.trim_start().starts_with('.')
}

/// Whether an entry of a script ends where the text ends: a query after `;` or an empty line, a meta-command after its
/// line. A `let` ends no query.
pub fn ends_in_script(text: &str) -> bool {
    if text.trim().is_empty() || is_meta_command(text) || ends_with_empty_line(text) {
        return true;
    }
    let tokens = tokenize(text);
    let last = tokens.iter().rfind(|token| token.kind != TokenKind::Comment);
    last.is_some_and(|token| token.span.text(text) == ";") && asks_for_something(text)
}

/// Whether what is typed at a terminal can run, so that enter runs it: nothing is open, no pipe or operator waits for
/// what comes behind it, and there is more than declarations. An empty line at the end runs it anyway, and shows what is
/// wrong.
pub fn is_complete(text: &str) -> bool {
    if text.trim().is_empty() || is_meta_command(text) || ends_with_empty_line(text) {
        return true;
    }
    let tokens: Vec<Token> =
        tokenize(text).into_iter().filter(|token| token.kind != TokenKind::Comment).collect();
    let Some(last) = tokens.last() else { return true };
    !is_in_string(text, last) && open_brackets(&tokens) == 0 && !waits(text, last) && asks_for_something(text)
}

fn ends_with_empty_line(text: &str) -> bool {
    text.rsplit_once('\n').is_some_and(|(_, line)| line.trim().is_empty())
}

/// Whether the cursor at the end stands in a string. One in plain quotes ends with its line, closed or not.
fn is_in_string(text: &str, last: &Token) -> bool {
    matches!(last.kind, TokenKind::Invalid(LexicalError::UnterminatedString)) && last.span.end == text.len()
}

/// How many brackets are open; none, if more are closed than were open.
fn open_brackets(tokens: &[Token]) -> usize {
    let mut open = 0_usize;
    for token in tokens {
        match token.kind {
            TokenKind::Sign(Sign::OpenParenthesis | Sign::OpenBracket | Sign::OpenBrace) => open += 1,
            TokenKind::Sign(Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace) => {
                open = open.saturating_sub(1);
            }
            _ => {}
        }
    }
    open
}

/// Whether something must come behind the last token.
fn waits(text: &str, last: &Token) -> bool {
    match last.kind {
        TokenKind::Sign(sign) => !matches!(
            sign,
            Sign::CloseParenthesis | Sign::CloseBracket | Sign::CloseBrace | Sign::Star | Sign::Semicolon
        ),
        TokenKind::Keyword => matches!(
            last.span.text(text),
            "and"
                | "or"
                | "by"
                | "on"
                | "has"
                | "contains"
                | "startswith"
                | "endswith"
                | "in"
                | "between"
                | "matches regex"
                | "where"
                | "extend"
                | "project"
                | "summarize"
                | "join"
                | "union"
        ),
        _ => false,
    }
}

/// Whether the last statement is a query, or wrong, and not one that only prepares.
fn asks_for_something(text: &str) -> bool {
    let parsed = parse(text);
    let last = parsed.query.statements.last();
    !parsed.diagnostics.is_empty()
        || last.is_some_and(|statement| matches!(statement.kind, StatementKind::Expression(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_script_ends_at_a_semicolon_or_an_empty_line() {
        for complete in [
            "print 1;",
            "T\n| count;",
            "T\n| count\n",
            "T\n  ",
            ".tables",
            "",
            "let a = 1; print a;",
            "print 1; // x",
        ] {
            assert!(ends_in_script(complete), "{complete:?}");
        }
        for open in ["print 1", "T\n| count", "let a = 1;", "print 'a;", "T // ;"] {
            assert!(!ends_in_script(open), "{open:?}");
        }
    }

    #[test]
    fn what_can_run_is_complete() {
        for complete in [
            "print 1",
            "T\n| count",
            "T | where a == 'x' // why",
            "let a = 1; print a",
            "T | project *",
            "print dynamic([1, 2])",
            "T |\n",
            "T | where )",
            "wher",
            ".tables",
        ] {
            assert!(is_complete(complete), "{complete:?}");
        }
        for open in [
            "T |",
            "T | where",
            "T | where a == 'x' and",
            "T | where a ==",
            "T | where a in ('x',",
            "T | join (U | where",
            "let a = 1",
            "let a = 1;",
            "let F = (x: long) {",
            "print 'a",
            "print ```a\nb",
            "T | summarize count() by",
            "T | project a,",
        ] {
            assert!(!is_complete(open), "{open:?}");
        }
    }

    #[test]
    fn comments_alone_ask_for_nothing() {
        assert!(is_blank(" ;\n// x"));
        assert!(!is_blank("print 1"));
    }
}
