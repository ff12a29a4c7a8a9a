//! Binding for editors: what is in scope at a place, and what the names of a text mean, although the text is not finished.
//!
//! An operator that does not bind passes its rows on, so that a mistake at the beginning does not take the columns away
//! from the rest.

use std::collections::BTreeSet;
use std::sync::Arc;

use kql_parser::ast::{self, NamedExpr, OperatorKind, ParameterKind};
use kql_parser::{Diagnostic, Span};
use kql_tables::Table;
use kql_types::{Field, ScalarType, Schema};

use super::Binder;
use super::environment::{Binding, Function};
use super::names::name_of;
use super::tables::empty;
use crate::bound::Surroundings;
use crate::plan::Operator;
use crate::{Plan, complete};
use complete::{NameInScope, NameMeaning, ScopeName};

/// What the binder notes down for an editor.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The place of an operator's word.
    offset: Option<usize>,
    pub(super) seen: Option<Seen>,
    pub(super) meanings: Vec<(Span, NameMeaning)>,
}

/// What is in scope where an operator stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The columns that the operator works on.
    pub columns: Arc<Schema>,
    /// The tables that the rows come from.
    pub sources: Vec<Arc<dyn Table>>,
    /// What else has a name, the latest first.
    pub names: Vec<ScopeName>,
}

/// What is in scope for the operator whose word begins at `offset`.
pub(crate) fn scope_at(text: &str, offset: usize, surroundings: &Surroundings<'_>) -> Option<Seen> {
    let parsed = kql_parser::parse(text);
    let mut binder = Binder::new(text, surroundings, BTreeSet::new());
    binder.watch = Some(Watch { offset: Some(offset), ..Watch::default() });
    binder.query(&parsed.query);
    binder.watch.and_then(|watch| watch.seen)
}

/// What is wrong with a text as it is being written, and what the names mean that could be resolved.
pub(crate) fn meanings(
    text: &str,
    surroundings: &Surroundings<'_>,
) -> (Vec<Diagnostic>, Vec<(Span, NameMeaning)>) {
    let parsed = kql_parser::parse(text);
    let mut binder = Binder::new(text, surroundings, BTreeSet::new());
    binder.watch = Some(Watch::default());
    binder.query(&parsed.query);
    let meanings = binder.watch.take().map(|watch| watch.meanings).unwrap_or_default();
    // What is said of a tree with holes is about the holes.
    let found = if parsed.diagnostics.is_empty() { binder.finish().diagnostics } else { parsed.diagnostics };
    (found, meanings)
}

impl<'q> Binder<'q> {
    /// The rows behind an operator.
    pub(super) fn next_rows(&mut self, input: Plan, operator: &'q ast::Operator) -> Option<Plan> {
        if self.watch.is_none() {
            return self.piped(input, operator);
        }
        self.look(&input, operator);
        let before = input.schema.clone();
        self.piped(input, operator).or_else(|| Some(empty(Arc::new(likely_columns(&before, operator)))))
    }

    /// Notes what a name means, for whoever wants to know.
    pub(super) fn note_meaning(&mut self, span: Span, meaning: NameMeaning) {
        if let Some(watch) = &mut self.watch
            && self.library_call.is_none()
        {
            watch.meanings.push((span, meaning));
        }
    }

    fn look(&mut self, input: &Plan, operator: &ast::Operator) {
        let wanted = self.watch.as_ref().and_then(|watch| watch.offset);
        // Spans of the library are those of other texts.
        if wanted != Some(operator.keyword_span.start) || self.library_call.is_some() {
            return;
        }
        let mut sources = Vec::new();
        collect_sources(input, &mut sources);
        let seen = Seen { columns: input.schema.clone(), sources, names: self.names_in_scope() };
        if let Some(watch) = &mut self.watch {
            watch.seen = Some(seen);
        }
    }

    fn names_in_scope(&mut self) -> Vec<ScopeName> {
        let environment = self.environment.clone();
        let mut names: Vec<ScopeName> = Vec::new();
        for (name, binding) in environment.names().zip(environment.bindings()) {
            if names.iter().any(|known| known.name == name) {
                continue;
            }
            let meaning = match binding {
                Binding::Scalar(value) => NameInScope::Value(value.data_type),
                Binding::Table(table) => NameInScope::Table(table.plan.schema.clone()),
                Binding::Row { schema, .. } => NameInScope::Row(schema.clone()),
                Binding::Pattern(_) => continue,
                Binding::Function(function) => NameInScope::Function {
                    signature: signature(function),
                    gives_rows: self.gives_rows(function),
                    takes_rows: takes_rows(function),
                },
            };
            names.push(ScopeName { name: name.to_owned(), meaning });
        }
        names
    }
}

fn collect_sources(plan: &Plan, found: &mut Vec<Arc<dyn Table>>) {
    if let Operator::Scan(scan) = &plan.operator {
        found.push(scan.table.clone());
    }
    plan.inputs().into_iter().for_each(|input| collect_sources(input, found));
}

fn takes_rows(function: &Function<'_>) -> bool {
    let first = function.declaration.parameters.first();
    first.is_some_and(|first| !matches!(first.kind, ParameterKind::Scalar(_)))
}

/// `f(x: long, T: (*))`
fn signature(function: &Function<'_>) -> String {
    let parameter = |parameter: &ast::FunctionParameter| {
        let kind = match &parameter.kind {
            ParameterKind::Scalar(type_name) => type_name.text.clone(),
            ParameterKind::Table(_) => "table".to_owned(),
            ParameterKind::AnyTable => "any table".to_owned(),
        };
        let text = format!("{}: {kind}", parameter.name.text);
        if parameter.default.is_some() { format!("[{text}]") } else { text }
    };
    let parameters: Vec<String> = function.declaration.parameters.iter().map(parameter).collect();
    format!("{}({})", function.declaration.name.text, parameters.join(", "))
}

/// The columns that are likely to come out of an operator that did not bind.
fn likely_columns(before: &Schema, operator: &ast::Operator) -> Schema {
    let (mut schema, items): (Schema, Vec<&NamedExpr>) = match &operator.kind {
        OperatorKind::Extend(items) | OperatorKind::Serialize(items) => {
            (before.clone(), items.iter().collect())
        }
        OperatorKind::Project(items) | OperatorKind::Distinct(items) => {
            (Schema::default(), items.iter().collect())
        }
        OperatorKind::Summarize { aggregates, by } => {
            (Schema::default(), by.iter().chain(aggregates).collect())
        }
        _ => return before.clone(),
    };
    for item in items {
        let names: Vec<String> = match item.names.is_empty() {
            true => name_of(&item.value, before).into_iter().collect(),
            false => item.names.iter().map(|name| name.text.clone()).collect(),
        };
        for name in names.iter().filter(|name| !name.is_empty()) {
            if schema.index_of(name).is_none() {
                let known = before.index_of(name).map(|index| before.fields[index].data_type);
                schema.fields.push(Field::new(name.as_str(), known.unwrap_or(ScalarType::Dynamic)));
            }
        }
    }
    schema
}
