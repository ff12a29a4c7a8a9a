//! Findings for people.

use kql_rules::lint::Level;

use super::Checked;
use crate::diagnostics::{self, Finding};
use crate::source::Source;

/// What is wrong with a rule, with colours.
pub fn rule(checked: &Checked) -> String {
    let mut out = String::new();
    for found in &checked.found {
        let (source, span) = checked.place(found);
        // The place is one in the file already.
        let written = Source::new(source.name.clone(), source.written());
        out += &diagnostics::render(
            &written,
            &Finding::new(found.level, found.code, &found.message, span, found.hint.as_deref()),
        );
    }
    if checked.is_ok() {
        out += &format!("{}: ok\n", checked.query.name);
    }
    out
}

/// All of it in a sentence.
pub fn summary(all: &[Checked]) -> String {
    let queries = if all.len() == 1 { "query" } else { "queries" };
    let verdict = match all.iter().filter(|one| !one.is_ok()).count() {
        0 => "all right".to_owned(),
        wrong => format!("{wrong} wrong"),
    };
    let mut out = format!("{} {queries} checked, {verdict}", all.len());
    let count = |level| all.iter().flat_map(|one| &one.found).filter(|found| found.level == level).count();
    let counts = [(count(Level::Warning), "warning", "warnings"), (count(Level::Info), "hint", "hints")];
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, several)| format!("{count} {}", if count == 1 { one } else { several }))
        .collect();
    if !counts.is_empty() {
        out += &format!("; {}", counts.join(", "));
    }
    out + "\n"
}
