//! What completion offers, from the files in `tests/completion`. See the README there.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::Path;
use std::sync::Arc;

use kql_functions::Context;
use kql_planner::complete::{DataHints, complete, meanings, open_call};
use kql_planner::{FunctionLibrary, Surroundings};
use kql_tables::{Catalog, KnownTable, MemoryTable, Table};
use kql_types::{Batch, Field, ScalarType, Schema};

/// Where the cursor stands.
const CURSOR: char = '‸';

#[test]
fn what_is_offered_is_what_the_files_say() {
    let mut complaints = Vec::new();
    let (mut cases, mut broken) = (0, 0);
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for case in text.split("\n\n").filter_map(Case::read) {
            cases += 1;
            broken += usize::from(name == "broken");
            complaints
                .extend(case.complaints().into_iter().map(|what| format!("{name}: {}\n{what}", case.query)));
        }
    }
    assert!(complaints.is_empty(), "{} complaints\n\n{}", complaints.len(), complaints.join("\n\n"));
    assert!(cases >= 100, "{cases} positions");
    assert!(broken >= 30, "{broken} positions in broken queries");
}

/// Keys are pressed at any place of any text: nothing may panic, and no suggestion may stand outside its word.
#[test]
fn every_place_of_every_query_is_answered() {
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        for case in text.split("\n\n").filter_map(Case::read) {
            for offset in 0..=case.query.len() {
                let text = case.query.replace(CURSOR, "");
                let offered = offered(&text, offset);
                assert!(offered.replaced.start <= offered.replaced.end, "{text}");
                assert!(offered.replaced.end <= text.len(), "{text}");
                let typed = &text[..text.floor_char_boundary(offset)];
                open_call(typed, offset);
                with_surroundings(|surroundings| {
                    let (found, names) = meanings(typed, surroundings);
                    assert!(found.iter().all(|found| found.span.start <= typed.len()), "{typed}");
                    assert!(names.iter().all(|(span, _)| span.end <= typed.len()), "{typed}");
                });
            }
        }
    }
}

/// What an editor colours must not lose its colours whenever something is begun.
#[test]
fn names_have_their_meanings_while_a_query_is_unfinished() {
    let names = |text: &str| {
        with_surroundings(|surroundings| {
            let (found, names) = meanings(text, surroundings);
            let known: Vec<String> = names.iter().map(|(span, _)| span.text(text).to_owned()).collect();
            let wrong: Vec<String> = found.iter().map(|found| found.span.text(text).to_owned()).collect();
            (known.join(" "), wrong.join(" "))
        })
    };
    let pair = |known: &str, wrong: &str| (known.to_owned(), wrong.to_owned());
    assert_eq!(names("Signins | where User == "), pair("Signins User", ""));
    assert_eq!(names("Signins | where User == 'an"), pair("Signins User", ""));
    assert_eq!(names("Signins | where Usr == 1 | where User in ("), pair("Signins User", "Usr"));
    assert_eq!(names("Signins | summarize dcount(User) by bin(Time, "), pair("Signins Time", ""));
    assert_eq!(names("Signins | join (Devices | where Device "), pair("Signins Devices Device", ""));
    assert_eq!(names("Signins | where User == 'ann' |"), pair("Signins User", ""));
}

/// A key must not wait. Debug builds take several times as long as what is shipped, and machines are busy, so that the
/// middle of many measurements counts.
#[test]
fn an_answer_takes_less_than_ten_milliseconds() {
    let text = "SigninLogs | where TimeGenerated > ago(1d) | extend City = tostring(LocationDetails.city) \
                | summarize Failed = countif(ResultType != 0), Users = make_set(UserPrincipalName, 100) by City, IPAddress \
                | join kind=leftouter (AuditLogs | project Identity, OperationName, IPAddress = tostring(InitiatedBy.user)) \
                on IPAddress | where City ";
    let mut taken: Vec<std::time::Duration> = (0..51)
        .map(|_| {
            let started = std::time::Instant::now();
            assert!(!offered(text, text.len()).suggestions.is_empty());
            started.elapsed()
        })
        .collect();
    taken.sort();
    assert!(taken[25] < std::time::Duration::from_millis(10), "{:?}", taken[25]);
    println!("median {:?}", taken[25]);
}

fn files() -> Vec<std::path::PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/completion");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
    files.sort();
    files
}

/// A query with a cursor, and what is expected there.
struct Case {
    query: String,
    expectations: Vec<(String, Vec<String>)>,
}

impl Case {
    fn read(text: &str) -> Option<Self> {
        let is_expectation = |line: &&str| {
            ["first: ", "has: ", "not: ", "text: "].iter().any(|word| line.starts_with(word))
                || *line == "nothing"
        };
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("# ")).collect();
        let expectations = lines.iter().filter(|line| is_expectation(line)).map(|line| {
            let (word, list) = line.split_once(": ").unwrap_or((line, ""));
            (word.to_owned(), list.split(", ").filter(|one| !one.is_empty()).map(str::to_owned).collect())
        });
        let query: Vec<&str> = lines.iter().copied().filter(|line| !is_expectation(line)).collect();
        let query = query.join("\n").trim_matches('\n').to_owned();
        (!query.is_empty()).then(|| Case { query, expectations: expectations.collect() })
    }

    fn complaints(&self) -> Vec<String> {
        let Some(offset) = self.query.find(CURSOR) else { return vec!["there is no cursor".to_owned()] };
        let text = self.query.replace(CURSOR, "");
        let offered = offered(&text, offset).suggestions;
        let names: Vec<&str> = offered.iter().map(|one| one.name.as_str()).collect();
        let mut complaints = Vec::new();
        if self.expectations.is_empty() {
            complaints.push("nothing is expected of it".to_owned());
        }
        for (word, list) in &self.expectations {
            let right = match word.as_str() {
                "first" => names.len() >= list.len() && names[..list.len()] == list[..],
                "has" => list.iter().all(|one| names.contains(&one.as_str())),
                "not" => list.iter().all(|one| !names.contains(&one.as_str())),
                "text" => offered.first().map(|one| one.text.trim_end()) == list.first().map(String::as_str),
                _ => names.is_empty(),
            };
            if !right {
                let shown: Vec<&str> = names.iter().copied().take(12).collect();
                complaints.push(format!(
                    "  expected {word}: {}\n  offered  {}",
                    list.join(", "),
                    shown.join(", ")
                ));
            }
        }
        complaints
    }
}

fn offered(text: &str, offset: usize) -> kql_planner::complete::Completions {
    with_surroundings(|surroundings| complete(text, offset, surroundings, &Data))
}

fn with_surroundings<T>(answer: impl FnOnce(&Surroundings<'_>) -> T) -> T {
    let mut library = FunctionLibrary::default();
    library.add("Stored", "T | take 1").unwrap();
    let surroundings = Surroundings {
        catalog: &Tables,
        context: &Context::default(),
        parameters: [].into(),
        library: &library,
        evaluator: None,
        lookback: None,
    };
    answer(&surroundings)
}

/// Two tables, and the known ones.
#[derive(Debug)]
struct Tables;

impl Catalog for Tables {
    fn table(&self, name: &str) -> Option<Arc<dyn Table>> {
        use ScalarType::*;
        let columns: &[(&str, ScalarType)] = match name {
            "Signins" => &[
                ("Time", DateTime),
                ("User", String),
                ("Address", String),
                ("Result", Int),
                ("Failed", Bool),
                ("Details", Dynamic),
                ("user agent", String),
                ("Amount", Real),
            ],
            "Devices" => &[("User", String), ("Device", String), ("Seen", DateTime)],
            _ => return Some(Arc::new(KnownTable::find(name)?)),
        };
        let schema: Schema = columns.iter().map(|(name, data_type)| Field::new(*name, *data_type)).collect();
        Some(Arc::new(MemoryTable::new(name, Batch::empty(Arc::new(schema)))))
    }

    fn names(&self) -> Vec<String> {
        vec!["Signins".to_owned(), "Devices".to_owned()]
    }
}

struct Data;

impl DataHints for Data {
    fn values(&self, table: &dyn Table, column: &str) -> Vec<String> {
        match (table.name(), column) {
            ("Signins", "User") => vec!["ann".to_owned(), "bob".to_owned(), "o'neil".to_owned()],
            ("Devices", "Device") => vec!["laptop".to_owned()],
            _ => Vec::new(),
        }
    }

    fn members(&self, table: &dyn Table, path: &[String]) -> Vec<String> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match (table.name(), &path[..]) {
            ("Signins", ["Details"]) => vec!["city".to_owned(), "device".to_owned()],
            ("Signins", ["Details", "device"]) => vec!["os".to_owned()],
            _ => Vec::new(),
        }
    }
}
