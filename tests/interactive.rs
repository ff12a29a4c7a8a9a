//! The interactive session as people see it. The screens are in `tests/screens`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod terminal;

use std::time::{Duration, Instant};

use terminal::{ALT_ENTER, CTRL_C, CTRL_R, ENTER, Home, PAGE_DOWN, RIGHT, TAB, UP};

const LOGS: &str = concat!(
    r#"{"TimeGenerated":"2024-05-01T10:00:00Z","User":"ann","Code":0,"Detail":{"os":"Linux","ip":"192.0.2.1"}}"#,
    "\n",
    r#"{"TimeGenerated":"2024-05-01T11:00:00.5Z","User":"bob","Code":50057,"Detail":{"os":"Windows"}}"#,
    "\n",
    r#"{"TimeGenerated":"2024-05-01T12:00:00Z","User":"bob","Code":50057,"Detail":null}"#,
    "\n",
);

fn home() -> Home {
    Home::new().with("logs/Logs.json", LOGS)
}

fn session(home: &Home) -> terminal::Session {
    let mut session = home.session(&["--data", "logs"]);
    session.see("kql> ");
    session
}

mod completion {
    use super::*;

    /// What is said of `where` below what is typed.
    const WHERE: &str = "where PREDICATE  Keeps the rows for which the predicate is true.";

    #[test]
    fn operators_come_after_a_pipe_with_what_they_do() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | ").keys(TAB).see("summarize").see("more: type on").see_last("kql> Logs |");
        session.screen_is("operators");
    }

    #[test]
    fn columns_come_after_where() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | where ").keys(TAB).see("more: type on").see_last(WHERE).screen_is("columns");
    }

    #[test]
    fn after_project_come_the_columns_that_it_leaves() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | project User, Hour = bin(TimeGenerated, 1h) | where ").keys(TAB);
        session.see("more: type on").see_last(WHERE).screen_is("columns_after_project");
    }

    #[test]
    fn a_word_that_is_the_only_one_is_written() {
        let home = home();
        let mut session = session(&home);
        session.keys("Lo").keys(TAB).see("kql> Logs");
        session.keys(" | whe").keys(TAB).see("kql> Logs | where ");
        session.keys("Us").keys(TAB).see("kql> Logs | where User");
        session.keys(" == \"").see("== \"");
        std::thread::sleep(Duration::from_millis(300));
        session.keys("b").keys(TAB).see("kql> Logs | where User == \"bob\"");
        session.keys(ENTER).see("(2 rows");
    }

    #[test]
    fn members_of_a_dynamic_column_come_from_the_data() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | where Detail.").keys(TAB);
        std::thread::sleep(Duration::from_millis(300));
        session.keys(TAB).see("os").see("ip").see("member");
    }

    #[test]
    fn commands_and_paths_are_completed_too() {
        let home = home();
        let mut session = session(&home);
        session.keys(".sch").keys(TAB).see("kql> .schema ");
        session.keys("L").keys(TAB).see("kql> .schema Logs").keys(ENTER).see("TimeGenerated").prompt();
        session.keys(".load lo").keys(TAB).see("kql> .load logs/");
        session.keys("Lo").keys(TAB).see("kql> .load logs/Logs.json");
        session.keys(" as Again").keys(ENTER).see("as Again").prompt();
        session.keys("Again | count").keys(ENTER).see("    3");
    }
}

mod readme {
    use super::*;

    /// What the README shows is what the screen showed.
    #[test]
    fn a_short_hunt() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let logs = std::fs::read_to_string(root.join("tests/data/SigninLogs.json")).unwrap();
        let home = Home::new().with("logs/SigninLogs.json", logs);
        let mut session = session(&home);
        session.keys("SigninLogs | where ResultType == \"").see("== \"").keys("500");
        std::thread::sleep(Duration::from_millis(500));
        session.keys(TAB).see("50057");
        session.keys("57\" | summarize Failed = count(), Last = max(TimeGenerated) by IPAddress").keys(ENTER);
        session
            .gives(1)
            .keys("_ | where Fa")
            .keys(TAB)
            .see("_ | where Failed")
            .keys(" > 1 | sort ")
            .keys(TAB);
        session.see("sort by").keys("Failed | take 3").keys(ENTER).gives(2).screen_is("readme");
        let screen = std::fs::read_to_string(root.join("tests/screens/readme.txt")).unwrap();
        let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
        assert!(readme.contains(&screen), "README.md shows another screen than tests/screens/readme.txt");
    }
}

mod editing {
    use super::*;

    #[test]
    fn enter_runs_what_is_complete_and_else_begins_a_line() {
        let home = home();
        let mut session = session(&home);
        session
            .keys("Logs |")
            .keys(ENTER)
            .keys("where User == 'bob' and")
            .keys(ENTER)
            .keys("Code > 0")
            .keys(ENTER);
        session.gives(1).screen_is("lines");
    }

    #[test]
    fn alt_enter_and_a_backslash_begin_a_line_anyway() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs").keys(ALT_ENTER).keys("| take 1\\").keys(ENTER).keys("| count").keys(ENTER);
        session.see("Count").see("    1");
    }

    #[test]
    fn what_is_pasted_is_one_query() {
        let home = home();
        let mut session = session(&home);
        session.paste("Logs\n// who it is\n\n| where User == 'bob'\n\n| summarize n = count() by User\n");
        session.see("| summarize n = count() by User").keys(ENTER);
        session.gives(1).screen_is("pasted");
    }

    #[test]
    fn a_let_waits_for_its_query() {
        let home = home();
        let mut session = session(&home);
        session.keys("let who = 'ann';").keys(ENTER).keys("Logs | where User == who | count").keys(ENTER);
        session.see("    1");
    }

    #[test]
    fn what_is_wrong_comes_back_to_be_changed() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | where Usr == 'ann'").keys(ENTER);
        session.see("did you mean `User`?").see_last("kql> Logs | where Usr == 'ann'");
        session.screen_is("mistake");
        // The cursor stands behind the word that is wrong.
        session.keys("\u{7f}\u{7f}ser").keys(ENTER).see("(1 row");
    }

    #[test]
    fn the_history_is_there_the_next_time() {
        let home = home();
        let mut first = session(&home);
        first.keys("Logs |").keys(ENTER).keys("count").keys(ENTER).gives(1);
        first.keys(" print secret = 1").keys(ENTER).gives(2);
        first.keys("print one = 1").keys(ENTER).gives(3);
        first.keys("print one = 1").keys(ENTER).gives(4).end();
        let mut second = session(&home);
        second.keys(UP).see_last("kql> print one = 1").keys(UP).see("kql> Logs |\n    count");
        second.keys(ENTER).gives(1);
        second.keys(CTRL_R).see("reverse-i-search").keys("one").see("print one = 1").keys(ENTER).see("_2");
        let kept = std::fs::read_to_string(home.path(".local/state/kql/history")).unwrap();
        assert!(!kept.contains("secret"), "{kept}");
    }

    #[test]
    fn a_query_can_be_written_in_another_editor() {
        let home = home().with("edit.sh", "printf '| where edited == 1' >> \"$1\"");
        let mut session = home.session_with(&["--data", "logs"], &[("EDITOR", "sh edit.sh")]);
        session.prompt().keys("print edited = 1").keys(ENTER).gives(1);
        session
            .keys(".edit")
            .keys(ENTER)
            .see_last("kql> print edited = 1| where edited == 1")
            .keys(ENTER)
            .gives(2);
    }

    #[test]
    fn the_rest_of_an_earlier_entry_is_offered() {
        let home = home();
        let mut session = session(&home);
        session.keys("print one = 1").keys(ENTER).gives(1);
        session.keys("print o").see_last("kql> print one = 1").keys(RIGHT).keys(ENTER).see("_2");
    }

    #[test]
    fn vi_keys_are_there_for_those_who_ask() {
        let home = home().with("kql.toml", "edit-mode = 'vi'");
        let mut session = home.session_with(&["--data", "logs"], &[("KQL_CONFIG", "kql.toml")]);
        session.see("kql> ").keys("print x = 1").keys("\u{1b}").keys("0");
        std::thread::sleep(Duration::from_millis(700));
        session.keys("wcwy\u{1b}");
        std::thread::sleep(Duration::from_millis(700));
        session.see("print y = 1");
    }
}

mod colours {
    use super::*;
    use vt100::Color;

    fn colour_of(session: &terminal::Session, line: u16, text: &str) -> (Color, bool) {
        let cells = session.styled_line(line);
        let whole: String =
            cells.iter().map(|cell| if cell.0.is_empty() { " " } else { cell.0.as_str() }).collect();
        let at = whole.find(text).unwrap();
        (cells[at].1, cells[at].2)
    }

    #[test]
    fn columns_and_mistakes_are_told_by_the_binder() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | where User == 'x' and Usr == 1 | take 5").see("take 5");
        std::thread::sleep(Duration::from_millis(200));
        session.keys("0").see("take 50");
        let line = session.line_of("kql> ");
        let (column, wrong) = (colour_of(&session, line, "User"), colour_of(&session, line, "Usr"));
        assert_ne!(column.0, Color::Default);
        assert!(!column.1 && wrong.1, "what is wrong is underlined: {column:?} {wrong:?}");
        assert_ne!(colour_of(&session, line, "where").0, column.0);
        assert_ne!(colour_of(&session, line, "'x'").0, column.0);
    }

    #[test]
    fn none_are_shown_where_they_are_not_wanted() {
        let home = home();
        for variables in [&[("NO_COLOR", "1")][..], &[("TERM", "dumb")]] {
            let mut session = home.session_with(&["--data", "logs"], variables);
            session.see("kql> ").keys("Logs | count").see("count");
            let line = session.line_of("kql> ");
            assert!(session.styled_line(line).iter().all(|cell| cell.1 == Color::Default));
        }
    }

    #[test]
    fn the_function_at_the_cursor_is_explained() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | where strlen(").see("strlen(string|dynamic) -> long");
        session.keys("User) > 2").keys(ENTER).see("(3 rows");
    }
}

mod charts {
    use super::*;
    use vt100::Color;

    const QUERY: &str = "Logs | summarize n = count() by bin(TimeGenerated, 1h), User | render timechart";

    #[test]
    fn a_query_that_ends_in_render_is_drawn_and_its_rows_are_a_command_away() {
        let home = home();
        let mut session = session(&home);
        session.keys(QUERY).keys(ENTER).see("render timechart").gives(1);
        session.screen_is("timechart");
        let (ann, bob) = (session.line_of("● ann"), session.styled_line(session.line_of("● ann")));
        let colours: Vec<Color> = bob.iter().filter(|cell| cell.0 == "●").map(|cell| cell.1).collect();
        assert!(colours.len() == 2 && colours[0] != colours[1], "line {ann}: {colours:?}");
        session.keys(".table").keys(ENTER).see("2024-05-01T11:00:00Z").prompt();
        session.keys(".chart barchart _1").keys(ENTER).see("05-01").prompt();
        session.keys(".chart nochart").keys(ENTER).see("render nochart is not drawn here").prompt();
    }

    #[test]
    fn each_kind_is_drawn() {
        let home = home();
        let mut session = session(&home);
        let by_user = "Logs | summarize n = count() by User | sort by User asc | render";
        session.keys(&format!("{by_user} columnchart")).keys(ENTER).gives(1).screen_is("columnchart");
        session.keys(&format!("{by_user} barchart")).keys(ENTER).see("bob │").gives(2);
        session.keys(&format!("{by_user} piechart")).keys(ENTER).see("66.7%").gives(3);
        session
            .keys(&format!("{by_user} card with (title=\"First\")"))
            .keys(ENTER)
            .see("│ ann  │ │ 1 │")
            .gives(4);
    }

    #[test]
    fn a_chart_is_exported_as_a_picture() {
        let home = home();
        let mut session = session(&home);
        session.keys(QUERY).keys(ENTER).gives(1);
        session.keys(".export chart.svg").keys(ENTER).see("3 rows to chart.svg").prompt();
        session.keys(".export chart.html").keys(ENTER).see("3 rows to chart.html").prompt();
        session.keys(".export chart.png").keys(ENTER).see("3 rows to chart.png").prompt();
        assert!(std::fs::read(home.path("chart.png")).unwrap().starts_with(b"\x89PNG"));
        for file in ["chart.svg", "chart.html"] {
            assert!(std::fs::read_to_string(home.path(file)).unwrap().contains("<svg"), "{file}");
        }
        session.keys("Logs | project User").keys(ENTER).gives(2);
        session.keys(".export rows.svg").keys(ENTER).see("there is no chart to draw").prompt();
    }

    #[test]
    fn whoever_wants_rows_gets_rows() {
        let home = home();
        let mut session = session(&home);
        session.keys(".set charts off").keys(ENTER).see(".set charts off").prompt();
        session.keys(QUERY).keys(ENTER).see("(3 rows, render timechart").gives(1);
    }
}

mod running {
    use super::*;

    #[test]
    fn ctrl_c_stops_a_query_and_leaves_the_prompt() {
        let home = home();
        let mut session = session(&home);
        session.keys("range x from 1 to 1000000000000 step 1 | where x < 0 | count").keys(ENTER);
        std::thread::sleep(Duration::from_millis(500));
        let pressed = Instant::now();
        session.keys(CTRL_C).see("cancelled").prompt();
        assert!(pressed.elapsed() < Duration::from_secs(2), "{:?}", pressed.elapsed());
        session.keys("print still = 'here'").keys(ENTER).see("here");
    }

    #[test]
    fn the_first_rows_are_there_while_the_query_runs() {
        let home = home();
        let mut session = session(&home);
        let rows = "range x from 1 to 1000000000000 step 1 | where x < 5 or x == 70000";
        session.keys(rows).keys(ENTER).see("\n    4\n").see("\n70000\n").see(" 1 s");
        session.keys(CTRL_C).see("cancelled").prompt();
        assert!(!session.screen().contains("\n70000\n"), "{}", session.screen());
        // In the end the result is what it is without them.
        session.keys("range x from 1 to 5000000 step 1 | where x < 3 | extend y = x * x").keys(ENTER);
        session.gives(1).see("\n   1     1\n   2     4\n(2 rows");
        assert_eq!(session.screen().matches("\n   1     1\n").count(), 1, "{}", session.screen());
    }

    #[test]
    fn results_are_tables_to_go_on_from() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | where User == 'bob'").keys(ENTER).gives(1);
        session.keys("_ | count").keys(ENTER).gives(2);
        session.keys("_1 | summarize max(Code)").keys(ENTER).see("50057").gives(3);
        session
            .keys(".save Bobs _1")
            .keys(ENTER)
            .see(".save Bobs _1")
            .prompt()
            .keys("Bobs | take 1 | project Code")
            .keys(ENTER)
            .gives(4);
        session.keys(".export bobs.csv _1").keys(ENTER).see("2 rows to bobs.csv").prompt();
        let exported = std::fs::read_to_string(home.path("bobs.csv")).unwrap();
        assert_eq!(exported.lines().count(), 3, "{exported}");
        session.keys(".expand 1 _1").keys(ENTER).see("\"os\": \"Windows\"");
        session.keys(".copy _3").keys(ENTER).see("1 rows, as text between tabs").prompt();
        session.is_sent(b"\x1b]52;c;bWF4X0NvZGUKNTAwNTcK\x07");
    }

    #[test]
    fn the_ending_of_a_file_tells_how_a_result_is_exported() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | project TimeGenerated, User, Code").keys(ENTER).gives(1);
        for (file, begins) in [
            ("rows.json", "[{\"TimeGenerated\":\"2024-05-01T10:00:00Z\",\"User\":\"ann\",\"Code\":0},"),
            ("rows.ndjson", "{\"TimeGenerated\":\"2024-05-01T10:00:00Z\",\"User\":\"ann\",\"Code\":0}\n"),
            ("rows.csv", "TimeGenerated,User,Code\n2024-05-01T10:00:00Z,ann,0\n"),
            ("rows.tsv", "TimeGenerated\tUser\tCode\n"),
            ("rows.md", "| TimeGenerated | User | Code |\n"),
            ("rows.html", "<!doctype html>"),
            ("rows.xlsx", "PK"),
            ("rows.parquet", "PAR1"),
        ] {
            session.keys(&format!(".export {file}")).keys(ENTER).see(&format!("3 rows to {file}")).prompt();
            let written = std::fs::read(home.path(file)).unwrap();
            assert!(written.starts_with(begins.as_bytes()), "{file}");
        }
        let page = std::fs::read_to_string(home.path("rows.html")).unwrap();
        assert!(page.contains("<td><div>ann</div></td>") && page.contains("aria-sort"), "{page}");
        session.keys(".load rows.parquet as Again").keys(ENTER).see("as Again").prompt();
        session.keys("Again | where Code == 0 | project User").keys(ENTER).gives(2).see("ann");
        let listed = ".json, .ndjson, .csv, .tsv, .md, .html, .parquet, .xlsx; of charts .svg, .png, .html";
        session.keys(".export rows.doc").keys(ENTER).see("rows.doc: the ending tells").prompt();
        assert!(session.screen().replace('\n', "").contains(listed), "{}", session.screen());
        session.keys(".output rows.parquet").keys(ENTER).see("results cannot be added").prompt();
        session.keys(".format xlsx").keys(ENTER).see("xlsx is not for the screen").prompt();
    }

    #[test]
    fn long_results_are_paged() {
        let home = home();
        let mut session = session(&home);
        session.keys("range Number from 1 to 1000 step 1 | extend Square = Number * Number").keys(ENTER);
        session.see("rows 1–26 of 1,000").screen_is("page");
        session.keys(PAGE_DOWN).see("rows 27–52").keys("G").see("1000000").keys("q").see("kql> ");
    }

    #[test]
    fn times_are_short_where_the_day_is_the_same() {
        let home = home();
        let mut session = session(&home);
        session.keys("Logs | project TimeGenerated, User").keys(ENTER).gives(1).screen_is("short_times");
        session
            .keys("Logs | take 1 | project TimeGenerated")
            .keys(ENTER)
            .see("2024-05-01T10:00:00Z")
            .gives(2);
        session.keys(".set short-times off").keys(ENTER).see_last("kql>");
        session.keys("_1 | take 2").keys(ENTER).see("2024-05-01T11:00:00.5Z").gives(3);
    }

    #[test]
    fn times_are_shown_in_a_time_zone_and_written_in_utc() {
        let home = home().with("kql.toml", "time-zone = 'Asia/Kolkata'");
        let mut session = home.session_with(&["--data", "logs"], &[("KQL_CONFIG", "kql.toml")]);
        session.prompt().keys("Logs | project TimeGenerated, User").keys(ENTER).gives(1);
        session.keys("Logs | summarize n = count() by bin(TimeGenerated, 1h) | render timechart").keys(ENTER);
        session.see("TimeGenerated (2024-05-01, Asia/Kolkata)").gives(2).screen_is("time_zone");
        session.keys(".export times.csv _1").keys(ENTER).see("3 rows to times.csv").prompt();
        let exported = std::fs::read_to_string(home.path("times.csv")).unwrap();
        assert!(exported.contains("\n2024-05-01T11:00:00.5Z,bob\n"), "{exported}");
        session.keys(".expand 2 _1").keys(ENTER).see("2024-05-01T16:30:00.5+05:30").prompt();
        session.keys(".set time-zone Europe/Berln").keys(ENTER).see("did you mean Europe/Berlin?").prompt();
        session.keys(".set time-zone Europe/Berli").keys(TAB).see("Europe/Berlin").keys(ENTER);
        session.see_last("kql>").keys("Logs | where User == 'ann' | project T = TimeGenerated").keys(ENTER);
        session.see("datetime Europe/Berlin").see("2024-05-01T12:00:00+02:00").gives(3);
    }

    #[test]
    fn a_summary_tells_of_each_column() {
        let home = home();
        let mut session = session(&home);
        session.keys(".summary Logs").keys(ENTER).see("bob (2)").prompt().screen_is("summary");
    }

    #[test]
    fn commands_that_do_not_exist_have_near_ones() {
        let home = home();
        let mut session = session(&home);
        session.keys(".tabels").keys(ENTER).see("did you mean .tables?").prompt();
        session.keys(".docs join").keys(ENTER).see("leftanti").see("example: ").prompt();
        session.keys(".now 2024-05-14").keys(ENTER).see("now() gives 2024-05-14T00:00:00").prompt();
        session.keys("print t = now()").keys(ENTER).see("2024-05-14T00:00:00Z");
    }
}

mod speed {
    use super::*;

    /// Debug builds are slow, and machines are busy.
    #[test]
    fn the_first_prompt_comes_at_once_with_a_hundred_files() {
        let mut home = Home::new();
        for number in 0..100 {
            home = home.with(&format!("logs/Table{number}.json"), LOGS);
        }
        let started = Instant::now();
        let mut session = home.session(&["--data", "logs"]);
        session.see("kql> ");
        let elapsed = started.elapsed();
        println!("first prompt: {elapsed:?}");
        assert!(elapsed < Duration::from_millis(1500), "{elapsed:?}");
    }

    /// The median of some keys, and the most that one took.
    fn times(session: &mut terminal::Session, keys: &[&str]) -> (Duration, Duration) {
        let mut taken: Vec<Duration> = keys.iter().map(|key| session.time_of(key)).collect();
        taken.sort();
        println!("{taken:?}");
        (taken[taken.len() / 2], taken[taken.len() - 1])
    }

    #[test]
    fn keys_are_on_the_screen_at_once_even_in_a_long_query() {
        let home = home();
        let mut session = session(&home);
        let (median, _) = times(&mut session, &["L", "o", "g", "s", " ", "|", " ", "t", "a", "k", "e"]);
        assert!(median < Duration::from_millis(100), "{median:?}");
        session.keys(CTRL_C).prompt();
        let line =
            "| extend A = iff(User has \"ann\" and Code != 0, tostring(Detail.os), strcat(\"a\", User))\n";
        session.paste(&format!("Logs\n{}// the end\n", line.repeat(47_000 / line.len()))).see("// the end");
        std::thread::sleep(Duration::from_millis(500));
        let (median, _) = times(&mut session, &["|", " ", "t", "a", "k", "e", " ", "1"]);
        assert!(median < Duration::from_millis(500), "{median:?}");
    }
}
