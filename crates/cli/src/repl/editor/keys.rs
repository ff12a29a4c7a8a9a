//! Keys that do more than in other line editors.

use rustyline::{
    Cmd, ConditionalEventHandler, Event, EventContext, EventHandler, KeyCode, KeyEvent, Modifiers, Movement,
    RepeatCount,
};

use crate::repl::entry;

/// Blanks by which the lines behind a pipe or bracket are indented.
const INDENT: usize = 4;

/// The keys and what they do.
pub fn bindings() -> Vec<(Event, EventHandler)> {
    let key = |code, modifiers| Event::from(KeyEvent(code, modifiers));
    let enter = || EventHandler::Conditional(Box::new(Enter));
    let new_line = || EventHandler::Conditional(Box::new(NewLine));
    vec![
        (key(KeyCode::Enter, Modifiers::NONE), enter()),
        (key(KeyCode::Char('J'), Modifiers::CTRL), enter()),
        (key(KeyCode::Enter, Modifiers::ALT), new_line()),
        (key(KeyCode::Char('\r'), Modifiers::ALT), new_line()),
        (key(KeyCode::Char('\n'), Modifiers::ALT), new_line()),
    ]
}

/// Enter: runs what is complete, else begins a new line. So does a `\` at the end, in its place.
struct Enter;

impl ConditionalEventHandler for Enter {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let (text, cursor) = (context.line(), context.pos());
        if text.get(..cursor).is_some_and(|before| before.ends_with('\\')) && !is_path(text) {
            let indent = new_line(&text[..cursor - 1]);
            return Some(Cmd::Replace(Movement::BackwardChar(1), Some(indent)));
        }
        match entry::is_complete(text) {
            true => Some(Cmd::AcceptLine),
            false => Some(Cmd::Insert(1, new_line(text.get(..cursor).unwrap_or(text)))),
        }
    }
}

/// A new line, whatever stands before it.
struct NewLine;

impl ConditionalEventHandler for NewLine {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let before = context.line().get(..context.pos()).unwrap_or_default();
        Some(Cmd::Insert(1, new_line(before)))
    }
}

/// Commands may hold paths that end with `\`.
fn is_path(text: &str) -> bool {
    entry::is_meta_command(text)
}

/// A line break, and the indentation of the line before it; more of it behind a pipe or an open bracket.
fn new_line(before: &str) -> String {
    let line = before.rsplit('\n').next().unwrap_or(before);
    let indent = line.len() - line.trim_start_matches(' ').len();
    let opens = line.trim_end().ends_with(['|', '(', '[', '{']);
    format!("\n{}", " ".repeat(indent + if opens && indent < 40 { INDENT } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_indented_as_the_one_before_and_more_behind_a_pipe() {
        assert_eq!(new_line("T |"), "\n    ");
        assert_eq!(new_line("T"), "\n");
        assert_eq!(new_line("T\n    | where a == 1"), "\n    ");
        assert_eq!(new_line("T\n  | join ("), "\n      ");
    }
}
