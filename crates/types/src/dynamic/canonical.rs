//! Brings JSON text into the one form that dynamic columns hold.

use super::json::unescape;
use super::scan::{skip_blanks, skip_string};
use super::write::{is_escaped, write_json_string, write_real};

/// How deep arrays and bags may be nested; deeper text is no JSON to us.
pub const MAX_DEPTH: usize = 1024;

/// The compact form of a JSON text: no white space between tokens, those escapes only that JSON asks for, whole
/// numbers as they are and others in the shortest form that keeps a point (`1.50` is `1.5`, `1e3` is `1000.0`).
/// A name that occurs twice in a bag is kept twice; reading finds the first.
///
/// `None` if the text is no JSON. Takes time linear in its length.
pub fn canonicalize(text: &str) -> Option<String> {
    let mut writer = Writer { text, at: 0, out: String::with_capacity(text.len()), open: Vec::new() };
    writer.document()?;
    Some(writer.out)
}

/// Whether a text, known to be JSON, is already what [`canonicalize`] would make of it, so that it can be used as it
/// stands.
pub fn is_compact(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = skip_string(bytes, at);
                if !is_compact_string(&text[at..end]) {
                    return false;
                }
                at = end;
            }
            b'-' | b'0'..=b'9' => {
                let end = number_end(bytes, at);
                if !is_compact_number(&text[at..end]) {
                    return false;
                }
                at = end;
            }
            b' ' | b'\n' | b'\r' | b'\t' => return false,
            _ => at += 1,
        }
    }
    true
}

fn is_compact_string(quoted: &str) -> bool {
    if memchr::memchr(b'\\', quoted.as_bytes()).is_none() {
        return true;
    }
    let Some(inside) = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return false;
    };
    let mut again = String::with_capacity(quoted.len());
    write_json_string(&mut again, &unescape(inside));
    again == quoted
}

fn is_compact_number(text: &str) -> bool {
    // 18 digits are always within the range of long.
    let whole = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    whole || {
        let mut again = String::new();
        write_number(&mut again, text).is_some() && again == text
    }
}

fn number_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
        .unwrap_or(rest.len());
    at + length
}

/// Appends a number in canonical form: as a long if it is one, else as a real.
fn write_number(out: &mut String, text: &str) -> Option<()> {
    check_number(text.as_bytes())?;
    match text.parse::<i64>() {
        Ok(_) if text == "-0" => out.push('0'),
        Ok(_) => out.push_str(text),
        Err(_) => write_real(out, text.parse().ok()?),
    }
    Some(())
}

/// JSON's grammar of numbers: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
fn check_number(text: &[u8]) -> Option<()> {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(text);
    if whole == 0 || (whole > 1 && text[0] == b'0') {
        return None;
    }
    let mut rest = &text[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let width = digits(fraction);
        rest = &fraction[width..];
        if width == 0 {
            return None;
        }
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', exponent @ ..] => exponent,
            exponent => exponent,
        };
        rest = &exponent[digits(exponent)..];
        if exponent.len() == rest.len() {
            return None;
        }
    }
    rest.is_empty().then_some(())
}

/// Reads JSON and writes it again. What is open is kept in a stack of its own, so that no text is too deep for ours.
struct Writer<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// The closing characters that are due.
    open: Vec<u8>,
}

impl Writer<'_> {
    fn document(&mut self) -> Option<()> {
        self.value()?;
        while !self.open.is_empty() {
            self.after_value()?;
        }
        (self.peek().is_none()).then_some(())
    }

    /// A value; of an array or bag only the start, unless it is empty.
    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' => self.container(b'{', b'}'),
            b'[' => self.container(b'[', b']'),
            b'"' => self.string(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn container(&mut self, opening: u8, closing: u8) -> Option<()> {
        self.take(opening);
        if self.peek()? == closing {
            self.take(closing);
            return Some(());
        }
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        self.open.push(closing);
        self.item()
    }

    /// An element or a property.
    fn item(&mut self) -> Option<()> {
        if self.open.last() == Some(&b'}') {
            (self.peek()? == b'"').then(|| self.string())??;
            (self.peek()? == b':').then(|| self.take(b':'))?;
        }
        self.value()
    }

    /// What may follow a value inside an array or bag.
    fn after_value(&mut self) -> Option<()> {
        let closing = *self.open.last()?;
        match self.peek()? {
            b',' => {
                self.take(b',');
                self.item()
            }
            byte if byte == closing => {
                self.take(closing);
                self.open.pop();
                Some(())
            }
            _ => None,
        }
    }

    fn string(&mut self) -> Option<()> {
        let start = self.at;
        let end = skip_string(self.text.as_bytes(), start);
        let quoted = self.text.get(start..end)?;
        let inside = quoted.get(1..)?.strip_suffix('"')?;
        let bytes = inside.as_bytes();
        if memchr::memchr(b'\\', bytes).is_none() && !bytes.iter().copied().any(is_escaped) {
            self.out.push_str(quoted);
        } else {
            check_escapes(inside)?;
            write_json_string(&mut self.out, &unescape(inside));
        }
        self.at = end;
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        let end = number_end(self.text.as_bytes(), self.at);
        write_number(&mut self.out, self.text.get(self.at..end)?)?;
        self.at = end;
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text.get(self.at..)?.starts_with(word).then_some(())?;
        self.out.push_str(word);
        self.at += word.len();
        Some(())
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        self.at = skip_blanks(self.text.as_bytes(), self.at);
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) {
        self.at += 1;
        self.out.push(char::from(byte));
    }
}

/// Whether every backslash begins an escape that JSON knows. Raw control characters are let pass, as logs have them.
fn check_escapes(inside: &str) -> Option<()> {
    let mut rest = inside.as_bytes();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        rest = match rest.get(at + 1..)? {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => rest,
            [b'u', digits @ ..] => {
                let (digits, rest) = digits.split_at_checked(4)?;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(rest)?
            }
            _ => return None,
        };
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_and_needless_escapes_go() {
        let text = " { \"a\" : [ 1 , 2.50 , 1e3, -0 ] ,\n\"b\\u0041\" : \"x\\/y\\u0001\" , \"c\" : { } } ";
        let compact = "{\"a\":[1,2.5,1000.0,0],\"bA\":\"x/y\\u0001\",\"c\":{}}";
        assert_eq!(canonicalize(text).as_deref(), Some(compact));
        assert!(!is_compact(text));
        assert!(is_compact(compact));
    }

    #[test]
    fn scalars_are_json() {
        for text in ["null", "true", "21", "\"21\"", "-1.5", "[]", "{}"] {
            assert_eq!(canonicalize(text).as_deref(), Some(text));
            assert!(is_compact(text));
        }
    }

    #[test]
    fn large_whole_numbers_are_reals() {
        assert_eq!(canonicalize("9223372036854775807").as_deref(), Some("9223372036854775807"));
        assert!(!is_compact("9223372036854775808"));
    }

    #[test]
    fn other_text_is_refused() {
        for wrong in [
            "",
            "a",
            "{",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{'a':1}",
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "--1",
            "nul",
            "nullx",
            "[1 2]",
            "{\"a\":1,}",
            "[1]]",
            "\"abc",
            "\"\\x\"",
            "\"\\u12\"",
            "{\"a\":1]",
            "1 2",
            "tru",
            "\"\\",
            "é",
        ] {
            assert_eq!(canonicalize(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + "1" + &"]".repeat(depth);
        assert!(canonicalize(&nested(MAX_DEPTH)).is_some());
        assert!(canonicalize(&nested(MAX_DEPTH + 1)).is_none());
        assert!(canonicalize(&"[".repeat(1_000_000)).is_none());
    }
}
