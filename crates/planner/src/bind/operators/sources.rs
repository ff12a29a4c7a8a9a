//! Operators that make rows: `print`, `range`, `datatable`.

use std::sync::Arc;

use kql_functions::scalar::conversion::convert;
use kql_parser::Span;
use kql_parser::ast::{self, NamedExpr};
use kql_types::{Batch, ColumnBuilder, Field, Operand, ScalarType, Schema, Value};

use crate::bind::names::Namer;
use crate::bind::overload::{common_of, widens};
use crate::bind::{Binder, literals};
use crate::plan::Operator;
use crate::{Expr, ExprKind, Plan};

impl<'q> Binder<'q> {
    /// `print a = 1, 2`: unnamed columns are called `print_0`, `print_1`, ... by position.
    pub(super) fn print(&mut self, items: &'q [NamedExpr]) -> Option<Plan> {
        let row = Schema::default();
        let mut namer = Namer::default();
        let mut columns = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            if matches!(item.value.kind, ast::ExprKind::Call { .. }) {
                let made = self.printed_call(item, position, &mut namer, &row)?;
                columns.extend(made);
                continue;
            }
            let value = self.scalar(&item.value, &row)?;
            let name = match item.names.first() {
                Some(name) => self.explicit_name(&mut namer, name)?,
                None => namer.automatic(Some(format!("print_{position}"))),
            };
            columns.push((name, value));
        }
        let schema: Schema =
            columns.iter().map(|(name, value)| Field::new(name.as_str(), value.data_type)).collect();
        let cells = columns.into_iter().map(|(_, value)| value).collect();
        Some(Plan::new(Operator::Print(cells), Arc::new(schema)))
    }

    /// A call; one that gives several columns keeps their names.
    fn printed_call(
        &mut self,
        item: &'q NamedExpr,
        position: usize,
        namer: &mut Namer,
        row: &Schema,
    ) -> Option<Vec<(String, Expr)>> {
        let mut made = self.made_columns(std::slice::from_ref(item), row)?;
        // Measured on the binder: with names, `print` gives only as many of several columns.
        if !item.names.is_empty() {
            made.truncate(item.names.len());
        }
        // So is this: one column is called by its place, whatever the function would call it.
        let several = made.len() > 1;
        let mut columns = Vec::with_capacity(made.len());
        for (index, made) in made.into_iter().enumerate() {
            let (name, value) = made.into_parts();
            let name = match item.names.get(index) {
                Some(given) => self.explicit_name(namer, given)?,
                None if several => namer.free(&name),
                None => namer.free(&format!("print_{position}")),
            };
            columns.push((name, value));
        }
        Some(columns)
    }

    /// `range name from a to b step c`
    pub(super) fn range(&mut self, name: &'q ast::Name, bounds: [&'q ast::Expr; 3]) -> Option<Plan> {
        let row = Schema::default();
        let bound = bounds.map(|bound| self.scalar(bound, &row));
        let [Some(from), Some(to), Some(step)] = bound else { return None };
        let Some(data_type) = range_type(from.data_type, to.data_type, step.data_type) else {
            let message = format!(
                "range from {} to {} by steps of {} is not possible",
                from.data_type, to.data_type, step.data_type
            );
            return self.mistake(message, bounds[0].span.to(bounds[2].span));
        };
        let step_type = match data_type {
            ScalarType::DateTime if step.data_type == ScalarType::Timespan => ScalarType::Timespan,
            other => other,
        };
        let (from, to) = (self.converted(from, data_type), self.converted(to, data_type));
        let step = self.converted(step, step_type);
        for part in [&from, &to, &step] {
            if !part.is_row_independent() {
                return self.mistake("The bounds of range must not depend on rows", part.span);
            }
        }
        let schema = Arc::new(Schema::new(vec![Field::new(name.text.as_str(), data_type)]));
        Some(Plan::new(Operator::Range { from, to, step }, schema))
    }

    /// `datatable (a: string) [ ... ]`
    pub(in crate::bind) fn data_table(
        &mut self,
        columns: &'q [ast::ColumnDeclaration],
        values: &'q [ast::Expr],
        span: Span,
    ) -> Option<Plan> {
        let schema = Arc::new(self.declared_columns(columns)?);
        if schema.is_empty() {
            return self.mistake("datatable needs a column", span);
        }
        if !values.len().is_multiple_of(schema.len()) {
            let message = format!("The values should appear in multiples of {}", schema.len());
            return self.mistake(message, span);
        }
        let rows = values.len() / schema.len();
        let mut builders: Vec<ColumnBuilder> =
            schema.fields.iter().map(|field| ColumnBuilder::with_capacity(field.data_type, rows)).collect();
        for row in values.chunks_exact(schema.len()) {
            for ((cell, builder), field) in row.iter().zip(&mut builders).zip(&schema.fields) {
                builder.push(&self.cell(cell, field.data_type)?);
            }
        }
        let columns = builders.into_iter().map(ColumnBuilder::finish).collect();
        let batch = Batch::new(schema.clone(), columns, rows);
        Some(Plan::new(Operator::Rows(Arc::new(batch)), schema))
    }

    /// A cell need not have the column's type; it is converted.
    fn cell(&mut self, cell: &'q ast::Expr, wanted: ScalarType) -> Option<Value> {
        let value = match &cell.kind {
            ast::ExprKind::Literal(literal) => literals::value(literal),
            _ => {
                let bound = self.scalar(cell, &Schema::default())?;
                match bound.kind {
                    ExprKind::Constant(value) => value,
                    _ => return self.mistake("The cell must be a constant", cell.span),
                }
            }
        };
        if let Value::Null(_) = value {
            return Some(Value::absent(wanted));
        }
        if wanted == ScalarType::Dynamic
            && let Value::String(_) = value
        {
            // As `todynamic` reads text: JSON where it is JSON. No recorded answer tells.
            let given = Expr::constant(value, cell.span);
            let parsed = self.named_call("parse_json", &[given], cell.span)?;
            return Some(parsed.as_constant().cloned().unwrap_or(Value::Null(ScalarType::Dynamic)));
        }
        match convert(&Operand::Constant(value), wanted) {
            Operand::Constant(converted) => Some(converted),
            Operand::Column(column) => Some(column.value(0)),
        }
    }

    /// The schema that declared columns make.
    pub(in crate::bind) fn declared_columns(&mut self, columns: &[ast::ColumnDeclaration]) -> Option<Schema> {
        let mut fields: Vec<Field> = Vec::with_capacity(columns.len());
        for column in columns {
            let data_type = self.type_name(&column.type_name)?;
            if fields.iter().any(|field| *field.name == *column.name.text) {
                return self.already_declared(&column.name.text, column.name.span);
            }
            fields.push(Field::new(column.name.text.as_str(), data_type));
        }
        Some(Schema::new(fields))
    }
}

/// The type of a range's column.
fn range_type(from: ScalarType, to: ScalarType, step: ScalarType) -> Option<ScalarType> {
    use ScalarType::{DateTime, Dynamic, Timespan};
    match (from, to, step) {
        (DateTime, DateTime, Timespan) => Some(DateTime),
        (Timespan, Timespan, Timespan) => Some(Timespan),
        _ => {
            let common = common_of(common_of(from, to)?, step)?;
            (common.is_number() && common != Dynamic && widens(from, common)).then_some(common)
        }
    }
}
