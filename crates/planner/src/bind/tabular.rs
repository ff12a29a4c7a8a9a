//! Expressions that give rows.

use kql_parser::Span;
use kql_parser::ast::{self, ExprKind as Ast, Name, NamedExpr};
use kql_types::{ScalarType, Schema, Value};

use super::Binder;
use super::environment::Binding;
use crate::Plan;
use crate::complete::NameMeaning;
use crate::plan::Operator;
use crate::special::PLACES;

/// The function that lists the watchlists.
const WATCHLIST_ALIASES: &str = "_GetWatchlistAlias";

impl<'q> Binder<'q> {
    /// Whether the expression gives rows rather than a value. Syntax alone does not tell. A name that nothing has counts
    /// as a value, unless only a table can be meant.
    pub(super) fn is_tabular(&mut self, expression: &'q ast::Expr, row: &Schema) -> bool {
        if self.pattern_call(expression).is_some() {
            return true;
        }
        match &expression.kind {
            Ast::Pipe { .. }
            | Ast::Source(_)
            | Ast::DataTable { .. }
            | Ast::ExternalData { .. }
            | Ast::InlineExternalTable => true,
            Ast::Wildcard(_) => true,
            Ast::Name(name) => {
                if row.index_of(&name.text).is_some() && self.environment.get_local(&name.text).is_none() {
                    return false;
                }
                match self.environment.get(&name.text) {
                    Some(Binding::Scalar(_)) => false,
                    Some(Binding::Table(_)) => true,
                    Some(Binding::Function(function)) => {
                        let function = function.clone();
                        self.gives_rows(&function)
                    }
                    Some(Binding::Pattern(_) | Binding::Row { .. }) => false,
                    None if self.has_table(&name.text) => true,
                    None => match self.function_named(&name.text) {
                        Some(function) => self.gives_rows(&function),
                        None => name.text == WATCHLIST_ALIASES,
                    },
                }
            }
            Ast::Call { name, arguments } => match self.function_named(&name.text) {
                Some(function) => self.gives_rows(&function),
                None => match name.text.as_str() {
                    "table" | "_GetWatchlist" | WATCHLIST_ALIASES => true,
                    "materialize" => arguments.first().is_some_and(|one| self.is_tabular(&one.value, row)),
                    _ => false,
                },
            },
            Ast::Member { object, .. } => is_database(object),
            _ => false,
        }
    }

    /// The rows that an expression gives.
    pub(super) fn table(&mut self, expression: &'q ast::Expr) -> Option<Plan> {
        let span = expression.span;
        if let Some(call) = self.pattern_call(expression) {
            return self.call_pattern(&call, span);
        }
        match &expression.kind {
            Ast::Name(name) => self.named_table(name),
            Ast::Call { name, arguments } => self.table_call(name, arguments, span),
            Ast::Member { object, member } if is_database(object) => self.table(member),
            Ast::Pipe { source: Some(source), operators } => {
                let mut plan = self.table(source)?;
                for operator in operators {
                    plan = self.next_rows(plan, operator)?;
                }
                Some(plan)
            }
            Ast::Pipe { source: None, operators } => {
                let span = operators.first().map_or(span, |operator| operator.keyword_span);
                self.mistake("A table is expected before the first operator", span)
            }
            Ast::Source(operator) => self.source(operator),
            Ast::DataTable { columns, values } => self.data_table(columns, values, span),
            Ast::ExternalData { columns, paths, properties } => {
                self.external_data(columns, paths, properties, span)
            }
            Ast::InlineExternalTable => self.not_supported("inline_external_table", span),
            Ast::EntityGroup(_) => self.not_supported("entity_group", span),
            Ast::Wildcard(_) | Ast::Star => {
                self.mistake("A wildcard is only meaningful in union, find and search", span)
            }
            _ => self.mistake("A table is expected here, not a scalar value", span),
        }
    }

    fn named_table(&mut self, name: &'q Name) -> Option<Plan> {
        match self.environment.get(&name.text) {
            Some(Binding::Table(table)) => {
                let plan = table.plan.clone();
                self.note_meaning(name.span, NameMeaning::Variable);
                Some(plan)
            }
            Some(Binding::Function(function)) => {
                let function = function.clone();
                self.call_table_function(&function, None, &[], name.span)
            }
            Some(Binding::Scalar(_) | Binding::Row { .. }) => self.mistake(
                format!("'{}' is a scalar value, and a table is expected here", name.text),
                name.span,
            ),
            Some(Binding::Pattern(_)) => {
                self.mistake(format!("The pattern '{}' needs an argument list", name.text), name.span)
            }
            None if self.has_table(&name.text) => self.catalog_table(name),
            None => match self.function_named(&name.text) {
                Some(function) => self.call_table_function(&function, None, &[], name.span),
                None if name.text == WATCHLIST_ALIASES => Some(self.watchlist_aliases()),
                None => self.catalog_table(name),
            },
        }
    }

    fn table_call(&mut self, name: &'q Name, arguments: &'q [NamedExpr], span: Span) -> Option<Plan> {
        if let Some(function) = self.function_named(&name.text) {
            return self.call_table_function(&function, None, arguments, span);
        }
        match name.text.as_str() {
            "materialize" => match arguments {
                [one] => {
                    let plan = self.table(&one.value)?;
                    Some(self.shared(plan))
                }
                _ => self.mistake("materialize takes one argument", span),
            },
            "_GetWatchlist" => match arguments {
                [name] => match self.constant(&name.value, ScalarType::String)? {
                    Value::String(name) => self.watchlist(&name, span),
                    _ => self.mistake("The name of a watchlist is expected", span),
                },
                _ => self.mistake("_GetWatchlist takes the name of a watchlist", span),
            },
            WATCHLIST_ALIASES => match arguments {
                [] => Some(self.watchlist_aliases()),
                _ => self.mistake("_GetWatchlistAlias takes no arguments", span),
            },
            "table" => {
                let Some(argument) = arguments.first() else {
                    return self.mistake("table takes the name of a table", span);
                };
                match self.constant(&argument.value, ScalarType::String)? {
                    Value::String(text) => self.catalog_table(&Name { text, span }),
                    _ => self.mistake("A table name is expected", span),
                }
            }
            // A view may be called as well as named.
            _ if arguments.is_empty()
                && matches!(self.environment.get(&name.text), Some(Binding::Table(_))) =>
            {
                self.named_table(name)
            }
            _ => self.unknown_function(name),
        }
    }

    /// The same rows, computed once however often they are used.
    pub(super) fn shared(&mut self, plan: Plan) -> Plan {
        if matches!(plan.operator, Operator::Shared { .. } | Operator::Rows(_)) {
            return plan;
        }
        let schema = plan.schema.clone();
        Plan::new(Operator::Shared { id: self.new_shared(), input: plan.into() }, schema)
    }

    /// A parenthesized pipeline that acts on an implied input: `mv-apply x on (...)`, `fork (...)`.
    pub(super) fn sub_pipeline(&mut self, input: Plan, expression: &'q ast::Expr) -> Option<Plan> {
        match &expression.kind {
            Ast::Pipe { source: None, operators } => {
                let mut plan = input;
                for operator in operators {
                    plan = self.next_rows(plan, operator)?;
                }
                Some(plan)
            }
            _ => self.mistake("Operators over the implied input are expected here", expression.span),
        }
    }

    /// Declares the name that `as` gives to the rows so far; they are computed once.
    pub(super) fn name_rows(&mut self, input: Plan, name: &Name) -> Plan {
        let plan = self.shared(input);
        let binding = super::environment::TableBinding { plan: plan.clone(), label: Some(name.text.clone()) };
        self.environment.declare(&name.text, Binding::Table(Box::new(binding)), self.in_function);
        plan
    }

    /// The name that `as` gave to these very rows.
    pub(super) fn name_of_rows(&self, plan: &Plan) -> Option<String> {
        let Operator::Shared { id, .. } = plan.operator else { return None };
        self.environment.bindings().find_map(|binding| match binding {
            Binding::Table(table) => match table.plan.operator {
                Operator::Shared { id: named, .. } if named == id => table.label.clone(),
                _ => None,
            },
            _ => None,
        })
    }
}

/// `database("d")`, `cluster("c")`, `cluster("c").database("d")`, `workspace("w")`: all tables are local, whatever
/// place they are said to be in.
pub(super) fn is_database(expression: &ast::Expr) -> bool {
    match &expression.kind {
        Ast::Call { name, .. } => PLACES.contains(&name.text.as_str()),
        Ast::Member { object, member } => is_database(object) && is_database(member),
        _ => false,
    }
}
