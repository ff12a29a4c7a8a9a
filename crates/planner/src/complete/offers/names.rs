//! Tables, and what `let` declares.

use kql_tables::known_table_names;

use super::{Asked, functions, named, words};
use crate::bind::watch::Seen;
use crate::complete::{NameInScope, ScopeName, Suggestion, SuggestionKind};

/// What a statement may begin with.
pub(super) fn statement(asked: &Asked<'_>) -> Vec<Suggestion> {
    let mut offers = tables(asked, &asked.scope());
    offers.extend(words::statements());
    offers
}

/// Tables that data is behind, then what the query declares, then the functions that give rows; known tables without data
/// only where none of these begins with the word that is there.
pub(super) fn tables(asked: &Asked<'_>, scope: &Seen) -> Vec<Suggestion> {
    let catalog = asked.surroundings.catalog;
    let data = catalog.names();
    let with_data = data.iter().map(|name| named(name, SuggestionKind::Table, "table"));
    let mut offers: Vec<Suggestion> = with_data.collect();
    for known in &scope.names {
        match &known.meaning {
            NameInScope::Table(schema) => {
                let detail = format!("let, {} columns", schema.len());
                offers.push(named(&known.name, SuggestionKind::Variable, detail));
            }
            NameInScope::Function { signature, gives_rows: true, .. } => {
                offers.push(functions::call(&known.name, SuggestionKind::Function, signature.clone()));
            }
            _ => {}
        }
    }
    for name in asked.surroundings.library.names() {
        offers.push(functions::call(name, SuggestionKind::Function, format!("{name}(...) -> table")));
    }
    let word = asked.word().to_lowercase();
    if !word.is_empty() && !offers.iter().any(|offer| offer.name.to_lowercase().starts_with(&word)) {
        let known = known_table_names().filter(|name| !data.iter().any(|other| other == name));
        offers.extend(known.map(|name| named(name, SuggestionKind::Table, "known table, no data")));
    }
    offers
}

/// Values and functions that the query declares.
pub(super) fn values(names: &[ScopeName]) -> Vec<Suggestion> {
    let offer = |known: &ScopeName| match &known.meaning {
        NameInScope::Value(data_type) => {
            Some(named(&known.name, SuggestionKind::Variable, format!("let, {data_type}")))
        }
        NameInScope::Row(_) => Some(named(&known.name, SuggestionKind::Variable, "step")),
        NameInScope::Function { signature, gives_rows: false, .. } => {
            Some(functions::call(&known.name, SuggestionKind::Function, signature.clone()))
        }
        _ => None,
    };
    names.iter().filter_map(offer).collect()
}

/// What `invoke` may call.
pub(super) fn row_functions(asked: &Asked<'_>) -> Vec<Suggestion> {
    let offer = |known: &ScopeName| match &known.meaning {
        NameInScope::Function { signature, takes_rows: true, .. } => {
            Some(functions::call(&known.name, SuggestionKind::Function, signature.clone()))
        }
        _ => None,
    };
    let mut offers: Vec<Suggestion> = asked.scope().names.iter().filter_map(offer).collect();
    for name in asked.surroundings.library.names() {
        offers.push(functions::call(name, SuggestionKind::Function, format!("{name}(...) -> table")));
    }
    offers
}
