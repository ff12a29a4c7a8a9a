//! `has` and its relatives with a text in which there is no term.

use kql_parser::ast::Expr;
use kql_parser::walk::{self, Visitor};

use super::expressions::{comparison, string};
use super::{Finding, Subject};

/// The operators that look for terms, and the one that looks for any text.
const BY_TERM: &[(&str, &str)] = &[
    ("has", "contains"),
    ("!has", "!contains"),
    ("has_cs", "contains_cs"),
    ("!has_cs", "!contains_cs"),
    ("hasprefix", "contains"),
    ("!hasprefix", "!contains"),
    ("hassuffix", "contains"),
    ("!hassuffix", "!contains"),
    ("has_any", "contains"),
    ("has_all", "contains"),
];

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let mut search = Search { subject, found: Vec::new() };
    walk::query(&mut search, subject.query);
    search.found
}

struct Search<'s, 'q> {
    subject: &'s Subject<'q>,
    found: Vec<Finding>,
}

impl<'q> Visitor<'q> for Search<'_, 'q> {
    fn expression(&mut self, found: &'q Expr) {
        if let Some(comparison) = comparison(found)
            && let Some((operator, instead)) = BY_TERM.iter().find(|(word, _)| *word == comparison.operator)
        {
            for other in comparison.others {
                if let Some(text) = string(self.subject.lets.resolve(other))
                    && !text.chars().any(char::is_alphanumeric)
                {
                    self.report(other, operator, text, instead);
                }
            }
        }
        walk::expression(self, found);
    }
}

impl Search<'_, '_> {
    fn report(&mut self, at: &Expr, operator: &str, text: &str, instead: &str) {
        let finding = if text.is_empty() {
            Finding::in_query("KQL105", format!("`{operator} \"\"` is true of every text"), at.span)
        } else {
            let message =
                format!("`{operator}` looks for terms, and \"{text}\" has neither letter nor digit");
            Finding::in_query("KQL105", message, at.span)
                .with_hint(format!("`{instead}` says the same; no index helps with either"))
        };
        self.found.push(finding);
    }
}
