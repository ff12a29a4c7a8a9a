//! What the screen can show: its width, how wide text is on it, and text that must not reach it as it is.

use std::io::{IsTerminal, Write};

use unicode_width::UnicodeWidthChar;

/// So many cells stand for a tab.
const TAB: usize = 4;

/// The width of the terminal on standard output in cells; `None` if it is not one.
pub fn width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    Some(terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)))
}

/// Cells and lines of the terminal on standard output; what is usual, if it does not tell.
pub fn size() -> (usize, usize) {
    terminal_size::terminal_size()
        .map_or((80, 24), |(width, height)| (usize::from(width.0), usize::from(height.0)))
}

/// Whether standard output shows styles: it is a terminal, and nothing (`NO_COLOR`, `TERM=dumb`) speaks against it.
pub fn stdout_is_styled() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Writes to standard error, without colours where they are not wanted (`NO_COLOR`, no terminal). Nobody is left to
/// tell if that fails.
pub fn say(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// How many cells a text takes that went through [`push_visible`].
pub fn display_width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(|c| c.width().unwrap_or(0)).sum() }
}

/// Appends a text so that it keeps to its line and its place: tabs become blanks; line breaks, control characters and
/// marks that turn the direction of writing become escapes. Logs hold what attackers wrote, which must not command a
/// terminal.
pub fn push_visible(out: &mut String, text: &str) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '\t' => out.extend(std::iter::repeat_n(' ', TAB)),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            turns if is_unsafe(turns) => out.extend(turns.escape_unicode()),
            plain => out.push(plain),
        }
    }
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Appends the beginning of a text that takes at most `cells`, with `…` if that is not all; gives the cells taken.
pub fn push_cut(out: &mut String, text: &str, cells: usize) -> usize {
    let whole = display_width(text);
    if whole <= cells {
        out.push_str(text);
        return whole;
    }
    let mut taken = 0;
    for character in text.chars() {
        let width = character.width().unwrap_or(0);
        if taken + width + 1 > cells {
            break;
        }
        out.push(character);
        taken += width;
    }
    out.push('…');
    taken + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(text: &str) -> String {
        let mut out = String::new();
        push_visible(&mut out, text);
        out
    }

    #[test]
    fn nothing_commands_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\u{7}"), "a\\u{1b}[31mb\\u{7}");
        assert_eq!(visible("x\ny\r\tz"), "x\\ny\\r    z");
        assert_eq!(visible("gpj.\u{202e}exe é日"), "gpj.\\u{202e}exe é日");
    }

    #[test]
    fn cuts_at_cells_and_not_at_bytes() {
        let cut = |text: &str, cells| {
            let mut out = String::new();
            let taken = push_cut(&mut out, text, cells);
            (out, taken)
        };
        assert_eq!(cut("abc", 3), ("abc".to_owned(), 3));
        assert_eq!(cut("abcd", 3), ("ab…".to_owned(), 3));
        assert_eq!(cut("日本語", 4), ("日…".to_owned(), 3));
    }
}
