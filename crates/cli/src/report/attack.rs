//! The tactics of MITRE ATT&CK, in the order in which an attack goes.

use kql_rules::selection::same_word;

/// The tactics of the enterprise matrix, then those of the matrix for industrial control systems, as rules write them
/// and as people read them.
/// <https://attack.mitre.org/tactics/enterprise/>
const TACTICS: &[(&str, &str)] = &[
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
pub fn place(tactic: &str) -> usize {
    TACTICS.iter().position(|(name, _)| same_word(name, tactic)).unwrap_or(TACTICS.len())
}

/// A tactic as people read it.
pub fn name(tactic: &str) -> &str {
    TACTICS.get(place(tactic)).map_or(tactic, |(_, name)| name)
}
