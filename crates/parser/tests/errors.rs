//! What a person is told about a wrong query.
//!
//! `tests/errors/*.kql` holds queries separated by blank lines. The `.txt` beside each shows every query with
//! its findings: where, what, and what may help. `UPDATE_ERRORS=1 cargo test -p kql-parser` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod snippets;

use std::fmt::Write;
use std::fs;

use kql_parser::{Severity, line_column, parse};

#[test]
fn messages_read_as_recorded() {
    for file in snippets::files("tests/errors") {
        let shown: Vec<String> =
            snippets::of(&file).iter().map(|query| format!("{query}\n{}", findings(query))).collect();
        let shown = shown.join("\n");
        let recorded = file.with_extension("txt");
        if std::env::var_os("UPDATE_ERRORS").is_some() {
            fs::write(&recorded, &shown).unwrap();
        }
        let expected = fs::read_to_string(&recorded).unwrap_or_default();
        assert_eq!(shown, expected, "{}", recorded.display());
    }
}

/// The findings about a query, each with its place, its kind and the text that it points at.
fn findings(query: &str) -> String {
    let mut shown = String::new();
    for found in parse(query).diagnostics {
        let place = line_column(query, found.span.start);
        let kind = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let pointed = found.span.text(query).replace('\n', "\\n");
        writeln!(shown, "  {}:{} {kind}: {} [{pointed}]", place.line, place.column, found.message).unwrap();
        if let Some(hint) = found.hint {
            writeln!(shown, "      {hint}").unwrap();
        }
    }
    shown
}
