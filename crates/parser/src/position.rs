//! Byte offsets as people count: lines, columns, characters.

/// A place in a text, counted in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The character in the text, from 0.
    pub offset: usize,
}

/// The place of a byte offset. One beyond the text, or inside a character, counts as the character's
/// beginning or the text's end.
pub fn line_column(text: &str, offset: usize) -> Position {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        offset: before.chars().count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters() {
        let text = "T\r\n| wh\u{e9}re";
        let position = |line, column, offset| Position { line, column, offset };
        assert_eq!(line_column(text, 0), position(1, 1, 0));
        assert_eq!(line_column(text, 3), position(2, 1, 3));
        assert_eq!(line_column(text, 9), position(2, 6, 8));
        assert_eq!(line_column(text, 8), position(2, 5, 7), "inside a character");
        assert_eq!(line_column(text, 99), position(2, 8, 10));
    }
}
