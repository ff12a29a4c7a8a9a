//! What is KQL and what is not: `tests/grammar/accepted` and `tests/grammar/rejected` hold snippets separated by
//! blank lines. The official parser decides each of them in the same way.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod snippets;

use kql_parser::{Code, Diagnostic, parse};

fn mistakes_of_syntax(query: &str) -> Vec<Diagnostic> {
    parse(query).diagnostics.into_iter().filter(|found| found.code == Code::Syntax).collect()
}

#[test]
fn accepts_the_grammar() {
    for file in snippets::files("tests/grammar/accepted") {
        for query in snippets::of(&file) {
            assert_eq!(mistakes_of_syntax(&query), [], "{query}");
        }
    }
}

#[test]
fn rejects_what_is_not_the_grammar() {
    for file in snippets::files("tests/grammar/rejected") {
        for query in snippets::of(&file) {
            let found = mistakes_of_syntax(&query);
            assert!(!found.is_empty(), "accepted: {query}");
            assert!(found.iter().all(|mistake| mistake.span.end <= query.len()), "{query}");
        }
    }
}
