//! The places of a row's captures, as a text: they travel from the call that finds them to those that take them out in
//! a column of strings.
//!
//! A mark, so that a match without captures is not empty; then for each capture its form, start and length. Numbers have
//! four digits to the base 128, which are ASCII.

/// The place of a capture in its text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// The first byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
    /// Whether escape characters have to be taken out.
    pub escaped: bool,
}

impl Span {
    /// A capture that is taken as it stands.
    pub(super) fn plain(start: usize, end: usize) -> Self {
        Self { start, end, escaped: false }
    }
}

const MARK: char = '=';
const DIGITS: usize = 4;
const WIDTH: usize = 1 + 2 * DIGITS;

/// Longer texts have no captures, in bytes.
pub(super) const LONGEST: usize = (1 << (7 * DIGITS)) - 1;

const ABSENT: char = '-';
const PLAIN: char = 'p';
const ESCAPED: char = 'e';

/// Appends the captures of a row.
pub(super) fn write(out: &mut String, captures: &[Option<Span>]) {
    out.push(MARK);
    for capture in captures {
        let (form, start, length) = match capture {
            None => (ABSENT, 0, 0),
            Some(span) => (if span.escaped { ESCAPED } else { PLAIN }, span.start, span.end - span.start),
        };
        out.push(form);
        push_number(out, start);
        push_number(out, length);
    }
}

fn push_number(out: &mut String, number: usize) {
    for digit in (0..DIGITS).rev() {
        out.push(char::from((number >> (7 * digit)) as u8 & 0x7f));
    }
}

/// The capture of that number; `None` if the row has it not.
pub(super) fn read(found: &str, index: usize) -> Option<Span> {
    let from = MARK.len_utf8() + index * WIDTH;
    let [form, digits @ ..] = found.as_bytes().get(from..from + WIDTH)? else { return None };
    let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number << 7 | usize::from(*digit));
    let (start, length) = digits.split_at(DIGITS);
    let start = number(start);
    let span = Span { start, end: start + number(length), escaped: *form == ESCAPED as u8 };
    (*form != ABSENT as u8).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let captures = [
            Some(Span::plain(0, 0)),
            None,
            Some(Span::plain(127, 128)),
            Some(Span { start: 300, end: LONGEST, escaped: true }),
        ];
        let mut text = String::new();
        write(&mut text, &captures);
        for (index, capture) in captures.iter().enumerate() {
            assert_eq!(read(&text, index), *capture);
        }
        assert_eq!(read(&text, captures.len()), None);
        assert_eq!(read("", 0), None);
    }
}
