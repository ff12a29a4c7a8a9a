//! `kql import`: what is written as Parquet answers as the data from which it was written.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;

use std::fmt::Write;

use command::{Folder, Run, kql};

/// Every type with its extremes, nulls, missing members, and text that is no ASCII.
const RECORDS: &str = r#"
{"TimeGenerated":"2024-05-01T10:00:00.1234567Z","b":true,"i":2147483647,"l":9223372036854775807,"r":1.7976931348623157e308,"e":"79228162514264337593543950335","t":"9999-12-31T23:59:59.9999999Z","p":"10675199.02:48:05.4775807","g":"74be27de-1e4e-49d9-b579-fe0b331d3642","s":"Björn \"B.\" 😀\n","d":{"a":{"b":[1,"x",null,2.50]},"ключ":"значение, länger als zwölf"}}
{"TimeGenerated":"0001-01-01T00:00:00Z","b":false,"i":-2147483648,"l":-9223372036854775807,"r":-0.0,"e":"-0.0000000000000000000000000001","t":"0001-01-01T00:00:00Z","p":"-10675199.02:48:05.4775807","g":"00000000-0000-0000-0000-000000000000","s":"","d":[]}
{"TimeGenerated":null,"b":null,"i":null,"l":null,"r":null,"e":null,"t":null,"p":null,"g":null,"s":null,"d":null}
{}
{"TimeGenerated":"2024-05-01T09:59:59Z","r":"NaN","e":1.50,"t":"2024-05-01T10:00:00.5Z","p":"00:00:00.0000001","s":"a text of more than twelve bytes","d":"{\"a\":{\"b\":[\"embedded\"]}}"}
{"TimeGenerated":"2024-05-01T10:00:00.1234567Z","r":"inf","e":"1e3","t":"1677-09-21T00:12:43Z","s":"later of two at one time","d":"plain","x":{"é":1}}
{"TimeGenerated":"9999-12-31T23:59:59.9999999Z","i":7,"l":7,"r":7,"e":7,"d":7,"x":"mixed"}
"#;

const SCHEMA: &str = r#"{"T":{"TimeGenerated":"datetime","b":"bool","i":"int","l":"long","r":"real","e":"decimal",
    "t":"datetime","p":"timespan","g":"guid","s":"string","d":"dynamic"}}"#;

const QUERIES: &[&str] = &[
    "T",
    "T | getschema",
    "T | count",
    "T | where isnull(TimeGenerated) | project s, d",
    "T | project t, tostring(t), e, tostring(e), p, r, d.a.b[-1], d['ключ'], x",
    "T | where t > datetime(9999-01-01) or t < datetime(0001-01-02) | project t, i",
    "T | where TimeGenerated between (datetime(2024-05-01 09:00) .. 1h) | project TimeGenerated, s",
    "T | where s == '' | count",
    "T | where s in ('', 'later of two at one time') | project s, r",
    "T | where s startswith_cs 'a ' | project e",
    "T | where s has 'björn' | project l, s",
    "T | where e > 1 | project e",
    "T | where e == decimal(1.5) | project e, s",
    "T | where l >= 7 and i != 7 | project l, i",
    "T | where g == guid(74be27de-1e4e-49d9-b579-fe0b331d3642) | project g",
    "T | where p < 0s | project p",
    "T | where r > 1 | project r",
    "T | where b | project b, i",
    "T | where b == false | project b, i",
    "T | where d.a.b[0] == 1 | project d.a",
    "T | summarize count(), min(t), max(e), sum(r), dcount(s), make_set(d) by b",
    "T | mv-expand v = d.a.b | project v, i",
    "T | sort by e desc, s asc | project e, s",
    "T | join kind=leftouter (T | project g, other = s) on g | project s, other",
    "T | take 2",
    "T | where s contains 'twelve' | take 1 | project d.a.b",
];

fn folder() -> Folder {
    Folder::new().with("in/T.ndjson", RECORDS.trim_start()).with("schema.json", SCHEMA)
}

fn answer(folder: &Folder, query: &str, data: &str, threads: &str) -> String {
    let arguments = ["query", query, "--data", data, "--threads", threads, "--format", "json"];
    let mut kql = folder.kql(arguments);
    if data == "in" {
        kql = kql.args(["--schema", "schema.json"]);
    }
    kql.run().expect(0).stdout
}

#[test]
fn answers_are_the_same_from_parquet_whatever_the_number_of_threads() {
    let folder = folder();
    let import = ["import", "--data", "in", "--schema", "schema.json", "--keep-order", "-o"];
    folder.kql(import).arg("out").run().expect(0).stdout_has("out/T.parquet");
    for query in QUERIES {
        let expected = answer(&folder, query, "in", "1");
        for threads in ["1", "2", "7"] {
            assert_eq!(answer(&folder, query, "out", threads), expected, "{query}, {threads} threads");
        }
    }
}

#[test]
fn rows_are_sorted_by_time_unless_they_shall_stay() {
    let folder = folder();
    let import =
        |target| folder.kql(["import", "T", "--data", "in", "--schema", "schema.json", "-o", target]);
    import("sorted/T.parquet").run().expect(3).stderr_has("cannot write sorted/T.parquet");
    import("sorted").run().expect(0).stderr("");
    let sorted = answer(&folder, "T | sort by TimeGenerated asc", "in", "2");
    assert_eq!(answer(&folder, "T", "sorted", "2"), sorted);
}

/// Records in no order of time.
fn shuffled(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let minute = n * 7919 % 1440;
        let detail = "x".repeat(n % 50);
        let _ = writeln!(
            text,
            r#"{{"TimeGenerated":"2024-01-01T{:02}:{:02}:00Z","n":{n},"s":"user{}","d":{{"k":"{detail}"}}}}"#,
            minute / 60,
            minute % 60,
            n % 97
        );
    }
    text
}

#[test]
fn runs_that_do_not_fit_in_memory_are_merged() {
    let folder = Folder::new().with("in/T.json", shuffled(30_000));
    folder.kql(["import", "in/T.json", "-o", "whole"]).run().expect(0);
    folder.kql(["import", "in/T.json", "-o", "merged", "--memory-limit", "4MB"]).run().expect(0).stderr("");
    let expected = answer_plain(&folder, "T | sort by TimeGenerated asc", "in/T.json");
    assert_eq!(answer_plain(&folder, "T", "whole/T.parquet"), expected);
    assert_eq!(answer_plain(&folder, "T", "merged/T.parquet"), expected);
    for threads in ["1", "7"] {
        folder.kql(["import", "in/T.json", "-o", "again", "--threads", threads]).run().expect(0);
        folder.kql(["query", "T", "again/T.parquet", "-o", "again.csv"]).run().expect(0);
        assert_eq!(folder.bytes("again/T.parquet"), folder.bytes("whole/T.parquet"), "{threads} threads");
    }
    assert_eq!(folder.names("merged"), ["T.parquet"], "nothing stays behind");
}

fn answer_plain(folder: &Folder, query: &str, file: &str) -> String {
    folder.kql(["query", query, file, "--format", "csv"]).run().expect(0).stdout
}

#[test]
fn a_known_table_keeps_all_columns_of_its_data() {
    let folder = Folder::new();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/SigninLogs.json");
    folder.kql(["import", source, "-o", "out", "--keep-order"]).run().expect(0);
    for query in
        ["SigninLogs", "SigninLogs | summarize count() by ResultType, tostring(DeviceDetail.operatingSystem)"]
    {
        let expected = kql(["query", query, source, "--format", "json"]).run().expect(0).stdout;
        let found =
            folder.kql(["query", query, "out/SigninLogs.parquet", "--format", "json"]).run().expect(0);
        found.stdout(&expected);
    }
}

#[test]
fn results_can_be_parquet() {
    let folder = folder();
    let query =
        "print a = 1, t = datetime(9999-12-31 23:59:59.9999999), d = dynamic({\"x\":[1]}), e = decimal(1.50)";
    folder.kql(["query", query, "-o", "R.parquet"]).run().expect(0);
    let expected = kql(["query", query, "--format", "json"]).run().expect(0).stdout;
    folder.kql(["query", "R", "R.parquet", "--format", "json"]).run().expect(0).stdout(&expected);
    let empty = ["query", "print a = 1 | where a == 2", "-o", "E.parquet"];
    folder.kql(empty).run().expect(0);
    folder
        .kql(["query", "E | getschema | project ColumnName, ColumnType", "E.parquet", "--format", "csv"])
        .run()
        .expect(0)
        .stdout("ColumnName,ColumnType\na,long\n");
    let two = ["query", "print a = 1; print b = 2", "-o", "two.parquet"];
    folder.kql(two).run().expect(3).stderr_has("one result");
}

#[test]
fn externaldata_reads_parquet_by_column_names() {
    let folder = folder();
    folder.kql(["import", "in/T.ndjson", "-o", "T.parquet", "--keep-order"]).run().expect(0);
    let query =
        "externaldata(l: long, s: string, none: guid) ['T.parquet'] | where l == 7 or s startswith 'a '";
    let found = folder.kql(["query", query, "--format", "csv"]).run().expect(0);
    found.stdout("l,s,none\n,a text of more than twelve bytes,\n7,,\n");
}

#[test]
fn what_cannot_be_imported_is_said() {
    let folder = folder();
    let import = |arguments: &[&str]| -> Run { folder.kql(["import"]).args(arguments).run() };
    import(&["-o", "out"]).expect(2).stderr_has("nothing to import");
    import(&["nosuch.json", "-o", "out"]).expect(3).stderr_has("nosuch.json");
    import(&["in/T.ndjson"]).expect(2).stderr_has("--output");
    import(&["in/T.ndjson", "schema.json", "-o", "x.parquet"]).expect(2).stderr_has("x.parquet is one file");
    import(&["in/T.ndjson", "-o", "/dev/null/out"]).expect(3).stderr_has("/dev/null/out");
    let folder = folder.with("bad.json", "{\"a\":1}\n{\"a\":}\n");
    let bad = folder.kql(["import", "bad.json", "-o", "out"]).run().expect(3);
    assert!(bad.stdout.contains("bad.parquet") && bad.stderr.contains("bad.json:2"), "{bad:#?}");
}

#[test]
fn a_damaged_file_is_an_error_and_no_panic() {
    let folder = folder();
    folder.kql(["import", "in/T.ndjson", "-o", "T.parquet"]).run().expect(0);
    let sound = folder.bytes("T.parquet");
    let folder = folder.with("cut.parquet", &sound[..sound.len() / 2]);
    folder
        .kql(["query", "cut", "cut.parquet"])
        .run()
        .expect(3)
        .stderr_has("cut.parquet: the Parquet file is cut off");
    let mut damaged = sound.clone();
    damaged[4..200].fill(0xff);
    let folder = folder.with("bad.parquet", &damaged);
    let run =
        folder.kql(["query", "bad", "bad.parquet"]).run().expect(3).stderr_has("cannot read bad.parquet");
    assert!(!run.stderr.contains("panicked"), "{run:#?}");
}
