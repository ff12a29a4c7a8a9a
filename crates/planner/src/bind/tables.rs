//! Names that stand for tables of the catalog.

use std::sync::Arc;

use kql_parser::ast::Name;
use kql_tables::{ScanColumn, Table};
use kql_types::{Field, Schema};

use super::Binder;
use crate::Plan;
use crate::plan::{Operator, Scan};

impl Binder<'_> {
    /// A scan of the table of that name.
    pub(super) fn catalog_table(&mut self, name: &Name) -> Option<Plan> {
        match self.find_table(&name.text) {
            Some(table) => {
                self.tables.insert(name.text.clone());
                Some(self.scan(table))
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
        let columns = schema.fields.iter().map(scan_column).collect();
        let scan = Scan { table, columns, predicate: None, needles: Vec::new(), limit: None };
        Plan::new(Operator::Scan(scan), Arc::new(schema))
    }

    /// The tables that a query may name, for hints.
    fn known_tables(&self) -> Vec<String> {
        let mut names = self.surroundings.catalog.names();
        names.extend(kql_tables::known_table_names().map(|name| name.to_string()));
        names.extend(self.environment.names().map(str::to_owned));
        names
    }
}

fn scan_column(field: &Field) -> ScanColumn {
    ScanColumn {
        name: field.name.clone(),
        source: field.name.clone(),
        path: Vec::new(),
        data_type: field.data_type,
    }
}

/// A plan without rows.
pub(super) fn empty(schema: Arc<Schema>) -> Plan {
    Plan::new(Operator::Rows(Arc::new(kql_types::Batch::empty(schema.clone()))), schema)
}
