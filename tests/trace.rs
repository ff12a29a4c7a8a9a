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

const JOINED: &str = "let places = Seen | where Place == 'A' // not B
    | project User = Name, Place;
Logs
| where Code > 0
| join kind=inner (places | lookup (Seen | where Place != 'C') on $left.User == $right.Name) on User
| union isfuzzy=true S*, Nowhere
| summarize n = count() by User";

fn joined() -> Folder {
    let seen = "{\"Name\":\"ann\",\"Place\":\"A\"}\n{\"Name\":\"bob\",\"Place\":\"B\"}\n{\"Name\":\"a=b\",\"Place\":\"A\"}\n";
    folder().with("logs/Seen.json", seen).with("rules/j.kql", JOINED)
}

#[test]
fn right_sides_and_legs_are_steps_too() {
    let run = why(&joined(), ["rules/j.kql"]).run().expect(0);
    let lines: Vec<String> = run
        .stdout
        .lines()
        .skip(2)
        .map(|line| {
            let line = line.replace('…', ".");
            let (step, counts) = line.split_at(60);
            let indent = step.len() - step.trim_start().len();
            format!(
                "{indent}{}",
                counts.split_whitespace().map(|count| format!(" {count}")).collect::<String>()
            )
        })
        .collect();
    let expected = [
        "0 5", "0 5 4", // Logs, where
        "0 4 2", // join
        "4 3", "4 3 2", "4 2 2", // its right side, the `let` taken apart
        "4 2 2", "8 3", "8 3 3", // a lookup in it, and its right side
        "0 2 5", "4 3", "4 ?", // union and its legs, of which one is not there
        "0 5 2",
    ];
    assert_eq!(lines, expected, "{run:#?}");
}

#[test]
fn a_side_tells_by_itself_what_it_drops() {
    let folder = joined();
    let run = why(&folder, ["rules/j.kql", "--where", "Place == 'B'"]).run().expect(0);
    run.stdout_has("in the source the chosen records cannot be told apart: ")
        .stdout_has(
            "\nin what feeds rules/j.kql:5:3, dropped by rules/j.kql:1:21\n  false  Place == 'A'\n  Place = \"B\"\n",
        )
        .stdout_has("\nin what feeds rules/j.kql:5:29, the chosen records come out\n")
        .stdout_has("\nin part 1 of rules/j.kql:6:3, the chosen records come out\n");
}

#[test]
fn a_key_is_a_value_of_any_column_or_of_one() {
    let folder = joined();
    let run = why(&folder, ["rules/j.kql", "--row", "bob"]).run().expect(0);
    run.stdout_has("\nchosen by ['User'] == 'bob': dropped by rules/j.kql:5:3\n  User = \"bob\"\n")
        .stdout_has(
            "\nin what feeds rules/j.kql:5:3, chosen by ['Name'] == 'bob': dropped by rules/j.kql:1:21\n",
        );
    let run = why(&folder, ["rules/j.kql", "--row", "Code=3"]).run().expect(0);
    run.stdout_has("\nchosen by ['Code'] == tolong('3'): dropped by rules/j.kql:5:3\n");
    // The text before `=` is no column, so that all of it is the value.
    let run = why(&folder, ["rules/j.kql", "--row", "a=b"]).run().expect(0);
    run.stdout_has(
        "\nno record of the source is chosen\n\nin what feeds rules/j.kql:5:3, chosen by ['Name'] == 'a=b': ",
    );
    why(&folder, ["rules/j.kql", "--row", "eve"])
        .run()
        .expect(0)
        .stdout_has("\nno record of the source is chosen\n");
    let run = why(&folder, ["rules/j.kql", "--row", "Usr=bob"]).run().expect(2);
    run.stderr_has("no source of the rule has a column 'Usr', nor a record with 'Usr=bob'");
}

#[test]
fn of_several_columns_with_the_key_the_one_that_stays_is_followed() {
    let logs = "{\"First\":\"x\",\"Second\":\"x\",\"Other\":\"x\"}\n";
    let folder = Folder::new()
        .with("logs/T.json", logs)
        .with("r.kql", "T | project Second, Other | where Other != 'x'");
    let run = why(&folder, ["r.kql", "--row", "x"]).run().expect(0);
    run.stdout_has(
        "chosen by ['Second'] == 'x': dropped by r.kql:1:29\n  false  Other != 'x'\n  Other = \"x\"\n",
    );
}
