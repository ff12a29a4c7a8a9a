//! Whether a JSON value stands in the text as a dynamic column holds it: without white space, needless escapes, or
//! numbers written in an unusual way. If so its bytes are used as they are; if not it is written anew.

use super::Fault;
use super::text::{blank, find_special, hex4};

/// How a valid JSON value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As a dynamic column holds it.
    Canonical,
    /// Some other way.
    Other,
}

/// Values may be nested that deep, as in serde_json.
const DEEPEST: u32 = 127;

/// The canonical text of a JSON value, `None` where it is none.
pub(crate) fn canonical(text: &str) -> Option<String> {
    kql_types::dynamic::canonicalize(text)
}

/// Checks that `bytes` are exactly one JSON value (which may have white space around it), and how it is written.
/// The bytes must be UTF-8.
pub(crate) fn check(bytes: &[u8]) -> Result<Form, Fault> {
    let mut cursor = Cursor { bytes, at: 0, form: Form::Canonical };
    // One bit for each open bracket: set for an object.
    let (mut objects, mut depth) = (0u128, 0u32);
    loop {
        // A value begins here.
        cursor.skip_blank();
        match cursor.peek() {
            Some(open @ (b'{' | b'[')) => {
                cursor.at += 1;
                depth += 1;
                if depth > DEEPEST {
                    return Err(Fault::Value);
                }
                objects = objects << 1 | u128::from(open == b'{');
                cursor.skip_blank();
                if cursor.peek() != Some(open + 2) {
                    if open == b'{' {
                        cursor.key()?;
                    }
                    continue;
                }
                cursor.at += 1;
                depth -= 1;
                objects >>= 1;
            }
            _ => cursor.scalar()?,
        }
        // A value has ended here.
        loop {
            cursor.skip_blank();
            if depth == 0 {
                return if cursor.at == bytes.len() { Ok(cursor.form) } else { Err(Fault::Value) };
            }
            let object = objects & 1 == 1;
            match cursor.next() {
                Some(b',') if object => {
                    cursor.skip_blank();
                    cursor.key()?;
                    break;
                }
                Some(b',') => break,
                Some(b'}') if object => {}
                Some(b']') if !object => {}
                _ => return Err(Fault::Value),
            }
            depth -= 1;
            objects >>= 1;
        }
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    form: Form,
}

impl Cursor<'_> {
    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline(always)]
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    #[inline(always)]
    fn skip_blank(&mut self) {
        while self.peek().is_some_and(blank) {
            self.at += 1;
            self.form = Form::Other;
        }
    }

    /// `"key":`
    #[inline(always)]
    fn key(&mut self) -> Result<(), Fault> {
        if self.next() != Some(b'"') {
            return Err(Fault::Value);
        }
        self.string_content()?;
        self.skip_blank();
        if self.next() == Some(b':') { Ok(()) } else { Err(Fault::Value) }
    }

    #[inline(always)]
    fn scalar(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.string_content()
            }
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            _ => self.number(),
        }
    }

    #[inline(always)]
    fn word(&mut self, word: &[u8]) -> Result<(), Fault> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(Fault::Value);
        }
        self.at += word.len();
        Ok(())
    }

    /// A string's content and its closing quote.
    #[inline(always)]
    fn string_content(&mut self) -> Result<(), Fault> {
        loop {
            self.at = find_special(self.bytes, self.at);
            match self.next() {
                Some(b'"') => return Ok(()),
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(Fault::ControlCharacter),
                None => return Err(Fault::OpenString),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<(), Fault> {
        match self.next() {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'/') => {
                self.form = Form::Other;
                Ok(())
            }
            Some(b'u') => self.unicode_escape(),
            _ => Err(Fault::Value),
        }
    }

    fn unicode_escape(&mut self) -> Result<(), Fault> {
        self.form = Form::Other;
        let first = hex4(self.bytes, self.at).ok_or(Fault::Value)?;
        self.at += 4;
        match first {
            0xdc00..=0xdfff => Err(Fault::Value),
            0xd800..=0xdbff => {
                let second = self.bytes.get(self.at..self.at + 2).filter(|&start| start == b"\\u");
                let second = second.and_then(|_| hex4(self.bytes, self.at + 2));
                self.at += 6;
                if matches!(second, Some(0xdc00..=0xdfff)) { Ok(()) } else { Err(Fault::Value) }
            }
            _ => Ok(()),
        }
    }

    /// A number. Canonical are integers of up to 18 digits and short fractions without exponent or trailing zero:
    /// their text is what the number's value would be written as.
    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let first = self.peek();
        let integer_digits = self.digits();
        if integer_digits == 0 || (first == Some(b'0') && integer_digits > 1) {
            return Err(Fault::Value);
        }
        let mut plain = integer_digits <= 18 && !(negative && first == Some(b'0'));
        if self.peek() == Some(b'.') {
            self.at += 1;
            let fraction_digits = self.digits();
            if fraction_digits == 0 {
                return Err(Fault::Value);
            }
            let zero_end = self.bytes[self.at - 1] == b'0';
            let tiny =
                self.bytes[start..].starts_with(b"0.0000") || self.bytes[start..].starts_with(b"-0.0000");
            plain = integer_digits + fraction_digits <= 15 && (!zero_end || fraction_digits == 1) && !tiny;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(Fault::Value);
            }
            plain = false;
        }
        if !plain {
            self.form = Form::Other;
        }
        Ok(())
    }

    #[inline(always)]
    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: &[&str] = &[
        "1",
        "-1",
        "0",
        "-0",
        "01",
        "1.",
        ".5",
        "1.5",
        "1.50",
        "1e5",
        "1E+5",
        "1e",
        "-",
        "+1",
        "1 2",
        "tru",
        "true",
        "nulll",
        "null",
        "\"a\"",
        "\"a",
        "\"\\n\"",
        "\"\\/\"",
        "\"\\u00e9\"",
        "\"\\ud800\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\\u0041\"",
        "\"\\q\"",
        "[]",
        "[1,2]",
        "[1, 2]",
        "[1,]",
        "[,1]",
        "{}",
        "{\"a\":1}",
        "{\"a\" :1}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":{\"b\":[{}]}}",
        "{\"a\":[}",
        "[}",
        "{]",
        "",
        " 1 ",
        "\n{}\n",
        "[[]]",
        "[1}",
        "123456789012345678",
        "12345678901234567890123",
        "0.1",
        "0.00001",
        "1234567890.123456789",
        "\"é😀\"",
        "{\"a\":1 \"b\":2}",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "NaN",
        "\"a\tb\"",
        "-0.0",
        "-0.5",
        "100000000.0",
    ];

    #[test]
    fn what_serde_json_accepts_is_accepted_and_nothing_else() {
        for text in VALUES {
            let expected = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(check(text.as_bytes()).is_ok(), expected, "{text}");
        }
    }

    #[test]
    fn canonical_text_is_what_writing_the_value_anew_gives() {
        for text in VALUES {
            if check(text.as_bytes()) == Ok(Form::Canonical) {
                assert_eq!(canonical(text).as_deref(), Some(*text));
            }
        }
    }

    #[test]
    fn nesting_is_as_deep_as_serde_json_lets_it_be() {
        for depth in 120..135 {
            let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let expected = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            assert_eq!(check(text.as_bytes()).is_ok(), expected, "{depth}");
        }
        assert!(check("[".repeat(1_000_000).as_bytes()).is_err());
    }
}
