//! What `parse` and `parse-kv` have in common: a call finds all captures of a row, and others take them out one by one.

use kql_functions::scalar::parsing::CAPTURED;
use kql_functions::{Kernel, ScalarFunction};
use kql_parser::Span;
use kql_types::{ScalarType, Value};

use crate::bind::Binder;
use crate::bind::fold::argument_info;
use crate::bind::plans::Column;
use crate::{Expr, ExprKind, Plan};

/// A plan's rows, and behind their columns the text and what was found in it.
pub(super) struct Captures {
    /// The rows; its last column is what was found.
    plan: Plan,
    /// How many columns there were before.
    columns: usize,
    /// The column of the text.
    text: usize,
}

/// Names of columns that no query sees.
const TEXT_COLUMN: &str = "$text";
const FOUND_COLUMN: &str = "$captures";

impl Captures {
    /// Behind the columns of `input` the text, if it is not one of them, and what `function` finds in it.
    pub(super) fn bind(
        binder: &mut Binder<'_>,
        input: Plan,
        text: Expr,
        function: &'static ScalarFunction,
        pattern: &[&str],
        span: Span,
    ) -> Option<Self> {
        let columns = input.schema.len();
        let mut plan = input;
        let text = match text.kind {
            ExprKind::Column(index) if text.data_type == ScalarType::String => index,
            _ => {
                let text = binder.converted(text, ScalarType::String);
                let mut with_text = plan.all_columns();
                with_text.push((TEXT_COLUMN.to_owned(), text));
                plan = plan.project(with_text);
                columns
            }
        };
        let mut arguments = vec![plan.column(text, span)];
        arguments.extend(pattern.iter().map(|part| Expr::constant(Value::String((*part).to_owned()), span)));
        let found = prepared_call(binder, function, &arguments, span)?;
        let mut with_found = plan.all_columns();
        with_found.push((FOUND_COLUMN.to_owned(), found));
        Some(Self { plan: plan.project(with_found), columns, text })
    }

    /// Only the rows in which something was found.
    pub(super) fn matching_rows(self, binder: &mut Binder<'_>, span: Span) -> Option<Self> {
        let found = self.plan.column(self.plan.schema.len() - 1, span);
        let predicate = binder.named_call("isnotempty", &[found], span)?;
        Some(Self { plan: self.plan.filter(predicate), ..self })
    }

    /// The rows with a column for each capture: name, type and the characters that escape another. A column whose name is
    /// there already is replaced where it stands.
    pub(super) fn into_columns(
        self,
        binder: &mut Binder<'_>,
        captures: &[(&str, ScalarType)],
        escapes: &str,
        span: Span,
    ) -> Option<Plan> {
        let mut columns: Vec<Column> = self.plan.all_columns();
        columns.truncate(self.columns);
        for (index, (name, data_type)) in captures.iter().enumerate() {
            let arguments = [
                self.plan.column(self.text, span),
                self.plan.column(self.plan.schema.len() - 1, span),
                Expr::constant(Value::Long(index as i64), span),
                Expr::constant(Value::String(escapes.to_owned()), span),
            ];
            let captured = prepared_call(binder, &CAPTURED, &arguments, span)?;
            let value = match data_type {
                ScalarType::Dynamic => binder.named_call("parse_json", &[captured], span)?,
                _ => binder.converted(captured, *data_type),
            };
            match columns.iter_mut().find(|(known, _)| known == name) {
                Some((_, old)) => *old = value,
                None => columns.push(((*name).to_owned(), value)),
            }
        }
        Some(self.plan.project(columns))
    }
}

/// A call whose constant arguments are checked now rather than when the query runs.
fn prepared_call(
    binder: &mut Binder<'_>,
    function: &'static ScalarFunction,
    arguments: &[Expr],
    span: Span,
) -> Option<Expr> {
    if let Some(Kernel::Prepared(prepare)) = function.overloads.first().map(|overload| overload.kernel) {
        let infos: Vec<_> = arguments.iter().map(argument_info).collect();
        if let Err(error) = prepare(&infos) {
            return binder.mistake(error.message, span);
        }
    }
    match binder.resolved_call(function, arguments, span) {
        Ok(call) => Some(call),
        Err(_) => binder.mistake("The pattern does not fit the text", span),
    }
}
