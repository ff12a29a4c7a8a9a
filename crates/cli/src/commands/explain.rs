//! `kql explain`: shows how a query would be run.

use std::io::Write;

use super::{show_warnings, source_of_argument};
use crate::args::{DataArguments, ExplainArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::session::Session;
use crate::source::Source;

pub(super) fn explain(arguments: &ExplainArguments, data: &DataArguments) -> Result<Outcome, Failure> {
    let source = source_of_argument(&arguments.text, &arguments.files)?;
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

fn indented(tree: &str) -> String {
    let lines: Vec<String> = tree.trim_end().lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
