//! Plans that compute the same are told from those that do not.

use kql_planner::optimize;
use kql_tables::MemoryCatalog;
use kql_types::ScalarType;

use super::{plans, table};

/// Pairs of queries that are written differently and compute the same.
const SAME: &[(&str, &str)] = &[
    ("T | where a == 1 | count", "  T\n| where a==1\n| count // how many"),
    ("let n = 3; T | where a > n | summarize dcount(s) by a", "T | where a > 3 | summarize dcount(s) by a"),
    (
        "T | mv-expand d | summarize count() by tostring(d.x)",
        "T | mv-expand d | summarize count() by tostring(d.x)",
    ),
    ("T | top 3 by a", "T | sort by a | take 3"),
    (
        "T | where s in ((T | where a > 1 | project s)) | join kind=inner (T | take 2) on a",
        "T | where s in ((T | where a > 1 | project s)) | join kind=inner (T | take 2) on a",
    ),
    ("union T, U | count", "T | union U | count"),
    (
        "T | summarize arg_max(a, s), take_any(d), countif(a > 1)",
        "T | summarize arg_max(a, s), take_any(d), countif(a > 1)",
    ),
];

const DIFFERENT: &[(&str, &str)] = &[
    ("T | where a == 1 | count", "T | where a == 2 | count"),
    ("T | where a == 1 | count", "U | where a == 1 | count"),
    ("T | where s has 'x' | count", "T | where s contains 'x' | count"),
    ("T | where a > 1 and s == 'x' | count", "T | where a > 1 or s == 'x' | count"),
    ("T | summarize n = count() by a", "T | summarize m = count() by a"),
    ("T | summarize sum(a) by s", "T | summarize sum(a) by a"),
    ("T | summarize sum(a)", "T | summarize sumif(a, a > 1)"),
    ("T | summarize arg_max(a, s)", "T | summarize arg_min(a, s)"),
    ("T | sort by a desc", "T | sort by a asc"),
    ("T | sort by a asc nulls first", "T | sort by a asc nulls last"),
    ("T | top 3 by a", "T | top 4 by a"),
    ("T | take 3", "T | take 4"),
    ("T | project x = d.x", "T | project x = d.y"),
    ("T | mv-expand d", "T | mv-expand d limit 3"),
    ("T | extend r = rand()", "T | extend r = rand()"),
    ("T | extend r = 1.0 / 0.0", "T | extend r = 1.0 / -0.0"),
    ("T | join kind=inner (U) on a", "T | join kind=leftouter (U) on a"),
    ("T | where a == toscalar(U | count)", "T | where a == toscalar(T | count)"),
];

fn compare(one: &str, other: &str) -> bool {
    let columns = [("a", ScalarType::Long), ("s", ScalarType::String), ("d", ScalarType::Dynamic)];
    let catalog = MemoryCatalog::new(["T", "U"].map(|name| table(name, &columns, &[])));
    let plan = |query: &str| optimize(plans(query, &catalog).unwrap().remove(0));
    let (one, other) = (plan(one), plan(other));
    let same = one.computes_the_same(&other);
    assert_eq!(other.computes_the_same(&one), same);
    same
}

#[test]
fn the_same_is_recognised() {
    for (one, other) in SAME {
        assert!(compare(one, other), "{one}\n{other}");
    }
}

#[test]
fn what_differs_is_not_the_same() {
    for (one, other) in DIFFERENT {
        assert!(!compare(one, other), "{one}\n{other}");
    }
}
