//! A borrowed view of a value in JSON text.

use std::borrow::Cow;

use super::scan::{skip_blanks, skip_string, skip_value};
use super::write::needs_escape;
use crate::PathStep;

/// A value in JSON text. Nothing is parsed until asked for, and then only as far as needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a> {
    text: &'a str,
}

/// What a JSON value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number, whole or not.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// A property bag.
    Bag,
}

impl<'a> Json<'a> {
    /// A view of JSON text. Text that is no JSON gives some answer, but no panic.
    pub fn new(text: &'a str) -> Self {
        Self { text: text.trim_ascii() }
    }

    /// The JSON text.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// What the value is.
    pub fn kind(self) -> JsonKind {
        match self.text.as_bytes().first() {
            Some(b'{') => JsonKind::Bag,
            Some(b'[') => JsonKind::Array,
            Some(b'"') => JsonKind::String,
            Some(b't' | b'f') => JsonKind::Bool,
            Some(b'-' | b'0'..=b'9') => JsonKind::Number,
            _ => JsonKind::Null,
        }
    }

    /// Whether the value is null.
    pub fn is_null(self) -> bool {
        self.kind() == JsonKind::Null
    }

    /// The property of that name, if this is a bag that has it. Of several the first.
    pub fn get(self, key: &str) -> Option<Json<'a>> {
        let mut members = self.members();
        if needs_escape(key) {
            return members.find(|(name, _)| name == key).map(|(_, value)| value);
        }
        while let Some((name, value)) = members.next_raw() {
            if name == key || (name.contains('\\') && unescape(name) == key) {
                return Some(value);
            }
        }
        None
    }

    /// The element at that position, if this is an array that long; negative counts from the end.
    pub fn index(self, index: i64) -> Option<Json<'a>> {
        match usize::try_from(index) {
            Ok(index) => self.elements().nth(index),
            Err(_) => {
                let from_end = usize::try_from(index.unsigned_abs()).ok()?;
                self.elements().nth(self.elements().count().checked_sub(from_end)?)
            }
        }
    }

    /// Follows steps; `None` where one leads nowhere.
    pub fn walk(self, steps: &[PathStep]) -> Option<Json<'a>> {
        steps.iter().try_fold(self, |value, step| match step {
            PathStep::Key(key) => value.get(key),
            PathStep::Index(index) => value.index(*index),
        })
    }

    /// The elements of an array; of anything else none.
    pub fn elements(self) -> Elements<'a> {
        Elements { text: if self.kind() == JsonKind::Array { self.text } else { "" }, at: 1 }
    }

    /// The properties of a bag in their order; of anything else none.
    pub fn members(self) -> Members<'a> {
        Members { text: if self.kind() == JsonKind::Bag { self.text } else { "" }, at: 1 }
    }

    /// The characters of a string.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        let inside = self.text.strip_prefix('"')?.strip_suffix('"')?;
        Some(unescape(inside))
    }

    /// A number that is written without fraction and exponent and is within the range of long.
    pub fn as_i64(self) -> Option<i64> {
        self.text.parse().ok()
    }

    /// A number.
    pub fn as_f64(self) -> Option<f64> {
        if self.kind() == JsonKind::Number { self.text.parse().ok() } else { None }
    }

    /// A bool.
    pub fn as_bool(self) -> Option<bool> {
        match self.text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

/// The elements of an array.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Json<'a>> {
        let start = next_start(self.text, self.at)?;
        let end = skip_value(self.text.as_bytes(), start);
        self.at = end;
        self.text.get(start..end).map(|text| Json { text })
    }
}

/// The properties of a bag.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Members<'a> {
    /// The next property, its name as written between the quotes.
    pub(super) fn next_raw(&mut self) -> Option<(&'a str, Json<'a>)> {
        let text = self.text.as_bytes();
        let name_start = next_start(self.text, self.at)?;
        if text.get(name_start) != Some(&b'"') {
            return None;
        }
        let name_end = skip_string(text, name_start);
        let colon = skip_blanks(text, name_end);
        let start = skip_blanks(text, colon + 1);
        self.at = skip_value(text, start);
        let name = self.text.get(name_start + 1..name_end.checked_sub(1)?)?;
        self.text.get(start..self.at).map(|text| (name, Json { text }))
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (Cow<'a, str>, Json<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.next_raw().map(|(name, value)| (unescape(name), value))
    }
}

/// Where the next element or property starts, if the container does not end there.
#[inline]
fn next_start(text: &str, at: usize) -> Option<usize> {
    let text = text.as_bytes();
    let mut at = skip_blanks(text, at);
    if text.get(at) == Some(&b',') {
        at = skip_blanks(text, at + 1);
    }
    match text.get(at) {
        None | Some(b']' | b'}') => None,
        Some(_) => Some(at),
    }
}

/// The characters that the inside of a JSON string stands for.
pub(super) fn unescape(inside: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', inside.as_bytes()) else {
        return Cow::Borrowed(inside);
    };
    let mut out = String::with_capacity(inside.len());
    let (head, mut rest) = inside.split_at(first);
    out.push_str(head);
    while let Some(escaped) = rest.strip_prefix('\\') {
        let after = push_unescaped(&mut out, escaped);
        let next = memchr::memchr(b'\\', after.as_bytes()).unwrap_or(after.len());
        let (plain, tail) = after.split_at(next);
        out.push_str(plain);
        rest = tail;
    }
    Cow::Owned(out)
}

/// Appends the character that an escape stands for, given what follows the backslash; gives what follows the escape.
fn push_unescaped<'a>(out: &mut String, escaped: &'a str) -> &'a str {
    let mut characters = escaped.chars();
    match characters.next() {
        Some('n') => out.push('\n'),
        Some('t') => out.push('\t'),
        Some('r') => out.push('\r'),
        Some('b') => out.push('\u{8}'),
        Some('f') => out.push('\u{c}'),
        Some('u') => return push_unicode(out, characters.as_str()),
        Some(other) => out.push(other),
        None => {}
    }
    characters.as_str()
}

/// Appends the character of `XXXX` or of a surrogate pair; half a pair is the replacement character.
fn push_unicode<'a>(out: &mut String, digits: &'a str) -> &'a str {
    let Some((unit, rest)) = code_unit(digits) else {
        out.push(char::REPLACEMENT_CHARACTER);
        return digits;
    };
    if (0xD800..0xDC00).contains(&unit)
        && let Some((low, rest)) = rest.strip_prefix("\\u").and_then(code_unit)
        && (0xDC00..0xE000).contains(&low)
    {
        let scalar = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        out.push(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
        return rest;
    }
    out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
}

/// Four hex digits.
fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_inside() {
        let json = Json::new(r#"{"a":{"b":[1,"two",[3],{"c":null}]},"q\"":"x,]}"}"#);
        let array = json.get("a").and_then(|a| a.get("b"));
        let texts: Vec<&str> = array.into_iter().flat_map(Json::elements).map(Json::text).collect();
        assert_eq!(texts, ["1", "\"two\"", "[3]", "{\"c\":null}"]);
        assert_eq!(array.and_then(|b| b.index(-1)).map(Json::text), Some("{\"c\":null}"));
        assert_eq!(array.and_then(|b| b.index(-5)), None);
        assert_eq!(array.and_then(|b| b.index(4)), None);
        assert_eq!(json.get("q\"").and_then(Json::as_str).as_deref(), Some("x,]}"));
        assert_eq!(json.get("zz"), None);
        assert_eq!(json.index(0), None);
        let steps = [PathStep::Key("a".into()), PathStep::Key("b".into()), PathStep::Index(0)];
        assert_eq!(json.walk(&steps).and_then(Json::as_i64), Some(1));
    }

    #[test]
    fn empty_containers_have_nothing() {
        assert_eq!(Json::new("[]").elements().count(), 0);
        assert_eq!(Json::new("{}").members().count(), 0);
        assert_eq!(Json::new("[ ]").elements().count(), 0);
        assert_eq!(Json::new(" [ 1 , 2 ] ").elements().count(), 2);
    }

    #[test]
    fn escapes() {
        assert_eq!(unescape(r#"a\"\\\/\n\u0041\ud83d\ude00"#), "a\"\\/\nA😀");
        assert_eq!(unescape(r"\ud83d"), "\u{fffd}");
        assert_eq!(unescape(r"\u12"), "\u{fffd}12");
        assert_eq!(unescape("\\"), "");
    }

    #[test]
    fn other_text_does_no_harm() {
        for text in
            ["", "{", "[", "{\"", "{\"a", "{\"a\"", "{\"a\":", "[1", "[,", "é", "[é", "{é", "]", "[:", "\"\\"]
        {
            let json = Json::new(text);
            assert!(json.elements().count() + json.members().count() <= text.len());
            let _ = (json.get("a"), json.index(-1), json.as_str(), json.as_f64(), json.kind());
        }
    }
}
