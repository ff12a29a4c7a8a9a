//! Calls of functions made by `let`: the body is bound anew for every call, with the arguments as names.

use std::rc::Rc;

use kql_parser::Span;
use kql_parser::ast::{self, NamedExpr, ParameterKind, StatementKind};
use kql_types::{ScalarType, Schema, Value};

use super::environment::{Binding, Environment, Function, Origin, TableBinding};
use super::overload::{convert, widens};
use super::{Binder, DEPTH_LIMIT};
use crate::{Expr, Plan};

impl<'q> Binder<'q> {
    /// The function of that name: one that the query declares, else one of the library.
    pub(super) fn function_named(&self, name: &str) -> Option<Rc<Function<'q>>> {
        match self.environment.get(name) {
            Some(Binding::Function(function)) => return Some(function.clone()),
            Some(_) => return None,
            None => {}
        }
        let stored = self.surroundings.library.get(name)?;
        let origin = if stored.is_substitute { Origin::Substitute } else { Origin::Library };
        let environment = Environment::default();
        Some(Rc::new(Function { declaration: &stored.declaration, environment, origin }))
    }

    /// What `bind` gives for a call of that function, which is told where the call stands. Texts of the library have spans
    /// of their own; what is said about them, and what is made of them, stands at the call in the query.
    fn calling<T>(
        &mut self,
        function: &Rc<Function<'q>>,
        span: Span,
        bind: impl FnOnce(&mut Self, Span) -> Option<T>,
    ) -> Option<T> {
        let name = &function.declaration.name.text;
        let span = self.library_call.as_ref().map_or(span, |(_, outer)| *outer);
        match function.origin {
            Origin::Query => return bind(self, span),
            Origin::Library => {}
            Origin::Substitute => {
                self.note(format!("{name} needs a service of the cloud; its columns are empty here"), span);
            }
        }
        let outer = self.library_call.replace((name.clone(), span));
        let bound = bind(self, span);
        self.library_call = outer;
        bound
    }

    /// A call whose body gives a value.
    pub(super) fn call_scalar_function(
        &mut self,
        function: &Rc<Function<'q>>,
        arguments: &'q [NamedExpr],
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        let environment = self.bind_parameters(function, None, arguments, row, span)?;
        let declaration = function.declaration;
        let (body, body_span) = (declaration.body.as_slice(), declaration.body_span);
        let value = self.calling(function, span, |binder, span| {
            binder.in_body(body, body_span, environment, span, |binder, last| match last? {
                last if binder.is_tabular(last, &Schema::default()) => binder
                    .mistake("The function gives a table, and a scalar value is expected here", last.span),
                last => binder.scalar(last, &Schema::default()),
            })
        })?;
        Some(Expr { span, ..value })
    }

    /// A call whose body gives rows. `piped` is the table before `| invoke`.
    pub(super) fn call_table_function(
        &mut self,
        function: &Rc<Function<'q>>,
        piped: Option<Plan>,
        arguments: &'q [NamedExpr],
        span: Span,
    ) -> Option<Plan> {
        let environment = self.bind_parameters(function, piped, arguments, &Schema::default(), span)?;
        let declaration = function.declaration;
        let (body, body_span) = (declaration.body.as_slice(), declaration.body_span);
        self.calling(function, span, |binder, span| {
            binder.in_body(body, body_span, environment, span, |binder, last| binder.table(last?))
        })
    }

    /// Whether the function's body gives rows.
    pub(super) fn gives_rows(&mut self, function: &Rc<Function<'q>>) -> bool {
        let Some(last) = result_of(&function.declaration.body) else { return false };
        let outer = std::mem::replace(&mut self.environment, function.environment.clone());
        let mut tabular_locals: Vec<&str> = Vec::new();
        for parameter in &function.declaration.parameters {
            if !matches!(parameter.kind, ParameterKind::Scalar(_)) {
                tabular_locals.push(&parameter.name.text);
            }
        }
        for statement in &function.declaration.body {
            if let StatementKind::Let { name, value } = &statement.kind {
                let first = source_name(value);
                if first.is_some_and(|first| tabular_locals.contains(&first))
                    || self.is_tabular(value, &Schema::default())
                {
                    tabular_locals.push(&name.text);
                }
            }
        }
        let found = source_name(last).is_some_and(|first| tabular_locals.contains(&first))
            || self.is_tabular(last, &Schema::default());
        self.environment = outer;
        found
    }

    /// What `result` makes of the last statement of a body, after those before it have been bound.
    pub(super) fn in_body<T>(
        &mut self,
        body: &'q [ast::Statement],
        body_span: Span,
        environment: Environment<'q>,
        span: Span,
        result: impl FnOnce(&mut Self, Option<&'q ast::Expr>) -> Option<T>,
    ) -> Option<T> {
        if self.depth >= DEPTH_LIMIT {
            return self.mistake("Functions are nested too deep", span);
        }
        let outer = std::mem::replace(&mut self.environment, environment);
        let outer_in_function = std::mem::replace(&mut self.in_function, true);
        let outer_aggregates = self.aggregates.take();
        self.depth += 1;
        let last = result_of(body);
        let before = if last.is_some() { &body[..body.len() - 1] } else { body };
        let declared =
            before.iter().map(|statement| self.statement(statement)).fold(true, |all, one| all & one);
        let value = match last {
            None => self.mistake("The function's body gives no result", body_span),
            last if declared => result(self, last),
            _ => None,
        };
        self.depth -= 1;
        self.environment = outer;
        self.in_function = outer_in_function;
        self.aggregates = outer_aggregates;
        value
    }

    /// The function's environment with its parameters declared.
    fn bind_parameters(
        &mut self,
        function: &Rc<Function<'q>>,
        piped: Option<Plan>,
        arguments: &'q [NamedExpr],
        row: &Schema,
        span: Span,
    ) -> Option<Environment<'q>> {
        let declaration: &'q ast::FunctionDeclaration = function.declaration;
        let mut environment = function.environment.clone();
        let mut positional = arguments.iter().filter(|argument| argument.names.is_empty());
        let mut piped = piped;
        let name = &declaration.name.text;
        for parameter in &declaration.parameters {
            let by_name = arguments.iter().find(|argument| {
                argument.names.first().is_some_and(|given| given.text == parameter.name.text)
            });
            let given = by_name.or_else(|| if piped.is_some() { None } else { positional.next() });
            let binding = match (&parameter.kind, piped.take(), given, &parameter.default) {
                (ParameterKind::Scalar(type_name), None, Some(argument), _) => {
                    let wanted = self.type_name(type_name)?;
                    Binding::Scalar(match self.column_as_argument(function, &argument.value, wanted) {
                        Some(name) => name,
                        None => self.scalar_argument(&argument.value, wanted, row)?,
                    })
                }
                (ParameterKind::Scalar(type_name), None, None, Some(default)) => {
                    let wanted = self.type_name(type_name)?;
                    Binding::Scalar(self.scalar_argument(default, wanted, &Schema::default())?)
                }
                (ParameterKind::Table(_) | ParameterKind::AnyTable, Some(plan), _, _) => {
                    self.table_argument(parameter, plan, span)?
                }
                (ParameterKind::Table(_) | ParameterKind::AnyTable, None, Some(argument), _) => {
                    let plan = self.table(&argument.value)?;
                    self.table_argument(parameter, plan, argument.span)?
                }
                (ParameterKind::Scalar(_), Some(_), _, _) => {
                    let message = format!("The first parameter of '{name}' is not a table");
                    return self.mistake(message, span);
                }
                (_, None, None, _) => {
                    let message = format!(
                        "The call of '{name}' gives no value for its parameter '{}'",
                        parameter.name.text
                    );
                    return self.mistake(message, span);
                }
            };
            environment.declare(&parameter.name.text, binding, true);
        }
        match positional.next() {
            Some(extra) => self.mistake(format!("'{name}' does not take so many arguments"), extra.span),
            None => Some(environment),
        }
    }

    /// Functions that stand for a service take bare column names, `FileProfile(SHA1)`. The column does not matter.
    fn column_as_argument(
        &self,
        function: &Function<'q>,
        argument: &'q ast::Expr,
        wanted: ScalarType,
    ) -> Option<Expr> {
        let ast::ExprKind::Name(name) = &argument.kind else { return None };
        let is_free = function.origin == Origin::Substitute && self.environment.get(&name.text).is_none();
        let value = match wanted {
            ScalarType::String => Value::String(name.text.clone()),
            other => Value::absent(other),
        };
        is_free.then(|| Expr::constant(value, argument.span))
    }

    fn scalar_argument(&mut self, argument: &'q ast::Expr, wanted: ScalarType, row: &Schema) -> Option<Expr> {
        let bound = self.scalar(argument, row)?;
        let given = bound.data_type;
        let fits = widens(given, wanted)
            || (given.is_number() && wanted.is_number())
            || given == ScalarType::Dynamic
            || wanted == ScalarType::Dynamic;
        if !fits {
            return self.mistake(format!("A value of type {wanted} expected, not {given}"), argument.span);
        }
        Some(convert(bound, wanted, self.surroundings.context))
    }

    fn table_argument(
        &mut self,
        parameter: &'q ast::FunctionParameter,
        plan: Plan,
        span: Span,
    ) -> Option<Binding<'q>> {
        if let ParameterKind::Table(columns) = &parameter.kind {
            for column in columns {
                let wanted = self.type_name(&column.type_name)?;
                let found =
                    plan.schema.index_of(&column.name.text).map(|index| plan.schema.fields[index].data_type);
                if found != Some(wanted) {
                    let message = format!(
                        "The table given for '{}' has no column '{}' of type {wanted}",
                        parameter.name.text, column.name.text
                    );
                    return self.mistake(message, span);
                }
            }
        }
        Some(Binding::Table(Box::new(TableBinding { plan, label: None })))
    }
}

/// The expression whose value a body gives: its last statement.
fn result_of(body: &[ast::Statement]) -> Option<&ast::Expr> {
    match body.last().map(|last| &last.kind) {
        Some(StatementKind::Expression(value)) => Some(value),
        _ => None,
    }
}

/// The name from which a pipeline starts.
fn source_name(expression: &ast::Expr) -> Option<&str> {
    match &expression.kind {
        ast::ExprKind::Name(name) => Some(&name.text),
        ast::ExprKind::Pipe { source: Some(source), .. } => source_name(source),
        _ => None,
    }
}
