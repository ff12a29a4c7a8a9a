//! What is wrong with rules, without running them, and how that is written.
//!
//! Parser and binder find errors, the checks of [`kql_rules::lint`] what is probably not meant. [`text`], [`json`],
//! [`sarif`], [`github`]: a format each. [`fix`] changes files. [`known_tables`]: what checks ask of the data.

pub mod explain;
pub mod fix;
pub mod github;
pub mod json;
mod known_tables;
pub mod sarif;
pub mod text;

use std::sync::Arc;

use kql_parser::{Code, Diagnostic, Position, Span, line_column};
use kql_rules::Rule;
use kql_rules::lint::{self, Edit, Finding, Level, Place, Subject, Suppressions};
use kql_types::Schema;

use self::known_tables::{KnownTables, KnownTexts};
use crate::diagnostics;
use crate::failure::Failure;
use crate::session::Session;
use crate::source::Source;

/// A rule and what is wrong with it.
pub struct Checked {
    /// The rule.
    pub rule: Rule,
    /// Its query.
    pub query: Source,
    /// The file with its metadata.
    pub metadata: Source,
    /// What is wrong, in the order of the text: first the query.
    pub found: Vec<Found>,
    /// The columns of its result, if they are known.
    pub result: Option<Arc<Schema>>,
}

/// Something that is wrong.
pub struct Found {
    pub code: &'static str,
    pub level: Level,
    pub message: String,
    pub hint: Option<String>,
    pub place: Place,
    pub edits: Vec<Edit>,
}

impl Checked {
    /// Whether the query can run.
    pub fn is_ok(&self) -> bool {
        self.found.iter().all(|found| found.level != Level::Error)
    }

    /// The file that a finding is about, and the place in its text.
    pub fn place(&self, found: &Found) -> (&Source, Span) {
        match found.place {
            Place::Query(span) => (&self.query, self.query.written_span(span)),
            Place::Metadata(span) => (&self.metadata, span),
        }
    }

    /// The same, with where it begins and ends.
    pub fn region(&self, found: &Found) -> (&Source, Position, Position) {
        let (source, span) = self.place(found);
        let text = source.written();
        (source, line_column(text, span.start), line_column(text, span.end.max(span.start)))
    }
}

impl Found {
    /// What is wrong and what may help, in one sentence.
    pub fn sentence(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.message),
            None => self.message.clone(),
        }
    }
}

/// How the rules are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// Only the syntax is looked at.
    pub syntax_only: bool,
    /// What matters less is left out.
    pub level: Level,
}

/// Checks rules. Where a rule's tables cannot be read there is a failure in its place.
pub fn check(session: &mut Session, rules: Vec<Rule>, manner: Manner) -> Vec<Result<Checked, Failure>> {
    let mut of_pack: Vec<Vec<Finding>> = rules.iter().map(|_| Vec::new()).collect();
    if !manner.syntax_only {
        lint::pack(&rules).into_iter().for_each(|(at, finding)| of_pack[at].push(finding));
    }
    let texts = if manner.syntax_only { KnownTexts::default() } else { KnownTexts::of(session, &rules) };
    let one = |(rule, of_pack)| {
        let mut checked =
            if manner.syntax_only { syntax(rule) } else { whole(session, rule, of_pack, &texts)? };
        checked.found.retain(|found| found.level >= manner.level);
        Ok(checked)
    };
    rules.into_iter().zip(of_pack).map(one).collect()
}

fn syntax(rule: Rule) -> Checked {
    let mut diagnostics = kql_parser::parse(&rule.query).diagnostics;
    // The parser also sees literals that are no value of their type; that is no matter of syntax.
    diagnostics.retain(|found| found.code == Code::Syntax);
    gather(rule, diagnostics, Vec::new(), None)
}

fn whole(
    session: &Session,
    rule: Rule,
    of_pack: Vec<Finding>,
    texts: &KnownTexts,
) -> Result<Checked, Failure> {
    let mut findings = lint::metadata(&rule);
    findings.extend(of_pack);
    let (diagnostics, result) = match session.check(&Source::of_rule(&rule)) {
        Ok(bound) => {
            let result = bound.results.last().map(|result| result.plan.schema.clone());
            let parsed = kql_parser::parse(&rule.query);
            let tables = KnownTables { catalog: session.catalog(), texts };
            findings.extend(lint::query(&Subject::new(&rule, &parsed.query, result.as_deref(), &tables)));
            (bound.diagnostics, result)
        }
        Err(Failure::Query(_, diagnostics)) => (diagnostics, None),
        Err(other) => return Err(other),
    };
    Ok(gather(rule, diagnostics, findings, result))
}

fn gather(
    rule: Rule,
    diagnostics: Vec<Diagnostic>,
    findings: Vec<Finding>,
    result: Option<Arc<Schema>>,
) -> Checked {
    let suppressions = Suppressions::of(&rule);
    let of_diagnostic = |found: Diagnostic| Found {
        code: found.code.as_str(),
        level: diagnostics::level(found.severity),
        message: found.message,
        hint: found.hint,
        place: Place::Query(found.span),
        edits: Vec::new(),
    };
    let of_finding = |finding: Finding| Found {
        code: finding.code,
        level: lint::check(finding.code).map_or(Level::Warning, |check| check.level),
        message: finding.message,
        hint: finding.hint,
        place: finding.place,
        edits: finding.edits,
    };
    let mut found: Vec<Found> = diagnostics.into_iter().map(of_diagnostic).collect();
    // What cannot run stays wrong, whatever a comment says.
    found.retain(|found| found.level == Level::Error || !suppressions.covers(found.code, found.place));
    found.extend(findings.into_iter().map(of_finding));
    found.sort_by_key(|found| match found.place {
        Place::Query(span) => (0, span.start, found.code),
        Place::Metadata(span) => (1, span.start, found.code),
    });
    let (path, text) = rule.metadata_file();
    let metadata = Source::new(path.display().to_string(), text);
    Checked { query: Source::of_rule(&rule), metadata, rule, found, result }
}
