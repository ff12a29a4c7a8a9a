//! Columns that a rule's metadata names and its query does not return.

use super::{Finding, Subject};
use crate::alert::details::missing_columns;

pub(super) fn run(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(columns) = subject.columns else { return Vec::new() };
    let finding = |missing: crate::alert::details::MissingColumn| {
        let name = &missing.column.text;
        let message = format!("{} names '{name}', which the query does not return", missing.what);
        let finding = Finding::in_metadata("KQL101", message, missing.column.span);
        match kql_parser::nearest(name, columns.fields.iter().map(|field| &*field.name)) {
            Some(nearest) => finding.with_hint(format!("did you mean `{nearest}`?")),
            None => finding,
        }
    };
    missing_columns(subject.rule, columns).into_iter().map(finding).collect()
}
