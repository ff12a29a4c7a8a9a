//! Commands about queries and what they gave.

use std::process::Command;

use kql_planner::Visualization;
use kql_types::{ScalarType, Value};

use super::help::print;
use super::needs;
use crate::answer::ResultBuilder;
use crate::chart::{Canvas, Chart, KINDS, draw};
use crate::commands::trees;
use crate::failure::Failure;
use crate::repl::{Flow, Repl, record, show};
use crate::source::Source;
use crate::{diagnostics, terminal};

/// The query that stands behind a command, else the one that was entered last.
fn asked(repl: &Repl, command: &str, argument: &str) -> Result<Source, Failure> {
    let text = match (argument, &repl.last_query) {
        ("", Some(last)) => last.clone(),
        ("", None) => return Err(needs(command, "a query, as none was entered before")),
        (given, _) => given.to_owned(),
    };
    repl.session.place(Source::new("query", text))
}

pub fn check(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let source = asked(repl, ".check", argument)?;
    let bound = repl.session.check(&source)?;
    terminal::say(&diagnostics::render_all(&source, &bound.diagnostics));
    let mut rows = ResultBuilder::new(&[("Column", ScalarType::String), ("Type", ScalarType::String)]);
    for field in bound.results.last().iter().flat_map(|result| &result.plan.schema.fields) {
        let data_type = field.data_type.name().to_owned();
        rows.push(&[Value::String(field.name.to_string()), Value::String(data_type)]);
    }
    show::result(&repl.settings, Some("all right; it gives"), &rows.finish(), None)?;
    Ok(Flow::RAN)
}

pub fn explain(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let source = asked(repl, ".explain", argument)?;
    print(&format!("{}\n", trees(&repl.session, &source)?))
}

/// What comes out of the editor is at the next prompt, to be changed or run.
pub fn edit(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let failed = |error: std::io::Error| Failure::io("cannot edit", &error);
    let given =
        if argument.is_empty() { repl.last_query.clone().unwrap_or_default() } else { argument.to_owned() };
    let file = tempfile::Builder::new().prefix("query").suffix(".kql").tempfile().map_err(failed)?;
    std::fs::write(file.path(), given).map_err(failed)?;
    let named = |name: &str| std::env::var(name).ok().filter(|editor| !editor.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| USUAL_EDITOR.to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(USUAL_EDITOR);
    let status = Command::new(program).args(words).arg(file.path()).status();
    let status = status.map_err(|error| Failure::io(format!("cannot start {program}"), &error))?;
    if !status.success() {
        return Err(Failure::Usage(format!("{program} failed")));
    }
    let text = std::fs::read_to_string(file.path()).map_err(failed)?;
    let text = text.trim_end().to_owned();
    if !text.is_empty() {
        repl.begun = Some((text.clone(), text.len()));
    }
    Ok(Flow::RAN)
}

#[cfg(windows)]
const USUAL_EDITOR: &str = "notepad";
#[cfg(not(windows))]
const USUAL_EDITOR: &str = "vi";

/// So many entries are listed.
const LISTED: usize = 50;

pub fn history(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let mut entries = repl.input.history();
    entries.retain(|entry| entry.contains(argument));
    let first = entries.len().saturating_sub(LISTED);
    let mut out = String::new();
    for entry in &entries[first..] {
        out.push_str(&entry.replace('\n', "\n  "));
        out.push('\n');
    }
    print(&out)
}

pub fn results(repl: &mut Repl, _argument: &str) -> Result<Flow, Failure> {
    let mut rows = ResultBuilder::new(&[
        ("Result", ScalarType::String),
        ("Rows", ScalarType::Long),
        ("Columns", ScalarType::String),
    ]);
    for (number, result) in repl.results.iter() {
        let names: Vec<&str> = result.schema.fields.iter().map(|field| &*field.name).collect();
        rows.push(&[
            Value::String(format!("_{number}")),
            Value::Long(i64::try_from(result.rows()).unwrap_or(i64::MAX)),
            Value::String(names.join(", ")),
        ]);
    }
    show::result(&repl.settings, None, &rows.finish(), None)?;
    Ok(Flow::RAN)
}

pub fn save(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let mut words = argument.split_whitespace();
    let Some(name) = words.next() else { return Err(needs(".save", "a name for the table")) };
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name || name.starts_with('_') {
        return Err(Failure::Usage(format!(
            "{name} is no name for a table: letters and digits, and no _ in front"
        )));
    }
    let result = repl.results.find(words.next())?.clone();
    repl.session.keep(name, &result);
    Ok(Flow::RAN)
}

pub fn table(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let result = repl.results.find(Some(argument).filter(|name| !name.is_empty()))?;
    show::result(&repl.settings, None, result, None)?;
    Ok(Flow::RAN)
}

pub fn chart(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let (results, kinds): (Vec<&str>, Vec<&str>) =
        argument.split_whitespace().partition(|word| word.starts_with('_'));
    let mut result = repl.results.find(results.first().copied())?.clone();
    if let Some(kind) = kinds.first() {
        let properties = result.visualization.map(|asked| asked.properties).unwrap_or_default();
        result.visualization = Some(Visualization { chart: (*kind).to_owned(), properties });
    }
    match Chart::of(&result, repl.settings.zone) {
        Some(Ok(chart)) => print(&draw(&chart, Canvas::of_terminal())),
        Some(Err(reason)) => Err(Failure::Usage(reason)),
        None => Err(Failure::Usage(format!("the query does not say how; there are {}", KINDS.join(", ")))),
    }
}

pub fn expand(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    let (number, result) = match argument.split_once(' ') {
        Some((number, result)) => (number, Some(result.trim())),
        None if argument.starts_with('_') => ("1", Some(argument)),
        None if argument.is_empty() => ("1", None),
        None => (argument, None),
    };
    let result = repl.results.find(result)?;
    let row = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let style = repl.settings.table_style();
    let text = row.and_then(|row| record::record(result, row, &style));
    match text {
        Some(text) => print(&text),
        None => {
            Err(Failure::Usage(format!("{number} is no row of the result; it has {} rows", result.rows())))
        }
    }
}
