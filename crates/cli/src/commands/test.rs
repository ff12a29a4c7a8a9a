//! `kql test`: runs the tests that lie beside rules.

use std::path::{Path, PathBuf};
use std::time::Instant;

use kql_executor::Options;
use kql_rules::Rule;
use kql_rules::test_file::rewrite::rewrite;
use kql_rules::test_file::{self, Data, TestFile};

use crate::args::{DataArguments, TestArguments, TestFormat};
use crate::changes::Changes;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::write_styled;
use crate::report::xml::timestamp;
use crate::rule_test::changed::Outcomes;
use crate::rule_test::{FileResult, Mismatch, RuleTests, TestReport, junit, run, text};
use crate::{changes, rule_pack, terminal};

pub(super) fn test(arguments: &TestArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    if arguments.watch {
        return watch(arguments, data);
    }
    let (report, failures) = run_tests(arguments, data)?;
    let mut outcome = Outcome::Ran;
    for failure in failures {
        terminal::say(&failure.render());
        outcome.and(failure.outcome());
    }
    write(arguments, &report)?;
    if arguments.update {
        let files = report.rules.iter().flat_map(|rule| &rule.files);
        let changed = files.map(update).sum::<Result<usize, Failure>>()?;
        let expectations = if changed == 1 { "expectation" } else { "expectations" };
        terminal::say(&format!("{changed} {expectations} rewritten\n"));
    }
    // What is missing from `contains`, and rules that do not run, are for people to put right.
    let is_open = |mismatch: &Mismatch| !arguments.update || mismatch.instead.is_none();
    if report.cases().any(|(_, _, result)| result.mismatches.iter().any(is_open)) {
        outcome.and(Outcome::Found);
    }
    Ok(outcome)
}

/// Runs the tests of the rules; also gives what could not be read.
fn run_tests(arguments: &TestArguments, data: &DataArguments) -> Result<(TestReport, Vec<Failure>), Failure> {
    let started = Instant::now();
    let (rules, unreadable) = rule_pack::read(&arguments.paths, &arguments.selection)?;
    let mut failures: Vec<Failure> = unreadable.iter().map(rule_pack::failure).collect();
    let mut tested = Vec::new();
    for rule in rules {
        let mut files = Vec::new();
        for file in files_of(&rule) {
            match file {
                Ok(file) => files.push(run::file(&rule, file, data)),
                Err(failure) => failures.push(failure),
            }
        }
        tested.push(RuleTests { rule, files });
    }
    Ok((TestReport { rules: tested, time: started.elapsed() }, failures))
}

/// Runs the tests whenever something changes, and shows what comes out in another way.
fn watch(arguments: &TestArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let mut changes = Changes::new()?;
    changes.watch(arguments.paths.iter().map(PathBuf::as_path).chain(changes::paths_of(data)))?;
    let mut outcomes = Outcomes::default();
    let mut told: Vec<String> = Vec::new();
    loop {
        let failures = match run_tests(arguments, data) {
            Ok((report, failures)) => {
                changes.watch(data_paths(&report))?;
                match write_styled(None, &outcomes.changes(&report, failures.is_empty())) {
                    Err(Failure::ClosedPipe) => return Ok(Outcome::Ran),
                    shown => shown?,
                }
                failures
            }
            Err(failure) => vec![failure],
        };
        let failures: Vec<String> = failures.iter().map(Failure::render).collect();
        failures.iter().filter(|failure| !told.contains(failure)).for_each(|failure| terminal::say(failure));
        told = failures;
        if !changes.wait() {
            return Ok(Outcome::Ran);
        }
    }
}

/// The files and folders with data that cases name.
fn data_paths(report: &TestReport) -> impl Iterator<Item = &Path> {
    report.cases().flat_map(|(_, case, _)| case.tables.iter().chain(&case.watchlists)).filter_map(
        |(_, data)| match data {
            Data::Path(path) => Some(path.as_path()),
            Data::Rows(_) => None,
        },
    )
}

fn files_of(rule: &Rule) -> Vec<Result<TestFile, Failure>> {
    let read = |path: PathBuf| {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::io(format!("cannot read {shown}"), &error))?;
        test_file::read(&path, &text).map_err(|why| Failure::Data(format!("{shown}: {why}")))
    };
    test_file::paths_for(rule).into_iter().map(read).collect()
}

fn write(arguments: &TestArguments, report: &TestReport) -> Result<(), Failure> {
    let written = match arguments.format {
        TestFormat::Text => text::report(report),
        TestFormat::Junit => {
            let paths: Vec<String> = arguments.paths.iter().map(|path| path.display().to_string()).collect();
            junit::report(report, &paths.join(" "), &timestamp(Options::default().now))
        }
    };
    write_styled(arguments.file.as_deref(), &written)
}

/// Writes what the rule gave into a file. Gives how many expectations are new.
fn update(one: &FileResult) -> Result<usize, Failure> {
    let cases = one.file.cases.iter().zip(&one.results);
    let replacements: Vec<_> = cases
        .flat_map(|(case, result)| {
            let instead = result.mismatches.iter().filter_map(|mismatch| mismatch.instead.as_ref());
            instead.map(|(at, replacement)| (&case.expected[*at], replacement.clone()))
        })
        .collect();
    if replacements.is_empty() {
        return Ok(0);
    }
    let path = &one.file.path;
    std::fs::write(path, rewrite(&one.file, &replacements))
        .map_err(|error| Failure::io(format!("cannot write {}", path.display()), &error))?;
    Ok(replacements.len())
}
