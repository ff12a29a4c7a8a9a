//! Runs the cases in `tests/golden` and compares what they give with what they expect. Whatever the engine knows must
//! be in one of them.
//!
//! The format of the files is described in `tests/golden/README.md`; writing a case takes no Rust.
//!
//! - `UPDATE_GOLDEN=1`: writes what the engine gives into the files instead. Read the difference before you commit it.
//! - `GOLDEN=join`: only files whose path holds this text.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod golden_file;
mod support;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use golden_file::used::Used;
use golden_file::{Case, GoldenFile, table};
use kql_functions::registry;
use kql_parser::operator_words;
use kql_planner::{FunctionLibrary, SPECIAL_FUNCTIONS};
use kql_rules::lint::CHECKS;
use serde_json::Value;
use support::{Outcome, Reply, run};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
const LIMIT: std::time::Duration = std::time::Duration::from_secs(60);

#[test]
fn cases_give_what_they_expect() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let only = std::env::var("GOLDEN").unwrap_or_default();
    let mut files = Vec::new();
    collect(Path::new(FOLDER), &mut files);
    files.retain(|path| path.to_string_lossy().contains(&only));
    let (mut cases, mut failures) = (0, Vec::new());
    for path in &files {
        let shown = path.strip_prefix(FOLDER).unwrap().display();
        let text = std::fs::read_to_string(path).unwrap();
        let mut file = GoldenFile::parse(&text).unwrap_or_else(|mistake| panic!("{shown}: {mistake}"));
        for number in 0..file.cases.len() {
            cases += 1;
            let case = &file.cases[number];
            let place = format!("{shown}:{} {}", case.line, case.title);
            for (section, actual) in differences(case) {
                let expected = &file.sections[section];
                failures.push(format!("--- {place}, {}\n{}", expected.head(), expected.difference(&actual)));
                if update {
                    file.sections[section].body = actual;
                }
            }
        }
        if update && file.write() != text {
            std::fs::write(path, file.write()).unwrap();
        }
    }
    let summary = format!("golden: {cases} cases in {} files, {} differences\n", files.len(), failures.len());
    std::io::stderr().write_all(summary.as_bytes()).unwrap();
    assert!(cases > 0, "no case was found");
    assert!(failures.is_empty() || update, "\n{}", failures.join("\n"));
}

#[test]
fn every_definition_is_in_a_golden_query() {
    let used = used_in_cases();
    let missing: Vec<String> = definitions()
        .filter(|names| !names.iter().any(|name| used.has_definition(name)))
        .map(|names| names.join(" or "))
        .collect();
    assert!(missing.is_empty(), "{} without a golden case:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn every_operator_is_in_a_golden_query() {
    let used = used_in_cases();
    let missing: Vec<&str> = operator_words().filter(|word| !used.operators.contains(*word)).collect();
    assert!(missing.is_empty(), "operators without a golden case: {missing:?}");
}

#[test]
fn every_check_has_a_case_that_it_finds_and_one_that_it_does_not() {
    let (mut found, mut clear, mut files) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    collect(Path::new(FOLDER), &mut files);
    for path in files {
        let file = GoldenFile::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        for (code, expected) in file.cases.into_iter().filter_map(|case| case.check) {
            if expected.body.trim().is_empty() {
                clear.insert(code)
            } else {
                found.insert(code)
            };
        }
    }
    let missing = |have: &BTreeSet<String>| -> Vec<&str> {
        CHECKS.iter().map(|check| check.code).filter(|code| !have.contains(*code)).collect()
    };
    assert_eq!((missing(&found), missing(&clear)), (vec![], vec![]));
}

#[test]
fn only_a_use_counts() {
    let mut used = Used::default();
    used.add("// abs(1)\nprint exp = 'log(1)', pow  (2, 1), count_ = 1 | where exp !has 'sqrt(' and hash == 3 | take 1");
    let names = ["pow", "!has", "and", "=="];
    assert!(names.iter().all(|name| used.has_definition(name)), "{used:?}");
    let others = ["abs", "exp", "log", "sqrt", "has", "hash", "count", "in", "[]"];
    assert!(others.iter().all(|name| !used.has_definition(name)), "{used:?}");
    assert_eq!(used.operators, ["print", "where", "take"].map(str::to_owned).into());
}

fn used_in_cases() -> Used {
    let (mut used, mut files) = (Used::default(), Vec::new());
    collect(Path::new(FOLDER), &mut files);
    for path in files {
        let file = GoldenFile::parse(&std::fs::read_to_string(path).unwrap()).unwrap();
        file.cases.iter().for_each(|case| used.add(&case.query));
    }
    used
}

/// The names of each definition.
fn definitions() -> impl Iterator<Item = &'static [&'static str]> {
    let scalars = registry::scalar_functions().map(|one| one.names);
    let aggregates = registry::aggregate_functions().map(|one| one.names);
    let plugins = registry::plugins().map(|one| one.names);
    let special = SPECIAL_FUNCTIONS.iter().map(|one| one.names);
    let stored = FunctionLibrary::built_in_docs().map(|(name, _)| std::slice::from_ref(name));
    scalars.chain(aggregates).chain(plugins).chain(special).chain(stored)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "txt") {
            files.push(path);
        }
    }
}

/// The sections of a case that are not met, each with the body that would be.
fn differences(case: &Case) -> Vec<(usize, String)> {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in &case.tables {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let data = case.data.clone().unwrap_or_else(|| folder.path().display().to_string());
    let mut shared = vec!["--data", &data];
    shared.extend(case.now.iter().flat_map(|now| ["--now", now]));
    let mut found = Vec::new();
    if !case.results.is_empty() || case.error.is_some() {
        let arguments = [&["query", "--format", "kusto"], &*shared, &["-"]].concat();
        let outcome = run(&arguments, &case.query, LIMIT);
        found.extend(result_differences(case, &outcome));
        found.extend(error_difference(case, &outcome));
    }
    found.extend(check_difference(case, &shared));
    if let Some(plan) = &case.plan {
        let outcome = run(&[&["explain"], &*shared, &["-"]].concat(), &case.query, LIMIT);
        let actual = if outcome.succeeded() { outcome.output } else { failure(&outcome) };
        if actual.trim_end() != plan.body.trim_end() {
            found.push((plan.section, actual));
        }
    }
    found
}

/// Runs `kql check` over the case's rule files, or over its query as a file of its own.
fn check_difference(case: &Case, shared: &[&str]) -> Option<(usize, String)> {
    let (code, expected) = case.check.as_ref()?;
    let folder = tempfile::tempdir().unwrap();
    let query = ("query.kql".to_owned(), case.query.clone());
    for (name, content) in case.files.iter().chain((!case.query.is_empty()).then_some(&query)) {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let pack = folder.path().display().to_string();
    let outcome = run(&[&["check", &pack, "--format", "json"], shared].concat(), "", LIMIT);
    let mut actual = String::new();
    for line in outcome.output.lines() {
        let rule: Value = serde_json::from_str(line).unwrap();
        let is_error = |found: &Value| found["severity"] == "error";
        // A query that is wrong is not looked at further, and what it expects would say nothing.
        for found in rule["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["code"] == **code || is_error(one))
        {
            let file = found["file"].as_str().or(rule["path"].as_str()).unwrap();
            let name = Path::new(file).file_name().unwrap().to_string_lossy();
            let message = found["message"].as_str().unwrap().replace(&format!("{pack}/"), "");
            let level = found["severity"].as_str().unwrap();
            actual += &format!("{name}:{}:{} {level}: {message}\n", found["line"], found["column"]);
        }
    }
    (actual.trim_end() != expected.body.trim_end()).then_some((expected.section, actual))
}

fn result_differences(case: &Case, outcome: &Outcome) -> Vec<(usize, String)> {
    if case.results.is_empty() {
        return Vec::new();
    }
    let reply = match outcome.succeeded().then(|| Reply::parse(&outcome.output)) {
        Some(Ok(reply)) if reply.tables.len() == case.results.len() => reply,
        Some(Ok(reply)) => {
            return vec![(case.results[0].section, format!("{} results\n", reply.tables.len()))];
        }
        Some(Err(mistake)) => return vec![(case.results[0].section, format!("{mistake}\n"))],
        None => return vec![(case.results[0].section, failure(outcome))],
    };
    let judged = case.results.iter().zip(&reply.tables).filter(|(expected, actual)| {
        table::canonical(&expected.body, expected.any_order)
            != table::canonical(&table::write(actual), expected.any_order)
    });
    judged.map(|(expected, actual)| (expected.section, table::write(actual))).collect()
}

fn error_difference(case: &Case, outcome: &Outcome) -> Option<(usize, String)> {
    let error = case.error.as_ref()?;
    let mut lines = outcome.errors.lines();
    // Each expected line in this order, anything between them.
    let met = error
        .body
        .lines()
        .filter(|line| !line.trim().is_empty())
        .all(|expected| lines.any(|line| line.contains(expected.trim())));
    let refused = outcome.status.and_then(|status| status.code()) == Some(2);
    (!(met && refused)).then(|| (error.section, failure(outcome)))
}

fn failure(outcome: &Outcome) -> String {
    let status =
        outcome.status.map_or("ended because its time was over".to_owned(), |status| status.to_string());
    format!("{}({status})\n{}", outcome.output, outcome.errors)
}
