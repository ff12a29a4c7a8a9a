//! Drives the binary as a user does: arguments and files in, text and exit code out.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;

use command::{Folder, Run, kql};

const LOGS: &str = concat!(
    r#"{"TimeGenerated":"2024-05-01T10:00:00Z","User":"ann","Code":0,"Detail":{"os":"Linux"}}"#,
    "\n",
    r#"{"TimeGenerated":"2024-05-01T11:00:00.5Z","User":"Björn, B.","Code":50057,"Detail":null}"#,
    "\n",
);

fn logs() -> Folder {
    Folder::new().with("Logs.json", LOGS)
}

mod workbooks {
    use std::io::Read;

    use super::*;

    /// A file of those that a ZIP file holds.
    fn unpacked(archive: &[u8], name: &str) -> String {
        let found = |at: &usize| archive[*at..].starts_with(name.as_bytes());
        let name_at = (0..archive.len()).find(found).unwrap();
        let extra = u16::from_le_bytes([archive[name_at - 2], archive[name_at - 1]]);
        let begins = name_at + name.len() + usize::from(extra);
        let mut text = String::new();
        flate2::read::DeflateDecoder::new(&archive[begins..]).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_workbook_holds_what_a_spreadsheet_does_not_change() {
        let query = "print n = 7, l = 123456789012345678, t = datetime(2024-05-14 12:00:00.5), \
                     o = datetime(1800-01-01), s = '=1+1', b = true, z = int(null)";
        let folder = Folder::new();
        folder.kql(["query", query, "-o", "one.xlsx"]).run().expect(0).stdout("");
        let archive = folder.bytes("one.xlsx");
        let sheet = unpacked(&archive, "xl/worksheets/sheet1.xml");
        let cells = &sheet[sheet.find("<row r=\"2\"").unwrap()..sheet.find("</sheetData>").unwrap()];
        let expected = [
            r#"<c r="A2"><v>7</v></c>"#,
            r#"<c r="B2" t="s"><v>7</v></c>"#,
            r#"<c r="C2" s="2"><v>45426.500005787035</v></c>"#,
            r#"<c r="D2" t="s"><v>8</v></c>"#,
            r#"<c r="E2" t="s"><v>9</v></c>"#,
            r#"<c r="F2" t="b"><v>1</v></c>"#,
        ];
        assert!(cells.contains(&expected.concat()), "{cells}");
        let texts = unpacked(&archive, "xl/sharedStrings.xml");
        let stored =
            "<si><t>123456789012345678</t></si><si><t>1800-01-01T00:00:00Z</t></si><si><t>=1+1</t></si>";
        assert!(texts.contains(stored), "{texts}");
        assert!(unpacked(&archive, "xl/styles.xml").contains("yyyy-mm-dd hh:mm:ss.000"));
        folder.kql(["query", query, "-o", "again.xlsx"]).run().expect(0);
        assert!(folder.bytes("again.xlsx") == archive, "the same result is the same file");
    }

    #[test]
    fn each_rule_has_a_sheet_and_what_does_not_fit_is_said() {
        let folder = logs().with("rules/first.kql", "Logs | count").with("rules/second.kql", "print x = 'y'");
        folder.kql(["run", "rules", "--data", ".", "-o", "rules.xlsx"]).run().expect(0);
        let book = unpacked(&folder.bytes("rules.xlsx"), "xl/workbook.xml");
        assert!(book.contains("name=\"first\"") && book.contains("name=\"second\""), "{book}");
        folder
            .kql(["query", "print Text = strrep(strrep('x', 1000), 33)", "-o", "long.xlsx"])
            .run()
            .expect(3)
            .stderr_has("Text has longer texts; .csv and .parquet hold all");
    }
}

mod exit_codes {
    use super::*;

    #[test]
    fn zero_if_it_ran() {
        kql(["query", "print 1"]).run().expect(0).stderr("");
        logs().kql(["query", "| where Code > 0", "Logs.json"]).run().expect(0);
    }

    #[test]
    fn one_if_something_was_found_and_nothing_was_hoped_for() {
        let folder =
            logs().with("rules/found.kql", "Logs | where Code > 0").with("rules/none.kql", "Logs | take 0");
        folder.kql(["run", "rules", "--data", ".", "--fail-on-results"]).run().expect(1);
        folder.kql(["run", "rules", "--data", "."]).run().expect(0);
        folder.kql(["run", "rules/none.kql", "--data", ".", "--fail-on-results"]).run().expect(0);
        folder.kql(["query", "count", "Logs.json", "--fail-on-results"]).run().expect(1);
    }

    #[test]
    fn two_if_the_query_is_wrong() {
        kql(["query", "print ("]).run().expect(2).stdout("");
        kql(["query", "Nowhere | count"]).run().expect(2).stderr_has("Nowhere");
        kql(["query", "print extract('(', 1, 'x')"]).run().expect(2).stderr_has("^^^");
    }

    #[test]
    fn two_if_the_command_line_is_wrong() {
        kql(["qery"]).run().expect(2).stderr_has("query");
        kql(["query", "print 1", "--now", "soon"]).run().expect(2).stderr_has("not a datetime");
        kql(["query", "| count"]).run().expect(2).stderr_has("no FILE");
        kql(["query", "-", "-"]).run().expect(2).stderr_has("standard input");
        kql(["functions", "nosuch"]).run().expect(2).stderr_has("nosuch");
    }

    #[test]
    fn three_if_data_cannot_be_read_or_written() {
        kql(["query", "count", "nosuch.json"]).run().expect(3).stderr_has("nosuch.json");
        kql(["query", "print 1", "--data", "nosuch"]).run().expect(3).stderr_has("nosuch");
        kql(["run", "nosuch.kql"]).run().expect(3).stderr_has("nosuch.kql");
        kql(["query", "print 1", "-o", "no/such/folder.csv"]).run().expect(3).stderr_has("folder.csv");
        let folder = Folder::new().with("wrong.json", r#"{"T":{"a":"text"}}"#);
        folder.kql(["query", "print 1", "--schema", "wrong.json"]).run().expect(3).stderr_has("wrong.json");
    }

    #[test]
    fn a_closed_pipe_is_a_normal_end() {
        for format in ["table", "json", "ndjson", "csv", "tsv", "markdown", "kusto"] {
            let query = "range x from 1 to 200000 step 1";
            kql(["query", query, "--format", format]).run_and_close_stdout().expect(0).stderr("");
        }
    }
}

mod malformed_records {
    use super::*;

    fn broken() -> Folder {
        Folder::new().with("Logs.json", "{\"a\":1,\"b\":2}\n{\"a\":2,\n{\"a\":3,\"b\":4}\n")
    }

    #[test]
    fn are_skipped_named_and_counted() {
        let run = broken().kql(["query", "summarize sum(a)", "Logs.json", "--format", "csv"]).run();
        run.expect(3).stdout("sum_a\n4\n").stderr_has("Logs.json:2: record skipped");
    }

    #[test]
    fn count_once_however_many_rules_read_them() {
        let folder = broken().with("r/a.kql", "Logs | count").with("r/b.kql", "Logs | summarize max(b)");
        let run = folder.kql(["run", "r", "--data", "."]).run().expect(3);
        assert_eq!(run.stderr.matches("record skipped").count(), 1, "{}", run.stderr);
    }

    #[test]
    fn end_a_strict_run() {
        let run = broken().kql(["query", "count", "Logs.json", "--strict"]).run();
        run.expect(3).stdout("").stderr_has("error: Logs.json:2:");
    }

    #[test]
    fn values_that_do_not_fit_are_reported_if_asked() {
        let folder = Folder::new()
            .with("T.json", "{\"n\":\"many\"}\n{\"n\":7}\n")
            .with("schema.json", r#"{"T":{"n":"long"}}"#);
        let arguments = ["query", "summarize sum(n)", "T.json", "--schema", "schema.json", "--format", "csv"];
        folder.kql(arguments).run().expect(0).stdout("sum_n\n7\n").stderr("");
        let run = folder.kql(arguments).arg("-v").run();
        run.expect(0).stderr_has("T.n: 1 value does not fit");
    }
}

mod query {
    use super::*;

    #[test]
    fn files_are_tables_called_by_their_stems() {
        let folder = logs().with("Other.csv", "x,y\n1,a\n2,b\n");
        let query = "Logs | count | union (Other | count)";
        folder
            .kql(["query", query, "Logs.json", "Other.csv", "--format", "csv"])
            .run()
            .stdout("Count\n2\n2\n");
    }

    #[test]
    fn text_and_data_come_from_standard_input() {
        let table =
            kql(["query", "| where Code > 0 | project User", "-", "--format", "ndjson"]).stdin(LOGS).run();
        table.expect(0).stdout("{\"User\":\"Björn, B.\"}\n");
        let named = kql(["query", "stdin | count", "-", "--format", "tsv"]).stdin(LOGS).run();
        named.expect(0).stdout("Count\n2\n");
        let text = kql(["query", "--format", "kusto", "-"]).stdin("print x = 1").run();
        text.expect(0).stdout_has(r#""Rows":[[1]]"#);
    }

    #[test]
    fn places_are_those_of_the_text_as_written() {
        let run = logs().kql(["query", "where Cod > 0", "Logs.json"]).run();
        run.expect(2).stderr_has("query:1:7").stderr_has("1 | where Cod > 0\n  |       ^^^\n");
    }

    #[test]
    fn tables_are_given_in_three_ways() {
        let folder = logs().with("deep/a.json", LOGS).with("deep/b.json", LOGS);
        let query = |table: &str, option: [&str; 2]| {
            let text = format!("{table} | count");
            folder.kql(["query", &text, "--format", "csv"]).args(option).run().expect(0).stdout
        };
        assert_eq!(query("Logs", ["--data", "."]), "Count\n2\n");
        assert_eq!(query("deep", ["--data", "."]), "Count\n4\n");
        assert_eq!(query("T", ["--table", "T=deep/*.json"]), "Count\n4\n");
    }

    #[test]
    fn now_is_what_it_is_said_to_be() {
        let query = |now| {
            let arguments = ["query", "print now()", "--data", ".", "--format", "csv", "--now", now];
            logs().kql(arguments).run().expect(0).stdout
        };
        assert_eq!(query("2020-02-03"), "print_0\n2020-02-03T00:00:00Z\n");
        assert_eq!(query("latest"), "print_0\n2024-05-01T11:00:00.5Z\n");
    }

    #[test]
    fn parameters_are_given_by_name() {
        let query = "declare query_parameters(limit:long = 1); print limit";
        let run = kql(["query", query, "--param", "limit=5", "--format", "csv"]).run();
        run.expect(0).stdout("print_0\n5\n");
    }

    #[test]
    fn what_cannot_be_known_is_an_error_to_run_and_a_note_to_check() {
        let query = "union isfuzzy=true (print a = 1), Nowhere | where b == 1";
        kql(["query", query]).run().expect(2).stdout("").stderr_has("may be a column of Nowhere");
        kql(["check", "-"]).stdin(query).run().expect(0).stdout_has("was not checked");
    }

    #[test]
    fn a_known_table_without_data_is_told_of() {
        let run = kql(["query", "SigninLogs | count", "--format", "csv"]).run();
        run.expect(0).stdout("Count\n0\n").stderr_has("no data for SigninLogs");
    }

    #[test]
    fn the_output_file_tells_the_format() {
        let folder = Folder::new();
        folder.kql(["query", "print a = 1, b = 'x'", "-o", "out.ndjson"]).run().expect(0).stdout("");
        assert_eq!(folder.read("out.ndjson"), "{\"a\":1,\"b\":\"x\"}\n");
        folder.kql(["query", "print a = 1", "-o", "out.csv", "--format", "json"]).run().expect(0);
        assert_eq!(folder.read("out.csv"), "[{\"a\":1}]\n");
    }

    #[test]
    fn long_chains_do_not_exhaust_the_stack() {
        let pipes = format!("print x = 1 {}", "| where x > 0 ".repeat(5000));
        let terms = format!("print x = 1 | where {}", vec!["x == 1"; 5000].join(" or "));
        let sum = format!("print x = {}", vec!["1"; 400].join(" + "));
        for query in [pipes, terms, sum] {
            kql(["query", "-", "--format", "csv"]).stdin(&query).run().expect(0).stdout_has("x\n");
        }
    }

    #[test]
    fn a_query_beyond_its_memory_is_refused() {
        let query = "range x from 1 to 1000000 step 1 | summarize count() by x";
        kql(["query", query, "--memory-limit", "1MB"]).run().expect(3).stderr_has("limit of 1 MiB");
    }
}

mod run {
    use super::*;

    #[test]
    fn each_result_stands_under_its_rule() {
        let folder = logs()
            .with("rules/b.kql", "Logs | where Code > 0 | project User")
            .with("rules/deep/c.kql", "Logs | where Code < 0")
            .with("rules/a.kql", "print x = 1")
            .with("rules/not.txt", "print x = 2");
        let run = folder.kql(["run", "rules", "--data", "."]).run();
        run.expect(0)
            .stdout("a\nx\n─\n1\n(1 row)\n\nb\nUser\n─────────\nBjörn, B.\n(1 row)\n\nc\n(0 rows)\n");
    }

    #[test]
    fn a_rule_that_fails_does_not_stop_the_others() {
        let folder = Folder::new().with("a.kql", "Nowhere | count").with("b.kql", "print x = 1");
        let run = folder.kql(["run", ".", "--format", "json"]).run();
        let run = run.expect(2).stderr_has("a.kql:1:1");
        let written: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(written[0]["name"], "a");
        assert!(written[0]["error"].as_str().unwrap().contains("Nowhere"), "{written}");
        assert_eq!(written[1], serde_json::json!({"name": "b", "rows": [{"x": 1}]}));
    }
}

mod check {
    use super::*;
    use serde_json::{Value, json};

    fn lines(run: &Run) -> Vec<Value> {
        run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn json_has_a_line_for_each_query() {
        let folder = logs()
            .with("q/a.kql", "Logs | where TimeGenerated > ago(1d) | project Code, User")
            .with("q/b.kql", "// é\nLogs | where Nonsense == 'é' | count");
        let run = folder.kql(["check", "q", "--data", ".", "--format", "json"]).run().expect(2);
        let [right, wrong] = &lines(&run)[..] else { panic!("{}", run.stdout) };
        assert_eq!(
            *right,
            json!({
                "path": "q/a.kql",
                "ok": true,
                "diagnostics": [],
                "result": [{"name": "Code", "type": "long"}, {"name": "User", "type": "string"}],
            })
        );
        assert_eq!(wrong["ok"], false);
        let found = &wrong["diagnostics"][0];
        assert_eq!(found["code"], "KQL002");
        assert_eq!(found["severity"], "error");
        assert_eq!([&found["line"], &found["column"], &found["start"], &found["length"]], [2, 14, 18, 8]);
    }

    #[test]
    fn syntax_only_looks_neither_at_names_nor_at_literals() {
        let check = |text: &str| {
            let run = kql(["check", "--syntax-only", "--format", "json", "-"]).stdin(text).run();
            let code = run.code;
            (code, lines(&run)[0]["ok"].clone())
        };
        assert_eq!(check("Nowhere | where nonsense(x) == int(y)"), (0, json!(true)));
        assert_eq!(check("Nowhere | where"), (2, json!(false)));
    }

    #[test]
    fn text_shows_the_place() {
        let run = kql(["check", "-"]).stdin("print 1\n| tak 1").run();
        run.expect(2).stdout_has(" --> -:2:3\n").stdout_has("2 | | tak 1\n  |   ^^^\n").stdout_has("1 wrong");
        kql(["check", "-"]).stdin("print 1").run().expect(0).stdout("-: ok\n1 query checked, all right\n");
    }

    #[test]
    fn the_shipped_rules_are_all_right() {
        let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/queries");
        kql(["check", rules]).run().expect(0).stdout_has("all right");
    }
}

mod lists {
    use super::*;

    #[test]
    fn tables_have_rows_columns_and_files() {
        let run = logs().kql(["tables", "--data", ".", "--format", "ndjson"]).run();
        run.expect(0).stdout(concat!(
            r#"{"Table":"Logs","Rows":2,"Files":["./Logs.json"],"#,
            r#""Columns":{"TimeGenerated":"datetime","User":"string","Code":"long","Detail":"dynamic"}}"#,
            "\n"
        ));
        let known = kql(["tables", "SigninLogs", "--format", "csv"]).run();
        known.expect(0).stdout_has("\nIPAddress,string\n");
    }

    #[test]
    fn functions_are_explained_from_their_definitions() {
        kql(["functions", "strlen"]).run().expect(0).stdout_has("strlen(string|dynamic) -> long");
        let list = kql(["functions", "--format", "csv"]).run();
        list.expect(0).stdout_has("\nstrlen,scalar,").stdout_has("\ndcount,aggregate,");
        kql(["functions", "--markdown"]).run().expect(0).stdout_has("| strlen | strlen(");
    }

    #[test]
    fn explain_shows_both_trees() {
        let run = kql(["explain", "print x = 1 | where x > 0"]).run();
        run.expect(0).stdout_has("bound:\n").stdout_has("optimized:\n");
    }
}

mod shells {
    use super::*;

    #[test]
    fn each_shell_is_told_the_arguments() {
        for shell in ["bash", "zsh", "fish", "powershell"] {
            kql(["completions", shell]).run().expect(0).stdout_has("memory-limit").stdout_has("explain");
        }
        kql(["completions", "tcsh"]).run().expect(2);
    }

    #[test]
    fn the_manual_has_a_section_for_each_command() {
        let run = kql(["man"]).run();
        run.expect(0).stdout_has(".SH KQL QUERY").stdout_has("Exit codes").stdout_has("syntax\\-only");
    }
}

mod interactive {
    use super::*;

    #[test]
    fn a_script_runs_entry_by_entry() {
        let script = ".tables\nLogs\n| project User\n\nprint x = 1; // one\nprint y = 2";
        let run = logs().kql(["--data", "."]).stdin(script).run();
        let run = run.expect(0).stderr("");
        for part in ["Logs   ./Logs.json\n", "Björn, B.\n(2 rows)\n", "x\n─\n1\n", "y\n─\n2\n"] {
            assert!(run.stdout.contains(part), "{part:?} in {}", run.stdout);
        }
    }

    /// What a script of commands writes.
    fn written(script: &str) -> String {
        let folder =
            logs().with("queries/people.kql", "Logs | distinct User").with("more.kql", "print read = 7;");
        folder.kql(["--data", "."]).stdin(script).run().expect(0).stderr("").stdout.clone()
    }

    #[test]
    fn commands_tell_of_tables() {
        for (command, expected) in [
            (".schema Logs", "TimeGenerated  datetime"),
            (".columns c*", "Logs   Code    long"),
            (".sample Logs 1", "(1 row)"),
            (".summary Logs", "User           string        0  2         Björn, B."),
            (".help load", ".load PATH [as NAME]"),
            (".help", ".summary T"),
        ] {
            let text = written(command);
            assert!(text.contains(expected), "{command}: {text}");
        }
    }

    #[test]
    fn commands_work_on_queries_and_results() {
        for (script, expected) in [
            ("Logs | where Code > 0;\n_ | project n = Code;\n", "n\n─────\n50057\n"),
            ("print a = 1;\nprint a = 2;\n_1 | project one = a;", "one\n───\n  1\n"),
            ("print a = 1;\n.save Kept\nKept | project b = a;", "b\n─\n1\n"),
            ("Logs;\n.expand 1", "Detail         {\n                 \"os\": \"Linux\"\n"),
            ("print a = 1;\nprint a = 2;\n.results", "_2         1  a"),
            (".check Logs | project Code", "all right; it gives\nColumn  Type"),
            (".explain Logs | take 1", "optimized:"),
            (".docs mv-expand", "| mv-expand [NAME =] ARRAY"),
            (".docs strlen", "strlen(string|dynamic) -> long"),
            (".functions strlen", "strlen (scalar)"),
            (".now 2024-05-14\nprint now();", "2024-05-14T00:00:00Z"),
            (".format csv\nprint a = 1, b = 'x,y';", "a,b\n1,\"x,y\"\n"),
            (".set null -\nprint a = int(null);", "a\n─\n-\n"),
            (".set", "what stands for null"),
            (".timing off", "timing is off"),
            (".rules", "people            people  queries/people.kql"),
            (".run people", "ann"),
            (".read more.kql", "read\n────\n   7\n"),
            (".load Logs.json as Other\nOther | count;", "Count"),
            (".cd queries\n.rules .", "people  ./people.kql"),
        ] {
            let text = written(script);
            assert!(text.contains(expected), "{script}: {text}");
        }
    }

    #[test]
    fn results_go_to_files() {
        let folder = logs();
        let script = "print a = 1;\n.export one.json\n.output all.csv\nprint b = 2;\nprint c = 3;\n.output\nprint d = 4;";
        let run = folder.kql(["--data", "."]).stdin(script).run();
        run.expect(0).stdout_has("1 rows to one.json\n").stdout_has("d\n─\n4\n");
        assert_eq!(folder.read("one.json").replace(['\n', ' '], ""), r#"[{"a":1}]"#);
        assert_eq!(folder.read("all.csv").lines().collect::<Vec<_>>(), ["b", "2", "c", "3"]);
    }

    #[test]
    fn a_script_that_reads_itself_comes_to_an_end() {
        let folder = logs().with("loop.kql", ".read loop.kql\n");
        folder.kql([]).stdin(".read loop.kql").run().expect(2).stderr_has("nested too deep");
    }

    #[test]
    fn the_settings_file_is_read_and_its_mistakes_are_told() {
        let folder = logs()
            .with("kql.toml", "data = ['.']\nnull = '-'\nstartup = 'start.kql'")
            .with("start.kql", "print started = 1;");
        let run = folder
            .kql([])
            .env("KQL_CONFIG", "kql.toml")
            .stdin("Logs | project a = int(null) | take 1;")
            .run();
        run.expect(0).stdout("started\n───────\n      1\n(1 row)\na\n─\n-\n(1 row)\n");
        let folder = folder.with("kql.toml", "pallete = 'dark'");
        folder.kql([]).env("KQL_CONFIG", "kql.toml").stdin("").run().expect(2).stderr_has("pallete");
    }

    #[test]
    fn mistakes_do_not_end_it_but_count() {
        let run =
            logs().kql(["--data", "."]).stdin(".schma Logs\nNowhere;\nprint x = 1;\n.quit\nprint 2;").run();
        let run = run.expect(2).stderr_has("did you mean .schema?").stderr_has("Nowhere");
        run.stdout("x\n─\n1\n(1 row)\n");
    }
}
