//! `kql explain`: shows how a query would be run, or why a rule finds a record or not.

use std::io::Write;
use std::path::Path;

use super::{report_notes, show_warnings, source_of_argument};
use crate::args::{DataArguments, ExplainArguments, SelectionArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::session::Session;
use crate::source::Source;
use crate::trace::Choice;
use crate::{rule_pack, trace};

pub(super) fn explain(arguments: &ExplainArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    if let Some(path) = &arguments.why {
        let predicate = arguments.predicate.clone().map(Choice::Predicate);
        let choice = predicate.or_else(|| arguments.row.clone().map(Choice::Key));
        return why(path, choice.as_ref(), data);
    }
    let source = source_of_argument(arguments.text.as_deref().unwrap_or("-"), &arguments.files)?;
    let session = Session::open(data, &arguments.files)?;
    let source = session.place(source)?;
    let shown = trees(&session, &source)?;
    writeln!(std::io::stdout(), "{shown}").map_err(|error| Failure::io("cannot write", &error))?;
    Ok(Outcome::Ran)
}

/// The trees of a query, before and after they are optimized. Warnings are shown.
pub(crate) fn trees(session: &Session, source: &Source) -> Result<String, Failure> {
    let bound = session.bind(source)?;
    show_warnings(source, &bound.diagnostics);
    let mut text = String::new();
    for result in bound.results {
        if let Some(name) = &result.name {
            text += &format!("result {name}\n\n");
        }
        text += &format!("bound:\n{}\n\n", indented(&kql_planner::explain(&result.plan)));
        let optimized = kql_planner::optimize(result.plan);
        text += &format!("optimized:\n{}\n\n", indented(&kql_planner::explain(&optimized)));
    }
    Ok(text.trim_end().to_owned())
}

fn why(path: &Path, choice: Option<&Choice>, data: &DataArguments) -> Result<Outcome, Failure> {
    let paths = [path.to_owned()];
    let (rules, unreadable) = rule_pack::read(&paths, &SelectionArguments::default())?;
    if let Some(error) = unreadable.first() {
        return Err(rule_pack::failure(error));
    }
    let mut session = Session::open_for_rules(data, &paths)?;
    session.fix_now();
    let mut out = anstream::AutoStream::auto(std::io::stdout()).lock();
    for rule in &rules {
        let text = trace::report(rule, &trace::follow(&mut session, rule, choice)?, choice);
        out.write_all(text.as_bytes()).map_err(|error| Failure::io("cannot write", &error))?;
    }
    Ok(report_notes(&mut session))
}

fn indented(tree: &str) -> String {
    let lines: Vec<String> = tree.trim_end().lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
