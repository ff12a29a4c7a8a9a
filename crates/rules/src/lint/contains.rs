//! `contains` where `has` gives the same.

use kql_parser::ast::{Expr, ExprKind};
use kql_parser::walk::{self, Visitor};

use super::expressions::{comparison, string};
use super::{Finding, Subject};

/// What is looked up in the index has at least so many characters.
/// <https://learn.microsoft.com/kusto/query/datatypes-string-operators#what-is-a-term>
const INDEXED: usize = 3;

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let mut search = Search { found: Vec::new() };
    walk::query(&mut search, subject.query);
    search.found
}

struct Search {
    found: Vec<Finding>,
}

impl<'q> Visitor<'q> for Search {
    fn expression(&mut self, found: &'q Expr) {
        if let ExprKind::Binary { operator_span, .. } = &found.kind
            && let Some(comparison) = comparison(found)
            && let Some(instead) = term_operator(comparison.operator)
            && let Some(text) = string(comparison.others[0])
            && consists_of_terms(text)
        {
            let message = format!(
                "`{}` reads every text; `{instead}` gives the same and uses the index of terms",
                comparison.operator
            );
            self.found.push(Finding::in_query("KQL107", message, *operator_span));
        }
        walk::expression(self, found);
    }
}

fn term_operator(operator: &str) -> Option<&'static str> {
    match operator {
        "contains" => Some("has"),
        "!contains" => Some("!has"),
        "contains_cs" => Some("has_cs"),
        "!contains_cs" => Some("!has_cs"),
        _ => None,
    }
}

/// Whether a text has separators at both ends, so that its terms are whole wherever it occurs.
fn consists_of_terms(text: &str) -> bool {
    let is_separator = |character: char| !character.is_alphanumeric();
    let terms = text.split(is_separator);
    text.starts_with(is_separator)
        && text.ends_with(is_separator)
        && terms.map(|term| term.chars().count()).max() >= Some(INDEXED)
}
