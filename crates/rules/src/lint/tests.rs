use std::collections::HashSet;

use super::*;
use crate::Pack;

#[test]
fn codes_and_names_are_unique_and_in_order() {
    assert!(CHECKS.is_sorted_by_key(|check| check.code));
    let words: HashSet<&str> = CHECKS.iter().flat_map(|check| [check.code, check.name]).collect();
    assert_eq!(words.len(), 2 * CHECKS.len());
    assert!(CHECKS.iter().all(|check| check.summary.ends_with('.') && check.why.ends_with('.')));
}

/// Tables with a time, one of which has few texts.
struct Few([String; 2]);

impl Tables for Few {
    fn has_time(&self, _: &str) -> bool {
        true
    }

    fn texts(&self, table: &str, column: &str) -> Option<&[String]> {
        ((table, column) == ("SigninLogs", "ResultType")).then_some(&self.0)
    }
}

/// What the checks find in a text that is a rule.
fn found(text: &str) -> Vec<&'static str> {
    let mut pack = Pack::default();
    pack.add_text("rule.yaml", text);
    assert_eq!(pack.rules.len(), 1, "{text}");
    let rule = &pack.rules[0];
    let parsed = kql_parser::parse(&rule.query);
    let tables = Few(["0", "50126"].map(str::to_owned));
    let own = query(&Subject::new(rule, &parsed.query, None, &tables));
    own.into_iter().chain(metadata(rule)).map(|finding| finding.code).collect()
}

/// Examples are queries, or metadata, or both; here they are rules.
fn as_rule(example: &str) -> String {
    let has_query = example.lines().any(|line| line.starts_with("query:"));
    if has_query { example.to_owned() } else { format!("{example}\nquery: T\n") }
}

#[test]
fn examples_are_found_and_the_better_ones_are_not() {
    for check in CHECKS {
        let is_yaml = check
            .example
            .lines()
            .any(|line| line.split_once(": ").is_some_and(|(key, _)| !key.contains(' ')));
        let text = |example: &str| if is_yaml { as_rule(example) } else { example.to_owned() };
        // Columns are known to the binder, and of one rule no two have one id.
        if matches!(check.run, Run::Elsewhere | Run::Pack(_)) || check.code == "KQL101" {
            continue;
        }
        assert!(
            found(&text(check.example)).contains(&check.code),
            "{}: {:?}",
            check.code,
            found(&text(check.example))
        );
        let better = found(&text(check.better)).into_iter().filter(|code| *code == check.code).count();
        let is_partial = check.code == "KQL116";
        assert!(better == 0 || is_partial, "{}", check.code);
    }
}
