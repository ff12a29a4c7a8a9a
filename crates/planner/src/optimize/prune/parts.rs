//! Columns and parts of columns.

use std::sync::Arc;

use kql_parser::Span;
use kql_types::{Field, PathStep, ScalarType, Schema};

use crate::explain::path_text;
use crate::optimize::expression::{as_part, map_operands, path_below};
use crate::walk::for_each_operand;
use crate::{Expr, ExprKind};

/// A column, or what stands at the end of a path below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The column's position.
    pub column: usize,
    /// The steps; none for the whole column.
    pub path: Vec<PathStep>,
}

impl Part {
    /// The whole column.
    pub(super) fn whole(column: usize) -> Self {
        Self { column, path: Vec::new() }
    }

    /// A part that nobody asks for, of a column that is only there for its operator's own use.
    pub(super) fn nobodys() -> Self {
        Self::whole(usize::MAX)
    }

    /// Its name and type, where `schema` has the column.
    pub(super) fn field(&self, schema: &Schema) -> Field {
        let field = &schema.fields[self.column];
        self.field_of(&field.name, field.data_type)
    }

    /// Its name and type, where the column has these.
    pub(super) fn field_of(&self, name: &Arc<str>, data_type: ScalarType) -> Field {
        match self.path.as_slice() {
            [] => Field::new(name.clone(), data_type),
            path => Field::new(format!("{name}{}", path_text(path)), ScalarType::Dynamic),
        }
    }

    /// The part of what an expression gives.
    pub(super) fn of(&self, column: &Expr) -> Expr {
        path_below(column.clone(), self.path.clone(), column.span)
    }
}

/// What is wanted of a plan: no part twice, and none beside the whole of its column.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts(Vec<Part>);

impl Parts {
    /// All columns.
    pub(super) fn all(schema: &Schema) -> Self {
        Self((0..schema.len()).map(Part::whole).collect())
    }

    /// What these expressions read.
    pub(super) fn read_by<'e>(expressions: impl IntoIterator<Item = &'e Expr>) -> Self {
        Self::default().and_read_by(expressions)
    }

    /// These, and what the expressions read.
    pub(super) fn and_read_by<'e>(mut self, expressions: impl IntoIterator<Item = &'e Expr>) -> Self {
        expressions.into_iter().for_each(|expression| self.add_read_by(expression));
        self
    }

    fn add_read_by(&mut self, expression: &Expr) {
        match as_part(expression) {
            Some((column, path)) => self.add(Part { column, path: path.to_vec() }),
            None => for_each_operand(expression, &mut |operand| self.add_read_by(operand)),
        }
    }

    /// Adds one.
    pub(super) fn add(&mut self, part: Part) {
        let covers =
            |other: &Part| other.column == part.column && (other.path.is_empty() || other.path == part.path);
        if self.0.iter().any(covers) {
            return;
        }
        if part.path.is_empty() {
            self.0.retain(|other| other.column != part.column);
        }
        self.0.push(part);
    }

    /// In order of being wanted.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Part> {
        self.0.iter()
    }

    /// Whole columns instead of parts.
    pub(super) fn whole(self) -> Self {
        self.whole_unless(|_| false)
    }

    /// Whole columns instead of parts, but of those columns of which parts can be had.
    pub(super) fn whole_unless(self, has_parts: impl Fn(usize) -> bool) -> Self {
        let mut parts = Self::default();
        for part in self.0 {
            parts.add(if has_parts(part.column) { part } else { Part::whole(part.column) });
        }
        parts
    }

    /// In the order of the columns.
    pub(super) fn sorted(mut self) -> Self {
        self.0.sort_by_key(|part| part.column);
        self
    }

    /// A layout of these, in the order of the columns.
    pub(super) fn in_order(self) -> Layout {
        self.sorted().into_layout()
    }

    /// A layout of just these.
    pub(super) fn into_layout(self) -> Layout {
        Layout(self.0)
    }

    /// The schema of a plan that gives just these, where the whole plan had `schema`.
    pub(super) fn schema(&self, schema: &Schema) -> Arc<Schema> {
        Arc::new(self.0.iter().map(|part| part.field(schema)).collect())
    }
}

/// Which part of a plan's old result each column of the new one is.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout(Vec<Part>);

impl Layout {
    /// Of columns that are these parts.
    pub(super) fn new(parts: Vec<Part>) -> Self {
        Self(parts)
    }

    /// The parts, column by column.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Part> {
        self.0.iter()
    }

    /// Whether it is just that.
    pub(super) fn is(&self, wanted: &Parts) -> bool {
        self.0 == wanted.0
    }

    /// Columns behind the others, for what is not there yet.
    pub(super) fn extend(&mut self, parts: Parts) {
        for part in parts.0 {
            if !self.0.contains(&part) {
                self.0.push(part);
            }
        }
    }

    /// The column that is this part.
    pub(super) fn position(&self, column: usize, path: &[PathStep]) -> Option<usize> {
        self.0.iter().position(|part| part.column == column && part.path == path)
    }

    /// The part as an expression over the new columns; `schema` is that of the old result.
    pub(super) fn expression(&self, part: &Part, schema: &Schema) -> Expr {
        let data_type = schema.fields[part.column].data_type;
        let column = Expr::new(ExprKind::Column(part.column), data_type, Span::default());
        self.rewrite(part.of(&column))
    }

    /// The expression over the new columns.
    pub(super) fn rewrite(&self, expression: Expr) -> Expr {
        let Some((column, path)) = as_part(&expression) else {
            return map_operands(expression, &mut |operand| self.rewrite(operand));
        };
        // The column that has most of the path behind it already.
        let known =
            (0..=path.len()).rev().find_map(|known| Some((known, self.position(column, &path[..known])?)));
        let Some((known, position)) = known else {
            debug_assert!(false, "column {column} was not asked for");
            return expression;
        };
        let rest = path[known..].to_vec();
        let data_type = match expression.kind {
            ExprKind::Column(_) => expression.data_type,
            _ => ScalarType::Dynamic,
        };
        path_below(Expr::new(ExprKind::Column(position), data_type, expression.span), rest, expression.span)
    }
}
