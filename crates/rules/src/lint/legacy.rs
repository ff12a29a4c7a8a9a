//! Legacy spellings that have a current one of exactly the same meaning.

use kql_parser::Span;
use kql_parser::ast::{Expr, ExprKind, Name, NamedExpr, Operator, OperatorKind};
use kql_parser::walk::{self, Visitor};

use super::{Edit, Finding, Subject};

/// Elements that `makeset`, `makelist` and `mvexpand` keep, and their successors without a limit do not.
const LEGACY_LIMIT: &str = "128";

/// Functions that are one function under two names.
const SAME: &[(&str, &str)] = &[
    ("parsejson", "parse_json"),
    ("notempty", "isnotempty"),
    ("notnull", "isnotnull"),
    ("parseurl", "parse_url"),
    ("datepart", "datetime_part"),
];

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
        if let ExprKind::Call { name, arguments } = &found.kind {
            self.call(name, arguments);
        }
        walk::expression(self, found);
    }

    fn operator(&mut self, found: &'q Operator) {
        match &found.kind {
            OperatorKind::MvExpand { limit, .. } if found.keyword == "mvexpand" => {
                let mut edits = vec![replace(found.keyword_span, "mv-expand")];
                if limit.is_none() {
                    edits.push(insert(found.span.end, format!(" limit {LEGACY_LIMIT}")));
                }
                self.add("mvexpand", "mv-expand", found.keyword_span, edits);
            }
            OperatorKind::Where(_) if found.keyword == "filter" => {
                self.add("filter", "where", found.keyword_span, vec![replace(found.keyword_span, "where")]);
            }
            _ => {}
        }
        walk::operator(self, found);
    }
}

impl Search {
    fn call(&mut self, name: &Name, arguments: &[NamedExpr]) {
        let set = match &*name.text {
            "makeset" => Some("make_set"),
            "makelist" => Some("make_list"),
            _ => None,
        };
        if let Some(current) = set {
            let mut edits = vec![replace(name.span, current)];
            if let [only] = arguments {
                edits.push(insert(only.span.end, format!(", {LEGACY_LIMIT}")));
            }
            self.add(&name.text, current, name.span, edits);
        } else if let Some((old, current)) = SAME.iter().find(|(old, _)| *old == name.text) {
            self.add(old, current, name.span, vec![replace(name.span, current)]);
        }
    }

    fn add(&mut self, old: &str, current: &str, span: Span, edits: Vec<Edit>) {
        let limit = if edits.len() > 1 {
            format!(", with the limit of {LEGACY_LIMIT} that `{old}` has")
        } else {
            String::new()
        };
        let message = format!("`{old}` is a legacy spelling of `{current}`{limit}");
        self.found.push(Finding { edits, ..Finding::in_query("KQL117", message, span) });
    }
}

fn replace(span: Span, text: &str) -> Edit {
    Edit { span, text: text.to_owned() }
}

fn insert(at: usize, text: String) -> Edit {
    Edit { span: Span::new(at, at), text }
}
