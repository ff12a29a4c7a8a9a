//! Entries from a terminal, with editing and history, or from a script on standard input.

use std::io;

use super::editor::{LineEditor, Palette, Typed};
use super::entry;
use super::knowledge::Knowledge;
use crate::config::Config;
use crate::failure::Failure;
use crate::session::Session;

/// Where entries come from.
pub enum Input {
    /// A terminal.
    Terminal(Box<LineEditor>),
    /// Anything else on standard input.
    Script,
}

impl Input {
    pub fn open(is_terminal: bool, config: &Config, session: &Session) -> Result<Self, Failure> {
        if !is_terminal {
            return Ok(Input::Script);
        }
        let palette = Palette::of_terminal(config.palette);
        let editor = LineEditor::open(config.edit_mode.into(), palette, Knowledge::of(session))?;
        Ok(Input::Terminal(Box::new(editor)))
    }

    /// The next entry; `None` at the end. At a terminal it may begin with a text, with the cursor at that offset.
    pub fn next(&mut self, begun: Option<(&str, usize)>) -> Result<Option<String>, Failure> {
        match self {
            Input::Terminal(editor) => match editor.read(begun)? {
                Typed::Entry(entry) => Ok(Some(entry)),
                Typed::End => Ok(None),
            },
            Input::Script => next_of_script(|line| io::stdin().read_line(line)),
        }
    }

    /// Lets the editor see what has changed.
    pub fn refresh(&mut self, session: &Session) {
        if let Input::Terminal(editor) = self {
            editor.refresh(session);
        }
    }

    /// The entries so far, the oldest first; none, of a script.
    pub fn history(&self) -> Vec<String> {
        match self {
            Input::Terminal(editor) => editor.history().cloned().collect(),
            Input::Script => Vec::new(),
        }
    }
}

/// Cuts a text into entries.
pub fn entries(script: &str) -> Result<Vec<String>, Failure> {
    use io::BufRead;
    let mut rest = script.as_bytes();
    let mut entries = Vec::new();
    while let Some(entry) = next_of_script(|line| rest.read_line(line))? {
        entries.push(entry);
    }
    Ok(entries)
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
        if entry::ends_in_script(entry.strip_suffix('\n').unwrap_or(&entry)) {
            return Ok(Some(entry));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_cut_into_entries() {
        assert_eq!(
            entries(".tables\nT\n| count\n\nprint 1;\nprint 2").unwrap(),
            [".tables\n", "T\n| count\n\n", "print 1;\n", "print 2"]
        );
    }
}
