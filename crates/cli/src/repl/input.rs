//! Entries from a terminal, with editing and history, or from a script on standard input.

use std::io;
use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::config::Config;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Editor, Helper};

use super::{entry, history};
use crate::failure::Failure;

const PROMPT: &str = "kql> ";

/// Where entries come from.
pub enum Input {
    /// A terminal.
    Terminal {
        editor: Box<Editor<EntryEnd, DefaultHistory>>,
        /// Where the history is kept, if there is a place for it.
        history: Option<PathBuf>,
    },
    /// Anything else on standard input.
    Script,
}

impl Input {
    pub fn open(is_terminal: bool) -> Result<Self, Failure> {
        if !is_terminal {
            return Ok(Input::Script);
        }
        let settings = Config::builder()
            .max_history_size(10_000)
            .and_then(|settings| settings.history_ignore_dups(true))
            .map(|settings| settings.history_ignore_space(true).build());
        let mut editor = settings.and_then(Editor::with_config).map_err(cannot_read)?;
        editor.set_helper(Some(EntryEnd));
        let history = history::path();
        if let Some(path) = &history {
            // A first session has no history yet, and one that cannot be kept is no reason to stop.
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = editor.load_history(path);
        }
        Ok(Input::Terminal { editor: Box::new(editor), history })
    }

    /// The next entry; `None` at the end.
    pub fn next(&mut self) -> Result<Option<String>, Failure> {
        match self {
            Input::Terminal { editor, history } => loop {
                match editor.readline(PROMPT) {
                    Ok(entry) => {
                        remember(editor, history.as_ref(), &entry);
                        return Ok(Some(entry));
                    }
                    // Ctrl-C drops what was typed.
                    Err(ReadlineError::Interrupted) => {}
                    Err(ReadlineError::Eof) => return Ok(None),
                    Err(error) => return Err(cannot_read(error)),
                }
            },
            Input::Script => next_of_script(|line| io::stdin().read_line(line)),
        }
    }
}

/// Adds the entry to the history, at once also to the file, so that sessions side by side lose nothing.
fn remember(editor: &mut Editor<EntryEnd, DefaultHistory>, path: Option<&PathBuf>, entry: &str) {
    if entry.trim().is_empty() {
        return;
    }
    if let (Ok(true), Some(path)) = (editor.add_history_entry(entry.trim_end()), path) {
        let _ = editor.append_history(path);
    }
}

fn next_of_script(
    mut read_line: impl FnMut(&mut String) -> io::Result<usize>,
) -> Result<Option<String>, Failure> {
    let mut entry = String::new();
    loop {
        let failed = |error: io::Error| Failure::Data(format!("cannot read standard input: {error}"));
        let read = read_line(&mut entry).map_err(failed)?;
        if read == 0 {
            return Ok((!entry.is_empty()).then_some(entry));
        }
        if entry::is_complete(entry.strip_suffix('\n').unwrap_or(&entry)) {
            return Ok(Some(entry));
        }
    }
}

fn cannot_read(error: ReadlineError) -> Failure {
    Failure::Data(format!("cannot read from the terminal: {error}"))
}

/// Tells the editor where an entry ends; enter then runs it, else it begins a new line.
pub struct EntryEnd;

impl Helper for EntryEnd {}
impl Completer for EntryEnd {
    type Candidate = String;
}
impl Highlighter for EntryEnd {}
impl Hinter for EntryEnd {
    type Hint = String;
}

impl Validator for EntryEnd {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match entry::is_complete(context.input()) {
            true => ValidationResult::Valid(None),
            false => ValidationResult::Incomplete,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_cut_into_entries() {
        use std::io::BufRead;
        let mut script = ".tables\nT\n| count\n\nprint 1;\nprint 2".as_bytes();
        let mut entries = Vec::new();
        while let Some(entry) = next_of_script(|line| script.read_line(line)).unwrap() {
            entries.push(entry);
        }
        assert_eq!(entries, [".tables\n", "T\n| count\n\n", "print 1;\n", "print 2"]);
    }
}
