//! Drives `kql run` over packs of rules: forms of rules, selection, schedules, alerts, reports.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;

use command::{Folder, Kql};
use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

const LOGS: &str = concat!(
    r#"{"TimeGenerated":"2024-05-01T10:00:00Z","User":"ann@x.org","IP":"192.0.2.1"}"#,
    "\n",
    r#"{"TimeGenerated":"2024-05-02T10:00:00Z","User":"ann@x.org","IP":"192.0.2.2"}"#,
    "\n",
    r#"{"TimeGenerated":"2024-05-02T12:00:00Z","User":"CORP\\bob","IP":""}"#,
    "\n",
);

const SCHEDULED: &str = "
id: 11111111-2222-3333-4444-555555555555
name: Seen
severity: High
queryFrequency: 1d
queryPeriod: P1D
triggerOperator: gt
triggerThreshold: 0
tactics: [InitialAccess]
relevantTechniques: [T1078.004]
query: |
  Logs
  | project TimeGenerated, User, IP
entityMappings:
  - entityType: Account
    fieldMappings: [{identifier: FullName, columnName: User}]
  - entityType: IP
    fieldMappings: [{identifier: Address, columnName: IP}]
customDetails: {Who: User}
";

fn pack() -> Folder {
    Folder::new()
        .with("logs/Logs.json", LOGS)
        .with("pack/scheduled.yaml", SCHEDULED)
        .with("pack/alone.kql", "// severity: Low\n// tags: blue\nLogs | where User has 'bob'")
        .with("pack/notes.md", "# Notes\n```kql\nLogs | take 0\n```\n")
}

fn run(folder: &Folder) -> Kql {
    folder.kql(["run", "pack", "--data", "logs", "--now", "2024-05-03T00:00:00Z"])
}

fn names(output: &str) -> Vec<String> {
    let written: Value = serde_json::from_str(output).unwrap();
    written.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

mod selection {
    use super::*;

    #[test]
    fn takes_the_rules_that_fit() {
        let folder = pack();
        for (arguments, expected) in [
            (&[][..], &["alone", "Notes", "scheduled"][..]),
            (&["--severity", "high,medium"], &["scheduled"]),
            (&["--technique", "T1078"], &["scheduled"]),
            (&["--tactic", "initial-access"], &["scheduled"]),
            (&["--tag", "Blue"], &["alone"]),
            (&["--id", "11111111-2222-3333-4444-555555555555"], &["scheduled"]),
            (&["--include", "*.kql", "--include", "Notes"], &["alone", "Notes"]),
            (&["--exclude", "*.md"], &["alone", "scheduled"]),
        ] {
            let run = run(&folder).args(arguments).args(["--format", "json"]).run();
            assert_eq!(names(&run.expect(0).stdout), expected, "{arguments:?}");
        }
        run(&folder).args(["--tag", "red"]).run().expect(2).stderr_has("none of 3 rules fits");
        run(&folder).args(["--severity", "grave"]).run().expect(2).stderr_has("not a severity");
        folder
            .kql(["check", "pack", "--data", "logs", "--severity", "low"])
            .run()
            .expect(0)
            .stdout_has("1 query");
    }

    #[test]
    fn a_folder_without_rules_is_an_error() {
        let folder = Folder::new().with("pack/other.yaml", "a: 1\n");
        folder.kql(["run", "pack"]).run().expect(3).stderr_has("no rule in pack");
    }
}

mod places {
    use super::*;

    #[test]
    fn are_those_of_the_file_that_holds_the_query() {
        let folder = Folder::new()
            .with("a.yaml", "name: A\nquery: |\n  print x = 1\n  | where y == 1\n")
            .with("b.md", "# B\n\n```kql\nprint x = 1\n| where y == 1\n```\n")
            .with(
                "c.json",
                r#"{"kind": "Scheduled", "properties": {"query": "print x = 1\n| where y == 1"}}"#,
            );
        let run = folder.kql(["run", "."]).run().expect(2);
        let run = run.stderr_has("./a.yaml:4:11").stderr_has("4 |   | where y == 1");
        run.stderr_has("./b.md:5:9").stderr_has("./c.json:1:69");
    }

    #[test]
    fn a_file_that_cannot_be_read_does_not_stop_the_others() {
        let folder = pack().with("pack/broken.yaml", "name: [\nquery: T\n");
        let run = run(&folder).args(["--format", "json"]).run().expect(3).stderr_has("broken.yaml");
        let written: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(written.as_array().unwrap().len(), 4);
        assert!(written[3]["error"].as_str().unwrap().contains("broken.yaml"), "{written}");
    }
}

mod summary {
    use super::*;

    #[test]
    fn stands_on_standard_error_below_several_rules() {
        let folder = pack();
        let run = run(&folder).run().expect(0);
        let run = run.stderr_has("rule").stderr_has("scheduled  High      T1078.004      3");
        run.stderr_has("3 rules in").stderr_has("2 found something");
        let one = folder.kql(["run", "pack/alone.kql", "--data", "logs"]).run();
        one.expect(0).stderr("");
        let csv = super::run(&folder).args(["--format", "csv"]).run();
        csv.expect(0).stderr("");
    }

    #[test]
    fn severity_decides_the_exit_code() {
        let folder = pack();
        run(&folder).args(["--fail-on", "high"]).run().expect(1);
        run(&folder).args(["--fail-on", "medium", "--exclude", "scheduled"]).run().expect(0);
        run(&folder).args(["--fail-on", "low", "--exclude", "scheduled"]).run().expect(1);
        let early = folder.kql(["run", "pack", "--data", "logs", "--scheduled", "--now", "2024-04-01"]);
        early.args(["--fail-on", "high"]).run().expect(0);
    }
}

mod schedule {
    use super::*;

    fn seen(arguments: &[&str]) -> String {
        let folder = pack();
        let run = folder.kql(["run", "pack/scheduled.yaml", "--data", "logs", "--format", "csv"]);
        run.args(arguments).run().expect(0).stdout.clone()
    }

    #[test]
    fn the_period_is_what_tables_have() {
        let header = "# scheduled\nTimeGenerated,User,IP\n";
        let second = "2024-05-02T10:00:00Z,ann@x.org,192.0.2.2\n2024-05-02T12:00:00Z,CORP\\bob,\n";
        assert_eq!(seen(&["--scheduled", "--now", "2024-05-03"]), format!("{header}{second}"));
        // The first moment of the period is not in it, the last one is.
        let first = "2024-05-01T10:00:00Z,ann@x.org,192.0.2.1\n";
        assert_eq!(seen(&["--scheduled", "--now", "2024-05-01T10:00:00Z"]), format!("{header}{first}"));
        assert_eq!(seen(&["--scheduled", "--now", "2024-05-04T10:00:00Z"]), header);
    }

    #[test]
    fn a_replay_reports_each_row_once_with_its_window() {
        let replayed = seen(&["--replay", "2024-05-01..2024-05-04"]);
        assert_eq!(
            replayed,
            "# scheduled\nWindowStart,WindowEnd,TimeGenerated,User,IP\n\
             2024-05-01T00:00:00Z,2024-05-02T00:00:00Z,2024-05-01T10:00:00Z,ann@x.org,192.0.2.1\n\
             2024-05-02T00:00:00Z,2024-05-03T00:00:00Z,2024-05-02T10:00:00Z,ann@x.org,192.0.2.2\n\
             2024-05-02T00:00:00Z,2024-05-03T00:00:00Z,2024-05-02T12:00:00Z,CORP\\bob,\n"
        );
    }

    #[test]
    fn overlapping_windows_report_nothing_twice() {
        let folder = Folder::new().with("logs/Logs.json", LOGS).with(
            "r.yaml",
            SCHEDULED.replace("P1D", "7d").replace("queryFrequency: 1d", "queryFrequency: 6h"),
        );
        let replay =
            ["run", "r.yaml", "--data", "logs", "--replay", "2024-05-01..2024-05-04", "--format", "csv"];
        let found = folder.kql(replay).run().expect(0).stdout.clone();
        let windows: Vec<&str> = found.lines().skip(2).filter_map(|line| line.split(',').nth(1)).collect();
        assert_eq!(windows, ["2024-05-01T12:00:00Z", "2024-05-02T12:00:00Z", "2024-05-02T12:00:00Z"]);
    }

    #[test]
    fn suppression_silences_a_rule_after_an_alert() {
        let rule = format!("{SCHEDULED}suppressionEnabled: true\nsuppressionDuration: 2d\n");
        let folder = Folder::new().with("logs/Logs.json", LOGS).with("r.yaml", rule);
        let replay =
            ["run", "r.yaml", "--data", "logs", "--replay", "2024-05-01..2024-05-04", "--format", "csv"];
        assert_eq!(folder.kql(replay).run().expect(0).stdout.lines().count(), 3);
    }

    #[test]
    fn now_is_that_of_the_step() {
        let query = "query: |\n  Logs | summarize n = count() | extend at = now(), since = now() - ago(1d)\n";
        let rule = format!("queryFrequency: 1d\nqueryPeriod: 1d\n{query}");
        let folder = Folder::new().with("logs/Logs.json", LOGS).with("r.yaml", rule);
        let replay =
            ["run", "r.yaml", "--data", "logs", "--replay", "2024-05-01..2024-05-03", "--format", "ndjson"];
        let found = folder.kql(replay).run().expect(0).stdout.clone();
        let rows: Vec<Value> = found.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let cells: Vec<_> =
            rows.iter().map(|row| (row["row"]["n"].clone(), row["row"]["at"].clone())).collect();
        assert_eq!(
            cells,
            [(1.into(), "2024-05-02T00:00:00Z".into()), (2.into(), "2024-05-03T00:00:00Z".into())]
        );
    }

    #[test]
    fn a_rule_without_a_frequency_is_not_replayed() {
        let folder = pack();
        let replay = folder.kql(["run", "pack", "--data", "logs", "--replay", "2024-05-01..2024-05-04"]);
        replay
            .run()
            .expect(0)
            .stderr_has("alone has no queryFrequency")
            .stderr_has("Notes has no queryFrequency");
        let wrong = folder.kql(["run", "pack", "--replay", "2024-05-04..2024-05-01"]).run();
        wrong.expect(2).stderr_has("ends before it begins");
    }
}

mod alerts {
    use super::*;

    fn written(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
        let run = run(folder).args(["--alerts", "--format", "json"]).args(arguments).run();
        serde_json::from_str(&run.expect(0).stdout).unwrap()
    }

    #[test]
    fn have_the_shape_of_the_table() {
        let found = written(&pack(), &["--include", "scheduled", "--scheduled"]);
        let [alert] = &found[..] else { panic!("{found:?}") };
        assert_eq!(alert["AlertName"], "Seen");
        assert_eq!((&alert["AlertSeverity"], &alert["Tactics"]), (&"High".into(), &"InitialAccess".into()));
        assert_eq!(
            (&alert["StartTime"], &alert["EndTime"]),
            (&"2024-05-02T10:00:00Z".into(), &"2024-05-02T12:00:00Z".into())
        );
        let entities: Value = serde_json::from_str(alert["Entities"].as_str().unwrap()).unwrap();
        let expected = serde_json::json!([
            {"$id": "1", "Name": "ann", "UPNSuffix": "x.org", "Type": "account"},
            {"$id": "2", "Address": "192.0.2.2", "Type": "ip"},
            {"$id": "3", "Name": "bob", "NTDomain": "CORP", "Type": "account"},
        ]);
        assert_eq!(entities, expected);
        let properties: Value = serde_json::from_str(alert["ExtendedProperties"].as_str().unwrap()).unwrap();
        assert_eq!(properties["Query Start Time UTC"], "2024-05-02T00:00:00.0000000Z");
        assert_eq!(properties["Custom Details"], r#"{"Who":["ann@x.org","CORP\\bob"]}"#);
    }

    #[test]
    fn people_see_what_matters() {
        let folder = pack();
        let run = run(&folder).args(["--alerts", "--include", "scheduled"]).run().expect(0);
        run.stdout_has("High      Seen ").stdout_has("account ann@x.org, ip 192.0.2.1");
    }

    #[test]
    fn are_a_table_for_rules_that_read_it() {
        let folder = pack().with(
            "pack/incident.kql",
            "SecurityAlert | where AlertSeverity == 'High' | project AlertName, TimeGenerated",
        );
        let arguments = ["--scheduled", "--format", "csv", "--include", "scheduled", "--include", "incident"];
        let run = run(&folder).args(arguments).run().expect(0);
        run.stdout_has("# incident\nAlertName,TimeGenerated\nSeen,2024-05-03T00:00:00Z\n");
        let stored =
            r#"{"TimeGenerated":"2024-05-01T00:00:00Z","AlertName":"Stored","AlertSeverity":"High"}"#;
        let folder = folder.with("logs/SecurityAlert.json", stored);
        let run = super::run(&folder).args(arguments).run().expect(0);
        run.stdout_has("Stored,2024-05-01T00:00:00Z\nSeen,2024-05-03T00:00:00Z\n");
    }

    #[test]
    fn a_column_that_is_not_there_is_told_of() {
        let rule = SCHEDULED.replace("columnName: IP}", "columnName: Address}");
        let folder = Folder::new().with("logs/Logs.json", LOGS).with("pack/r.yaml", rule);
        let run = run(&folder).args(["--alerts"]).run().expect(0);
        run.stderr_has("pack/r.yaml:18:55")
            .stderr_has("IP.Address names 'Address', which the query does not return");
    }

    #[test]
    fn the_shipped_rules_raise_them() {
        let queries = format!("{ROOT}/queries");
        let data = format!("{ROOT}/tests/data");
        let folder = Folder::new();
        let run =
            folder.kql(["run", &queries, "--data", &data, "--scheduled", "--now", "2024-05-15", "--alerts"]);
        let run = run.args(["--format", "ndjson"]).run().expect(0).stderr_has("AccountCustomEntity");
        let alerts: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let names: Vec<&str> = alerts.iter().map(|alert| alert["AlertName"].as_str().unwrap()).collect();
        assert_eq!(
            names,
            [
                "Sign-ins from IPs that attempt sign-ins to disabled accounts",
                "Failed attempt to access Azure Portal",
                "carl@example.com downloaded 42 files",
                "Files of a watched user downloaded from a new address",
            ]
        );
    }
}

mod incidents {
    use super::*;

    const GROUPED: &str = "incidentConfiguration:\n  createIncident: true\n  groupingConfiguration:\n    enabled: true\n    \
                           lookbackDuration: 5d\n    matchingMethod: AnyAlert\n";

    fn folder() -> Folder {
        pack().with(
            "pack/grouped.yaml",
            format!("{}{GROUPED}", SCHEDULED.replace("name: Seen", "name: Grouped")),
        )
    }

    const REPLAY: [&str; 6] = ["run", "pack", "--data", "logs", "--replay", "2024-05-01..2024-05-04"];

    #[test]
    fn group_the_alerts_of_a_replay() {
        let folder = folder();
        let run = folder.kql(REPLAY).args(["--incidents", "--format", "ndjson"]).run().expect(0);
        let rows: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let told: Vec<(&str, usize)> = rows
            .iter()
            .map(|row| (row["Title"].as_str().unwrap(), row["AlertIds"].as_array().unwrap().len()))
            .collect();
        assert_eq!(told, [("Grouped", 2), ("Seen", 1), ("Seen", 1)]);
        assert_eq!(rows[0]["CreatedTime"], "2024-05-02T00:00:00Z");
        assert_eq!(rows[0]["LastModifiedTime"], "2024-05-03T00:00:00Z");
        // The alerts name them.
        let run = folder.kql(REPLAY).args(["--alerts", "--format", "ndjson"]).run().expect(0);
        let names: Vec<String> = run
            .stdout
            .lines()
            .map(|line| {
                let alert: Value = serde_json::from_str(line).unwrap();
                let properties: Value =
                    serde_json::from_str(alert["ExtendedProperties"].as_str().unwrap()).unwrap();
                properties["Incident Name"].as_str().unwrap().to_owned()
            })
            .collect();
        let expected =
            [&rows[0], &rows[0], &rows[1], &rows[2]].map(|row| row["IncidentName"].as_str().unwrap());
        assert_eq!(names, expected);
    }

    #[test]
    fn people_see_what_matters() {
        let folder = folder();
        let run = folder.kql(REPLAY).args(["--incidents", "--include", "grouped"]).run().expect(0);
        run.stdout_has("Incident  Severity  Title    Opened                Changed               Alerts  Entities")
            .stdout_has("       1  High      Grouped  2024-05-02T00:00:00Z  2024-05-03T00:00:00Z       2  account ann@x.org");
        let run = folder.kql(REPLAY).args(["--incidents", "--alerts"]).run();
        run.expect(2).stderr_has("cannot be used with");
    }
}

mod reports {
    use super::*;

    fn folder() -> Folder {
        pack()
            .with("pack/fails.kql", "// severity: High\nLogs | where Nowhere == 1")
            .with("pack/markup.kql", "print x = '<script>alert(1)</script>', y = '\\u202e\\u0007'")
    }

    #[test]
    fn sarif_has_a_result_for_each_alert_at_the_query() {
        let folder = folder();
        run(&folder).args(["-o", "out.sarif"]).run().expect(2).stdout("");
        let log: Value = serde_json::from_str(&folder.read("out.sarif")).unwrap();
        let run = &log["runs"][0];
        let results: Vec<&Value> = run["results"].as_array().unwrap().iter().collect();
        let ids: Vec<&str> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
        assert_eq!(ids, ["alone", "markup", "11111111-2222-3333-4444-555555555555"]);
        let place = &results[2]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "pack/scheduled.yaml");
        assert_eq!([&place["region"]["startLine"], &place["region"]["startColumn"]], [12, 3]);
        let rule = &run["tool"]["driver"]["rules"][results[2]["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["properties"]["tags"], serde_json::json!(["security", "InitialAccess", "T1078.004"]));
        let invocation = &run["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"][0]["associatedRule"]["id"], "fails");
    }

    #[test]
    fn junit_has_a_case_for_each_rule() {
        let folder = folder();
        let text = run(&folder).args(["--format", "junit"]).run().expect(2).stdout.clone();
        assert!(text.contains(r#"tests="5" failures="3" errors="1""#), "{text}");
        assert!(text.contains(r#"<failure message="Seen: 3 rows" type="High">"#), "{text}");
        assert!(text.contains("x: &lt;script&gt;alert(1)") && !text.contains('\u{7}'), "{text}");
        let high =
            run(&folder).args(["--format", "junit", "--fail-on", "high"]).run().expect(2).stdout.clone();
        assert!(high.contains(r#"failures="1" errors="1""#), "{high}");
    }

    #[test]
    fn html_is_one_page_in_which_logs_are_no_markup() {
        let folder = folder();
        run(&folder).args(["-o", "out.html"]).run().expect(2);
        let page = folder.read("out.html");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("\\u{202e}\\u{7}"));
        assert_eq!(page.matches("<script>").count(), 1);
        for address in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(address), "{address}");
        }
        assert!(page.contains("<b>T1078.004</b> 1 of 1") && page.contains("account ann@x.org"));
    }
}
