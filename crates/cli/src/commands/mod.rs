//! The commands, a file each.

mod check;
mod completions;
mod explain;
mod functions;
mod import;
mod new;
mod query;
mod run;
mod tables;
mod test;
mod watch;

pub(crate) use explain::trees;
pub(crate) use functions::{help as function_help, listed as function_list, nearest as nearest_function};
pub(crate) use tables::columns as table_columns;

use std::path::Path;

use crate::args::{Arguments, Command};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::session::Session;
use crate::source::Source;
use crate::{diagnostics, repl, terminal};

/// A chain such as `a + b + c + ...` is a tree as deep as it is long, which planner and executor walk. The memory is
/// taken only as it is used.
pub(crate) const STACK: usize = 256 << 20;

/// Does what the arguments say, with a stack for queries of tens of thousands of links.
pub fn dispatch_on_deep_stack(arguments: Arguments) -> Outcome {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("kql".to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, || dispatch(arguments)) {
            Ok(running) => running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(error) => settle(Err(Failure::io("cannot start a thread", &error))),
        }
    })
}

/// Does what the arguments say.
fn dispatch(arguments: Arguments) -> Outcome {
    let data = &arguments.data;
    settle(match &arguments.command {
        None => repl::run(data),
        Some(Command::Run(arguments)) => run::run(arguments, data),
        Some(Command::Query(arguments)) => query::query(arguments, data),
        Some(Command::Explain(arguments)) => explain::explain(arguments, data),
        Some(Command::Check(arguments)) => check::check(arguments, data),
        Some(Command::Test(arguments)) => test::test(arguments, data),
        Some(Command::Watch(arguments)) => watch::watch(arguments, data),
        Some(Command::New(arguments)) => new::new(&arguments.what),
        Some(Command::Tables(arguments)) => tables::tables(arguments, data),
        Some(Command::Functions(arguments)) => functions::functions(arguments),
        Some(Command::Import(arguments)) => import::import(arguments, data),
        Some(Command::Completions { shell }) => completions::completions(*shell),
        Some(Command::Man) => completions::manual(),
    })
}

/// Shows a failure, and tells how it all counts.
fn settle(done: Result<Outcome, Failure>) -> Outcome {
    done.unwrap_or_else(|failure| {
        terminal::say(&failure.render());
        failure.outcome()
    })
}

/// Shows what the queries so far met in the data, and tells how it counts.
fn report_notes(session: &mut Session) -> Outcome {
    let (notes, text) = session.take_notes();
    terminal::say(&text);
    notes.outcome()
}

/// Shows warnings about a query.
fn show_warnings(source: &Source, found: &[kql_parser::Diagnostic]) {
    terminal::say(&diagnostics::render_all(source, found));
}

/// A query given on the command line, or on standard input where it is `-`.
fn source_of_argument(text: &str, files: &[String]) -> Result<Source, Failure> {
    if text != "-" {
        return Ok(Source::new("query", text));
    }
    if files.iter().any(|file| file == "-") {
        let message = "standard input cannot be both the query and a table";
        return Err(Failure::Usage(message.to_owned()));
    }
    Source::read(Path::new("-"))
}
