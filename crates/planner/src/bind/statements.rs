//! Statements: what a query declares, and its results.

use std::rc::Rc;

use kql_parser::Span;
use kql_parser::ast::{self, ParameterKind, StatementKind};
use kql_types::{ScalarType, Schema, Value};

use super::Binder;
use super::environment::{Binding, Function, Origin, TableBinding};
use super::options::has_effect;
use super::overload::convert;
use crate::Expr;
use crate::bound::BoundResult;

impl<'q> Binder<'q> {
    /// All statements of a query.
    pub(super) fn query(&mut self, query: &'q ast::Query) {
        let mut sound = self.read_options(query);
        let mut asked = false;
        for statement in &query.statements {
            match &statement.kind {
                StatementKind::Expression(expression) => {
                    asked = true;
                    // After a declaration that is wrong every use of its name would be reported as well.
                    if sound || self.watch.is_some() {
                        self.result(expression);
                    }
                }
                _ => sound &= self.statement(statement),
            }
        }
        if !asked && sound {
            let end = self.text.trim_end().len();
            let message = "the query has no tabular expression, so it gives no result";
            match self.surroundings.evaluator {
                Some(_) => drop(self.mistake::<()>(message, Span::new(end, end))),
                // A text that only declares functions is worth checking.
                None => self.note(message, Span::new(end, end)),
            }
        }
    }

    /// A tabular expression at the top: one result, or several.
    fn result(&mut self, expression: &'q ast::Expr) {
        self.visualization = None;
        let name = result_name(expression);
        let before = self.diagnostics.len();
        if !self.is_tabular(expression, &Schema::default()) {
            if self.scalar(expression, &Schema::default()).is_some() {
                self.mistake::<()>(
                    "A tabular expression is expected; write `print` before a value",
                    expression.span,
                );
                return;
            }
            // A name that nothing has is that of a table; it is told once.
            if matches!(expression.kind, ast::ExprKind::Name(_)) {
                self.diagnostics.truncate(before);
            }
        }
        let Some(plan) = self.table(expression) else { return };
        self.check_several_results(expression);
        let visualization = self.visualization.take();
        let further = std::mem::take(&mut self.further);
        if further.is_empty() {
            let plan = self.within_limit(plan);
            self.results.push(BoundResult { name, plan, visualization });
        } else {
            for result in further {
                let plan = self.within_limit(result.plan);
                self.results.push(BoundResult { plan, ..result });
            }
        }
    }

    /// A declaration. Whether it is right.
    pub(super) fn statement(&mut self, statement: &'q ast::Statement) -> bool {
        match &statement.kind {
            StatementKind::Let { name, value } => self.declare(name, value).is_some(),
            StatementKind::Function(declaration) => {
                let function =
                    Function { declaration, environment: self.environment.clone(), origin: Origin::Query };
                let binding = Binding::Function(Rc::new(function));
                self.environment.declare(&declaration.name.text, binding, self.in_function);
                true
            }
            StatementKind::Set { name, .. } => {
                if !has_effect(&name.text) {
                    self.note(format!("the option '{}' has no effect here", name.text), name.span);
                }
                true
            }
            StatementKind::QueryParameters(parameters) => parameters
                .iter()
                .map(|parameter| self.query_parameter(parameter))
                .fold(true, |all, one| all & one.is_some()),
            StatementKind::Alias { name, .. } => {
                self.note(format!("alias '{}' is accepted; all tables are local", name.text), name.span);
                true
            }
            StatementKind::Restrict(_) => {
                self.not_supported::<()>("restrict access", statement.span);
                false
            }
            StatementKind::Pattern(declaration) => {
                let binding = Binding::Pattern(declaration);
                self.environment.declare(&declaration.name.text, binding, self.in_function);
                true
            }
            StatementKind::Expression(expression) => {
                self.mistake::<()>("Only the last statement of a function gives its result", expression.span);
                false
            }
        }
    }

    fn declare(&mut self, name: &'q ast::Name, value: &'q ast::Expr) -> Option<()> {
        let binding = if self.is_tabular(value, &Schema::default()) {
            Binding::Table(Box::new(TableBinding { plan: self.table(value)?, label: None }))
        } else {
            Binding::Scalar(self.scalar(value, &Schema::default())?)
        };
        self.environment.declare(&name.text, binding, self.in_function);
        Some(())
    }

    fn query_parameter(&mut self, parameter: &'q ast::FunctionParameter) -> Option<()> {
        let ParameterKind::Scalar(type_name) = &parameter.kind else {
            return self.mistake("A query parameter must be a scalar", parameter.span);
        };
        let wanted = self.type_name(type_name)?;
        let name = &parameter.name.text;
        let value = match (self.surroundings.parameters.get(name), &parameter.default) {
            (Some(text), _) => self.parameter_value(text, wanted, parameter)?,
            (None, Some(default)) => Expr::constant(self.constant(default, wanted)?, parameter.span),
            (None, None) => {
                let message =
                    format!("The query parameter '{name}' has no value; give it with --param {name}=VALUE");
                return self.mistake(message, parameter.span);
            }
        };
        self.environment.declare(name, Binding::Scalar(value), false);
        Some(())
    }

    /// A value given outside the query, as text.
    fn parameter_value(
        &mut self,
        text: &str,
        wanted: ScalarType,
        parameter: &ast::FunctionParameter,
    ) -> Option<Expr> {
        let given = Expr::constant(Value::String(text.to_owned()), parameter.span);
        let value = match wanted {
            ScalarType::Dynamic => self.named_call("parse_json", &[given], parameter.span)?,
            _ => convert(given, wanted, self.surroundings.context),
        };
        match value.as_constant() {
            Some(Value::Null(_)) | None => self.mistake(
                format!("'{text}', given for the query parameter '{}', is no {wanted}", parameter.name.text),
                parameter.span,
            ),
            Some(_) => Some(value),
        }
    }
}

/// The name that `| as name` at the end gives the result.
pub(super) fn result_name(expression: &ast::Expr) -> Option<String> {
    let ast::ExprKind::Pipe { operators, .. } = &expression.kind else { return None };
    match &operators.last()?.kind {
        ast::OperatorKind::As(name) => Some(name.text.clone()),
        _ => None,
    }
}
