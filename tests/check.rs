//! Drives `kql check` over packs of rules: formats, suppression, levels, what is rewritten.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;

use command::{Folder, kql};
use serde_json::Value;

const YAML: &str = "
id: 53b6d42e-ff74-46a8-abee-ec72181f66ba
name: 'Many: 50%'
severity: High
entityMappings:
  - entityType: Account
    fieldMappings:
      - identifier: FullName
        columnName: Nobody
query: |
  SigninLogs
  | where TimeGenerated > ago(1d)
  // all of them
  | summarize makeset(IPAddress) by UserPrincipalName
";

fn pack() -> Folder {
    Folder::new().with("pack/r.yaml", YAML)
}

#[test]
fn a_finding_shows_its_place_in_its_file() {
    let run = pack().kql(["check", "pack"]).run().expect(0);
    run.stdout_has("warning[KQL101]: the entity mapping Account.FullName names 'Nobody'")
        .stdout_has(" --> pack/r.yaml:9:21\n")
        .stdout_has("9 |         columnName: Nobody\n  |                     ^^^^^^\n")
        .stdout_has("pack/r.yaml: ok\n1 query checked, all right; 1 warning, 1 hint\n");
}

#[test]
fn levels_decide_what_is_shown_and_what_fails() {
    let folder = pack();
    folder.kql(["check", "pack", "--level", "warning"]).run().expect(0).stdout_has("; 1 warning\n");
    folder.kql(["check", "pack", "--fail-on", "warning"]).run().expect(1);
    folder.kql(["check", "pack", "--fail-on", "error"]).run().expect(0);
    let wrong = folder.with("pack/wrong.kql", "Nowhere");
    wrong.kql(["check", "pack", "--fail-on", "info"]).run().expect(2);
}

#[test]
fn github_shows_annotations() {
    let run = pack().kql(["check", "pack", "--format", "github"]).run().expect(0);
    run.stdout(
        "::notice file=pack/r.yaml,line=14,endLine=14,col=15,endColumn=22,title=KQL117::`makeset` is a legacy spelling \
         of `make_set`, with the limit of 128 that `makeset` has\n\
         ::warning file=pack/r.yaml,line=9,endLine=9,col=21,endColumn=27,title=KQL101::the entity mapping \
         Account.FullName names 'Nobody', which the query does not return\n",
    );
}

#[test]
fn sarif_names_rules_and_places() {
    let folder = pack();
    folder.kql(["check", "pack", "--format", "sarif", "-o", "out.sarif"]).run().expect(0).stdout("");
    let log: Value = serde_json::from_str(&folder.read("out.sarif")).unwrap();
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!([&results[0]["ruleId"], &results[1]["ruleId"]], ["KQL117", "KQL101"]);
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules[results[1]["ruleIndex"].as_u64().unwrap() as usize]["id"], "KQL101");
    let region = &results[1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!([&region["startLine"], &region["startColumn"], &region["endColumn"]], [9, 21, 27]);
    let replacements = results[0]["fixes"][0]["artifactChanges"][0]["replacements"].as_array().unwrap();
    assert_eq!(replacements[0]["insertedContent"]["text"], "make_set");
    assert_eq!(replacements[1]["insertedContent"]["text"], ", 128");
}

#[test]
fn fix_writes_current_spellings_into_every_form_and_leaves_the_rest() {
    let folder = pack()
        .with("pack/a.kql", "let f = 1; // makeset(x)\r\nT | filter x == 1\r\n| mvexpand y // mvexpand\r\n| summarize makelist(y, f), makeset( z ) by 'makeset(x)'")
        .with("pack/b.md", "# B\n```kql\nT | filter a == 'é'\n```\n# C\n```kql\nT | filter b == 2\n```\n")
        .with("schema.json", r#"{"T":{"x":"long","y":"dynamic","z":"long","a":"string","b":"long"}}"#);
    let arguments = ["check", "pack", "--schema", "schema.json", "--fix"];
    folder.kql(arguments).run().expect(0).stderr_has("7 legacy spellings replaced\n");
    assert_eq!(
        folder.read("pack/a.kql"),
        "let f = 1; // makeset(x)\r\nT | where x == 1\r\n| mv-expand y limit 128 // mvexpand\r\n| summarize make_list(y, f), make_set( z, 128 ) by 'makeset(x)'"
    );
    assert_eq!(
        folder.read("pack/b.md"),
        "# B\n```kql\nT | where a == 'é'\n```\n# C\n```kql\nT | where b == 2\n```\n"
    );
    assert_eq!(folder.read("pack/r.yaml"), YAML.replace("makeset(IPAddress)", "make_set(IPAddress, 128)"));
    folder.kql(arguments).run().expect(0).stderr_has("0 legacy spellings replaced\n");
}

#[test]
fn explain_tells_of_a_check_by_code_or_name() {
    let run = kql(["check", "--explain", "kql106"]).run().expect(0);
    run.stdout_has("KQL106 join-kind (warning)\n").stdout_has("// kql-ignore: KQL106\n");
    kql(["check", "--explain", "all"])
        .run()
        .expect(0)
        .stdout_has("KQL001 syntax (error)")
        .stdout_has("KQL117 legacy-spelling");
    kql(["check", "--explain", "join-kinds"]).run().expect(2).stderr_has("did you mean join-kind?");
}

#[test]
fn the_data_tells_which_texts_there_are() {
    let logs: String = (0..20).map(|at| format!("{{\"Code\":\"{}\"}}\n", 50126 + at % 2)).collect();
    let folder = Folder::new().with("logs/Logs.json", &logs).with("r.kql", "Logs | where Code == '5012'");
    let check =
        |arguments: &[&str]| folder.kql([&["check", "r.kql", "--data", "logs"], arguments].concat()).run();
    check(&[]).expect(0).stdout_has("info[KQL118]: no record of Logs in the data has Code \"5012\"");
    check(&["--syntax-only"]).expect(0).stdout("r.kql: ok\n1 query checked, all right\n");
    // Of fewer records nothing can be said.
    let folder = folder.with("logs/Logs.json", &logs[..logs.len() / 2]);
    folder
        .kql(["check", "r.kql", "--data", "logs"])
        .run()
        .expect(0)
        .stdout("r.kql: ok\n1 query checked, all right\n");
}

#[test]
fn what_the_shipped_rules_look_for_is_in_the_sample_logs() {
    let [queries, data] =
        ["queries", "tests/data"].map(|path| format!("{}/{path}", env!("CARGO_MANIFEST_DIR")));
    let run = kql(["check", &queries, "--data", &data, "--format", "json"]).run().expect(0);
    assert!(run.stdout.contains("KQL117") && !run.stdout.contains("KQL118"), "{run:#?}");
}
