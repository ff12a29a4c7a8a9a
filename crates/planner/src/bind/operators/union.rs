//! `union`, and `invoke`, which also calls for tables by name.

use std::sync::Arc;

use kql_parser::ast::{self, ExprKind as Ast, Literal};
use kql_parser::{Code, Diagnostic, Span};
use kql_types::{Field, ScalarType, Schema, Value};

use super::columns::wildcard;
use crate::bind::Binder;
use crate::bind::environment::Binding;
use crate::bind::plans::Column;
use crate::bind::tabular::is_database;
use crate::plan::Operator;
use crate::{Expr, Plan};

/// A table of a union.
pub(super) struct Leg {
    pub plan: Plan,
    /// What `withsource=` calls it.
    pub label: String,
}

impl<'q> Binder<'q> {
    /// `union T1, (T2 | ...), T3*`. Columns pair by name, in order of first appearance; a name with several types gives
    /// a column for each type, `name_type`.
    pub(super) fn union(
        &mut self,
        input: Option<Plan>,
        tables: &'q [ast::Expr],
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let is_fuzzy = self.is_fuzzy(operator);
        let inner = matches!(Self::parameter_word(operator, "kind"), Some("inner"));
        let source = Self::parameter_word(operator, "withsource")
            .or_else(|| Self::parameter_word(operator, "with_source"))
            .map(str::to_owned);
        let mut legs: Vec<Leg> = input.map(|plan| self.leg(plan, 0)).into_iter().collect();
        let mut sound = true;
        for table in tables {
            sound &= self.add_legs(&mut legs, table, is_fuzzy).is_some();
        }
        if !sound {
            return None;
        }
        Some(united(legs, inner, source.as_deref(), |value, to| self.converted(value, to)))
    }

    pub(super) fn is_fuzzy(&self, operator: &'q ast::Operator) -> bool {
        match Self::parameter(operator, "isfuzzy").map(|parameter| &parameter.value.kind) {
            Some(Ast::Literal(Literal::Bool(value))) => *value == Some(true),
            Some(Ast::Literal(Literal::Long(value))) => value.is_some_and(|value| value != 0),
            _ => false,
        }
    }

    pub(super) fn add_legs(
        &mut self,
        legs: &mut Vec<Leg>,
        table: &'q ast::Expr,
        is_fuzzy: bool,
    ) -> Option<()> {
        match &table.kind {
            Ast::Wildcard(pattern) => self.add_matching(legs, pattern, table.span, is_fuzzy),
            Ast::Star => self.add_matching(legs, "*", table.span, is_fuzzy),
            Ast::Member { object, member } if is_database(object) => self.add_legs(legs, member, is_fuzzy),
            Ast::Name(name) if is_fuzzy && self.is_missing(name) => {
                let message =
                    format!("The name '{}' does not refer to any known table; it is left out", name.text);
                self.note(message, name.span);
                self.leave_out(&name.text);
                Some(())
            }
            _ => {
                let named = self.label_by_name(table);
                let plan = match is_fuzzy {
                    true => match self.fuzzy_table(table)? {
                        Some(plan) => plan,
                        None => return Some(()),
                    },
                    false => self.table(table)?,
                };
                let leg = self.leg(plan, legs.len());
                legs.push(Leg { label: named.unwrap_or(leg.label), ..leg });
                Some(())
            }
        }
    }

    /// A table of a fuzzy union: `Some(None)` where it reads a table that is not there.
    fn fuzzy_table(&mut self, table: &'q ast::Expr) -> Option<Option<Plan>> {
        let before = self.diagnostics.len();
        if let Some(plan) = self.table(table) {
            return Some(Some(plan));
        }
        let found = &self.diagnostics[before..];
        let is_unknown = |diagnostic: &Diagnostic| diagnostic.code == Code::UnknownName;
        if found.is_empty() || !found.iter().all(is_unknown) {
            return None;
        }
        let message =
            found.iter().map(|diagnostic| diagnostic.message.as_str()).collect::<Vec<_>>().join("; ");
        let missing: Vec<String> =
            found.iter().filter_map(|diagnostic| quoted(&diagnostic.message)).collect();
        self.diagnostics.truncate(before);
        self.note(format!("{message}; this part of the union is left out"), table.span);
        missing.iter().for_each(|name| self.leave_out(name));
        Some(None)
    }

    /// Notes that columns of something are not known.
    pub(super) fn leave_out(&mut self, table: &str) {
        if !self.left_out.iter().any(|other| other == table) {
            self.left_out.push(table.to_owned());
        }
    }

    fn is_missing(&self, name: &ast::Name) -> bool {
        self.environment.get(&name.text).is_none() && !self.has_table(&name.text)
    }

    /// A table of the union, labelled by the name that `as` gave its rows, else by its position.
    fn leg(&self, plan: Plan, position: usize) -> Leg {
        let label = self.name_of_rows(&plan).unwrap_or_else(|| format!("union_arg{position}"));
        Leg { plan, label }
    }

    /// A bare table and a view label themselves.
    fn label_by_name(&self, table: &ast::Expr) -> Option<String> {
        let Ast::Name(name) = &table.kind else { return None };
        let labels_itself = match self.environment.get(&name.text) {
            Some(Binding::Function(function)) => function.declaration.view,
            Some(_) => false,
            None => true,
        };
        labels_itself.then(|| name.text.clone())
    }

    pub(super) fn add_matching(
        &mut self,
        legs: &mut Vec<Leg>,
        pattern: &str,
        span: Span,
        is_fuzzy: bool,
    ) -> Option<()> {
        let Some(matcher) = wildcard(pattern) else { return self.mistake("The pattern is not valid", span) };
        let catalog = self.surroundings.catalog;
        let names: Vec<String> = catalog.names().into_iter().filter(|name| matcher.is_match(name)).collect();
        let views: Vec<String> = self
            .environment
            .names()
            .filter(|name| matcher.is_match(name))
            .filter(
                |name| matches!(self.environment.get(name), Some(Binding::Function(f)) if f.declaration.view),
            )
            .map(str::to_owned)
            .collect();
        if names.is_empty() && views.is_empty() && catalog.names().is_empty() && !is_fuzzy {
            let message = format!("no data is given, so no table matches '{pattern}'");
            return self.undetermined(Code::UnknownName, message, span);
        }
        if names.is_empty() && views.is_empty() && !is_fuzzy {
            return self.mistake(format!("No table matches '{pattern}'"), span);
        }
        for name in views {
            if let Some(Binding::Function(function)) = self.environment.get(&name) {
                let function = function.clone();
                let plan = self.call_table_function(&function, None, &[], span)?;
                legs.push(Leg { plan, label: name });
            }
        }
        for name in names {
            let plan = self.catalog_table(&ast::Name { text: name.clone(), span })?;
            legs.push(Leg { plan, label: name });
        }
        Some(())
    }

    /// `T | invoke f(...)`: a function made by `let`, with the rows as its first argument.
    pub(super) fn invoke(&mut self, input: Plan, call: &'q ast::Expr) -> Option<Plan> {
        let Ast::Call { name, arguments } = &call.kind else {
            return self.mistake("A function call is expected", call.span);
        };
        match self.function_named(&name.text) {
            Some(function) => self.call_table_function(&function, Some(input), arguments, call.span),
            None => self.unknown_function(name),
        }
    }
}

/// The name that a message about an unknown name quotes.
fn quoted(message: &str) -> Option<String> {
    message.split('\'').nth(1).map(str::to_owned)
}

/// The legs below each other, each projected to the common columns.
fn united(
    mut legs: Vec<Leg>,
    inner: bool,
    source: Option<&str>,
    convert: impl Fn(Expr, ScalarType) -> Expr,
) -> Plan {
    let schemas: Vec<Arc<Schema>> = legs.iter().map(|leg| leg.plan.schema.clone()).collect();
    let columns = common_columns(&schemas, inner);
    let mut fields: Vec<Field> =
        source.map(|name| Field::new(name, ScalarType::String)).into_iter().collect();
    fields.extend(columns.iter().map(|column| Field::new(column.name.as_str(), column.data_type)));
    let schema = Arc::new(Schema::new(fields));
    if legs.len() == 1 && source.is_none() {
        return legs.remove(0).plan;
    }
    let plans = legs.into_iter().map(|leg| leg_plan(leg, &columns, source, &convert)).collect();
    Plan::new(Operator::Union(plans), schema)
}

/// The leg projected to the columns, behind `source` if that is given.
pub(super) fn leg_plan(
    leg: Leg,
    columns: &[UnionColumn],
    source: Option<&str>,
    convert: &impl Fn(Expr, ScalarType) -> Expr,
) -> Plan {
    let nowhere = Span::default();
    let mut projected: Vec<Column> = Vec::with_capacity(columns.len() + 1);
    if let Some(name) = source {
        projected.push((name.to_owned(), Expr::constant(Value::String(leg.label), nowhere)));
    }
    for column in columns {
        let field = Field::new(column.source.as_str(), column.data_type);
        let value = match leg.plan.schema.fields.iter().position(|other| *other == field) {
            Some(index) => leg.plan.column(index, nowhere),
            None => Expr::constant(Value::absent(column.data_type), nowhere),
        };
        projected.push((column.name.clone(), convert(value, column.data_type)));
    }
    leg.plan.project(projected)
}

/// A column of a union's result.
pub(super) struct UnionColumn {
    pub name: String,
    /// What the tables call it.
    pub source: String,
    pub data_type: ScalarType,
}

/// In order of first appearance. A name that occurs with several types is split at the place of its first appearance.
pub(super) fn common_columns(schemas: &[Arc<Schema>], inner: bool) -> Vec<UnionColumn> {
    let mut found: Vec<(&str, Vec<ScalarType>)> = Vec::new();
    for field in schemas.iter().flat_map(|schema| &schema.fields) {
        match found.iter_mut().find(|(name, _)| *name == &*field.name) {
            Some((_, types)) if types.contains(&field.data_type) => {}
            Some((_, types)) => types.push(field.data_type),
            None => found.push((&field.name, vec![field.data_type])),
        }
    }
    if inner {
        found.retain(|(name, _)| schemas.iter().all(|schema| schema.index_of(name).is_some()));
    }
    let taken: Vec<&str> =
        found.iter().filter(|(_, types)| types.len() == 1).map(|(name, _)| *name).collect();
    let mut columns: Vec<UnionColumn> = Vec::new();
    for (name, types) in &found {
        for data_type in types {
            let full = match types.as_slice() {
                [_] => (*name).to_owned(),
                _ => {
                    let wanted = format!("{name}_{data_type}");
                    let is_taken = |candidate: &str| {
                        taken.contains(&candidate) || columns.iter().any(|column| column.name == candidate)
                    };
                    free_name(&wanted, is_taken)
                }
            };
            columns.push(UnionColumn { name: full, source: (*name).to_owned(), data_type: *data_type });
        }
    }
    columns
}

fn free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(wanted) {
        return wanted.to_owned();
    }
    (1..).map(|number| format!("{wanted}{number}")).find(|name| !is_taken(name)).unwrap_or_default()
}
