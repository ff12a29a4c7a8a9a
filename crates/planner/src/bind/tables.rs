//! Names that stand for tables of the catalog.

use std::sync::Arc;

use kql_parser::ast::Name;
use kql_parser::{Code, Span};
use kql_tables::{ScanColumn, Table, WATCHLIST};
use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Schema, Value};

use super::Binder;
use crate::complete::NameMeaning;
use crate::plan::{Operator, Scan};
use crate::{Expr, Plan};

impl Binder<'_> {
    /// A scan of the table of that name.
    pub(super) fn catalog_table(&mut self, name: &Name) -> Option<Plan> {
        match self.find_table(&name.text) {
            Some(table) => {
                self.tables.insert(name.text.clone());
                self.note_meaning(name.span, NameMeaning::Table);
                let rows = self.scan(table);
                self.within_scope(rows, name.span)
            }
            None => {
                let message = format!("The name '{}' does not refer to any known table", name.text);
                let names = self.known_tables();
                self.unknown_name(message, &name.text, names.iter().map(String::as_str), name.span)
            }
        }
    }

    /// The table of that name. Asked for often, and found by reading through the built-in schemas, so it is remembered.
    fn find_table(&self, name: &str) -> Option<Arc<dyn Table>> {
        let mut found = self.found_tables.borrow_mut();
        found.entry_ref(name).or_insert_with(|| self.surroundings.catalog.table(name)).clone()
    }

    /// Whether there is a table of that name.
    pub(super) fn has_table(&self, name: &str) -> bool {
        self.find_table(name).is_some()
    }

    /// A read of all columns of a table, hidden ones that the query names included.
    pub(super) fn scan(&self, table: Arc<dyn Table>) -> Plan {
        let mut schema = (*table.schema()).clone();
        for name in &self.hidden {
            if schema.index_of(name).is_none()
                && let Some(field) = table.hidden_column(name)
            {
                schema.fields.push(field);
            }
        }
        let columns = schema.fields.iter().map(ScanColumn::whole).collect();
        let scan = Scan {
            table,
            columns,
            predicate: None,
            needles: Vec::new(),
            conditions: Vec::new(),
            limit: None,
        };
        Plan::new(Operator::Scan(scan), Arc::new(schema))
    }

    /// `_GetWatchlist('name')`: the list's columns as text, behind those that the service adds.
    /// <https://learn.microsoft.com/azure/sentinel/watchlists-queries>
    pub(super) fn watchlist(&mut self, name: &str, span: Span) -> Option<Plan> {
        let Some(table) = self.find_table(&format!("{WATCHLIST}{name}")) else {
            let message = format!(
                "there is no watchlist '{name}'; put {name}.csv into a folder `watchlists` beside the data"
            );
            return self.undetermined(Code::UnknownName, message, span);
        };
        let plan = self.scan(table);
        // The service asks which column is searched; here it is the one of that name, or the first.
        let key = plan.schema.index_of("SearchKey").unwrap_or(0);
        let text = |index: usize| self.converted(plan.column(index, span), ScalarType::String);
        let names: Vec<String> = plan.schema.fields.iter().map(|field| field.name.to_string()).collect();
        let mut columns = vec![
            ("_DTItemId".to_owned(), Expr::constant(Value::absent(ScalarType::String), span)),
            ("LastUpdatedTimeUTC".to_owned(), Expr::constant(Value::absent(ScalarType::DateTime), span)),
            ("SearchKey".to_owned(), text(key)),
        ];
        for (index, name) in names.into_iter().enumerate().filter(|(_, name)| name != "SearchKey") {
            columns.push((name, text(index)));
        }
        Some(plan.project(columns))
    }

    /// `_GetWatchlistAlias`, with or without brackets: the names that `_GetWatchlist` takes.
    pub(super) fn watchlist_aliases(&self) -> Plan {
        let schema = Arc::new(Schema::new(vec![Field::new("WatchlistAlias", ScalarType::String)]));
        let names = self.surroundings.catalog.watchlists();
        let rows = names.len();
        let mut column = ColumnBuilder::with_capacity(ScalarType::String, rows);
        names.into_iter().for_each(|name| column.push(&Value::String(name)));
        let batch = Batch::new(schema.clone(), vec![column.finish()], rows);
        Plan::new(Operator::Rows(Arc::new(batch)), schema)
    }

    /// The tables that a query may name, for hints.
    fn known_tables(&self) -> Vec<String> {
        let mut names = self.surroundings.catalog.names();
        names.extend(kql_tables::known_table_names().map(|name| name.to_string()));
        names.extend(self.environment.names().map(str::to_owned));
        names
    }
}

/// A plan without rows.
pub(super) fn empty(schema: Arc<Schema>) -> Plan {
    Plan::new(Operator::Rows(Arc::new(Batch::empty(schema.clone()))), schema)
}
