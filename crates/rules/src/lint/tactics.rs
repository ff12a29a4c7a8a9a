//! Tactics and techniques that MITRE ATT&CK does not have.

use super::Finding;
use crate::Rule;
use crate::attack::{self, State, TACTICS, technique};

/// Tactics that Sentinel takes and ATT&CK no longer has.
const FORMER: &[&str] = &["PreAttack"];

pub(super) fn tactics(rule: &Rule) -> Vec<Finding> {
    let unknown = rule.metadata.tactics.iter().filter(|tactic| {
        attack::tactic_place(&tactic.text) == TACTICS.len() && !FORMER.contains(&&*tactic.text)
    });
    let finding = |tactic: &crate::Text| {
        let message = format!("'{}' is no tactic of {}", tactic.text, attack::VERSION);
        let finding = Finding::in_metadata("KQL114", message, tactic.span);
        match kql_parser::nearest(&tactic.text, TACTICS.iter().map(|(name, _)| *name)) {
            Some(nearest) => finding.with_hint(format!("did you mean `{nearest}`?")),
            None => finding,
        }
    };
    unknown.map(finding).collect()
}

pub(super) fn techniques(rule: &Rule) -> Vec<Finding> {
    let finding = |given: &crate::Text| {
        let id = given.text.to_ascii_uppercase();
        let (message, hint) = match technique(&id).map(|known| (known.name, known.state)) {
            Some((_, State::InForce)) => return None,
            Some((name, State::Withdrawn)) => (format!("{id} ({name}) was withdrawn from ATT&CK"), None),
            Some((name, State::Replaced(by))) => {
                let new = technique(by).map_or("", |technique| technique.name);
                (
                    format!("{id} ({name}) is no longer in ATT&CK"),
                    Some(format!("{by} ({new}) took its place")),
                )
            }
            None => (format!("'{}' is no technique of {}", given.text, attack::VERSION), None),
        };
        let finding = Finding::in_metadata("KQL115", message, given.span);
        Some(match hint {
            Some(hint) => finding.with_hint(hint),
            None => finding,
        })
    };
    rule.metadata.techniques.iter().filter_map(finding).collect()
}
