//! Comparisons of a column with texts that no record of the data has.

use std::collections::HashSet;

use kql_parser::Span;
use kql_parser::ast::{Expr, ExprKind, NamedExpr, Operator, OperatorKind, Query};
use kql_parser::walk::{self, Visitor};

use super::expressions::{comparison, name, string};
use super::moments::Lets;
use super::{Finding, Subject};

/// The columns of tables whose texts this check asks for: the table, and the column.
pub fn compared_columns(query: &Query) -> Vec<(String, String)> {
    let mut columns: Vec<(String, String)> = Vec::new();
    for one in compared(query, &Lets::of(query)) {
        let column = (one.table.to_owned(), one.column.to_owned());
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    columns
}

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let finding = |one: Compared<'_>| {
        let seen = subject.tables.texts(one.table, one.column)?;
        let is_seen = |text: &&str| seen.iter().any(|own| one.fits(own, text));
        if one.texts.iter().any(is_seen) {
            return None;
        }
        let what = match &one.texts[..] {
            [text] => format!("{} \"{text}\"", one.column),
            _ => format!("one of these as its {}", one.column),
        };
        let message = format!("no record of {} in the data has {what}", one.table);
        let finding = Finding::in_query("KQL118", message, one.span);
        // Numbers that differ a little are other numbers.
        let mut words = one.texts.iter().filter(|text| text.contains(char::is_alphabetic));
        let nearest = words.find_map(|text| kql_parser::nearest(text, seen.iter().map(String::as_str)));
        Some(match nearest {
            Some(nearest) => finding.with_hint(format!("\"{nearest}\" is there")),
            None => finding,
        })
    };
    compared(subject.query, &subject.lets).into_iter().filter_map(finding).collect()
}

/// A condition that a row meets only if a column has one of some texts.
struct Compared<'q> {
    table: &'q str,
    column: &'q str,
    texts: Vec<&'q str>,
    /// Whether letter case counts.
    by_case: bool,
    span: Span,
}

impl Compared<'_> {
    fn fits(&self, own: &str, text: &str) -> bool {
        if self.by_case { own == text } else { own.to_lowercase() == text.to_lowercase() }
    }
}

fn compared<'q>(query: &'q Query, lets: &Lets<'q>) -> Vec<Compared<'q>> {
    let mut search = Search { lets, found: Vec::new() };
    walk::query(&mut search, query);
    search.found
}

struct Search<'s, 'q> {
    lets: &'s Lets<'q>,
    found: Vec<Compared<'q>>,
}

impl<'q> Visitor<'q> for Search<'_, 'q> {
    fn expression(&mut self, found: &'q Expr) {
        if let ExprKind::Pipe { source: Some(source), operators } = &found.kind
            && let Some(mut rows) = rows_of(self.lets, source, DEEPEST)
        {
            for operator in operators {
                if let OperatorKind::Where(predicate) = &operator.kind {
                    self.filter(&rows, predicate);
                }
                match rows.behind(operator) {
                    Some(next) => rows = next,
                    None => break,
                }
            }
        }
        walk::expression(self, found);
    }
}

impl<'q> Search<'_, 'q> {
    fn filter(&mut self, rows: &Rows<'q>, predicate: &'q Expr) {
        for condition in walk::conjuncts(predicate) {
            let Some(comparison) = comparison(condition) else { continue };
            let by_case = match comparison.operator {
                "==" | "in" => true,
                "=~" | "in~" => false,
                _ => continue,
            };
            let Some(column) = name(comparison.value).filter(|column| rows.has(column)) else { continue };
            let text = |other: &&'q Expr| string(self.lets.resolve(other)).filter(|text| !text.is_empty());
            let texts: Option<Vec<&str>> = comparison.others.iter().map(text).collect();
            let Some(texts) = texts.filter(|texts| !texts.is_empty() && !self.lets.declares(column)) else {
                continue;
            };
            self.found.push(Compared { table: rows.table, column, texts, by_case, span: condition.span });
        }
    }
}

/// Chains of names are followed so far.
const DEEPEST: usize = 20;

/// Rows of a table, some of whose columns may have another value by now.
#[derive(Clone)]
struct Rows<'q> {
    table: &'q str,
    /// The columns that may have another value.
    changed: HashSet<&'q str>,
    /// The only columns that are there; all without it.
    kept: Option<HashSet<&'q str>>,
}

/// The rows that an expression gives, if they are those of one table.
fn rows_of<'q>(lets: &Lets<'q>, expression: &'q Expr, depth: usize) -> Option<Rows<'q>> {
    let depth = depth.checked_sub(1)?;
    let found = lets.resolve(expression);
    match &found.kind {
        ExprKind::Name(table) if !lets.declares(&table.text) => {
            Some(Rows { table: &table.text, changed: HashSet::new(), kept: None })
        }
        ExprKind::Pipe { source: Some(source), operators } => {
            let rows = rows_of(lets, source, depth)?;
            operators.iter().try_fold(rows, |rows, operator| rows.behind(operator))
        }
        _ => None,
    }
}

impl<'q> Rows<'q> {
    /// Whether the column has the values that it has in the table.
    fn has(&self, column: &str) -> bool {
        !self.changed.contains(column) && self.kept.as_ref().is_none_or(|kept| kept.contains(column))
    }

    /// What comes out of an operator, if that is clear.
    fn behind(mut self, operator: &'q Operator) -> Option<Self> {
        match &operator.kind {
            OperatorKind::Where(_)
            | OperatorKind::Sort(_)
            | OperatorKind::Take(_)
            | OperatorKind::Top { .. }
            | OperatorKind::ProjectAway(_)
            | OperatorKind::ProjectKeep(_)
            | OperatorKind::ProjectReorder(_) => {}
            OperatorKind::Extend(list) | OperatorKind::Serialize(list) => {
                self.changed.extend(list.iter().flat_map(|one| &one.names).map(|name| &*name.text));
            }
            OperatorKind::Project(list) | OperatorKind::Distinct(list) => self.keep(list),
            OperatorKind::Summarize { by, .. } => self.keep(by),
            _ => return None,
        }
        Some(self)
    }

    /// Of these columns those stay what they are that stand for themselves.
    fn keep(&mut self, list: &'q [NamedExpr]) {
        let own = |one: &'q NamedExpr| if one.names.is_empty() { name(&one.value) } else { None };
        let stays = list.iter().filter_map(own).filter(|column| self.has(column)).collect();
        self.kept = Some(stays);
        self.changed.clear();
    }
}
