//! How result columns are named.
//!
//! A column keeps its name; `a.b` is `a_b`; a function passes a name on as its definition says; anything else is
//! `Column1`, `Column2`, ... First come, first served: a name that is taken gets `1`, `2`, ... Measured on the official
//! binder.

use hashbrown::HashSet;
use kql_functions::{AggregateForm, AggregateFunction, ResultName, registry};
use kql_parser::ast::{self, ExprKind, Literal, NamedExpr};
use kql_types::Schema;

/// The name that an expression gives its column, if it has one.
pub(super) fn name_of(expression: &ast::Expr, row: &Schema) -> Option<String> {
    match &expression.kind {
        ExprKind::Name(name) => Some(name.text.clone()),
        ExprKind::Member { object, member } => {
            let ExprKind::Name(member) = &member.kind else { return None };
            Some(match name_of(object, row) {
                Some(object) => format!("{object}_{}", member.text),
                None => member.text.clone(),
            })
        }
        ExprKind::Index { object, index } => {
            let object = name_of(object, row)?;
            Some(match &index.kind {
                ExprKind::Literal(Literal::Long(Some(position))) => format!("{object}_{position}"),
                ExprKind::Literal(Literal::String(key)) => format!("{object}_{key}"),
                _ => format!("{object}_"),
            })
        }
        ExprKind::Call { name, arguments } => name_of_call(&name.text, arguments, row),
        _ => None,
    }
}

fn name_of_call(function: &str, arguments: &[NamedExpr], row: &Schema) -> Option<String> {
    if matches!(function, "column_ifexists" | "columnifexists") {
        return match arguments.first().map(|argument| &argument.value.kind) {
            Some(ExprKind::Literal(Literal::String(name))) => row.index_of(name).map(|_| name.clone()),
            _ => None,
        };
    }
    if function == "ingestion_time" {
        return Some("$IngestionTime".to_owned());
    }
    let argument = |index: usize| {
        let argument = arguments.get(index)?;
        match argument.names.first() {
            Some(name) => Some(name.text.clone()),
            None => name_of(&argument.value, row),
        }
    };
    let scalar = registry::scalar(function);
    // `hll_merge(a)` is the aggregate, `hll_merge(a, b)` the scalar function of that name.
    let takes_them = |aggregate: &AggregateFunction| {
        aggregate.overloads.iter().any(|one| one.parameters.len() == arguments.len())
    };
    if let Some(aggregate) = registry::aggregate(function)
        && (scalar.is_none() || takes_them(aggregate))
    {
        let name = by_rule(aggregate.result_name, argument)?;
        return Some(match aggregate.form {
            AggregateForm::PerPoint { leading } => match arguments.get(leading) {
                Some(point) => format!("{name}_{}", point_suffix(&point.value)),
                None => name,
            },
            _ => name,
        });
    }
    by_rule(scalar?.result_name, argument)
}

/// A name by the rule of a definition.
pub(super) fn by_rule(rule: ResultName, argument: impl Fn(usize) -> Option<String>) -> Option<String> {
    match rule {
        ResultName::Generated | ResultName::Columns(_) => None,
        ResultName::FirstArgument => argument(0),
        ResultName::PrefixAndFirstArgument(prefix) => {
            Some(format!("{prefix}_{}", argument(0).unwrap_or_default()))
        }
        ResultName::PrefixAndArguments(prefix, count) => {
            let mut name = prefix.to_owned();
            for index in 0..count {
                name.push('_');
                name.push_str(&argument(index).unwrap_or_default());
            }
            Some(name)
        }
        ResultName::Prefix(prefix) => Some(prefix.to_owned()),
    }
}

/// A percentile's point in a name: `99.9` is `99_9`.
pub(super) fn point_suffix(point: &ast::Expr) -> String {
    let text = match &point.kind {
        ExprKind::Literal(Literal::Long(Some(value))) => value.to_string(),
        ExprKind::Literal(Literal::Int(Some(value))) => value.to_string(),
        ExprKind::Literal(Literal::Real(Some(value))) => value.to_string(),
        _ => String::new(),
    };
    text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

/// Hands out the names of one operator's result columns.
#[derive(Debug, Default)]
pub(super) struct Namer {
    /// Names of the operator's input, which no `ColumnN` takes.
    input: HashSet<String>,
    taken: HashSet<String>,
    /// Names that the query spells out: two of the same are a mistake.
    explicit: HashSet<String>,
    unnamed: usize,
}

impl Namer {
    /// For an operator over rows of that schema.
    pub(super) fn over(row: &Schema) -> Self {
        Self { input: row.fields.iter().map(|field| field.name.to_string()).collect(), ..Self::default() }
    }

    /// A name that the query spells out: `x = ...`, or a plain column. `None` if it was spelled out before. An automatic
    /// name that came earlier keeps its place, and this one gets a number.
    pub(super) fn explicit(&mut self, name: &str) -> Option<String> {
        self.explicit.insert(name.to_owned()).then(|| self.free(name))
    }

    /// An automatic name.
    pub(super) fn automatic(&mut self, name: Option<String>) -> String {
        match name {
            Some(name) => self.free(&name),
            None => loop {
                self.unnamed += 1;
                let name = format!("Column{}", self.unnamed);
                if !self.input.contains(&name) {
                    return self.free(&name);
                }
            },
        }
    }

    /// Takes the name, or the first of `name1`, `name2`, ... that is free.
    pub(super) fn free(&mut self, name: &str) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let mut number = 1;
        loop {
            let candidate = format!("{name}{number}");
            if self.taken.insert(candidate.clone()) {
                return candidate;
            }
            number += 1;
        }
    }
}
