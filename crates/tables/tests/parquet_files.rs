//! Parquet files that other programs wrote (`parquet/make.py`), and that are damaged.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its file has failed")]

mod reading;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use kql_tables::{
    Catalog, Comparison, Condition, DataCatalog, ReadOptions, ScanFilter, ScanRequest, TableError,
};
use kql_types::{Column, PathStep, Value};
use reading::{columns, everything, read, run, show};

const FILES: &[&str] = &["brotli", "groups", "nested", "numbers", "old", "texts", "times"];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet").join(name).with_extension("parquet")
}

fn catalog(name: &str) -> DataCatalog {
    with_schema(name, "{}")
}

fn with_schema(name: &str, schema: &str) -> DataCatalog {
    let mut catalog = DataCatalog::new(ReadOptions::default());
    catalog.add_schemas(schema).unwrap();
    assert_eq!(catalog.add_file(path(name).to_str().unwrap()).unwrap(), name);
    catalog
}

fn shown(name: &str) -> String {
    show(&read(&catalog(name), name))
}

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kql-parquet-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn numbers_keep_their_values_or_are_null() {
    let expected = "i8:int | i16:int | i32:int | i64:long | u8:int | u16:int | u32:long | u64:long | f16:real | \
        f32:real | f64:real | b:bool | d9:decimal | d38:decimal\n\
        -1 | -1 | -1 | -1 | 0 | 0 | 0 | 0 | 0.5 | 0.5 | 0.1 | True | 1.5 | 12345678901234567890.5\n\
        null | null | null | null | null | null | null | null | null | null | null | null | null | null\n\
        127 | 32767 | 2147483647 | 9223372036854775807 | 255 | 65535 | 4294967295 | null | -2.0 | -2.0 | NaN | False | \
        -0.01 | null";
    let catalog = catalog("numbers");
    assert_eq!(show(&read(&catalog, "numbers")), expected);
    let misfits: Vec<String> = catalog.report().misfits().into_iter().map(|found| found.column).collect();
    assert_eq!(misfits, ["d38", "u64"]);
}

#[test]
fn times_of_every_unit_are_ticks() {
    let expected = "s:datetime | ms:datetime | us:datetime | ns:datetime | d32:datetime | d64:datetime | t32:timespan | \
        t64:timespan | span:timespan\n\
        1970-01-01T00:00:00.0000000Z | 2024-05-01T10:00:00.1230000Z | 2024-05-01T10:00:00.1234560Z | \
        2024-05-01T10:00:00.1234567Z | 2024-05-01T00:00:00.0000000Z | 2024-05-01T00:00:00.0000000Z | 01:02:03 | \
        01:02:03.4567890 | 1.00:00:02\n\
        null | null | null | null | null | null | null | null | null\n\
        9999-12-31T23:59:59.0000000Z | 0001-01-01T00:00:00.0000000Z | 9999-12-31T23:59:59.9999990Z | \
        1969-12-31T23:59:59.9999999Z | 0001-01-01T00:00:00.0000000Z | 0001-01-01T00:00:00.0000000Z | 00:00:00 | \
        00:00:00 | -00:00:01";
    assert_eq!(shown("times"), expected);
    let old =
        "t:datetime | n:long\n2024-05-01T10:00:00.1234560Z | 1\nnull | 2\n9999-01-01T00:00:00.0000000Z | 3";
    assert_eq!(shown("old"), old, "96-bit timestamps");
}

#[test]
fn text_and_bytes() {
    let expected = "utf8:string | large:string | coded:string | bytes:string | fixed:string | id:guid | json:dynamic | \
        nothing:string\n\
        \"Björn\" | \"a text of more than twelve bytes\" | \"x\" | \"abc\" | \"AAEC\" | \
        74be27de-1e4e-49d9-b579-fe0b331d3642 | {\"a\":1} | \"\"\n\
        \"\" | \"\" | \"\" | \"\" | \"\" | null | null | \"\"\n\
        \"\" | \"\" | \"x\" | \"/wA=\" | \"YWJj\" | 00000000-0000-0000-0000-000000000000 | [1,\"x\"] | \"\"";
    assert_eq!(shown("texts"), expected);
}

#[test]
fn nested_types_are_dynamic() {
    let expected = r#"list:dynamic | struct:dynamic | structs:dynamic | map:dynamic | numbered:dynamic | deep:dynamic
[1,null,3] | {"name":"A \"B\"","born":"2024-05-01T10:00:00.1230000Z","tags":["x",null]} | [{"name":"a","born":null,"tags":null},null] | {"k":1,"l":null} | {"1":true} | [[1.5],[]]
null | null | null | null | null | null
[] | {"name":null,"born":null,"tags":null} | [] | {} | {} | [null]"#;
    assert_eq!(shown("nested"), expected);
    let catalog = catalog("nested");
    let table = catalog.table("nested").unwrap();
    let mut request = everything(&*table);
    request.columns.retain(|column| matches!(&*column.name, "list" | "struct"));
    request.columns[0].path = vec![PathStep::Index(-1)];
    request.columns[1].path = vec![PathStep::Key("tags".into()), PathStep::Index(0)];
    assert_eq!(
        show(&run(&*table, request)),
        "list:dynamic | struct:dynamic\n3 | x\nnull | null\nnull | null"
    );
}

#[test]
fn a_schema_that_is_given_decides_the_types() {
    let schema = r#"{"numbers": {"i8": "string", "i16": "real", "i64": "int", "u8": "datetime", "b": "string",
        "f64": "long", "f32": "dynamic", "late": "guid"}}"#;
    let catalog = with_schema("numbers", schema);
    let table = catalog.table("numbers").unwrap();
    let mut request = everything(&*table);
    request.columns.truncate(8);
    let expected = "i8:string | i16:real | i64:int | u8:datetime | b:string | f64:long | f32:dynamic | late:guid\n\
        \"-1\" | -1.0 | -1 | null | \"true\" | null | 0.5 | null\n\
        \"\" | null | null | null | \"\" | null | null | null\n\
        \"127\" | 32767.0 | null | null | \"false\" | null | -2.0 | null";
    assert_eq!(show(&run(&*table, request)), expected);
}

#[test]
fn columns_of_known_tables_are_found_in_any_letter_case() {
    let folder = Folder::new("known");
    fs::copy(path("old"), folder.0.join("SigninLogs.parquet")).unwrap();
    let mut catalog = DataCatalog::new(ReadOptions::default());
    catalog.add_schemas(r#"{"SigninLogs": {"T": "datetime"}}"#).unwrap();
    catalog.add_folder(&folder.0).unwrap();
    let table = catalog.table("SigninLogs").unwrap();
    let schema = table.schema();
    assert_eq!(schema.index_of("t"), None);
    let wanted = ["T", "n"].map(|name| schema.fields[schema.index_of(name).unwrap()].clone());
    let found = show(&run(&*table, columns(&wanted.into_iter().collect())));
    assert!(found.ends_with("\n9999-01-01T00:00:00.0000000Z | 3"), "{found}");
}

#[test]
fn a_folder_may_hold_several_kinds_of_files() {
    let folder = Folder::new("mixed");
    fs::create_dir(folder.0.join("T")).unwrap();
    for (name, bytes) in [
        ("a.json", b"{\"n\":10}\n".to_vec()),
        ("b.parquet", fs::read(path("old")).unwrap()),
        ("c.parquet", fs::read(path("brotli")).unwrap()[..0].to_vec()),
        ("d.csv", b"n,m\n20,x\n".to_vec()),
        ("e.json", b"{\"n\":30}\n".to_vec()),
    ] {
        fs::write(folder.0.join("T").join(name), bytes).unwrap();
    }
    let mut catalog = DataCatalog::new(ReadOptions::default());
    catalog.add_folder(&folder.0).unwrap();
    let table = catalog.table("T").unwrap();
    let error = table.scan(ScanRequest::default()).err().unwrap();
    assert!(error.message.contains("c.parquet: it is no Parquet file"), "{error}");
    fs::remove_file(folder.0.join("T/c.parquet")).unwrap();
    let mut catalog = DataCatalog::new(ReadOptions::default());
    catalog.add_folder(&folder.0).unwrap();
    let table = catalog.table("T").unwrap();
    let mut request = everything(&*table);
    request.columns.retain(|column| &*column.name == "n");
    assert_eq!(show(&run(&*table, request.clone())), "n:long\n10\n1\n2\n3\n20\n30");
    request.columns.clear();
    assert_eq!(run(&*table, request).rows, 6, "rows are counted without columns");
}

fn filter(column: usize, passes: fn(&Value) -> bool) -> Option<ScanFilter> {
    let evaluate = move |columns: &[Column], rows: usize| {
        Ok(arrow_buffer::BooleanBuffer::collect_bool(rows, |row| passes(&columns[0].value(row))))
    };
    Some(ScanFilter { columns: vec![column], evaluate: std::sync::Arc::new(evaluate) })
}

#[test]
fn conditions_pass_row_groups_of_other_writers_over() {
    let catalog = catalog("groups");
    let table = catalog.table("groups").unwrap();
    let between = ScanRequest {
        filter: filter(0, |value| matches!(value, Value::Long(150 | 250))),
        conditions: vec![Condition::OneOf { column: 0, values: vec![Value::Long(150), Value::Long(250)] }],
        ..everything(&*table)
    };
    assert_eq!(show(&run(&*table, between)), "n:long | s:string\n150 | \"user3\"\n250 | \"user5\"");
    let groups = catalog.report().row_groups();
    assert_eq!((groups.read, groups.skipped), (2, 2));
    let beyond = ScanRequest {
        filter: filter(1, |_| true),
        conditions: vec![Condition::Compare {
            column: 1,
            comparison: Comparison::GreaterOrEqual,
            value: Value::String("user9".to_owned()),
        }],
        ..everything(&*table)
    };
    assert_eq!(run(&*table, beyond).rows, 0);
}

#[test]
fn a_limit_ends_the_scan() {
    let catalog = catalog("groups");
    let table = catalog.table("groups").unwrap();
    let first = |limit| ScanRequest { limit: Some(limit), ..everything(&*table) };
    assert_eq!(run(&*table, first(7)).rows, 7);
    assert_eq!(catalog.report().row_groups().read, 1);
    assert_eq!(run(&*table, first(150)).rows, 200, "whole row groups, as few as have enough rows");
}

fn try_to_read(path: &Path) -> Result<usize, TableError> {
    let mut catalog = DataCatalog::new(ReadOptions { threads: 1, ..ReadOptions::default() });
    let name = catalog.add_file(path.to_str().unwrap())?;
    let table = catalog.table(&name).unwrap();
    let scan = table.scan(everything(&*table))?;
    let mut rows = 0;
    while let Some(morsel) = scan.next()? {
        rows += scan.read(morsel)?.rows;
    }
    Ok(rows)
}

#[test]
fn what_cannot_be_read_is_said() {
    let error = try_to_read(&path("brotli")).err().unwrap();
    assert!(
        error
            .message
            .ends_with("row group 0: the column n is compressed with BROTLI, which is not supported")
    );
    let folder = Folder::new("wrong");
    let bytes = fs::read(path("numbers")).unwrap();
    for (content, expected) in [
        (&b""[..], "it is no Parquet file: it does not begin with PAR1"),
        (&b"{}\n"[..], "it is no Parquet file: it does not begin with PAR1"),
        (&bytes[..bytes.len() - 1], "the Parquet file is cut off: it does not end with PAR1"),
        (&bytes[..4], ""),
        (&b"PAR1PARE"[..], "it is an encrypted Parquet file, which is not supported"),
    ] {
        let file = folder.0.join("T.parquet");
        fs::write(&file, content).unwrap();
        let error = try_to_read(&file).err().unwrap();
        assert!(error.message.starts_with("cannot read ") && error.message.ends_with(expected), "{error}");
    }
}

/// A damaged file may be read or refused, but nothing may panic.
#[test]
fn damage_is_no_panic() {
    let folder = Folder::new("damage");
    let file = folder.0.join("T.parquet");
    let mut refused = 0;
    for name in FILES {
        let sound = fs::read(path(name)).unwrap();
        for at in (4..sound.len()).step_by(7) {
            let mut damaged = sound.clone();
            damaged[at] ^= 1 << (at % 8);
            damaged[at - 1] = damaged[at - 1].wrapping_add(at as u8);
            fs::write(&file, &damaged).unwrap();
            let outcome = catch_unwind(AssertUnwindSafe(|| try_to_read(&file)));
            refused += usize::from(outcome.unwrap_or_else(|_| panic!("{name} at {at}")).is_err());
        }
        for length in (0..sound.len()).step_by(31) {
            let cut = [&sound[..length], &sound[sound.len() - 8..]].concat();
            fs::write(&file, &cut).unwrap();
            let outcome = catch_unwind(AssertUnwindSafe(|| try_to_read(&file)));
            refused += usize::from(outcome.unwrap_or_else(|_| panic!("{name} cut at {length}")).is_err());
        }
    }
    assert!(refused > 500, "{refused} refused");
}
