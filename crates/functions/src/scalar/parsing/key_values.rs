//! Keys and their values in a text.
//!
//! White space around keys and values does not count, and of a key the first appearance does.

use std::ops::Range;

use regex::Regex;

use super::spans::Span;
use crate::KernelError;
use crate::text::{Finder, Search};

/// What is looked for, made ready.
#[derive(Debug)]
pub(super) struct KeyValues {
    pub keys: Vec<String>,
    pub quotes: Quotes,
    pub mode: Mode,
}

/// How keys and values are told apart.
#[derive(Debug)]
pub(super) enum Mode {
    /// By what stands between pairs, and between key and value.
    Delimited(Box<Delimiters>),
    /// Words are runs of letters and digits; the word behind a key is its value.
    Words,
    /// The two groups of each match.
    Expression(Regex),
}

/// The delimiters of [`Mode::Delimited`].
#[derive(Debug)]
pub(super) struct Delimiters {
    pair_text: String,
    pair: Finder,
    key_value: Finder,
    /// A value goes on to the next key rather than to the next delimiter.
    greedy: bool,
}

/// What quoted keys and values look like.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    pairs: Vec<(char, char)>,
    /// Characters that take the meaning from the one behind them.
    pub escapes: Vec<char>,
}

/// A key or value in the text: its place without quotes, and where it ends with them.
struct Word {
    span: Span,
    end: usize,
}

impl Mode {
    /// Neither delimiter is empty.
    pub(super) fn delimited(pair: &str, key_value: &str, greedy: bool) -> Self {
        Mode::Delimited(Box::new(Delimiters {
            pair_text: pair.to_owned(),
            pair: Finder::new(pair, false),
            key_value: Finder::new(key_value, false),
            greedy,
        }))
    }
}

impl Quotes {
    /// One character that opens and closes, or one for each.
    pub(super) fn add(&mut self, text: &str) -> Result<(), KernelError> {
        let characters: Vec<char> = text.chars().collect();
        match characters[..] {
            [both] => self.pairs.push((both, both)),
            [open, close] => self.pairs.push((open, close)),
            _ => return Err(KernelError::new(format!("'{text}' is not one or two quote characters"))),
        }
        Ok(())
    }

    /// The quoted word that begins at `start`, if one does.
    fn word(&self, text: &str, start: usize) -> Option<Word> {
        let first = text[start..].chars().next()?;
        let (_, close) = self.pairs.iter().find(|(open, _)| *open == first)?;
        let inside = start + first.len_utf8();
        let mut escaped = false;
        let mut characters = text[inside..].char_indices();
        while let Some((offset, c)) = characters.next() {
            let at = inside + offset;
            if self.escapes.contains(&c) {
                escaped = true;
                characters.next();
            } else if c == *close {
                return Some(Word { span: Span { start: inside, end: at, escaped }, end: at + c.len_utf8() });
            }
        }
        None
    }
}

impl KeyValues {
    /// Sets the capture of each key that the text has.
    pub(super) fn find(&self, text: &str, captures: &mut [Option<Span>]) {
        match &self.mode {
            Mode::Delimited(delimiters) => self.find_delimited(delimiters, text, captures),
            Mode::Words => self.find_words(text, captures),
            Mode::Expression(regex) => {
                for groups in regex.captures_iter(text) {
                    if let (Some(key), Some(value)) = (groups.get(1), groups.get(2)) {
                        self.record(
                            text,
                            &trimmed(text, key.range()),
                            trimmed(text, value.range()),
                            captures,
                        );
                    }
                }
            }
        }
    }

    fn record(&self, text: &str, key: &Span, value: Span, captures: &mut [Option<Span>]) {
        let key = &text[key.start..key.end];
        if let Some(place) = self.keys.iter().position(|wanted| wanted == key) {
            captures[place].get_or_insert(value);
        }
    }

    fn find_delimited(&self, delimiters: &Delimiters, text: &str, captures: &mut [Option<Span>]) {
        let mut at = 0;
        while at < text.len() {
            let start = at + leading_white_space(&text[at..]);
            let quoted = self.quotes.word(text, start);
            let search = quoted.as_ref().map_or(at, |word| word.end);
            let Some(sign) = delimiters.key_value.find(text, search) else { return };
            if let Some(end) = delimiters.pair.find(text, search)
                && end.start < sign.start
            {
                // Something that is no pair.
                at = end.end;
                continue;
            }
            let key = quoted.map_or_else(|| trimmed(text, at..sign.start), |word| word.span);
            let value = self.value(delimiters, text, sign.end);
            self.record(text, &key, value.span, captures);
            at = value.end;
        }
    }

    /// The value that begins at `start`; its end is where the next pair begins.
    fn value(&self, delimiters: &Delimiters, text: &str, start: usize) -> Word {
        let next = delimiters.pair.find(text, start);
        let limit = next.as_ref().map_or(text.len(), |next| next.start);
        let skipped = leading_white_space(&text[start..limit]);
        if let Some(word) = self.quotes.word(text, start + skipped) {
            let end = delimiters.pair.find(text, word.end).map_or(text.len(), |next| next.end);
            return Word { span: word.span, end };
        }
        let end = if delimiters.greedy { delimiters.before_next_key(text, start) } else { next };
        match end {
            Some(delimiter) => Word { span: trimmed(text, start..delimiter.start), end: delimiter.end },
            None => Word { span: trimmed(text, start..text.len()), end: text.len() },
        }
    }

    fn find_words(&self, text: &str, captures: &mut [Option<Span>]) {
        let mut at = 0;
        while let Some(key) = self.word(text, at) {
            at = key.end;
            let name = &text[key.span.start..key.span.end];
            if self.keys.iter().any(|wanted| wanted == name)
                && let Some(value) = self.word(text, at)
            {
                at = value.end;
                self.record(text, &key.span, value.span, captures);
            }
        }
    }

    /// The next word, quoted or not.
    fn word(&self, text: &str, from: usize) -> Option<Word> {
        for (offset, c) in text[from..].char_indices() {
            let start = from + offset;
            if c.is_alphanumeric() {
                let length = text[start..].find(|c: char| !c.is_alphanumeric());
                let end = length.map_or(text.len(), |length| start + length);
                return Some(Word { span: Span::plain(start, end), end });
            }
            if let Some(word) = self.quotes.word(text, start) {
                return Some(word);
            }
        }
        None
    }
}

impl Delimiters {
    /// The delimiter before the next key: the last one before the sign that follows a key.
    fn before_next_key(&self, text: &str, start: usize) -> Option<Range<usize>> {
        let mut from = start;
        loop {
            let sign = self.key_value.find(text, from)?;
            if let Some(offset) = text[start..sign.start].rfind(&self.pair_text) {
                let end = start + offset + self.pair_text.len();
                if !text[end..sign.start].trim().is_empty() {
                    return Some(start + offset..end);
                }
            }
            from = sign.end;
        }
    }
}

fn leading_white_space(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

fn trimmed(text: &str, range: Range<usize>) -> Span {
    let part = &text[range.start..range.end];
    let start = range.start + leading_white_space(part);
    Span::plain(start, start + part.trim().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(keys: &[&str], quotes: &[&str], mode: Mode, text: &'a str) -> Vec<Option<&'a str>> {
        let mut all = Quotes { escapes: vec!['\\'], ..Quotes::default() };
        quotes.iter().for_each(|quote| all.add(quote).unwrap_or_else(|error| panic!("{error}")));
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let mut captures = vec![None; keys.len()];
        KeyValues { keys, quotes: all, mode }.find(text, &mut captures);
        captures.iter().map(|span| span.map(|span| &text[span.start..span.end])).collect()
    }

    #[test]
    fn pairs_are_split_at_delimiters() {
        let text = "ThreadId:458745723, Machine:Node001, Text: The service is up, Level: Info, Level: x";
        let mode = Mode::delimited(",", ":", false);
        let values = found(&["Text", "ThreadId", "Level", "None"], &[], mode, text);
        assert_eq!(values, [Some("The service is up"), Some("458745723"), Some("Info"), None]);
        let quoted = r#"src=10.1.1.123 failure="connection \"aborted\"" "event time"=2021 bytes= dst=1"#;
        let keys = &["failure", "event time", "bytes", "dst"];
        let values = found(keys, &["\""], Mode::delimited(" ", "=", false), quoted);
        assert_eq!(values, [Some(r#"connection \"aborted\""#), Some("2021"), Some(""), Some("1")]);
        let values = found(&["b"], &["()"], Mode::delimited(" ", "=", false), "(a b)=(c d) b=(x=1 y)");
        assert_eq!(values, [Some("x=1 y")]);
    }

    #[test]
    fn a_greedy_value_goes_on_to_the_next_key() {
        let text = "name=John Doe phone=555 5555 city=New York";
        let keys = &["name", "phone", "city"];
        let values = found(keys, &[], Mode::delimited(" ", "=", false), text);
        assert_eq!(values, [Some("John"), Some("555"), Some("New")]);
        let values = found(keys, &[], Mode::delimited(" ", "=", true), text);
        assert_eq!(values, [Some("John Doe"), Some("555 5555"), Some("New York")]);
    }

    #[test]
    fn without_delimiters_a_value_is_the_next_word() {
        let text =
            r"2021-01-01T10:00:34 [INFO] ThreadId:458745723, Machine:Node001, Text: 'The service \' is up'";
        let values = found(&["Text", "ThreadId", "Machine"], &["'"], Mode::Words, text);
        assert_eq!(values, [Some(r"The service \' is up"), Some("458745723"), Some("Node001")]);
    }

    #[test]
    fn an_expression_has_a_group_for_key_and_value() {
        let regex = Regex::new(r#""([\w ]+)\s*:\s*([^"]*)""#).unwrap_or_else(|error| panic!("{error}"));
        let text = r#"["referer url: https://h/?h=1", "request url: https://i/"]"#;
        let values = found(&["request url", "referer url"], &[], Mode::Expression(regex), text);
        assert_eq!(values, [Some("https://i/"), Some("https://h/?h=1")]);
    }
}
