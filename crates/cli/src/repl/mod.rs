//! The interactive session: reads queries and meta-commands, one after the other.
//!
//! - [`input`]: where entries come from. [`entry`]: where they end. [`editor`]: how they are typed.
//! - [`knowledge`], [`samples`]: what the editor knows of the data while a query is typed.
//! - [`meta`]: the meta-commands. [`results`]: what queries gave, to go on from.
//! - [`settings`]: what the user may change. [`show`]: how results are shown.

mod editor;
mod entry;
mod input;
mod knowledge;
mod meta;
mod record;
mod results;
mod samples;
mod settings;
mod show;
mod summary;

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use kql_parser::{Diagnostic, Severity};

use crate::args::DataArguments;
use crate::config::Config;
use crate::exit::Outcome;
use crate::failure::Failure;
use crate::session::Session;
use crate::source::Source;
use crate::{diagnostics, terminal};
use input::Input;
use results::Results;
use settings::Settings;

pub use editor::PaletteName;

/// Reads and does what is typed, up to `.quit` or the end of the input. Mistakes at a terminal do not count for the
/// exit code; those in a script on standard input do.
pub fn run(data: &DataArguments) -> Result<Outcome, Failure> {
    let config = Config::read()?;
    let session = Session::open_to_stay(&config.before(data))?;
    let is_terminal = std::io::stdin().is_terminal();
    if is_terminal {
        cancel_on_interrupt(session.cancel());
        terminal::say("KQL over files. Enter runs a query, tab completes, .help shows the commands.\n");
    }
    let input = Input::open(is_terminal, &config, &session)?;
    let settings = Settings::of(&config);
    let mut repl = Repl {
        session,
        input,
        settings,
        results: Results::default(),
        last_query: None,
        begun: None,
        reading: 0,
    };
    let mut outcome = Outcome::Ran;
    if let Some(startup) = &config.startup {
        match meta::read_file(&mut repl, startup) {
            Ok(Flow::Continue(happened)) => outcome.and(happened),
            Ok(Flow::Quit) => return Ok(outcome),
            Err(failure) => terminal::say(&failure.render()),
        }
    }
    repl.read_all(&mut outcome)?;
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

impl Flow {
    /// The next one, after one that ran.
    const RAN: Flow = Flow::Continue(Outcome::Ran);
}

/// The state of the interactive session.
struct Repl {
    session: Session,
    input: Input,
    settings: Settings,
    results: Results,
    /// The query that was entered last.
    last_query: Option<String>,
    /// A text to go on with at the next prompt, and where its cursor stands.
    begun: Option<(String, usize)>,
    /// How many scripts are being read, one in the other.
    reading: usize,
}

impl Repl {
    fn read_all(&mut self, outcome: &mut Outcome) -> Result<(), Failure> {
        loop {
            let begun = self.begun.take();
            let Some(entry) =
                self.input.next(begun.as_ref().map(|(text, cursor)| (text.as_str(), *cursor)))?
            else {
                return Ok(());
            };
            match self.enter(&entry) {
                Ok(Flow::Continue(happened)) => outcome.and(happened),
                Ok(Flow::Quit) | Err(Failure::ClosedPipe) => return Ok(()),
                Err(failure) => {
                    self.begun = mistake_in(&entry, &failure);
                    terminal::say(&failure.render());
                    outcome.and(failure.outcome());
                }
            }
            self.input.refresh(&self.session);
        }
    }

    fn enter(&mut self, entry: &str) -> Result<Flow, Failure> {
        if entry::is_blank(entry) {
            return Ok(Flow::RAN);
        }
        if entry::is_meta_command(entry) {
            return meta::run(self, entry.trim());
        }
        self.last_query = Some(entry.trim_end().to_owned());
        self.query(&Source::new("query", entry.trim_end()))
    }

    /// Runs a query, shows what it gives, and keeps it.
    fn query(&mut self, source: &Source) -> Result<Flow, Failure> {
        let done = self.answer(source);
        let (notes, text) = self.session.take_notes();
        let shown = done.map(|()| Flow::Continue(notes.outcome()));
        terminal::say(&text);
        shown
    }

    fn answer(&mut self, source: &Source) -> Result<(), Failure> {
        let source = self.session.place(source.clone())?;
        let started = Instant::now();
        let answer = match show::first_rows(&self.settings) {
            Some(first_rows) => self.session.run_showing(&source, first_rows),
            None => self.session.run(&source),
        }?;
        let progress = &self.session.options().progress;
        let cost = show::Cost {
            elapsed: started.elapsed(),
            rows: progress.scanned().get(),
            bytes: progress.bytes(),
        };
        terminal::say(&diagnostics::render_all(&source, &answer.warnings));
        let several = answer.results.len() > 1;
        for result in answer.results {
            let number = self.results.keep(&mut self.session, &result);
            let name = result.name.clone().filter(|_| several);
            show::result(&self.settings, name.as_deref(), &result, Some((cost, number)))?;
        }
        Ok(())
    }
}

/// The entry again, with the cursor where the first mistake in it is.
fn mistake_in(entry: &str, failure: &Failure) -> Option<(String, usize)> {
    let Failure::Query(source, found) = failure else { return None };
    // Of a script that was read the text is elsewhere.
    if source.written().trim() != entry.trim() {
        return None;
    }
    let is_error = |found: &&Diagnostic| found.severity == Severity::Error;
    let first = found.iter().find(is_error)?;
    let at = source.written_span(first.span).end;
    Some((entry.trim_end().to_owned(), at.min(entry.trim_end().len())))
}
