//! What the data holds: values of columns, members of dynamic columns.

use std::sync::Arc;

use kql_tables::Table;

use super::{Asked, named};
use crate::bind::watch::Seen;
use crate::complete::{Suggestion, SuggestionKind};

/// The values of the column that a text at the cursor is compared with, with the closing quote.
pub(super) fn values(asked: &Asked<'_>, column: Option<&str>) -> Vec<Suggestion> {
    let Some(column) = column else { return Vec::new() };
    let scope = asked.scope();
    let Some(table) = source_of(&scope, column) else { return Vec::new() };
    let quote = asked.cursor.quote();
    let offer = |value: String| {
        let escaped = value.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
        let text = format!("{escaped}{quote}");
        Suggestion { name: value, text, kind: SuggestionKind::Value, detail: String::new() }
    };
    asked.data.values(&*table, column).into_iter().map(offer).collect()
}

/// The members below a path into a dynamic column.
pub(super) fn members(asked: &Asked<'_>, scope: &Seen, path: &[String]) -> Vec<Suggestion> {
    let Some(table) = path.first().and_then(|column| source_of(scope, column)) else { return Vec::new() };
    let members = asked.data.members(&*table, path);
    members.iter().map(|name| named(name, SuggestionKind::Column, "member")).collect()
}

/// The table that a column of the rows comes from, as far as its name tells.
fn source_of(scope: &Seen, column: &str) -> Option<Arc<dyn Table>> {
    let wanted = scope.columns.index_of(column).map(|index| &scope.columns.fields[index])?;
    let has = |table: &&Arc<dyn Table>| {
        table.has_data() && table.schema().fields.iter().any(|field| field == wanted)
    };
    scope.sources.iter().find(has).cloned()
}
