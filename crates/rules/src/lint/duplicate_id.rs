//! Rules of a pack with one identifier.

use std::collections::HashMap;

use kql_parser::Span;

use super::Finding;
use crate::Rule;

pub(super) fn run(rules: &[Rule]) -> Vec<(usize, Finding)> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let Some(id) = &rule.metadata.id else { continue };
        match first.entry(id.to_ascii_lowercase()) {
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(at);
            }
            std::collections::hash_map::Entry::Occupied(other) => {
                let (path, _) = rules[*other.get()].metadata_file();
                let message = format!("the id {id} is that of a rule in {} too", path.display());
                found.push((at, Finding::in_metadata("KQL113", message, place(rule))));
            }
        }
    }
    found
}

fn place(rule: &Rule) -> Span {
    let field = rule.metadata.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("id"));
    field.map(|(_, node)| node.span).unwrap_or_default()
}
