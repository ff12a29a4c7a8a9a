//! Tests of rules: what runs them, and what is told of them.
//!
//! [`run`] runs a case, [`judge`] compares, [`text`] and [`junit`] tell, [`changed`] what is new since the run before.

pub mod changed;
pub mod judge;
pub mod junit;
pub mod run;
pub mod text;

use std::time::Duration;

use kql_rules::Rule;
use kql_rules::test_file::rewrite::Replacement;
use kql_rules::test_file::{TestCase, TestFile};

/// The tests of a pack.
pub struct TestReport {
    /// Each rule with its files.
    pub rules: Vec<RuleTests>,
    /// How long it took.
    pub time: Duration,
}

/// A rule and its tests.
pub struct RuleTests {
    /// The rule.
    pub rule: Rule,
    /// The files with its tests.
    pub files: Vec<FileResult>,
}

/// A file and what came of its cases.
pub struct FileResult {
    /// The file.
    pub file: TestFile,
    /// What came of each case.
    pub results: Vec<CaseResult>,
}

/// What came of a case.
pub struct CaseResult {
    /// What is not as expected; none if it passed.
    pub mismatches: Vec<Mismatch>,
    /// How long it took.
    pub time: Duration,
}

/// Something that is not as expected.
pub struct Mismatch {
    /// What, in one line.
    pub message: String,
    /// The difference, a line each.
    pub lines: Vec<String>,
    /// Which expectation of the case would have to be what instead.
    pub instead: Option<(usize, Replacement)>,
}

impl CaseResult {
    /// Whether all is as expected.
    pub fn is_passed(&self) -> bool {
        self.mismatches.is_empty()
    }
}

impl RuleTests {
    /// Its cases.
    pub fn cases(&self) -> impl Iterator<Item = (&FileResult, &TestCase, &CaseResult)> {
        self.files.iter().flat_map(|one| {
            one.file.cases.iter().zip(&one.results).map(move |(case, result)| (one, case, result))
        })
    }

    /// Which tests it lacks: one that finds something, and one that does not.
    pub fn lacks(&self) -> Option<&'static str> {
        let has_positive = self.cases().any(|(_, case, _)| case.is_positive());
        let has_negative = self.cases().any(|(_, case, _)| case.is_negative());
        match (has_positive, has_negative) {
            (true, true) => None,
            (true, false) => Some("no test in which it must find nothing"),
            (false, true) => Some("no test in which it must find something"),
            (false, false) => Some("no tests"),
        }
    }
}

impl TestReport {
    /// All cases.
    pub fn cases(&self) -> impl Iterator<Item = (&FileResult, &TestCase, &CaseResult)> {
        self.rules.iter().flat_map(RuleTests::cases)
    }

    /// How many cases failed.
    pub fn failed(&self) -> usize {
        self.cases().filter(|(_, _, result)| !result.is_passed()).count()
    }
}
