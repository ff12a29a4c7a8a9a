//! The tactics and techniques of MITRE ATT&CK, version 18.1 of 2025-11-13: enterprise, mobile and industrial control
//! systems.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::selection::same_word;

/// Which list this is.
pub const VERSION: &str = "ATT&CK 18.1 of 2025-11-13";

/// The tactics of the enterprise matrix in the order in which an attack goes, then those of the matrix for industrial
/// control systems; as rules write them and as people read them.
/// <https://attack.mitre.org/tactics/enterprise/>
pub const TACTICS: &[(&str, &str)] = &[
    ("Reconnaissance", "Reconnaissance"),
    ("ResourceDevelopment", "Resource Development"),
    ("InitialAccess", "Initial Access"),
    ("Execution", "Execution"),
    ("Persistence", "Persistence"),
    ("PrivilegeEscalation", "Privilege Escalation"),
    ("DefenseEvasion", "Defense Evasion"),
    ("CredentialAccess", "Credential Access"),
    ("Discovery", "Discovery"),
    ("LateralMovement", "Lateral Movement"),
    ("Collection", "Collection"),
    ("CommandAndControl", "Command and Control"),
    ("Exfiltration", "Exfiltration"),
    ("Impact", "Impact"),
    ("InhibitResponseFunction", "Inhibit Response Function"),
    ("ImpairProcessControl", "Impair Process Control"),
];

/// The place of a tactic in that order; unknown ones come last.
pub fn tactic_place(tactic: &str) -> usize {
    TACTICS.iter().position(|(name, _)| same_word(name, tactic)).unwrap_or(TACTICS.len())
}

/// A tactic as people read it.
pub fn tactic_name(tactic: &str) -> &str {
    TACTICS.get(tactic_place(tactic)).map_or(tactic, |(_, name)| name)
}

/// A technique or a sub-technique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `T1078`, `T1078.004`
    pub id: &'static str,
    /// As people read it, of a sub-technique without its technique.
    pub name: &'static str,
    /// Whether it is still in force.
    pub state: State,
}

/// Whether a technique is still in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is.
    InForce,
    /// Another one has taken its place.
    Replaced(&'static str),
    /// It was withdrawn.
    Withdrawn,
}

/// A line each: identifier, name, and of one that is not in force what took its place or `withdrawn`.
const LIST: &str = include_str!("attack_techniques.tsv");

/// The technique with that identifier, in upper case.
pub fn technique(id: &str) -> Option<Technique> {
    static TECHNIQUES: LazyLock<HashMap<&'static str, Technique>> =
        LazyLock::new(|| LIST.lines().filter_map(read).map(|technique| (technique.id, technique)).collect());
    TECHNIQUES.get(id).copied()
}

fn read(line: &'static str) -> Option<Technique> {
    let mut fields = line.split('\t');
    let (id, name) = (fields.next()?, fields.next()?);
    let state = match fields.next() {
        None => State::InForce,
        Some("withdrawn") => State::Withdrawn,
        Some(other) => State::Replaced(other),
    };
    Some(Technique { id, name, state })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_are_found_by_identifier() {
        let found = |id| technique(id).map(|technique| (technique.name, technique.state));
        assert_eq!(found("T1078.004"), Some(("Cloud Accounts", State::InForce)));
        assert_eq!(found("T1086"), Some(("PowerShell", State::Replaced("T1059.001"))));
        assert_eq!(found("T9999"), None);
        assert!(LIST.lines().all(|line| read(line).is_some()));
        for line in LIST.lines().filter_map(read) {
            if let State::Replaced(by) = line.state {
                assert!(technique(by).is_some(), "{by}");
            }
        }
    }
}
