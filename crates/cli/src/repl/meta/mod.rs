//! Meta-commands: what is said to the session and not to the data. One table lists them all, a file each group.

mod complete;
mod data;
mod files;
mod help;
mod queries;
mod rules;
mod state;

use super::{Flow, Repl};
use crate::failure::Failure;

pub use complete::complete;
pub use files::read_file;

/// A meta-command.
struct MetaCommand {
    /// Its name first, then others for the same.
    names: &'static [&'static str],
    /// What stands behind the name, for the help.
    arguments: &'static str,
    /// What the argument is, for completion.
    argument: Argument,
    doc: &'static str,
    run: fn(&mut Repl, &str) -> Result<Flow, Failure>,
}

/// What the argument of a command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Argument {
    /// Nothing that can be completed.
    Other,
    Table,
    Path,
    Folder,
    Function,
    Operator,
    Command,
    Setting,
    Format,
    Switch,
    Chart,
    Query,
}

/// All of them.
#[rustfmt::skip]
static COMMANDS: &[MetaCommand] = &[
    MetaCommand { names: &[".help"], arguments: "[COMMAND]", argument: Argument::Command, doc: "Lists these commands, or tells of one", run: help::help },
    MetaCommand { names: &[".tables"], arguments: "", argument: Argument::Other, doc: "Lists the tables and their files", run: data::tables },
    MetaCommand { names: &[".schema"], arguments: "T", argument: Argument::Table, doc: "Lists the columns of table T", run: data::schema },
    MetaCommand { names: &[".columns"], arguments: "PATTERN", argument: Argument::Other, doc: "Finds columns of all tables by a part of their name, or with *", run: data::columns },
    MetaCommand { names: &[".sample"], arguments: "T [N]", argument: Argument::Table, doc: "Shows some rows of table T", run: data::sample },
    MetaCommand { names: &[".summary"], arguments: "T", argument: Argument::Table, doc: "Tells of each column of T: empty, different, least, greatest and frequent values", run: data::summary },
    MetaCommand { names: &[".load"], arguments: "PATH [as NAME]", argument: Argument::Path, doc: "Adds a table made of a file, a folder or a glob", run: files::load },
    MetaCommand { names: &[".rules"], arguments: "[FOLDER]", argument: Argument::Folder, doc: "Lists the rules", run: rules::rules },
    MetaCommand { names: &[".run"], arguments: "RULE", argument: Argument::Path, doc: "Runs a rule: its name, or its file", run: rules::run },
    MetaCommand { names: &[".check"], arguments: "[QUERY]", argument: Argument::Query, doc: "Says what is wrong with a query, or the last one, without running it", run: queries::check },
    MetaCommand { names: &[".explain"], arguments: "[QUERY]", argument: Argument::Query, doc: "Shows how a query, or the last one, would be run", run: queries::explain },
    MetaCommand { names: &[".edit"], arguments: "[QUERY]", argument: Argument::Query, doc: "Opens a query, or the last one, in $VISUAL or $EDITOR", run: queries::edit },
    MetaCommand { names: &[".history"], arguments: "[TEXT]", argument: Argument::Other, doc: "Lists the last entries, or those that hold a text", run: queries::history },
    MetaCommand { names: &[".results"], arguments: "", argument: Argument::Other, doc: "Lists the results that are kept as the tables _1, _2, ...; _ is the last", run: queries::results },
    MetaCommand { names: &[".save"], arguments: "NAME [RESULT]", argument: Argument::Other, doc: "Keeps the last result as the table NAME", run: queries::save },
    MetaCommand { names: &[".export"], arguments: "FILE [RESULT]", argument: Argument::Path, doc: "Writes the last result to a file, or draws it: its ending tells the format", run: files::export },
    MetaCommand { names: &[".copy"], arguments: "[RESULT]", argument: Argument::Other, doc: "Puts the last result on the clipboard, if the terminal lets it", run: files::copy },
    MetaCommand { names: &[".table"], arguments: "[RESULT]", argument: Argument::Other, doc: "Shows the rows of the last result, also of one that is drawn", run: queries::table },
    MetaCommand { names: &[".chart"], arguments: "[KIND] [RESULT]", argument: Argument::Chart, doc: "Draws the last result, as timechart, barchart, ... or as its query says", run: queries::chart },
    MetaCommand { names: &[".expand"], arguments: "[N] [RESULT]", argument: Argument::Other, doc: "Shows row N of the last result as a record", run: queries::expand },
    MetaCommand { names: &[".functions"], arguments: "[NAME]", argument: Argument::Function, doc: "Lists the functions, or explains one", run: help::functions },
    MetaCommand { names: &[".docs"], arguments: "OPERATOR", argument: Argument::Operator, doc: "Explains an operator or a function, with an example", run: help::docs },
    MetaCommand { names: &[".now"], arguments: "[TIME]", argument: Argument::Other, doc: "Says what now() gives: a datetime, latest, or real", run: state::now },
    MetaCommand { names: &[".timing"], arguments: "[on|off]", argument: Argument::Switch, doc: "Shows the time that queries take, or not", run: state::timing },
    MetaCommand { names: &[".format"], arguments: "[FORMAT]", argument: Argument::Format, doc: "The format of results: table, json, ndjson, csv, tsv, markdown, kusto", run: state::format },
    MetaCommand { names: &[".set"], arguments: "[OPTION VALUE]", argument: Argument::Setting, doc: "Lists the settings, or changes one", run: state::set },
    MetaCommand { names: &[".read"], arguments: "FILE", argument: Argument::Path, doc: "Runs the queries and commands in a file", run: files::read },
    MetaCommand { names: &[".output"], arguments: "[FILE]", argument: Argument::Path, doc: "Writes results to a file from now on; without one, to the screen again", run: files::output },
    MetaCommand { names: &[".cd"], arguments: "FOLDER", argument: Argument::Folder, doc: "Changes the folder from which paths count", run: files::change_folder },
    MetaCommand { names: &[".quit", ".exit"], arguments: "", argument: Argument::Other, doc: "Ends the session, as ctrl-d does", run: quit },
];

/// Runs the meta-command of an entry.
pub fn run(repl: &mut Repl, entry: &str) -> Result<Flow, Failure> {
    let (name, argument) = split(entry);
    match find(name) {
        Some(command) => (command.run)(repl, argument),
        None => {
            let names = COMMANDS.iter().flat_map(|command| command.names.iter().copied());
            let hint = kql_parser::nearest(name, names)
                .map_or(".help lists the commands".to_owned(), |near| format!("did you mean {near}?"));
            Err(Failure::Usage(format!("there is no command {name}; {hint}")))
        }
    }
}

/// The name of a command, and what stands behind it.
fn split(entry: &str) -> (&str, &str) {
    let entry = entry.trim_end_matches([';', ' ', '\n', '\r']);
    let (name, argument) = entry.split_once(char::is_whitespace).unwrap_or((entry, ""));
    (name, argument.trim())
}

fn find(name: &str) -> Option<&'static MetaCommand> {
    COMMANDS.iter().find(|command| command.names.contains(&name))
}

/// What a command says that lacks its argument.
fn needs(command: &str, what: &str) -> Failure {
    Failure::Usage(format!("{command} needs {what}"))
}

fn quit(_repl: &mut Repl, _argument: &str) -> Result<Flow, Failure> {
    Ok(Flow::Quit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_there_twice() {
        let mut names: Vec<&str> =
            COMMANDS.iter().flat_map(|command| command.names.iter().copied()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(names.iter().all(|name| name.starts_with('.')));
    }

    #[test]
    fn a_semicolon_at_the_end_is_no_argument() {
        assert_eq!(split(".schema T;"), (".schema", "T"));
        assert_eq!(split(".load a b.json as T"), (".load", "a b.json as T"));
        assert_eq!(split(".tables"), (".tables", ""));
    }
}
