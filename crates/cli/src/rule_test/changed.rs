//! What comes out of tests in another way than at the run before.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{CaseResult, TestReport, text};

/// What came out of the tests so far.
#[derive(Default)]
pub struct Outcomes {
    /// Of each case what is not as expected; by its file, its name, and how many cases before have that name.
    known: HashMap<Case, Vec<String>>,
    coverage: String,
}

type Case = (PathBuf, String, usize);

impl Outcomes {
    /// What of a report is new, as people read it; empty if nothing is. Where not all files could be read, what is not
    /// in the report is as it was.
    pub fn changes(&mut self, report: &TestReport, is_whole: bool) -> String {
        let mut known = std::mem::take(&mut self.known);
        let (mut out, mut shown): (String, Option<&Path>) = Default::default();
        for (file, case, result) in report.cases() {
            let path = file.file.path.as_path();
            let same =
                |number: &usize| self.known.contains_key(&(path.to_owned(), case.name.clone(), *number));
            let number = (0..).find(|number| !same(number)).unwrap_or_default();
            let key: Case = (path.to_owned(), case.name.clone(), number);
            let outcome = outcome(result);
            if known.remove(&key).as_ref() != Some(&outcome) {
                if shown != Some(path) {
                    out += &format!("{}\n", path.display());
                    shown = Some(path);
                }
                text::case(file, case, result, &mut out);
            }
            self.known.insert(key, outcome);
        }
        if is_whole {
            out += &gone(known.into_keys());
        } else {
            self.known.extend(known);
        }
        let coverage = text::coverage(report);
        let is_new = is_whole && coverage != self.coverage;
        if !out.is_empty() || is_new {
            out += &text::sum(report);
        }
        if is_new {
            out += &coverage;
            self.coverage = coverage;
        }
        out
    }
}

fn gone(cases: impl Iterator<Item = Case>) -> String {
    let mut cases: Vec<Case> = cases.collect();
    cases.sort();
    cases.iter().map(|(path, name, _)| format!("{}\n  gone   {name}\n", path.display())).collect()
}

fn outcome(result: &CaseResult) -> Vec<String> {
    let lines = result.mismatches.iter().flat_map(|one| std::iter::once(&one.message).chain(&one.lines));
    lines.cloned().collect()
}
