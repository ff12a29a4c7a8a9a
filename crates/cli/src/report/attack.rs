//! The tactics of MITRE ATT&CK, in the order in which an attack goes.

pub use kql_rules::attack::{tactic_name as name, tactic_place as place};
