//! Drives `kql explain --why`: a rule step by step.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;

use command::{Folder, Kql};

const RULE: &str = "// steps
let limit = 2; // at least
let seen = Logs
    // not the old ones
    | where Code > 0 and User != 'old' // why
    | extend Upper = toupper(User);
seen
| where isnotempty(Upper) // all of them
| summarize n = count() by User
| where n >= limit";

fn why<'a>(folder: &Folder, arguments: impl IntoIterator<Item = &'a str>) -> Kql {
    folder.kql(["explain", "--data", "logs", "--why"]).args(arguments)
}

fn folder() -> Folder {
    let logs = r#"{"User":"ann","Code":1}
{"User":"ann","Code":2}
{"User":"bob","Code":3}
{"User":"old","Code":4}
{"User":"cyd","Code":0}
"#;
    Folder::new().with("logs/Logs.json", logs).with("rules/r.kql", RULE)
}

#[test]
fn every_step_shows_its_rows() {
    let run = why(&folder(), ["rules/r.kql"]).run().expect(0);
    let counts: Vec<Vec<&str>> =
        run.stdout.lines().skip(2).map(|line| line[60..].split_whitespace().collect()).collect();
    assert_eq!(
        counts,
        [vec!["5"], vec!["5", "3"], vec!["3", "3"], vec!["3", "3"], vec!["3", "2"], vec!["2", "1"]]
    );
    run.stdout_has("Logs  ")
        .stdout_has("| where Code > 0 and User != 'old'  ")
        .stdout_has("| summarize n = count() by User  ");
}

#[test]
fn a_filter_that_drops_shows_its_conditions_and_what_it_looked_at() {
    let run = why(&folder(), ["rules/r.kql", "--where", "User == 'old'"]).run().expect(0);
    run.stdout_has("dropped by rules/r.kql:5:7\n  true   Code > 0\n  false  User != 'old'\n  User = \"old\"\n  Code = 4\n");
    let run = why(&folder(), ["rules/r.kql", "--where", "User == 'bob'"]).run().expect(0);
    run.stdout_has("dropped by rules/r.kql:10:3\n  false  n >= limit\n  n = 1\n");
}

#[test]
fn records_that_stay_that_are_not_there_and_that_cannot_be_told_apart() {
    let folder = folder();
    why(&folder, ["rules/r.kql", "--where", "User == 'ann'"])
        .run()
        .expect(0)
        .stdout_has("are among the results\n");
    why(&folder, ["rules/r.kql", "--where", "User == 'eve'"])
        .run()
        .expect(0)
        .stdout_has("no record of the source");
    why(&folder, ["rules/r.kql", "--where", "Code == 1"])
        .run()
        .expect(0)
        .stdout_has("behind rules/r.kql:9:3 the chosen records cannot be told apart: ");
    why(&folder, ["rules/r.kql", "--where", "Cod == 1"]).run().expect(2).stderr_has("did you mean `Code`?");
}

#[test]
fn places_are_those_of_the_file() {
    let yaml = "name: R\nquery: |\n  Logs\n  | where Code > 9\n";
    let run = why(&folder().with("r.yaml", yaml), ["r.yaml", "--where", "Code == 1"]).run().expect(0);
    run.stdout_has("dropped by r.yaml:4:5\n  false  Code > 9\n  Code = 1\n");
}
