//! The line editor: what rustyline asks while a query is typed.

mod hints;
mod history;
mod keys;
mod menu;
mod newest;
mod paint;
mod palette;
mod reading;

use std::borrow::Cow;
use std::path::PathBuf;

use anstyle::Style;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hint, Hinter};
use rustyline::history::SearchDirection;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, EditMode, Editor, Helper};

use self::history::DistinctHistory;
pub use self::menu::{Listed, listed, plain};
pub use self::palette::{Palette, PaletteName};
use self::reading::Reading;
use super::entry;
use super::knowledge::Knowledge;
use super::meta;
use crate::failure::Failure;
use crate::session::Session;
use crate::terminal;

const PROMPT: &str = "kql> ";

/// So many entries are kept.
const HISTORY: usize = 10_000;

/// The line editor with its history.
pub struct LineEditor {
    editor: Editor<QueryHelper, DistinctHistory>,
    /// Where the history is kept, if there is a place for it.
    history: Option<PathBuf>,
}

/// What comes from the keyboard.
pub enum Typed {
    Entry(String),
    /// Ctrl-D.
    End,
}

impl LineEditor {
    /// An editor for what is typed at a terminal.
    pub fn open(mode: EditMode, palette: Palette, knowledge: Knowledge) -> Result<Self, Failure> {
        let settings = Config::builder()
            .max_history_size(HISTORY)
            .map_err(|error| cannot_read(&error))?
            .history_ignore_space(true)
            .edit_mode(mode)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .completion_prompt_limit(usize::MAX)
            .bracketed_paste(true)
            .build();
        let history = DistinctHistory::new(&settings);
        let mut editor = Editor::with_history(settings, history).map_err(|error| cannot_read(&error))?;
        for (event, handler) in keys::bindings() {
            editor.bind_sequence(event, handler);
        }
        editor.set_helper(Some(QueryHelper { knowledge, palette, reading: Reading::default() }));
        let history = history::path();
        if let Some(path) = &history {
            // A first session has no history yet, and one that cannot be kept is no reason to stop.
            let _ = path.parent().map(std::fs::create_dir_all);
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, history })
    }

    /// What is typed next; `begun` is there already, with the cursor at that offset.
    pub fn read(&mut self, begun: Option<(&str, usize)>) -> Result<Typed, Failure> {
        let mut begun = begun;
        loop {
            let read = match begun.take() {
                Some((text, cursor)) => {
                    let cursor = text.floor_char_boundary(cursor);
                    self.editor.readline_with_initial(PROMPT, text.split_at(cursor))
                }
                None => self.editor.readline(PROMPT),
            };
            match read {
                Ok(entry) => {
                    self.remember(&entry);
                    return Ok(Typed::Entry(entry));
                }
                // Ctrl-C drops what was typed.
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Ok(Typed::End),
                Err(error) => return Err(cannot_read(&error)),
            }
        }
    }

    /// Lets the editor see what has changed.
    pub fn refresh(&mut self, session: &Session) {
        if let Some(helper) = self.editor.helper_mut() {
            helper.knowledge.refresh(session);
            helper.reading.forget();
        }
    }

    /// The history, the oldest first.
    pub fn history(&self) -> impl Iterator<Item = &String> {
        self.editor.history().iter()
    }

    /// Adds the entry to the history, at once also to the file, so that sessions side by side lose nothing.
    fn remember(&mut self, entry: &str) {
        if entry.trim().is_empty() {
            return;
        }
        if let (Ok(true), Some(path)) = (self.editor.add_history_entry(entry.trim_end()), &self.history) {
            let _ = self.editor.append_history(path);
        }
    }
}

fn cannot_read(error: &ReadlineError) -> Failure {
    Failure::Data(format!("cannot read from the terminal: {error}"))
}

/// Answers what the editor asks.
struct QueryHelper {
    knowledge: Knowledge,
    palette: Palette,
    reading: Reading,
}

impl QueryHelper {
    fn paint<'l>(&self, text: &'l str, cursor: Option<usize>) -> Cow<'l, str> {
        if self.palette.is_plain() || text.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(match entry::is_meta_command(text) {
            true => paint::painted_command(text, &self.palette),
            false => {
                let found = self.reading.of(text, self.knowledge.known());
                paint::painted(text, cursor, &self.palette, &found)
            }
        })
    }
}

fn styled(text: &str, style: Style) -> Cow<'_, str> {
    match style == Style::new() {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{style}{text}{style:#}")),
    }
}

impl Helper for QueryHelper {}

/// Whether the text may run is decided where enter is handled.
impl Validator for QueryHelper {}

impl Completer for QueryHelper {
    type Candidate = Listed;

    fn complete(
        &self,
        text: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Listed>)> {
        if entry::is_meta_command(text) {
            return Ok(meta::complete(text, cursor, &self.knowledge));
        }
        let found = self.reading.complete(text, cursor, &self.knowledge);
        Ok((found.replaced.start, listed(&found)))
    }
}

impl Highlighter for QueryHelper {
    fn highlight<'l>(&self, text: &'l str, cursor: usize) -> Cow<'l, str> {
        self.reading.expect(text, cursor, &self.knowledge);
        self.paint(text, Some(cursor))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, default: bool) -> Cow<'b, str> {
        match default {
            true => styled(prompt, self.palette.prompt),
            false => Cow::Borrowed(prompt),
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        styled(hint, self.palette.hint)
    }

    fn highlight_candidate<'c>(&self, candidate: &'c str, _: CompletionType) -> Cow<'c, str> {
        match candidate.find("  ") {
            Some(at) => {
                let (name, detail) = candidate.split_at(at);
                Cow::Owned(format!("{name}{}", styled(detail, self.palette.hint)))
            }
            None => Cow::Borrowed(candidate),
        }
    }

    fn highlight_char(&self, text: &str, _: usize, kind: CmdKind) -> bool {
        // A moved cursor only matters to brackets.
        !self.palette.is_plain() && (kind != CmdKind::MoveCursor || text.contains(['(', '[', '{']))
    }
}

/// What is shown behind the text, and below it.
struct Shown {
    display: String,
    /// How much of it the right arrow takes.
    ghost: usize,
}

impl Hint for Shown {
    fn display(&self) -> &str {
        &self.display
    }

    fn completion(&self) -> Option<&str> {
        (self.ghost > 0).then(|| &self.display[..self.ghost])
    }
}

impl Hinter for QueryHelper {
    type Hint = Shown;

    fn hint(&self, text: &str, cursor: usize, context: &Context<'_>) -> Option<Shown> {
        if entry::is_meta_command(text) {
            return None;
        }
        // Else that is done when the text is coloured, later, so that it does not compete with the key.
        if self.palette.is_plain() {
            self.reading.expect(text, cursor, &self.knowledge);
        }
        let explained = hints::function_at(text, cursor).or_else(|| hints::operator_at(text, cursor));
        let has_ghost = explained.is_none() && !self.palette.is_plain();
        let mut display = if has_ghost { ghost(text, cursor, context) } else { String::new() };
        let ghost = display.len();
        if let Some(explained) = explained {
            let cells = terminal::width().unwrap_or(80);
            display.push('\n');
            display.push_str(&hints::line(&explained, cells.saturating_sub(1)));
        }
        // The values of a column are looked up when its quote is typed, so that they are there when they are asked for.
        if !reading::is_long(text) && text.get(..cursor).is_some_and(|before| before.ends_with(['"', '\''])) {
            self.knowledge.complete(text, cursor);
        }
        (!display.is_empty()).then_some(Shown { display, ghost })
    }
}

/// The rest of the latest entry that begins as the text does.
fn ghost(text: &str, cursor: usize, context: &Context<'_>) -> String {
    let history = context.history();
    if text.trim().is_empty() || cursor < text.len() || history.is_empty() {
        return String::new();
    }
    let start = context.history_index().min(history.len() - 1);
    match history.starts_with(text, start, SearchDirection::Reverse) {
        Ok(Some(found)) if found.entry.len() > text.len() => found.entry[text.len()..].to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use rustyline::history::DefaultHistory;

    use super::*;
    use crate::args::DataArguments;

    /// Every key of a query over one of a hundred files: colours, hint, and what tab would offer.
    #[test]
    fn no_key_waits() {
        let folder = tempfile::tempdir().unwrap();
        let row = r#"{"TimeGenerated":"2024-05-01T10:00:00Z","User":"ann","Code":0,"Detail":{"os":"Linux"}}"#;
        for number in 0..100 {
            std::fs::write(folder.path().join(format!("Table{number}.json")), format!("{row}\n").repeat(50))
                .unwrap();
        }
        let data = DataArguments { folders: vec![folder.path().to_owned()], ..DataArguments::default() };
        let session = Session::open(&data, &[]).unwrap();
        let knowledge = Knowledge::of(&session);
        let helper = QueryHelper {
            knowledge,
            palette: Palette::of_terminal(PaletteName::Dark),
            reading: Reading::default(),
        };
        let history = DefaultHistory::new();
        let context = Context::new(&history);
        let query = "Table7 | where TimeGenerated > ago(1d) and User in (\"ann\", \"bob\")\n\
                     | extend Os = tostring(Detail.os)\n| summarize n = count() by Os, bin(TimeGenerated, 1h)\n\
                     | join kind=leftouter (SigninLogs | project UserPrincipalName) on $left.Os == $right.UserPrincipalName";
        let mut taken = Vec::new();
        for end in 1..=query.len() {
            let text = &query[..end];
            let started = Instant::now();
            let painted = helper.highlight(text, end);
            assert!(painted.len() >= text.len());
            helper.hint(text, end, &context);
            taken.push(started.elapsed());
            let started = Instant::now();
            helper.complete(text, end, &context).unwrap();
            taken.push(started.elapsed());
        }
        taken.sort();
        println!("keys: median {:?}, most {:?}", taken[taken.len() / 2], taken[taken.len() - 1]);
        assert!(taken[taken.len() / 2] < Duration::from_millis(16), "{:?}", taken[taken.len() / 2]);
    }
}
