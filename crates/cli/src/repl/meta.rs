//! Meta-commands: what is said to the session and not to the data. One table lists them all.

use kql_tables::Catalog;
use kql_types::{ScalarType, Value};

use super::{Flow, Repl, show};
use crate::answer::ResultBuilder;
use crate::commands::table_columns;
use crate::exit::Outcome;
use crate::failure::Failure;

/// A meta-command.
struct MetaCommand {
    name: &'static str,
    /// What stands behind the name, for the help.
    arguments: &'static str,
    doc: &'static str,
    run: fn(&mut Repl, &str) -> Result<Flow, Failure>,
}

/// All of them.
static COMMANDS: &[MetaCommand] = &[
    MetaCommand { name: ".tables", arguments: "", doc: "Lists the tables and their files", run: tables },
    MetaCommand { name: ".schema", arguments: "T", doc: "Lists the columns of table T", run: schema },
    MetaCommand { name: ".help", arguments: "", doc: "Lists these commands", run: help },
    MetaCommand { name: ".quit", arguments: "", doc: "Ends the session, as ctrl-d does", run: quit },
];

/// Runs the meta-command that a line holds.
pub fn run(repl: &mut Repl, line: &str) -> Result<Flow, Failure> {
    let line = line.trim_end_matches([';', ' ']);
    let (name, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.run)(repl, argument.trim()),
        None => {
            let nearest = kql_parser::nearest(name, COMMANDS.iter().map(|command| command.name));
            let hint =
                nearest.map_or(".help lists the commands".to_owned(), |near| format!("did you mean {near}?"));
            Err(Failure::Usage(format!("there is no command {name}; {hint}")))
        }
    }
}

fn tables(repl: &mut Repl, _argument: &str) -> Result<Flow, Failure> {
    let mut rows = ResultBuilder::new(&[("Table", ScalarType::String), ("Files", ScalarType::String)]);
    for (name, files) in repl.session.catalog().files() {
        let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        rows.push(&[Value::String(name), Value::String(files.join(", "))]);
    }
    show(&rows.finish())?;
    Ok(Flow::Continue(Outcome::Ran))
}

fn schema(repl: &mut Repl, argument: &str) -> Result<Flow, Failure> {
    if argument.is_empty() {
        return Err(Failure::Usage(".schema needs the name of a table".to_owned()));
    }
    let table = repl.session.catalog().table(argument);
    let table = table.ok_or_else(|| Failure::Usage(format!("there is no table {argument}")))?;
    show(&table_columns(&*table))?;
    Ok(Flow::Continue(Outcome::Ran))
}

fn help(_repl: &mut Repl, _argument: &str) -> Result<Flow, Failure> {
    let mut rows =
        ResultBuilder::new(&[("Command", ScalarType::String), ("What it does", ScalarType::String)]);
    for command in COMMANDS {
        let usage = format!("{} {}", command.name, command.arguments).trim_end().to_owned();
        rows.push(&[Value::String(usage), Value::String(command.doc.to_owned())]);
    }
    show(&rows.finish())?;
    Ok(Flow::Continue(Outcome::Ran))
}

fn quit(_repl: &mut Repl, _argument: &str) -> Result<Flow, Failure> {
    Ok(Flow::Quit)
}
