//! Text in one letter case, compared by case with a literal that has letters of the other.

use std::collections::HashMap;

use kql_parser::ast::{Expr, ExprKind, NamedExpr, OperatorKind};
use kql_parser::walk::{self, Visitor};

use super::expressions::{Comparison, call, comparison, name, string};
use super::{Finding, Subject};

/// The operators that tell upper from lower case.
const BY_CASE: &[&str] = &[
    "==",
    "!=",
    "in",
    "!in",
    "has_cs",
    "!has_cs",
    "contains_cs",
    "!contains_cs",
    "startswith_cs",
    "!startswith_cs",
    "endswith_cs",
    "!endswith_cs",
    "hasprefix_cs",
    "!hasprefix_cs",
    "hassuffix_cs",
    "!hassuffix_cs",
];

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let mut search = Search { subject, columns: HashMap::new(), found: Vec::new() };
    walk::query(&mut search, subject.query);
    search.found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Lower,
    Upper,
}

struct Search<'s, 'q> {
    subject: &'s Subject<'q>,
    /// The columns of the pipeline at hand that are in one case.
    columns: HashMap<&'q str, Case>,
    found: Vec<Finding>,
}

impl<'q> Visitor<'q> for Search<'_, 'q> {
    fn expression(&mut self, found: &'q Expr) {
        if let ExprKind::Pipe { source, operators } = &found.kind {
            source.iter().for_each(|source| self.expression(source));
            let outside = std::mem::take(&mut self.columns);
            for operator in operators {
                self.operator(operator);
                self.assign(&operator.kind);
            }
            self.columns = outside;
            return;
        }
        if let Some(comparison) = comparison(found) {
            self.compare(&comparison);
        }
        walk::expression(self, found);
    }
}

impl<'q> Search<'_, 'q> {
    /// Notes which columns an operator gives a new value.
    fn assign(&mut self, operator: &'q OperatorKind) {
        match operator {
            OperatorKind::Extend(list) | OperatorKind::Serialize(list) => self.assign_all(list),
            // Names that stand for themselves keep what they are.
            OperatorKind::Project(list) => self.assign_all(list),
            OperatorKind::Summarize { by, .. } => {
                let kept: HashMap<&'q str, Case> = by
                    .iter()
                    .filter_map(|key| match &key.names[..] {
                        [] => Some((name(&key.value)?, self.case_of(&key.value)?)),
                        [own] => Some((&*own.text, self.case_of(&key.value)?)),
                        _ => None,
                    })
                    .collect();
                self.columns = kept;
            }
            OperatorKind::Where(_)
            | OperatorKind::Sort(_)
            | OperatorKind::Take(_)
            | OperatorKind::Top { .. } => {}
            // Others may bring columns of the same name.
            _ => self.columns.clear(),
        }
    }

    fn assign_all(&mut self, list: &'q [NamedExpr]) {
        // All of an operator's expressions see its input only.
        let new: Vec<(&'q str, Option<Case>)> = list
            .iter()
            .flat_map(|one| {
                let case = if one.names.len() == 1 { self.case_of(&one.value) } else { None };
                one.names.iter().map(move |name| (&*name.text, case))
            })
            .collect();
        for (name, case) in new {
            match case {
                Some(case) => self.columns.insert(name, case),
                None => self.columns.remove(name),
            };
        }
    }

    fn case_of(&self, expression: &'q Expr) -> Option<Case> {
        match (call(expression), name(expression)) {
            (Some(("tolower", _)), _) => Some(Case::Lower),
            (Some(("toupper", _)), _) => Some(Case::Upper),
            (Some(("trim" | "trim_start" | "trim_end", arguments)), _) => self.case_of(arguments.last()?),
            (Some(("tostring", arguments)), _) => self.case_of(arguments.first()?),
            (None, Some(name)) => self.columns.get(name).copied(),
            _ => None,
        }
    }

    fn compare(&mut self, comparison: &Comparison<'q>) {
        if !BY_CASE.contains(&comparison.operator) {
            return;
        }
        if let Some(case) = self.case_of(comparison.value) {
            for other in &comparison.others {
                self.literal(comparison.operator, case, comparison.value, other);
            }
        } else if let [other] = comparison.others[..]
            && let Some(case) = self.case_of(other)
        {
            self.literal(comparison.operator, case, other, comparison.value);
        }
    }

    fn literal(&mut self, operator: &str, case: Case, side: &'q Expr, other: &'q Expr) {
        let Some(text) = string(self.subject.lets.resolve(other)) else { return };
        let (word, fitting) = match case {
            Case::Lower => ("lower", text.to_lowercase()),
            Case::Upper => ("upper", text.to_uppercase()),
        };
        if fitting == text {
            return;
        }
        let outcome = if operator.starts_with('!') { "always" } else { "never" };
        let side = self.subject.text(side.span);
        let message = format!("{side} is in {word} case, so `{operator} \"{text}\"` is {outcome} true");
        self.found
            .push(Finding::in_query("KQL104", message, other.span).with_hint(format!("write \"{fitting}\"")));
    }
}
