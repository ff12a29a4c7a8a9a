//! Strings: how long one is, and what it says.

use super::{LexicalError, Scan, TokenKind, no_match};

/// The fences around strings over several lines.
const FENCES: [&str; 2] = ["```", "~~~"];

/// A string in any form. One without an end reaches to the end of its line, a fenced one to the end of the text.
pub(super) fn string(text: &str) -> Scan<'_, TokenKind> {
    let Some(form) = Form::of(text) else { return no_match(text) };
    let content = &text[form.prefix_length..];
    let (length, error) = match form.quote {
        Quote::Fence(fence) => match content.find(fence) {
            Some(end) => (end + fence.len(), None),
            None => (content.len(), Some(LexicalError::UnterminatedString)),
        },
        Quote::Verbatim(quote) => quoted_length(content, quote, verbatim_step),
        Quote::Escaped(quote) => quoted_length(content, quote, escaped_step),
    };
    let kind = error.map_or(TokenKind::String, TokenKind::Invalid);
    Ok((&content[length..], kind))
}

/// The text that a string token stands for: without prefix and quotes, escapes resolved.
pub fn decode(token: &str) -> String {
    let Some(form) = Form::of(token) else { return String::new() };
    let content = &token[form.prefix_length..];
    match form.quote {
        Quote::Fence(fence) => content.strip_suffix(fence).unwrap_or(content).to_owned(),
        Quote::Verbatim(quote) => {
            let content = content.strip_suffix(quote).unwrap_or(content);
            content.replace(&format!("{quote}{quote}"), &quote.to_string())
        }
        Quote::Escaped(quote) => unescape(content.strip_suffix(quote).unwrap_or(content)),
    }
}

/// How a string is written.
struct Form {
    /// The length of what stands before the content: `h`, `@`, the quote.
    prefix_length: usize,
    quote: Quote,
}

enum Quote {
    /// Three back-ticks or tildes: nothing inside is special.
    Fence(&'static str),
    /// `@'..'`: a doubled quote is one, a backslash nothing special.
    Verbatim(char),
    /// `'..'`: with escapes.
    Escaped(char),
}

impl Form {
    fn of(text: &str) -> Option<Self> {
        let body = text.strip_prefix(['h', 'H']).unwrap_or(text);
        let at = body.strip_prefix('@');
        let body = at.unwrap_or(body);
        let before_quote = text.len() - body.len();
        if let Some(fence) = FENCES.into_iter().find(|fence| body.starts_with(fence)) {
            return Some(Self { prefix_length: before_quote + fence.len(), quote: Quote::Fence(fence) });
        }
        let quote = body.chars().next().filter(|first| matches!(first, '\'' | '"'))?;
        let quote = if at.is_some() { Quote::Verbatim(quote) } else { Quote::Escaped(quote) };
        Some(Self { prefix_length: before_quote + 1, quote })
    }
}

/// What stands next inside a string.
enum Step {
    /// So many bytes of content.
    Content(usize),
    /// A backslash that begins no escape.
    BadEscape,
    /// The closing quote.
    End,
}

/// The length of the content and the closing quote, and what is wrong with them.
fn quoted_length(content: &str, quote: char, step: fn(&str, char) -> Step) -> (usize, Option<LexicalError>) {
    let mut length = 0;
    let mut error = None;
    while let Some(next) = content[length..].chars().next() {
        if matches!(next, '\r' | '\n') {
            break;
        }
        match step(&content[length..], quote) {
            Step::Content(bytes) => length += bytes,
            Step::BadEscape => {
                error = Some(LexicalError::UnknownEscape);
                length += 1;
            }
            Step::End => return (length + 1, error),
        }
    }
    (length, Some(LexicalError::UnterminatedString))
}

fn verbatim_step(content: &str, quote: char) -> Step {
    let mut characters = content.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if first == quote && second == quote => Step::Content(2),
        (Some(first), _) if first == quote => Step::End,
        (first, _) => Step::Content(first.map_or(1, char::len_utf8)),
    }
}

fn escaped_step(content: &str, quote: char) -> Step {
    match content.chars().next() {
        Some('\\') => escape(content).map_or(Step::BadEscape, |(bytes, _)| Step::Content(bytes)),
        Some(first) if first == quote => Step::End,
        first => Step::Content(first.map_or(1, char::len_utf8)),
    }
}

/// The escape at the beginning of the text: its length, and the UTF-16 unit or character that it means.
fn escape(text: &str) -> Option<(usize, u32)> {
    let code = text.as_bytes().get(1)?;
    let simple = match code {
        b'\\' | b'\'' | b'"' => *code,
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'x' => return hexadecimal_escape(text, 2),
        b'u' => return hexadecimal_escape(text, 4),
        b'U' => return hexadecimal_escape(text, 8),
        _ => return octal_escape(text),
    };
    Some((2, u32::from(simple)))
}

fn hexadecimal_escape(text: &str, count: usize) -> Option<(usize, u32)> {
    let digits = text.get(2..2 + count).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    Some((2 + count, u32::from_str_radix(digits, 16).ok()?))
}

/// Up to three octal digits that stay below 256.
fn octal_escape(text: &str) -> Option<(usize, u32)> {
    let digits = text.bytes().skip(1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let digits = if digits == 3 && text.as_bytes().get(1) > Some(&b'3') { 2 } else { digits };
    let code = text.get(1..1 + digits).filter(|code| !code.is_empty())?;
    Some((1 + digits, u32::from_str_radix(code, 8).ok()?))
}

fn unescape(content: &str) -> String {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(position) = rest.find('\\') {
        text.push_str(&rest[..position]);
        rest = &rest[position..];
        let (length, character) = match escape(rest) {
            Some((length, code)) => surrogate_pair(rest, length, code),
            None => (1, '\\'),
        };
        text.push(character);
        rest = &rest[length..];
    }
    text.push_str(rest);
    text
}

/// The character that an escape means; two escaped halves of a surrogate pair are one.
fn surrogate_pair(text: &str, length: usize, code: u32) -> (usize, char) {
    if (0xd800..0xdc00).contains(&code)
        && let Some((low_length, low @ 0xdc00..0xe000)) =
            text.get(length..).and_then(|rest| rest.starts_with("\\u").then(|| escape(rest)).flatten())
    {
        let combined = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        return (length + low_length, char::from_u32(combined).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    (length, char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}
