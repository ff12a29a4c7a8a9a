//! Drives `kql test` and `kql new`: cases, differences, what is rewritten.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;
mod running;

use command::{Folder, kql};
use running::Running;

const RULE: &str = "
name: R
queryFrequency: 1d
queryPeriod: 1d
triggerOperator: gt
triggerThreshold: 1
query: |
  declare query_parameters (least: long = 1);
  SigninLogs
  | summarize n = count(), Last = max(TimeGenerated), Apps = make_set(AppDisplayName), OS = take_any(tostring(DeviceDetail.os)) by User = UserPrincipalName
  | where n >= least
entityMappings:
  - entityType: Account
    fieldMappings: [{identifier: FullName, columnName: User}]
";

const TESTS: &str = "
tables:
  SigninLogs:
    - {TimeGenerated: 2024-05-13T10:00:00Z, UserPrincipalName: old@x.org}
    - {TimeGenerated: 2024-05-14T10:00:00Z, UserPrincipalName: ann@x.org, AppDisplayName: A, ResultType: 0, DeviceDetail: {os: Linux}}
    - {TimeGenerated: 2024-05-14T11:00:00Z, UserPrincipalName: ann@x.org, AppDisplayName: B}
    - {TimeGenerated: 2024-05-14T11:30:00Z, UserPrincipalName: bob@x.org, AppDisplayName: B}
cases:
  - name: all
    now: 2024-05-14T12:00:00Z
    rows:
      - {User: bob@x.org, n: 1, Last: 2024-05-14T11:30, Apps: [B]}
      - User: ann@x.org
        n: 2
        Last: 2024-05-14 11:00:00
        Apps: [A, B]
        OS: Linux
    contains:
      - {User: ann@x.org}
    count: 2
    alerts: 1
    entities: [account bob@x.org, account ann@x.org]
  - name: parameters, and the moment of the newest record
    params: {least: 2}
    rows: [{User: ann@x.org, n: 2, Last: 2024-05-14T11:00:00Z, Apps: [A, B], OS: Linux}]
    alerts: false
  - name: a day earlier
    now: 2024-05-14T09:00:00Z
    contains: [{User: old@x.org}]
";

fn pack(tests: &str) -> Folder {
    Folder::new().with("pack/r.yaml", RULE).with("pack/r.test.yaml", tests)
}

#[test]
fn cases_pass_that_are_as_expected() {
    let run = pack(TESTS).kql(["test", "pack"]).run().expect(0);
    run.stdout(
        "pack/r.test.yaml\n  ok     all\n  ok     parameters, and the moment of the newest record\n  ok     a day earlier\n\
         3 tests, all passed\n1 of 1 rule has a test that finds something and one that does not\n",
    );
}

#[test]
fn a_failure_shows_what_differs() {
    let tests = TESTS
        .replace("{User: bob@x.org, n: 1,", "{User: bob@x.org, n: 7,")
        .replace("count: 2", "count: 3")
        .replace("alerts: false", "alerts: true")
        .replace("[account bob@x.org, account ann@x.org]", "[account bob@x.org, ip 192.0.2.1]");
    let run = pack(&tests).kql(["test", "pack"]).run().expect(1);
    run.stdout_has("  FAILED all (line 9")
        .stdout_has(
            "         rows: 2 expected, 2 found\n           - {User: bob@x.org, n: 7, Last: 2024-05-14T11:30, Apps: [B]}\n           \
             + {User: \"bob@x.org\", n: 1, Last: 2024-05-14T11:30:00Z, Apps: [\"B\"]}\n             differs in n\n",
        )
        .stdout_has("         count: 3 expected, 2 found\n")
        .stdout_has("alerts: true expected, 0 raised")
        .stdout_has("           - ip 192.0.2.1\n           + account ann@x.org\n")
        .stdout_has("3 tests, 2 failed\n");
}

#[test]
fn update_writes_what_the_rule_gives() {
    let tests = TESTS
        .replace("{User: bob@x.org, n: 1,", "{User: bob@x.org, n: 7,")
        .replace("count: 2", "count: 3 # so many")
        .replace("rows: [{User: ann@x.org, n: 2", "rows: [{User: ann@x.org, n: 9");
    let folder = pack(&tests);
    folder.kql(["test", "pack", "--update"]).run().expect(0).stderr_has("3 expectations rewritten\n");
    let text = folder.read("pack/r.test.yaml");
    assert!(
        text.contains(
            "      - {User: \"bob@x.org\", n: 1, Last: 2024-05-14T11:30:00Z, Apps: [\"B\"]}\n    contains:\n"
        ),
        "{text}"
    );
    assert!(
        text.contains("    params: {least: 2}\n    rows:\n      - {User: \"ann@x.org\", n: 2,"),
        "{text}"
    );
    folder.kql(["test", "pack"]).run().expect(0);
    folder.kql(["test", "pack", "--update"]).run().expect(0).stderr_has("0 expectations rewritten\n");
    assert_eq!(folder.read("pack/r.test.yaml"), text);
}

#[test]
fn rules_without_both_kinds_of_test_are_named() {
    let folder = pack("cases:\n  - {tables: {SigninLogs: []}, rows: []}\n").with("pack/bare.kql", "print 1");
    let run = folder.kql(["test", "pack"]).run().expect(0);
    run.stdout_has("  ok     line 2\n")
        .stdout_has("0 of 2 rules have")
        .stdout_has("  bare: no tests\n")
        .stdout_has("  r: no test in which it must find something\n");
}

#[test]
fn a_folder_has_files_with_cases_and_files_that_are_one() {
    let one = "now: 2024-05-14T12:00:00Z\ntables: {SigninLogs: signins.json}\ncount: 1\n";
    let signin = "{\"TimeGenerated\":\"2024-05-14T10:00:00Z\",\"UserPrincipalName\":\"ann@x.org\"}\n";
    let folder = Folder::new()
        .with("pack/r.yaml", RULE)
        .with("pack/r.tests/ann is found.yaml", one)
        .with("pack/r.tests/nobody.yml", "cases:\n  - {name: no rows, tables: {SigninLogs: []}, rows: []}\n")
        .with("pack/r.tests/signins.json", signin);
    let run = folder.kql(["test", "pack"]).run().expect(0);
    run.stdout(
        "pack/r.tests/ann is found.yaml\n  ok     ann is found\npack/r.tests/nobody.yml\n  ok     no rows\n\
         2 tests, all passed\n1 of 1 rule has a test that finds something and one that does not\n",
    );
    let folder = folder.with("pack/r.tests/signins.json", signin.repeat(2).replacen("ann", "bob", 1));
    folder.kql(["test", "pack", "--update"]).run().expect(0).stderr_has("1 expectation rewritten\n");
    assert_eq!(folder.read("pack/r.tests/ann is found.yaml"), one.replace("count: 1", "count: 2"));
    // What lies there is no rule.
    folder.kql(["check", "pack"]).run().expect(0).stdout_has("1 query checked");
}

#[test]
fn a_watch_shows_what_comes_out_in_another_way() {
    let tests = "cases:\n  - {name: one, tables: {T: data/t.json}, count: 1}\n  - {name: none, tables: {T: [{a: 0}]}, rows: []}\n";
    let folder = Folder::new()
        .with("pack/r.kql", "T | where a > 0")
        .with("pack/r.test.yaml", tests)
        .with("pack/data/t.json", "{\"a\":1}\n");
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_kql"));
    program.args(["test", "pack", "--watch"]).current_dir(folder.path());
    let running = Running::start(&mut program);
    for line in
        ["pack/r.test.yaml", "  ok     one", "  ok     none", "2 tests, all passed", "1 of 1 rule has"]
    {
        running.shown.next_has(line);
    }
    // Data: one case has another outcome.
    let folder = folder.with("pack/data/t.json", "{\"a\":1}\n{\"a\":2}\n");
    for line in ["pack/r.test.yaml", "  FAILED one", "count: 1 expected, 2 found", "2 tests, 1 failed"] {
        running.shown.next_has(line);
    }
    // The rule.
    let folder = folder.with("pack/r.kql", "T | where a > 1");
    for line in ["pack/r.test.yaml", "  ok     one", "2 tests, all passed"] {
        running.shown.next_has(line);
    }
    // The tests, at first half written.
    let folder = folder.with("pack/r.test.yaml", "cases:\n  - {name: on");
    running.told.next_has("r.test.yaml: ");
    let two = "cases:\n  - {name: two, tables: {T: data/t.json}, count: 1}\n";
    let _folder = folder.with("pack/r.test.yaml", two);
    for line in ["pack/r.test.yaml", "  ok     two", "pack/r.test.yaml", "  gone   none", "pack/r.test.yaml"]
    {
        running.shown.next_has(line);
    }
    for line in ["  gone   one", "1 test, all passed", "0 of 1", "  r: no test in which it must find nothing"]
    {
        running.shown.next_has(line);
    }
    running.shown.is_silent();
}

#[test]
fn what_cannot_run_or_be_read_fails() {
    let folder = Folder::new()
        .with("pack/a.kql", "Nowhere | count")
        .with("pack/tests/a.test.yaml", "cases: [{rows: []}]")
        .with("pack/b.kql", "print 1")
        .with("pack/b.test.yaml", "cases:\n  - row: []\n");
    let run = folder.kql(["test", "pack"]).run().expect(3);
    run.stdout_has("it did not run: ")
        .stdout_has("error[KQL002]")
        .stderr_has("pack/b.test.yaml: line 2: there is no `row`");
}

#[test]
fn junit_has_a_case_for_each_case() {
    let tests = TESTS.replace("count: 2", "count: 3");
    let folder = pack(&tests);
    folder.kql(["test", "pack", "--format", "junit", "-o", "out.xml"]).run().expect(1).stdout("");
    let text = folder.read("out.xml");
    assert!(text.contains(r#"tests="3" failures="1" errors="0""#), "{text}");
    assert!(
        text.contains(r#"<failure message="count: 3 expected, 2 found" type="mismatch"></failure>"#),
        "{text}"
    );
}

#[test]
fn a_new_rule_passes_its_tests_and_checks() {
    let folder = Folder::new();
    folder.kql(["new", "rule", "rules/Many"]).run().expect(0).stderr_has("made rules/Many.test.yaml\n");
    folder.kql(["test", "rules"]).run().expect(0).stdout_has("1 of 1 rule has");
    folder
        .kql(["check", "rules", "--fail-on", "info"])
        .run()
        .expect(0)
        .stdout_has("1 query checked, all right\n");
    let text = folder.read("rules/Many.yaml");
    folder.kql(["new", "rule", "rules/Many"]).run().expect(3).stderr_has("rules/Many.kql is there already");
    assert_eq!(folder.read("rules/Many.yaml"), text);
    folder.kql(["new", "rule", "rules/Other"]).run().expect(0);
    assert_ne!(folder.read("rules/Other.yaml").lines().next(), text.lines().next());
}

#[test]
fn the_shipped_rules_pass_theirs() {
    let queries = concat!(env!("CARGO_MANIFEST_DIR"), "/queries");
    kql(["test", queries]).run().expect(0).stdout_has("all passed\n4 of 4 rules have");
}
