//! What is probably not meant in a rule that parses and binds.
//!
//! [`CHECKS`] is the list of all checks, a file each. A check is given a [`Subject`] and returns [`Finding`]s; it knows
//! no plans, and of tables what [`Tables`] tells. [`suppression`] leaves out what a comment in the rule asks to leave out.

mod always_rows;
mod arbitrary_rows;
mod checks;
mod contains;
mod duplicate_id;
mod expressions;
mod join_kind;
mod legacy;
mod letter_case;
mod lookback;
mod missing_column;
mod moments;
mod never_seen;
mod never_true;
mod no_term;
mod suppression;
mod tactics;
mod template;
mod unused_let;

pub use checks::{CHECKS, check};
pub use never_seen::compared_columns;
pub use suppression::Suppressions;

use std::fmt;
use std::str::FromStr;

use kql_parser::{Span, ast};
use kql_types::Schema;

use crate::Rule;
use moments::Lets;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The rule does what it should; there is a better way.
    Info,
    /// The rule runs, and probably does not do what it should.
    Warning,
    /// The rule cannot run.
    Error,
}

impl Level {
    /// As messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Level::Info => "info",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let levels = [Level::Info, Level::Warning, Level::Error];
        let found = levels.into_iter().find(|level| level.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| "not a level: info, warning or error".to_owned())
    }
}

/// A check: what it finds, why that matters, and how it finds it.
pub struct Check {
    /// The stable code, `KQL101`.
    pub code: &'static str,
    /// What people call it, `unused-let`.
    pub name: &'static str,
    /// How much its findings matter.
    pub level: Level,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that matters, and what to do.
    pub why: &'static str,
    /// What it finds something in.
    pub example: &'static str,
    /// The same as it should be.
    pub better: &'static str,
    /// How it is done.
    pub run: Run,
}

/// What a check looks at.
#[derive(Clone, Copy)]
pub enum Run {
    /// Parser and binder report it.
    Elsewhere,
    /// A rule whose query has no error.
    Query(fn(&Subject<'_>) -> Vec<Finding>),
    /// What a rule says besides its query.
    Metadata(fn(&Rule) -> Vec<Finding>),
    /// All rules: of each rule by its place in the list.
    Pack(fn(&[Rule]) -> Vec<(usize, Finding)>),
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// What is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check's code.
    pub code: &'static str,
    /// What is wrong, in one sentence without a final stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// What may help.
    pub hint: Option<String>,
    /// What makes it right without changing what the query gives.
    pub edits: Vec<Edit>,
}

/// Where something is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the query.
    Query(Span),
    /// In the file that [`Rule::metadata_file`] gives.
    Metadata(Span),
}

/// A change of the query's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What takes its place.
    pub text: String,
}

impl Finding {
    fn new(code: &'static str, message: impl Into<String>, place: Place) -> Self {
        Self { code, message: message.into(), place, hint: None, edits: Vec::new() }
    }

    fn in_query(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self::new(code, message, Place::Query(span))
    }

    fn in_metadata(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self::new(code, message, Place::Metadata(span))
    }

    fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What is known of tables.
pub trait Tables {
    /// Whether the table of that name has a column that says when.
    fn has_time(&self, table: &str) -> bool;

    /// All texts that a column of a table has in the data; `None` where not all are known, or where the column has so many
    /// different ones that another would be no surprise.
    fn texts(&self, table: &str, column: &str) -> Option<&[String]>;
}

/// A rule whose query has no error.
pub struct Subject<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its query, read.
    pub query: &'a ast::Query,
    /// The columns of the query's result, if they are known.
    pub columns: Option<&'a Schema>,
    tables: &'a dyn Tables,
    /// What its `let` statements declare.
    lets: Lets<'a>,
}

impl fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("rule", &self.rule.key).finish_non_exhaustive()
    }
}

impl<'a> Subject<'a> {
    /// A rule, its query as the parser reads it, the columns of its result, and what is known of tables.
    pub fn new(
        rule: &'a Rule,
        query: &'a ast::Query,
        columns: Option<&'a Schema>,
        tables: &'a dyn Tables,
    ) -> Self {
        Self { rule, query, columns, tables, lets: Lets::of(query) }
    }

    /// The text that a place in the query is about.
    fn text(&self, span: Span) -> &'a str {
        span.text(&self.rule.query)
    }
}

/// What the checks find in a rule whose query has no error, without what the rule asks to leave out.
pub fn query(subject: &Subject<'_>) -> Vec<Finding> {
    let found = CHECKS.iter().flat_map(|check| match check.run {
        Run::Query(run) => run(subject),
        Run::Elsewhere | Run::Metadata(_) | Run::Pack(_) => Vec::new(),
    });
    kept(subject.rule, found)
}

/// What the checks find in what a rule says besides its query.
pub fn metadata(rule: &Rule) -> Vec<Finding> {
    let found = CHECKS.iter().flat_map(|check| match check.run {
        Run::Metadata(run) => run(rule),
        Run::Elsewhere | Run::Query(_) | Run::Pack(_) => Vec::new(),
    });
    kept(rule, found)
}

/// What the checks find in rules side by side, each finding with the place of its rule in the list.
pub fn pack(rules: &[Rule]) -> Vec<(usize, Finding)> {
    let found = CHECKS.iter().flat_map(|check| match check.run {
        Run::Pack(run) => run(rules),
        Run::Elsewhere | Run::Query(_) | Run::Metadata(_) => Vec::new(),
    });
    found.filter(|(at, finding)| !Suppressions::of(&rules[*at]).covers(finding.code, finding.place)).collect()
}

fn kept(rule: &Rule, found: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let suppressions = Suppressions::of(rule);
    found.filter(|finding| !suppressions.covers(finding.code, finding.place)).collect()
}

#[cfg(test)]
mod tests;
