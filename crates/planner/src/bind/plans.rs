//! Short ways to write plans down.

use std::sync::Arc;

use kql_parser::Span;
use kql_types::{Field, Schema};

use crate::plan::Operator;
use crate::{Expr, ExprKind, Plan};

/// A named column of a projection.
pub(super) type Column = (String, Expr);

impl Plan {
    pub(super) fn new(operator: Operator, schema: Arc<Schema>) -> Self {
        Self { operator, schema }
    }

    /// The plan's column at that position, as an expression.
    pub(super) fn column(&self, index: usize, span: Span) -> Expr {
        column(&self.schema, index, span)
    }

    /// All columns of the plan under their names.
    pub(super) fn all_columns(&self) -> Vec<Column> {
        (0..self.schema.len())
            .map(|index| (self.schema.fields[index].name.to_string(), self.column(index, Span::default())))
            .collect()
    }

    /// A projection of the plan.
    pub(super) fn project(self, columns: Vec<Column>) -> Plan {
        let schema = columns.iter().map(|(name, value)| Field::new(name.as_str(), value.data_type)).collect();
        let columns = columns.into_iter().map(|(_, value)| value).collect();
        Plan::new(Operator::Project { input: Box::new(self), columns }, Arc::new(schema))
    }

    /// The columns at these positions.
    pub(super) fn keep(self, positions: &[usize]) -> Plan {
        let columns = positions
            .iter()
            .map(|index| (self.schema.fields[*index].name.to_string(), self.column(*index, Span::default())))
            .collect();
        self.project(columns)
    }

    /// The rows for which the predicate holds.
    pub(super) fn filter(self, predicate: Expr) -> Plan {
        let schema = self.schema.clone();
        Plan::new(Operator::Filter { input: Box::new(self), predicate }, schema)
    }
}

/// The column at that position of a schema, as an expression.
pub(super) fn column(schema: &Schema, index: usize, span: Span) -> Expr {
    Expr::new(ExprKind::Column(index), schema.fields[index].data_type, span)
}
