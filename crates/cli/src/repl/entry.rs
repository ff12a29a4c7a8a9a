//! Where what is typed ends.

use kql_parser::ast::StatementKind;
use kql_parser::{TokenKind, parse, tokenize};

/// Whether there is nothing but blanks, comments and semicolons.
pub fn is_blank(text: &str) -> bool {
    tokenize(text).iter().all(|token| token.kind == TokenKind::Comment || token.span.text(text) == ";")
}

/// Whether it is a command for the session and not a query.
pub fn is_meta_command(text: &str) -> bool {
    text.trim_start().starts_with('.')
}

/// Whether an entry ends where the text ends: a query after `;` or an empty line, a meta-command after its line.
/// A `let` ends no query.
pub fn is_complete(text: &str) -> bool {
    if text.trim().is_empty() || is_meta_command(text) {
        return true;
    }
    let last_line = text.rsplit_once('\n').map(|(_, line)| line);
    if last_line.is_some_and(|line| line.trim().is_empty()) {
        return true;
    }
    let tokens = tokenize(text);
    let last = tokens.iter().rfind(|token| token.kind != TokenKind::Comment);
    last.is_some_and(|token| token.span.text(text) == ";") && asks_for_something(text)
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
    fn a_query_ends_at_a_semicolon_or_an_empty_line() {
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
            assert!(is_complete(complete), "{complete:?}");
        }
        for open in ["print 1", "T\n| count", "let a = 1;", "print 'a;", "T // ;"] {
            assert!(!is_complete(open), "{open:?}");
        }
    }

    #[test]
    fn comments_alone_ask_for_nothing() {
        assert!(is_blank(" ;\n// x"));
        assert!(!is_blank("print 1"));
    }
}
