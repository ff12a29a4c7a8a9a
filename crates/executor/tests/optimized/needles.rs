//! A record that passes a predicate must hold its needles, in whatever way JSON or CSV writes the values.

use kql_planner::plan::Operator;
use kql_planner::{Plan, optimize};
use kql_tables::{Catalog, DataCatalog, NeedleGroup, ReadOptions};
use kql_types::Value;

use super::{plans, rows};

/// JSON values, as different as records may write them.
const VALUES: &[&str] = &[
    r#""abc""#,
    r#""ABC def""#,
    r#""x/abc/y""#,
    r#""a,b: [c]""#,
    r#""4625""#,
    r#""+004625""#,
    r#"" 4625 ""#,
    r#""0x1211""#,
    r#""4625.0""#,
    "4625",
    "4625.0",
    "4.625e3",
    "46.25E+2",
    "462500e-2",
    "4624.99999999999999999999",
    "4624999999999999.99999999999e-12",
    "4625.00000000000000000001",
    "4600",
    "46e2",
    "1000",
    "1e3",
    "1000.0",
    "1.50",
    "1e999",
    r#""inf""#,
    "-4625",
    "true",
    "null",
    r#""""#,
    r#"{"a": "abc", "n": 4.625e3}"#,
    r#"{"a" : {"b" : [1e3, "def"]}, "n": "4625"}"#,
    r#"[ "abc" , 4625 , 1e999 ]"#,
    r#"{ }"#,
    r#"{"abc": 1, "n": true}"#,
    r#"{"n": [4625.0, "x/abc/y"]}"#,
    r#""straße""#,
    r#""STRASSE \u0130""#,
    r#""\u0061bc""#,
    r#""x\/abc\/y""#,
    r#""\u0034625""#,
    r#"{"a": "\u0061bc", "n": "\u0034625"}"#,
    r#"{"\u0061": "abc"}"#,
    r#""{\"a\":\"\\u0061bc\",\"n\":4625}""#,
    // Of the inner escape a digit, the letter, the backslash are written as escapes.
    r#""{\"a\":\"\\u\u0030061bc\"}""#,
    r#""{\"a\":\"\\\u00750061bc\"}""#,
    r#""{\"a\":\"\u005cu0061bc\"}""#,
    r#""stra\u00dfe abc""#,
    r#""STRA\u00DFE""#,
    r#""M\u00fcller\u0020\u0044EF""#,
];

/// Predicates over `s: string`, `n: long` and `d: dynamic`, which all hold the same value.
const PREDICATES: &[&str] = &[
    r#"s == "abc""#,
    r#"s == "4625""#,
    "s == 4625",
    "s in (4625, 1000)",
    "n == 4625",
    "n == -4625",
    "n == 4600",
    r#"n in (4625, "46")"#,
    r#"n == "4625""#,
    "d == 4625",
    "d.n == 4625",
    r#"d == "4625""#,
    r#"d == "4625.0""#,
    r#"d == "1000.0""#,
    r#"d.n in ("4625", 1000)"#,
    "tostring(d.n) == 4625",
    r#"tostring(d) == "1.5""#,
    r#"tostring(d) contains "1000""#,
    r#"s contains "1000""#,
    r#"s contains "4625.0""#,
    r#"s contains "\"a\":\"abc\"""#,
    r#"s startswith "{\"a\":""#,
    r#"s endswith ",\"def\"]}}""#,
    r#"s endswith "4625""#,
    r#"s endswith "c]""#,
    r#"s has "def""#,
    r#"s has "abc""#,
    r#"s contains "INF""#,
    r#"d contains "inf""#,
    r#"s =~ "ABC DEF""#,
    r#"tolower(s) == "abc def""#,
    r#"toupper(s) has "ABC""#,
    r#"d has "x/abc""#,
    r#"d.a == "abc""#,
    r#"tostring(d.a.b) has "def""#,
    r#"s has_any ("abc", "def")"#,
    r#"s has_all ("abc", "def")"#,
    r#"s in~ ("abc", "true")"#,
    r#"s == "true" or d == true or s == "x/abc/y""#,
    r#"s =~ "STRASSE" or s contains "ßE""#,
    r#"s startswith "+00" and s != "abc""#,
    r#"s == "a,b: [c]""#,
];

/// A folder of its own, gone at the end.
pub(super) struct Folder(pub(super) std::path::PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kql-needles-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const SCHEMA: &str = r#"{"T": {"id": "long", "s": "string", "n": "long", "d": "dynamic"}}"#;

/// A table `T` of the records.
fn catalog(folder: &Folder, file: &str, records: &str) -> DataCatalog {
    std::fs::write(folder.0.join(file), records).unwrap();
    let mut catalog = DataCatalog::new(ReadOptions { strict: false, threads: 1, ..ReadOptions::default() });
    catalog.add_schemas(SCHEMA).unwrap();
    catalog.add_folder(&folder.0).unwrap();
    catalog
}

fn needles(plan: &Plan) -> Vec<NeedleGroup> {
    match &plan.operator {
        Operator::Scan(scan) => scan.needles.clone(),
        Operator::Project { input, .. } => needles(input),
        other => panic!("{other:?}"),
    }
}

/// Whether a scan that knows of nothing but escapes would read the record.
fn is_read(record: &str, groups: &[NeedleGroup]) -> bool {
    let occurs = |needle: &kql_tables::Needle| match needle.case_sensitive {
        true => record.contains(&needle.text),
        false => record.to_ascii_lowercase().contains(&needle.text.to_ascii_lowercase()),
    };
    record.contains('\\') || groups.iter().all(|group| group.any.iter().any(occurs))
}

/// How many predicates have needles, and how many records passed one of those.
fn check(catalog: &dyn Catalog, records: &[String]) -> (usize, usize) {
    let (mut with_needles, mut passed) = (0, 0);
    for predicate in PREDICATES {
        let query = format!("T | where {predicate} | project id");
        let plan = plans(&query, catalog).unwrap().remove(0);
        let optimized = optimize(plan.clone());
        let groups = needles(&optimized);
        let found = rows(&plan).unwrap();
        assert_eq!(rows(&optimized).unwrap(), found, "{query}");
        for row in &found {
            let [Value::Long(id)] = row.as_slice() else { panic!("{row:?}") };
            let record = &records[*id as usize];
            assert!(is_read(record, &groups), "{predicate} passes {record} without {groups:?}");
        }
        if !groups.is_empty() {
            with_needles += 1;
            passed += found.len();
        }
    }
    (with_needles, passed)
}

#[test]
fn json_records_that_pass_hold_the_needles() {
    let record =
        |(id, value): (usize, &&str)| format!(r#"{{"id":{id},"s":{value},"n":{value},"d":{value}}}"#);
    let records: Vec<String> = VALUES.iter().enumerate().map(record).collect();
    let folder = Folder::new("json");
    let (with_needles, passed) = check(&catalog(&folder, "T.ndjson", &records.join("\n")), &records);
    assert!(with_needles > 25 && passed > 50, "{with_needles} predicates with needles, {passed} rows");
}

#[test]
fn separated_records_that_pass_hold_the_needles() {
    let record = |(id, value): (usize, &&str)| {
        // The value of a string, the JSON of anything else; quoted as CSV asks.
        let text = value.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(value);
        let field = format!("\"{}\"", text.replace('"', "\"\""));
        format!("{id},{field},{field},{field}")
    };
    let records: Vec<String> = VALUES.iter().enumerate().map(record).collect();
    let folder = Folder::new("csv");
    let text = format!("id,s,n,d\n{}\n", records.join("\n"));
    let (with_needles, passed) = check(&catalog(&folder, "T.csv", &text), &records);
    assert!(with_needles > 25 && passed > 40, "{with_needles} predicates with needles, {passed} rows");
}
