//! The recorded queries of the real engine, where they are at hand.

use kql_tables::MemoryCatalog;

use super::{check, plans};

const RECORDED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/conformance/kusto-emulator.json");

#[test]
fn recorded_queries_give_the_same_rows() {
    let Ok(text) = std::fs::read_to_string(RECORDED) else {
        eprintln!("skipped: no {RECORDED}");
        return;
    };
    let mut checked = 0;
    for line in text.lines().filter(|line| line.contains("\"query\"")) {
        let Some(query) = query_of(line) else { continue };
        for plan in plans(&query, &MemoryCatalog::default()).unwrap_or_default() {
            check(&query, plan);
            checked += 1;
        }
    }
    eprintln!("checked {checked} plans");
    assert!(checked > 100, "{checked} plans");
}

/// The text under `query` of a case.
fn query_of(line: &str) -> Option<String> {
    let case = kql_types::dynamic::canonicalize(line.trim_end().trim_end_matches(','))?;
    let query = kql_types::dynamic::Json::new(&case).get("query")?;
    Some(query.as_str()?.into_owned())
}
