//! Holds the engine against what the real Kusto engine answered to the examples of the documentation.
//!
//! The answers are not part of this repository. They are read from `../shared/conformance/kusto-emulator.json` or from
//! the file that `KQL_CONFORMANCE` names; without them the test says so and passes. It prints the score by level and
//! everything that fails, grouped by reason, and fails if a score is below the one in `conformance_record.txt`, or if a
//! query makes the program crash.
//!
//! - `KQL_CONFORMANCE_CASE=join`: only the cases whose id holds this text, with query, expected and actual answer.
//! - `UPDATE_GOLDEN=1`: writes the scores down as the new record.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod answers;
mod support;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use answers::{Answer, Level, Verdict};
use support::run;

const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn answers_are_those_of_the_real_engine() {
    let path = std::env::var_os("KQL_CONFORMANCE").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/conformance/kusto-emulator.json")),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(&path) else {
        say(&format!("conformance: SKIPPED, there is no {}\n", path.display()));
        return;
    };
    let only = std::env::var("KQL_CONFORMANCE_CASE").ok();
    let mut expected: Vec<Answer> = serde_json::from_str::<Vec<serde_json::Value>>(&text)
        .unwrap()
        .iter()
        .map(|case| Answer::read(case).unwrap())
        .collect();
    expected.retain(|answer| only.as_deref().is_none_or(|part| answer.id.contains(part)));
    let verdicts = judge_all(&expected);
    let scores = scores(&expected, &verdicts);
    say(&report(&expected, &verdicts, &scores));
    if only.is_some() {
        say(&details(&expected, &verdicts));
        return;
    }
    let crashed: Vec<&str> = names(&expected, &verdicts, |verdict| verdict.crashed);
    assert!(crashed.is_empty(), "the program crashed or did not end: {crashed:?}");
    hold_against_record(&scores);
}

/// Verdicts in the order of the cases, found by as many workers as there are cores.
fn judge_all(expected: &[Answer]) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut found = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(answer) = expected.get(place) else { return found };
            found.push((place, judge(answer)));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let mut verdicts: Vec<(usize, Verdict)> = thread::scope(|scope| {
        let started: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
        started.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    verdicts.sort_by_key(|(place, _)| *place);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

fn judge(answer: &Answer) -> Verdict {
    answer.judge(&run(&["query", "--format", "kusto", "-"], &answer.query, LIMIT))
}

/// How many cases reach each level, over all pages and over those that the first releases aim at.
fn scores(expected: &[Answer], verdicts: &[Verdict]) -> BTreeMap<String, (usize, usize)> {
    let mut scores = BTreeMap::new();
    for (set, included) in [("all", (|_| true) as fn(&Answer) -> bool), ("core", Answer::is_core)] {
        for level in Level::ALL {
            let chosen = || expected.iter().zip(verdicts).filter(|(answer, _)| included(answer));
            let reached = chosen().filter(|(_, verdict)| verdict.level >= Some(level)).count();
            scores.insert(format!("{set} {}", level.name()), (reached, chosen().count()));
        }
    }
    scores
}

fn report(expected: &[Answer], verdicts: &[Verdict], scores: &BTreeMap<String, (usize, usize)>) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (answer, verdict) in expected.iter().zip(verdicts) {
        if !verdict.reason.is_empty() {
            reasons.entry(&verdict.reason).or_default().push(&answer.id);
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    let mut text = String::from("conformance: cases that fail, by reason\n");
    for (reason, ids) in reasons {
        text += &format!("{:4}  {reason}\n      {}\n", ids.len(), ids.join(" "));
    }
    for set in ["all", "core"] {
        text += &format!("conformance, {set} pages:");
        for level in Level::ALL {
            let (reached, total) = scores[&format!("{set} {}", level.name())];
            let share = 100.0 * reached as f64 / total.max(1) as f64;
            text += &format!("  {} {reached}/{total} ({share:.1} %)", level.name());
        }
        text.push('\n');
    }
    text
}

fn details(expected: &[Answer], verdicts: &[Verdict]) -> String {
    expected.iter().zip(verdicts).map(|(answer, verdict)| answer.compare_in_words(verdict)).collect()
}

fn names<'a>(
    expected: &'a [Answer],
    verdicts: &[Verdict],
    wanted: impl Fn(&Verdict) -> bool,
) -> Vec<&'a str> {
    let chosen = expected.iter().zip(verdicts).filter(|(_, verdict)| wanted(verdict));
    chosen.map(|(answer, _)| answer.id.as_str()).collect()
}

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance_record.txt");

/// Lines of the record that begin with this are notes.
const NOTE: char = '#';

fn hold_against_record(scores: &BTreeMap<String, (usize, usize)>) {
    let record = std::fs::read_to_string(RECORD).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let notes: String =
            record.lines().filter(|line| line.starts_with(NOTE)).map(|line| format!("{line}\n")).collect();
        let lines: String = scores.iter().map(|(name, (reached, _))| format!("{name} {reached}\n")).collect();
        std::fs::write(RECORD, notes + &lines).unwrap();
        return;
    }
    for line in record.lines().filter(|line| !line.starts_with(NOTE)) {
        let (name, least) = line.rsplit_once(' ').unwrap();
        let least: usize = least.parse().unwrap();
        let reached = scores[name].0;
        assert!(reached >= least, "{name}: {reached} cases, but {least} are on record");
        if reached > least {
            say(&format!(
                "conformance: {name} has risen from {least} to {reached}; write it down with UPDATE_GOLDEN=1\n"
            ));
        }
    }
}

/// Prints past the capture of test output, so that it is seen without `--nocapture`.
fn say(text: &str) {
    std::io::stderr().write_all(text.as_bytes()).unwrap();
}
