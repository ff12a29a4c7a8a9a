//! `set`: the options that change what a query gives.
//!
//! All of them are read before the first result is bound, wherever they stand. Others concern the service's limits and
//! caches; they are accepted without effect.
//!
//! <https://learn.microsoft.com/kusto/api/rest/request-properties>

use std::collections::BTreeSet;

use kql_parser::Span;
use kql_parser::ast::{self, StatementKind};
use kql_types::{ScalarType, Value};

use super::Binder;
use super::plans::column;
use crate::bound::{Lookback, Surroundings};
use crate::plan::Operator;
use crate::{Expr, Plan};

const QUERY_NOW: &str = "query_now";

/// What `now()` gives where `set query_now = ...` says it, in ticks of 100 ns since 0001-01-01T00:00:00Z. Whoever runs
/// the query asks before, so that binding and running see the same moment. A value that is wrong is reported by
/// [`super::bind`].
pub fn query_now(query: &ast::Query, text: &str, surroundings: &Surroundings<'_>) -> Option<i64> {
    let set = query.statements.iter().rev().find_map(|statement| match &statement.kind {
        StatementKind::Set { name, value } if name.text == QUERY_NOW => value.as_ref(),
        _ => None,
    })?;
    match Binder::new(text, surroundings, BTreeSet::new()).constant(set, ScalarType::DateTime)? {
        Value::DateTime(ticks) => Some(ticks),
        _ => None,
    }
}

/// The options of a query.
#[derive(Debug, Default)]
pub(super) struct QueryOptions {
    /// `truncationmaxrecords`, `query_take_max_records`: the greatest number of rows in a result.
    row_limit: Option<u64>,
    /// `query_datetimescope_column`, where a table has it as a datetime, lies from the first to the second bound.
    scope_column: Option<String>,
    scope: [Option<(Value, Span)>; 2],
}

/// Whether an option is one of those that are not just accepted.
pub(super) fn has_effect(name: &str) -> bool {
    name == QUERY_NOW || matches!(name, "truncationmaxrecords" | "query_take_max_records") || is_scope(name)
}

fn is_scope(name: &str) -> bool {
    matches!(name, "query_datetimescope_column" | "query_datetimescope_from" | "query_datetimescope_to")
}

impl<'q> Binder<'q> {
    /// Reads the options of a query. Whether they are right.
    pub(super) fn read_options(&mut self, query: &'q ast::Query) -> bool {
        let mut sound = true;
        for statement in &query.statements {
            if let StatementKind::Set { name, value } = &statement.kind
                && has_effect(&name.text)
            {
                sound &= self.read_option(name, value.as_ref()).is_some();
            }
        }
        sound
    }

    fn read_option(&mut self, name: &ast::Name, value: Option<&'q ast::Expr>) -> Option<()> {
        let Some(given) = value else {
            return self.mistake(format!("The option '{}' needs a value", name.text), name.span);
        };
        let wanted = match name.text.as_str() {
            "truncationmaxrecords" | "query_take_max_records" => ScalarType::Long,
            "query_datetimescope_column" => ScalarType::String,
            _ => ScalarType::DateTime,
        };
        let value = self.constant(given, wanted)?;
        match (name.text.as_str(), value) {
            (_, Value::Null(_)) => {
                return self.mistake(format!("The option '{}' cannot be null", name.text), given.span);
            }
            ("query_datetimescope_from", from) => self.options.scope[0] = Some((from, given.span)),
            ("query_datetimescope_to", to) => self.options.scope[1] = Some((to, given.span)),
            (_, Value::String(column)) => self.options.scope_column = Some(column),
            (_, Value::Long(count)) => {
                let count = u64::try_from(count).unwrap_or(0);
                let least = self.options.row_limit.map_or(count, |limit| limit.min(count));
                self.options.row_limit = Some(least);
                // The service reports an error beside the rows that it cuts.
                self.note(format!("a result is cut to {least} rows"), name.span);
            }
            // The moment is in the context already.
            _ => {}
        }
        Some(())
    }

    /// The rows of a result that may be shown.
    pub(super) fn within_limit(&self, result: Plan) -> Plan {
        let Some(count) = self.options.row_limit else { return result };
        let schema = result.schema.clone();
        Plan::new(Operator::Take { input: Box::new(result), count }, schema)
    }

    /// The rows of a table that lie within the scope of time, of which both bounds are a part, and within what the rule
    /// looks back to.
    pub(super) fn within_scope(&mut self, table: Plan, span: Span) -> Option<Plan> {
        let mut within = table;
        if let Some(Lookback { after, until }) = self.surroundings.lookback {
            let bounds = [(">", Value::DateTime(after)), ("<=", Value::DateTime(until))];
            for (operator, bound) in bounds {
                within = self.within_bound(within, Lookback::COLUMN, operator, bound, span)?;
            }
        }
        let Some(name) = self.options.scope_column.clone() else { return Some(within) };
        for (operator, bound) in [">=", "<="].into_iter().zip(self.options.scope.clone()) {
            if let Some((bound, span)) = bound {
                within = self.within_bound(within, &name, operator, bound, span)?;
            }
        }
        Some(within)
    }

    /// The rows whose datetime in that column lies on one side of a bound; all if there is no such column.
    fn within_bound(
        &mut self,
        table: Plan,
        name: &str,
        operator: &str,
        bound: Value,
        span: Span,
    ) -> Option<Plan> {
        let place = table.schema.index_of(name);
        let Some(place) = place.filter(|at| table.schema.fields[*at].data_type == ScalarType::DateTime)
        else {
            return Some(table);
        };
        let time = column(&table.schema, place, span);
        let predicate = self.operator(operator, vec![time, Expr::constant(bound, span)], span)?;
        Some(table.filter(predicate))
    }
}
