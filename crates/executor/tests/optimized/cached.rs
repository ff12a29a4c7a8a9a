//! A table whose columns are kept must give the same rows as one that is read anew, whatever was asked before.

use std::fmt::Write;

use kql_executor::{execute, execute_all};
use kql_planner::{Plan, optimize};
use kql_tables::{Catalog, DataCatalog, Keep, ReadOptions};

use super::{needles::Folder, options, plans, rows, values};

/// Queries that keep no column, some, or all; that few, many, or no rows pass; that stop early.
const QUERIES: &[&str] = &[
    "T | count",
    "T | where id == 4000 | project id, s, note",
    "T | where s == 's3' | summarize count(), sum(n), min(id) by s",
    "T | where s =~ 'NONE' | project id, s, d",
    "T | where id % 5000 == 1 | project id, d.a, d",
    "T | where n > 100 | summarize count() by tostring(d.a)",
    "T | summarize dcount(s), max(n), avg(r)",
    "T | take 3",
    "T | project id, n | top 5 by n",
    "T | where note has 'only' and s == 's1' | project id, note",
    "T | where r > 0.5 | summarize sum(r)",
    "T | where isnull(n) | project id, n",
    "T | distinct s",
];

const SCHEMA: &str =
    r#"{"T": {"id": "long", "s": "string", "n": "long", "d": "dynamic", "r": "real", "note": "string"}}"#;

/// Records of about ten megabytes, more than two morsels; a value that is no long among them.
fn records() -> Vec<String> {
    let padding = "x".repeat(900);
    (0..10_000)
        .map(|id: u64| {
            let note = if id % 1000 == 1 { "the only one that says so" } else { "" };
            let n = if id.is_multiple_of(77) { "\"many\"".to_owned() } else { (id * 7919 % 1000).to_string() };
            let real = (id * 31 % 997) as f64 / 997.0;
            format!(
                r#"{{"id":{id},"s":"s{}","pad":"{padding}","n":{n},"d":{{"a":"value {}"}},"r":{real},"note":"{note}"}}"#,
                id % 7,
                id % 3
            )
        })
        .collect()
}

fn catalog(folder: &Folder, column_cache: usize) -> DataCatalog {
    catalog_that_keeps(folder, column_cache, Keep::Scanned)
}

fn catalog_that_keeps(folder: &Folder, column_cache: usize, keep: Keep) -> DataCatalog {
    let mut catalog =
        DataCatalog::new(ReadOptions { threads: 2, column_cache, keep, ..ReadOptions::default() });
    catalog.add_schemas(SCHEMA).unwrap();
    catalog.add_folder(&folder.0).unwrap();
    catalog
}

/// The rows of a query, and what its scans reported.
fn outcome(query: &str, catalog: &DataCatalog) -> String {
    let plan = plans(query, catalog as &dyn Catalog).unwrap().remove(0);
    let mut text = format!("{:?}", rows(&optimize(plan)).unwrap());
    for found in catalog.report().malformed() {
        let _ = write!(text, "\n{found}");
    }
    catalog.report().clear();
    text
}

/// How many bytes of files a query reads.
fn bytes_read(query: &str, catalog: &DataCatalog) -> u64 {
    let plan = plans(query, catalog as &dyn Catalog).unwrap().remove(0);
    let options = options(2);
    execute(&optimize(plan), &options).unwrap();
    options.progress.bytes()
}

/// Asks everything, forwards and backwards.
fn check(file: &str, bytes: &[u8]) {
    let folder = Folder::new(&format!("cached-{}", file.replace('.', "-")));
    std::fs::write(folder.0.join(file), bytes).unwrap();
    let direct = catalog(&folder, 0);
    let expected: Vec<String> = QUERIES.iter().map(|query| outcome(query, &direct)).collect();
    assert!(expected[0].starts_with("[[Long(10"), "{}", expected[0]);
    // Without a limit; with room for a few columns; with room for hardly anything.
    for limit in [usize::MAX, 600 << 10, 20 << 10] {
        let cached = catalog(&folder, limit);
        let order = (0..QUERIES.len()).chain((0..QUERIES.len()).rev());
        for index in order {
            let found = outcome(QUERIES[index], &cached);
            assert!(found == expected[index], "{file}, {limit} bytes: {}\n{found}", QUERIES[index]);
        }
        if limit == usize::MAX && !expected[1].contains('\n') {
            assert_eq!(bytes_read(QUERIES[6], &cached), 0, "{file}");
        }
    }
    assert!(bytes_read(QUERIES[6], &direct) > 0, "{file}");
}

/// Many queries at once look at columns that were read ahead: all of them, those for which there is room, or none.
fn check_ahead(file: &str, bytes: &[u8]) {
    let folder = Folder::new(&format!("ahead-{}", file.replace('.', "-")));
    std::fs::write(folder.0.join(file), bytes).unwrap();
    let plan = |query: &&str, catalog: &DataCatalog| {
        optimize(plans(query, catalog as &dyn Catalog).unwrap().remove(0))
    };
    let direct = catalog(&folder, 0);
    let alone: Vec<String> =
        QUERIES.iter().map(|query| format!("{:?}", rows(&plan(query, &direct)))).collect();
    for limit in [usize::MAX, 600 << 10, 20 << 10] {
        let ahead = catalog_that_keeps(&folder, limit, Keep::ReadAhead);
        let plans: Vec<Plan> = QUERIES.iter().map(|query| plan(query, &ahead)).collect();
        let options = options(2);
        let jobs: Vec<_> = plans.iter().map(|plan| (plan, &options)).collect();
        for ((query, expected), found) in QUERIES.iter().zip(&alone).zip(execute_all(&jobs, |_| {})) {
            let found = format!("{:?}", Ok::<_, String>(values(&found.unwrap())));
            assert!(found == *expected, "{file}, {limit} bytes: {query}\n{found}");
        }
    }
}

#[test]
fn read_ahead() {
    check_ahead("T.ndjson", records().join("\n").as_bytes());
    check_ahead("T.json", format!("[\n{}\n]", records().join(",\n")).as_bytes());
    let mut malformed = records();
    malformed.insert(6000, r#"{"id":1,"s":"s3","n":[1,2"#.to_owned());
    check_ahead("T.jsonl", malformed.join("\n").as_bytes());
}

#[test]
fn lines() {
    check("T.ndjson", records().join("\n").as_bytes());
}

#[test]
fn lines_some_of_which_are_malformed() {
    let mut records = records();
    records.insert(6000, r#"{"id":1,"s":"s3","n":[1,2"#.to_owned());
    records.insert(9000, r#"{"id":1,"s":"s3","n":tru,"note":"only a column is malformed","r":1}"#.to_owned());
    check("T.ndjson", records.join("\n").as_bytes());
}

#[test]
fn an_array() {
    check("T.json", format!("[\n{}\n]", records().join(",\n")).as_bytes());
}

#[test]
fn a_compressed_file() {
    let bytes = zstd::encode_all(records().join("\n").as_bytes(), 1).unwrap();
    check("T.ndjson.zst", &bytes);
}

#[test]
fn separated_values() {
    let mut text = "id,s,n,r,note\n".to_owned();
    let padding = "x".repeat(900);
    for id in 0..10_000_u64 {
        let note = if id % 1000 == 1 { "the only one" } else { "" };
        let _ = writeln!(text, "{id},s{},{},{},{note}{padding}", id % 7, id * 7919 % 1000, id as f64 / 7.0);
    }
    check("T.csv", text.as_bytes());
}

#[test]
fn a_file_that_changes_is_read_anew() {
    let folder = Folder::new("cached-changes");
    let path = folder.0.join("T.ndjson");
    std::fs::write(&path, r#"{"id":1,"s":"before"}"#).unwrap();
    let catalog = catalog(&folder, usize::MAX);
    let query = "T | project s";
    for _ in 0..2 {
        assert_eq!(outcome(query, &catalog), r#"[[String("before")]]"#);
    }
    std::fs::write(&path, r#"{"id":1,"s":"and afterwards"}"#).unwrap();
    assert_eq!(outcome(query, &catalog), r#"[[String("and afterwards")]]"#);
}
