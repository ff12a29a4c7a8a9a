//! Regular expressions.
//!
//! Kusto's are those of the `regex` crate: Unicode classes by default, no look-around, no back-references, matching in
//! linear time. <https://learn.microsoft.com/kusto/query/regex>

use hashbrown::HashMap;
use regex::{Regex, RegexBuilder};

use crate::{ArgumentInfo, KernelError};

/// The most memory a compiled expression may take, in bytes.
const SIZE_LIMIT: usize = 64 << 20;

/// Compiles an expression that is known before a row is read.
///
/// Published rules were written for RE2, to which a `[` in a class and a `{` that begins no repetition are ordinary
/// characters. An expression that is wrong by today's syntax is read that way before it is refused.
pub(crate) fn compile(pattern: &str) -> Result<Regex, KernelError> {
    let build = |pattern: &str| RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build();
    build(pattern).or_else(|error| build(&with_plain_brackets(pattern)).map_err(|_| error)).map_err(|error| {
        let reason = error.to_string();
        // The crate draws the expression with a marker over several lines; the last one says what is wrong.
        let reason = reason.lines().next_back().unwrap_or_default().trim_start_matches("error: ");
        KernelError::new(format!("'{pattern}' is not a valid regular expression: {reason}"))
    })
}

/// The expression with every `[` inside a class escaped, but those of `[:alpha:]` and its like, and outside of classes
/// every `{` that begins no repetition.
fn with_plain_brackets(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 4);
    let mut in_class = false;
    // Right behind `[` or `[^` a `]` is an ordinary character.
    let mut first = false;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let was_first = std::mem::take(&mut first);
        match c {
            '\\' => {
                let escaped = chars.next();
                out.push(c);
                out.extend(escaped);
                // The braces of `\p{L}` and `\x{41}` belong to the escape.
                if chars.as_str().starts_with('{') && escaped.is_some_and(|escaped| "pPxuU".contains(escaped))
                {
                    out.extend(chars.next());
                }
                continue;
            }
            '{' if !in_class && !is_repetition(chars.as_str()) => out.push('\\'),
            '[' if !in_class => {
                in_class = true;
                first = true;
            }
            '[' if chars.as_str().starts_with(':') => {
                out.push(c);
                for inner in chars.by_ref() {
                    out.push(inner);
                    if inner == ']' {
                        break;
                    }
                }
                continue;
            }
            '[' => out.push('\\'),
            '^' if was_first => first = true,
            ']' if was_first => out.push('\\'),
            ']' => in_class = false,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Whether the text behind a `{` makes it a repetition: `3}`, `3,}` or `3,5}`.
fn is_repetition(rest: &str) -> bool {
    let Some((bounds, _)) = rest.split_once('}') else { return false };
    let (least, most) = bounds.split_once(',').unwrap_or((bounds, ""));
    !least.is_empty() && least.bytes().chain(most.bytes()).all(|byte| byte.is_ascii_digit())
}

/// Compiled expressions of one batch, for expressions that differ from row to row.
#[derive(Debug, Default)]
pub(crate) struct RegexCache {
    compiled: HashMap<String, Regex>,
}

impl RegexCache {
    /// Expressions kept at a time.
    const CAPACITY: usize = 256;

    /// The compiled expression.
    pub(crate) fn get(&mut self, pattern: &str) -> Result<&Regex, KernelError> {
        if !self.compiled.contains_key(pattern) {
            if self.compiled.len() == Self::CAPACITY {
                self.compiled.clear();
            }
            self.compiled.insert(pattern.to_owned(), compile(pattern)?);
        }
        Ok(&self.compiled[pattern])
    }
}

/// The compiled expression at that argument, if it is constant.
pub(crate) fn constant_regex(
    arguments: &[ArgumentInfo<'_>],
    index: usize,
) -> Result<Option<Regex>, KernelError> {
    let constant = arguments.get(index).and_then(|argument| argument.constant);
    constant.map(|pattern| compile(&pattern.to_text())).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_in_a_class_may_be_plain() {
        assert_eq!(with_plain_brackets(r"[[]a[^[:alpha:][]\[[[]"), r"[\[]a[^[:alpha:]\[]\[[\[]");
        assert!(compile("[[]").is_ok_and(|regex| regex.is_match("a[b")));
        assert!(compile("[]x]").is_ok_and(|regex| regex.is_match("]")));
        assert!(compile("(").is_err());
    }

    #[test]
    fn a_brace_that_begins_no_repetition_may_be_plain() {
        assert_eq!(
            with_plain_brackets(r#"{"a":\d{2}x{3,}y{1,2}{z}\p{L}\{[{]{"#),
            r#"\{"a":\d{2}x{3,}y{1,2}\{z}\p{L}\{[{]\{"#
        );
        assert!(compile(r#"{"key":"\w+"}"#).is_ok_and(|regex| regex.is_match(r#"{"key":"value"}"#)));
        assert!(compile("a${b}").is_ok_and(|regex| !regex.is_match("ab")));
        assert!(compile("a{2,1}").is_err());
    }
}
