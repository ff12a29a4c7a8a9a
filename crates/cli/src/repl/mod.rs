//! The interactive session: reads queries and meta-commands, one after the other.

mod entry;
mod history;
mod input;
mod meta;

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::answer::ResultTable;
use crate::args::{DataArguments, OutputArguments};
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::source::Source;
use crate::{diagnostics, terminal};
use input::Input;

/// Reads and does what is typed, up to `.quit` or the end of the input. Mistakes at a terminal do not count for the
/// exit code; those in a script on standard input do.
pub fn run(data: &DataArguments) -> Result<Outcome, Failure> {
    let mut repl = Repl { session: Session::open_to_stay(data)? };
    let is_terminal = std::io::stdin().is_terminal();
    if is_terminal {
        cancel_on_interrupt(repl.session.cancel());
        terminal::say("KQL over files. End a query with ; or an empty line. .help shows the commands.\n");
    }
    let mut input = Input::open(is_terminal)?;
    let mut outcome = Outcome::Ran;
    while let Some(entry) = input.next()? {
        match repl.enter(&entry) {
            Ok(Flow::Continue(happened)) => outcome.and(happened),
            Ok(Flow::Quit) => break,
            Err(Failure::ClosedPipe) => break,
            Err(failure) => {
                terminal::say(&failure.render());
                outcome.and(failure.outcome());
            }
        }
    }
    Ok(if is_terminal { Outcome::Ran } else { outcome })
}

/// Ctrl-C stops the query that runs. At the prompt the line editor sees the key first.
fn cancel_on_interrupt(cancel: Arc<AtomicBool>) {
    // Without the handler ctrl-c ends the program, as it does anywhere else.
    let _ = ctrlc::set_handler(move || cancel.store(true, Ordering::Relaxed));
}

/// What comes after an entry.
enum Flow {
    /// The next one; how this one counts.
    Continue(Outcome),
    /// The end.
    Quit,
}

/// The state of the interactive session.
struct Repl {
    session: Session,
}

impl Repl {
    fn enter(&mut self, entry: &str) -> Result<Flow, Failure> {
        if entry::is_blank(entry) {
            return Ok(Flow::Continue(Outcome::Ran));
        }
        if entry::is_meta_command(entry) {
            return meta::run(self, entry.trim());
        }
        let done = self.query(entry);
        let (notes, text) = self.session.take_notes();
        let shown = done.map(|()| Flow::Continue(notes.outcome()));
        terminal::say(&text);
        shown
    }

    fn query(&mut self, text: &str) -> Result<(), Failure> {
        let source = self.session.place(Source::new("query", text.trim_end()))?;
        let answer = self.session.run(&source)?;
        terminal::say(&diagnostics::render_all(&source, &answer.warnings));
        answer.results.iter().try_for_each(show)
    }
}

/// Shows a result.
fn show(result: &ResultTable) -> Result<(), Failure> {
    let mut output = Output::open(&OutputArguments::default(), false)?;
    output.result(None, result)?;
    output.finish()
}
