//! A file of many morsels: what is learnt from the first ones changes nothing of what the later ones give.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its file has failed")]

use std::fs;
use std::time::{Duration, SystemTime};

use kql_tables::{Catalog, DataCatalog, Needle, NeedleGroup, ReadOptions, ScanColumn, ScanRequest};
use kql_types::Batch;

const RECORDS: usize = 60_000;

/// What stands in the record of that number: a few results, policies that show late, a name of its own, and something
/// broken now and then.
fn record(number: usize) -> String {
    if number % 9_973 == 9_972 {
        return format!("{{\"Id\":{number},\"Result\":\"50057\",\"Policies\":[");
    }
    let policy = if number % 10_000 < 9_998 { number % 20 } else { 100 + number / 10_000 };
    let user = if number.is_multiple_of(5) { r"us\u0065r" } else { "user" };
    let umlaut = if number.is_multiple_of(2) { r"\u00fc" } else { "ü" };
    let filler = "nothing to see ".repeat(30 + number % 7);
    format!(
        r#"{{"Id":{number},"Result":"{}","Policies":[ {{"name":"policy {policy} {umlaut}"}} ],"Name":"{user} {number} é","Filler":"{filler}"}}"#,
        [0, 50057, 50126][number % 3],
    )
}

/// What its columns must be, `None` for a record that is left out.
fn expected(number: usize) -> Option<[String; 4]> {
    if number % 9_973 == 9_972 {
        return None;
    }
    let policy = if number % 10_000 < 9_998 { number % 20 } else { 100 + number / 10_000 };
    Some([
        number.to_string(),
        [0, 50057, 50126][number % 3].to_string(),
        format!("[{{\"name\":\"policy {policy} ü\"}}]"),
        format!("user {number} é"),
    ])
}

/// The rows of all morsels, and how many of them had codes for policies.
fn rows(catalog: &DataCatalog, needle: Option<&str>) -> (Vec<[String; 4]>, usize) {
    let table = catalog.table("T").unwrap();
    let any = needle.map(|text| vec![Needle { text: text.to_owned(), case_sensitive: false }]);
    let needles = any.into_iter().map(|any| NeedleGroup { any }).collect();
    let columns = table.schema().fields.iter().map(ScanColumn::whole).collect();
    let scan = table.scan(ScanRequest { columns, needles, ..ScanRequest::default() }).unwrap();
    let (mut rows, mut coded) = (Vec::new(), 0);
    while let Some(morsel) = scan.next().unwrap() {
        let batch = scan.read(morsel).unwrap();
        let column = |name: &str| batch.schema.fields.iter().position(|field| *field.name == *name).unwrap();
        let columns = ["Id", "Result", "Policies", "Name"].map(column);
        coded += usize::from(is_coded(&batch, columns[2]));
        rows.extend(
            (0..batch.rows).map(|row| columns.map(|column| batch.columns[column].value(row).to_text())),
        );
    }
    (rows, coded)
}

fn is_coded(batch: &Batch, column: usize) -> bool {
    batch.columns[column].texts().is_some_and(|texts| texts.as_coded().is_some())
}

#[test]
fn later_morsels_give_what_stands_in_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("T.json");
    let records: Vec<String> = (0..RECORDS).map(record).collect();
    fs::write(&path, records.join("\n")).unwrap();
    let all: Vec<[String; 4]> = (0..RECORDS).filter_map(expected).collect();
    // A file that was just written to is read; one that rests may be mapped.
    for age in [0, 3600] {
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
        let mut catalog = DataCatalog::new(ReadOptions::default());
        catalog.add_folder(folder.path()).unwrap();
        let (rows, coded) = rows(&catalog, None);
        let different = rows.iter().zip(&all).find(|(row, expected)| row != expected);
        assert_eq!((different, rows.len()), (None, all.len()));
        assert!(coded > 3, "{coded} morsels had codes");
        assert_eq!(catalog.report().malformed_count(), RECORDS / 9_973);
        let (found, _) = self::rows(&catalog, Some("USER 77"));
        // A needle rules out what cannot hold it; escapes that may hide it let a record pass.
        let holds = |row: &[String; 4]| row[3].starts_with("user 77");
        let may_hold = |row: &&[String; 4]| holds(row) || row[0].parse::<usize>().unwrap().is_multiple_of(5);
        assert!(found.iter().eq(all.iter().filter(may_hold)), "other rows by needle");
    }
}
