//! `kql check`: says what is wrong with queries, without running them.

use std::io::{self, Write};
use std::sync::Arc;

use kql_parser::{Code, Diagnostic, Severity, line_column};
use kql_types::Schema;
use serde_json::{Value, json};

use crate::args::{CheckArguments, CheckFormat, DataArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::session::Session;
use crate::source::Source;
use crate::{diagnostics, rule_pack, terminal};

pub(super) fn check(arguments: &CheckArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let (rules, unreadable) = rule_pack::read(&arguments.paths, &arguments.selection)?;
    let session = Session::open_for_rules(data, &arguments.paths)?;
    let mut out = anstream::AutoStream::auto(io::stdout()).lock();
    let mut tally = Tally::default();
    let mut outcome = Outcome::Ran;
    for error in &unreadable {
        let failure = rule_pack::failure(error);
        terminal::say(&failure.render());
        outcome.and(failure.outcome());
    }
    for rule in &rules {
        let verdict = match verdict(arguments, &session, Source::of_rule(rule)) {
            Ok(verdict) => verdict,
            Err(failure) => {
                terminal::say(&failure.render());
                outcome.and(failure.outcome());
                continue;
            }
        };
        if !tally.count(&verdict) {
            outcome.and(Outcome::BadQuery);
        }
        let line = match arguments.format {
            CheckFormat::Json => format!("{}\n", verdict.to_json()),
            CheckFormat::Text => verdict.to_text(),
        };
        out.write_all(line.as_bytes()).map_err(cannot_write)?;
    }
    if arguments.format == CheckFormat::Text {
        out.write_all(tally.to_text().as_bytes()).map_err(cannot_write)?;
    }
    out.flush().map_err(cannot_write)?;
    Ok(outcome)
}

fn cannot_write(error: io::Error) -> Failure {
    Failure::io("cannot write", &error)
}

/// What is to be said about a query.
struct Verdict {
    source: Source,
    diagnostics: Vec<Diagnostic>,
    /// The columns of its result, if they are known.
    result: Option<Arc<Schema>>,
}

fn verdict(arguments: &CheckArguments, session: &Session, source: Source) -> Result<Verdict, Failure> {
    if arguments.syntax_only {
        let mut diagnostics = kql_parser::parse(source.text()).diagnostics;
        // The parser also sees literals that are no value of their type; that is no matter of syntax.
        diagnostics.retain(|found| found.code == Code::Syntax);
        return Ok(Verdict { source, diagnostics, result: None });
    }
    match session.check(&source) {
        Ok(bound) => {
            let result = bound.results.last().map(|result| result.plan.schema.clone());
            Ok(Verdict { source, diagnostics: bound.diagnostics, result })
        }
        Err(Failure::Query(_, diagnostics)) => Ok(Verdict { source, diagnostics, result: None }),
        Err(other) => Err(other),
    }
}

impl Verdict {
    fn is_ok(&self) -> bool {
        self.diagnostics.iter().all(|found| found.severity != Severity::Error)
    }

    fn to_json(&self) -> Value {
        let result = self.result.iter().flat_map(|schema| &schema.fields);
        let columns = result.map(|field| json!({"name": *field.name, "type": field.data_type.name()}));
        json!({
            "path": self.source.name,
            "ok": self.is_ok(),
            "diagnostics": self.diagnostics.iter().map(|found| self.diagnostic_to_json(found)).collect::<Value>(),
            "result": columns.collect::<Value>(),
        })
    }

    fn diagnostic_to_json(&self, found: &Diagnostic) -> Value {
        let text = self.source.written();
        let span = self.source.written_span(found.span);
        let start = line_column(text, span.start);
        let end = line_column(text, span.end.max(span.start));
        let message = match &found.hint {
            Some(hint) => format!("{}; {hint}", found.message),
            None => found.message.clone(),
        };
        json!({
            "code": found.code.as_str(),
            "severity": match found.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            "message": message,
            "line": start.line,
            "column": start.column,
            "start": start.offset,
            "length": end.offset - start.offset,
        })
    }

    fn to_text(&self) -> String {
        let found = diagnostics::render_all(&self.source, &self.diagnostics);
        if self.is_ok() { format!("{found}{}: ok\n", self.source.name) } else { found }
    }
}

/// Counts queries.
#[derive(Default)]
struct Tally {
    queries: usize,
    wrong: usize,
}

impl Tally {
    /// Counts one; gives whether it is all right.
    fn count(&mut self, verdict: &Verdict) -> bool {
        self.queries += 1;
        self.wrong += usize::from(!verdict.is_ok());
        verdict.is_ok()
    }

    fn to_text(&self) -> String {
        let queries = if self.queries == 1 { "query" } else { "queries" };
        match self.wrong {
            0 => format!("{} {queries} checked, all right\n", self.queries),
            wrong => format!("{} {queries} checked, {wrong} wrong\n", self.queries),
        }
    }
}
