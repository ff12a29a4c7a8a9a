//! Calls of scalar functions.

use std::sync::Arc;

use kql_functions::{ScalarFunction, registry};
use kql_parser::ast::{self, Name, NamedExpr};
use kql_parser::{Code, Span};
use kql_types::{ScalarType, Schema, Value};

use super::Binder;
use super::overload::Mismatch;
use super::plans::column;
use crate::{Expr, ExprKind};

impl<'q> Binder<'q> {
    /// A call in scalar position: of a function made by `let`, of an aggregate where one may stand, of a built-in.
    pub(super) fn call(
        &mut self,
        name: &'q Name,
        arguments: &'q [NamedExpr],
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        if let Some(function) = self.function_named(&name.text) {
            return self.call_scalar_function(&function, arguments, row, span);
        }
        match name.text.as_str() {
            "toscalar" => self.scalar_query(arguments, row, span),
            "materialize" => match arguments {
                [one] => self.scalar(&one.value, row),
                _ => self.mistake("materialize takes one argument", span),
            },
            "column_ifexists" | "columnifexists" => self.column_if_exists(arguments, row, span),
            "pack_all" => self.pack_all(arguments, row, span),
            "column_names_of" => self.column_names_of(arguments, span),
            "ingestion_time" => self.ingestion_time(arguments, row, span),
            "bag_pack_columns" => self.bag_pack_columns(arguments, row, span),
            function => {
                if let Some(aggregate) = registry::aggregate(function)
                    && (self.aggregates.is_some() || registry::scalar(function).is_none())
                {
                    return self.aggregate_value(aggregate, name, arguments, span);
                }
                match registry::scalar(function) {
                    Some(definition) => self.built_in(definition, name, arguments, row, span),
                    None => self.unknown_function(name),
                }
            }
        }
    }

    fn built_in(
        &mut self,
        function: &'static ScalarFunction,
        name: &Name,
        arguments: &'q [NamedExpr],
        row: &Schema,
        span: Span,
    ) -> Option<Expr> {
        let bound = match arguments {
            // Of all functions only this one takes `*` for all columns.
            [all] if name.text == "estimate_data_size" && matches!(all.value.kind, ast::ExprKind::Star) => {
                (0..row.len()).map(|index| column(row, index, all.span)).collect()
            }
            _ => self.arguments(arguments, row)?,
        };
        match self.resolved_call(function, &bound, span) {
            Ok(call) => Some(call),
            Err(mismatch) => {
                let spans: Vec<Span> = arguments.iter().map(|argument| argument.span).collect();
                self.refuse_arguments(name, mismatch, &spans)
            }
        }
    }

    /// Positional arguments.
    pub(super) fn arguments(&mut self, arguments: &'q [NamedExpr], row: &Schema) -> Option<Vec<Expr>> {
        let bound: Vec<Option<Expr>> =
            arguments.iter().map(|argument| self.scalar(&argument.value, row)).collect();
        bound.into_iter().collect()
    }

    /// Says why no signature of a function fits.
    pub(super) fn refuse_arguments<T>(
        &mut self,
        name: &Name,
        mismatch: Mismatch,
        arguments: &[Span],
    ) -> Option<T> {
        match mismatch {
            Mismatch::Count => {
                let message =
                    format!("The function '{}' does not take {} arguments", name.text, arguments.len());
                self.fail(Code::Semantic, message, name.span)
            }
            Mismatch::Argument(index, why) => {
                let span = arguments.get(index).copied().unwrap_or(name.span);
                self.fail(Code::Semantic, format!("{why} (argument {} of {})", index + 1, name.text), span)
            }
            Mismatch::Together(why) => self.fail(Code::Semantic, why, name.span),
        }
    }

    /// A function that is not defined: known to KQL, or not.
    pub(super) fn unknown_function<T>(&mut self, name: &Name) -> Option<T> {
        let known = ["function", "aggregate"].iter().any(|kind| registry::is_known(kind, &name.text));
        if known {
            return self.not_supported(format_args!("the function {}()", name.text), name.span);
        }
        let message = format!("The name '{}' does not refer to any known function", name.text);
        let declared: Vec<String> = self.environment.names().map(str::to_owned).collect();
        let built_in = registry::scalar_functions().flat_map(|function| function.names.iter().copied());
        let candidates = declared.iter().map(String::as_str).chain(built_in);
        self.unknown_name(message, &name.text, candidates, name.span)
    }

    /// `toscalar(rows)`: the first cell of the first row. Of a value it is the value.
    fn scalar_query(&mut self, arguments: &'q [NamedExpr], row: &Schema, span: Span) -> Option<Expr> {
        let [argument] = arguments else {
            return self.mistake("toscalar takes one argument", span);
        };
        if !self.is_tabular(&argument.value, row) {
            return self.scalar(&argument.value, row);
        }
        let plan = self.table(&argument.value)?;
        let Some(field) = plan.schema.fields.first() else {
            return self.mistake("The table must have a column", span);
        };
        let data_type = field.data_type;
        Some(Expr::new(ExprKind::ScalarQuery(Arc::new(plan.keep(&[0]))), data_type, span))
    }

    /// `column_ifexists("name", otherwise)`
    fn column_if_exists(&mut self, arguments: &'q [NamedExpr], row: &Schema, span: Span) -> Option<Expr> {
        let [name, otherwise] = arguments else {
            return self.mistake("column_ifexists takes two arguments", span);
        };
        let name = match self.scalar(&name.value, &Schema::default())?.as_constant() {
            Some(Value::String(text)) => text.clone(),
            _ => return self.mistake("The expression must be a constant string", name.span),
        };
        match row.index_of(&name) {
            Some(index) => Some(column(row, index, span)),
            None => self.scalar(&otherwise.value, row),
        }
    }

    /// `column_names_of(T)`: known before a row is read.
    fn column_names_of(&mut self, arguments: &'q [NamedExpr], span: Span) -> Option<Expr> {
        let [table] = arguments else {
            return self.mistake("column_names_of takes one argument", span);
        };
        let plan = self.table(&table.value)?;
        let mut text = String::from("[");
        for name in super::column_names(&plan.schema) {
            if text.len() > 1 {
                text.push(',');
            }
            kql_types::dynamic::write_json_string(&mut text, name);
        }
        text.push(']');
        Some(Expr::constant(Value::Dynamic(text), span))
    }

    /// `ingestion_time()`: exported logs seldom keep it, so the record's own time stands for it.
    fn ingestion_time(&mut self, arguments: &'q [NamedExpr], row: &Schema, span: Span) -> Option<Expr> {
        if !arguments.is_empty() {
            return self.mistake("ingestion_time takes no argument", span);
        }
        let column_of = |name: &&str| {
            row.index_of(name).filter(|index| row.fields[*index].data_type == ScalarType::DateTime)
        };
        let found = ["_TimeReceived", "TimeGenerated", "Timestamp"]
            .into_iter()
            .find(|name| column_of(name).is_some());
        match found.and_then(|name| column_of(&name).map(|index| (name, index))) {
            Some((name, index)) => {
                if name != "_TimeReceived" {
                    self.note(format!("ingestion_time() is not in the data; {name} is taken instead"), span);
                }
                Some(column(row, index, span))
            }
            None => Some(Expr::constant(Value::Null(ScalarType::DateTime), span)),
        }
    }

    /// `pack_all()`: all columns of the row, each after its name.
    fn pack_all(&mut self, arguments: &'q [NamedExpr], row: &Schema, span: Span) -> Option<Expr> {
        let mut bound = self.arguments(arguments, row)?;
        for index in 0..row.len() {
            let name = Value::String(row.fields[index].name.to_string());
            bound.push(Expr::constant(name, span));
            bound.push(column(row, index, span));
        }
        self.named_call("pack_all", &bound, span)
    }

    /// `bag_pack_columns(a, b)`: the columns, each after its name.
    fn bag_pack_columns(&mut self, arguments: &'q [NamedExpr], row: &Schema, span: Span) -> Option<Expr> {
        let mut bound = Vec::with_capacity(2 * arguments.len());
        for argument in arguments {
            let ast::ExprKind::Name(name) = &argument.value.kind else {
                return self.mistake("A column name is expected", argument.span);
            };
            bound.push(Expr::constant(Value::String(name.text.clone()), argument.span));
            bound.push(self.scalar(&argument.value, row)?);
        }
        self.named_call("bag_pack_columns", &bound, span)
    }

    /// A call of a built-in function over bound arguments.
    pub(super) fn named_call(&mut self, function: &str, arguments: &[Expr], span: Span) -> Option<Expr> {
        let name = Name { text: function.to_owned(), span };
        let Some(definition) = registry::scalar(function) else { return self.unknown_function(&name) };
        match self.resolved_call(definition, arguments, span) {
            Ok(call) => Some(call),
            Err(mismatch) => {
                let spans: Vec<Span> = arguments.iter().map(|argument| argument.span).collect();
                self.refuse_arguments(&name, mismatch, &spans)
            }
        }
    }

    /// The expression in another type, for a column whose type is declared.
    pub(super) fn converted(&self, expression: Expr, to: ScalarType) -> Expr {
        super::overload::convert(expression, to, self.surroundings.context)
    }
}
