//! Rows of Parquet files that are passed over, by extremes, bloom filters and pages, must be none that the query wants.

use std::fmt::Write;
use std::sync::atomic::AtomicBool;

use kql_planner::optimize;
use kql_tables::{DataCatalog, ImportOptions, ReadOptions, RowGroups};

use super::made_up::Dice;
use super::needles::Folder;
use super::{plans, rows};

const SCHEMA: &str = r#"{"T": {"TimeGenerated": "datetime", "id": "long", "s": "string", "u": "string", "n": "long",
    "i": "int", "r": "real", "g": "guid", "t": "timespan", "d": "dynamic"}}"#;

/// Records in order of time, whose values lie close together where their times do, with nulls among them.
fn records(count: usize) -> String {
    let mut dice = Dice(11);
    let mut text = String::new();
    for id in 0..count {
        let block = id / 100;
        let near = (block + dice.roll(3)) as i64;
        let value =
            |written: String, dice: &mut Dice| if dice.roll(9) == 0 { "null".to_owned() } else { written };
        let time = format!("\"2024-01-{:02}T{:02}:00:00.{:07}Z\"", 1 + block % 28, dice.roll(24), id);
        let fields = [
            ("TimeGenerated", value(time, &mut dice)),
            ("s", value(format!("\"{}é{near}\"", ["", "A", "b"][dice.roll(3)]), &mut dice)),
            ("u", value(format!("\"user{}\"", dice.roll(400)), &mut dice)),
            ("n", value((near * 10 - 50).to_string(), &mut dice)),
            ("i", value((near % 7).to_string(), &mut dice)),
            ("r", value(["-0.0", "0.5", "1e300", "\"NaN\""][dice.roll(4)].to_owned(), &mut dice)),
            ("g", value(format!("\"00000000-0000-0000-0000-{near:012}\""), &mut dice)),
            ("t", value(format!("\"0{}:00:00\"", near % 10), &mut dice)),
            ("d", value(format!("{{\"a\":{near}}}"), &mut dice)),
        ];
        let _ = write!(text, "{{\"id\":{id}");
        for (name, value) in fields {
            let _ = write!(text, ",\"{name}\":{value}");
        }
        text.push_str("}\n");
    }
    text
}

/// A predicate made by chance.
fn predicate(dice: &mut Dice, depth: usize) -> String {
    if depth > 0 && dice.roll(3) == 0 {
        let (left, right) = (predicate(dice, depth - 1), predicate(dice, depth - 1));
        return format!("({left} {} {right})", dice.pick(&["and", "or"]));
    }
    let order = dice.pick(&["<", "<=", ">", ">=", "==", "!="]).to_owned();
    let number = dice.roll(40) as i64 * 5 - 60;
    match dice.roll(14) {
        0 => format!("TimeGenerated {order} datetime(2024-01-{:02} 07:00)", 1 + dice.roll(28)),
        1 => format!(
            "TimeGenerated between (datetime(2024-01-{:02}) .. {}h)",
            1 + dice.roll(28),
            dice.roll(40)
        ),
        2 => format!("n {order} {number}"),
        3 => format!("{number} {order} n"),
        4 => format!("n {order} {number}.5"),
        5 => format!("i {order} {}", dice.roll(8)),
        6 => format!("r {order} {}", dice.pick(&["0", "0.5", "-1", "real(nan)", "1e300"])),
        7 => format!("s == \"{}é{}\"", dice.pick(&["", "A", "b"]), dice.roll(30)),
        8 => format!("s in (\"\", \"Aé{}\")", dice.roll(30)),
        9 => format!("u == \"user{}\"", dice.roll(500)),
        10 => format!("s startswith_cs \"{}\"", dice.pick(&["", "é", "Aé1", "b", "z"])),
        11 => format!("g == guid(00000000-0000-0000-0000-{:012})", dice.roll(40)),
        12 => format!("t {order} {}h", dice.roll(10)),
        _ => format!("d.a == {} or n in ({number}, 25)", dice.roll(30)),
    }
}

/// A catalog of the records as JSON, and one of the same as Parquet, in row groups of so many rows.
fn catalogs(folder: &Folder, count: usize, group_rows: usize) -> (DataCatalog, DataCatalog) {
    let catalog = |extension: &str| {
        let mut catalog = DataCatalog::new(ReadOptions { threads: 2, ..ReadOptions::default() });
        catalog.add_schemas(SCHEMA).unwrap();
        catalog.add_file(folder.0.join("T").with_extension(extension).to_str().unwrap()).unwrap();
        catalog
    };
    std::fs::write(folder.0.join("T.json"), records(count)).unwrap();
    let json = catalog("json");
    let options = ImportOptions {
        threads: 2,
        group_rows,
        keep_order: true,
        memory_limit: usize::MAX,
        cancel: &AtomicBool::new(false),
        progress: &|_, _| {},
    };
    let imported = json.import("T", &folder.0.join("T.parquet"), &options).unwrap();
    assert_eq!(imported.rows, count);
    (json, catalog("parquet"))
}

/// Checks that Parquet gives the rows that JSON gives; tells what was passed over.
fn check(json: &DataCatalog, parquet: &DataCatalog, predicate: &str) -> (usize, RowGroups) {
    let query = format!("T | where {predicate} | project id, s, d.a");
    let expected = rows(&plans(&query, json).unwrap().remove(0)).unwrap();
    parquet.report().clear();
    let found = rows(&optimize(plans(&query, parquet).unwrap().remove(0))).unwrap();
    assert_eq!(format!("{found:?}"), format!("{expected:?}"), "{query}");
    (found.len(), parquet.report().row_groups())
}

#[test]
fn row_groups_that_are_passed_over_hold_no_wanted_row() {
    let folder = Folder::new("groups");
    let (json, parquet) = catalogs(&folder, 2500, 100);
    let mut dice = Dice(3);
    let (mut read, mut skipped, mut passed) = (0, 0, 0);
    for _ in 0..400 {
        let (rows, groups) = check(&json, &parquet, &predicate(&mut dice, 2));
        assert_eq!(groups.read + groups.skipped, 25);
        read += groups.read;
        skipped += groups.skipped;
        passed += rows;
    }
    assert!(
        read > 2000 && skipped > 2000 && passed > 10_000,
        "{read} read, {skipped} skipped, {passed} rows"
    );
}

#[test]
fn each_kind_of_condition_passes_row_groups_over() {
    let folder = Folder::new("kinds");
    let (json, parquet) = catalogs(&folder, 2500, 100);
    for (predicate, most_read) in [
        ("TimeGenerated >= datetime(2024-01-20) and TimeGenerated < datetime(2024-01-22)", 3),
        ("n == 100", 3),
        ("n > 180.5", 4),
        ("g == '00000000-0000-0000-0000-000000000007'", 3),
        ("s in ('Aé5', 'bé6')", 8),
        ("s startswith_cs 'ü'", 0),
        // Only the bloom filter knows, which errs for one value in a hundred.
        ("u == 'user9x'", 2),
        ("n == 1 and u == 'user5'", 0),
        ("n == 40 or n == 200", 6),
        ("t == 3d", 0),
    ] {
        let (_, groups) = check(&json, &parquet, predicate);
        assert!(groups.read <= most_read, "{predicate}: {groups:?}");
    }
    let (_, groups) = check(&json, &parquet, "u contains 'user9x'");
    assert_eq!(groups.read, 25);
}

#[test]
fn pages_that_are_passed_over_hold_no_wanted_row() {
    let folder = Folder::new("pages");
    let (json, parquet) = catalogs(&folder, 20_000, 20_000);
    let mut dice = Dice(5);
    let mut passed_over = 0;
    for _ in 0..25 {
        passed_over += check(&json, &parquet, &predicate(&mut dice, 2)).1.rows_passed_over;
    }
    assert!(passed_over > 20_000, "{passed_over} rows");
    let (_, groups) = check(&json, &parquet, "n == 40");
    assert!(groups.rows_passed_over >= 8192, "{groups:?}");
}
