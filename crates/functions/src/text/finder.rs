//! Looks for one needle in many texts.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::case::{starts_with_ignore_case, upper};

/// Finds the first occurrence of a fixed needle at or after a byte position.
pub(crate) trait Search {
    /// The bytes of the first occurrence that starts at or after `from`.
    fn find(&self, text: &str, from: usize) -> Option<Range<usize>>;
}

/// A needle made ready, by how it is best looked for.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a few needles a query, read for every row")]
pub(crate) enum Finder {
    /// Byte by byte equal.
    Exact(ExactFinder),
    /// Equal without regard to case; the needle is ASCII and so is all that matches it.
    Ascii(AsciiFinder),
    /// Equal without regard to case; the needle has characters outside ASCII.
    Folded(FoldedFinder),
}

impl Finder {
    /// Makes a needle ready.
    pub(crate) fn new(needle: &str, ignore_case: bool) -> Self {
        if !ignore_case || needle.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic()) {
            Finder::Exact(ExactFinder::new(needle))
        } else if needle.is_ascii() {
            Finder::Ascii(AsciiFinder::new(needle))
        } else {
            Finder::Folded(FoldedFinder { needle: needle.chars().map(upper).collect() })
        }
    }
}

impl Search for Finder {
    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        match self {
            Finder::Exact(finder) => finder.find(text, from),
            Finder::Ascii(finder) => finder.find(text, from),
            Finder::Folded(finder) => finder.find(text, from),
        }
    }
}

/// Texts up to this length are searched for the needle's rarest byte; the set-up of a substring search costs more than
/// it gains there.
const SHORT: usize = 96;

/// Finds bytes as they are.
#[derive(Debug)]
pub(crate) struct ExactFinder {
    long: memmem::Finder<'static>,
    rarest: usize,
}

impl ExactFinder {
    fn new(needle: &str) -> Self {
        let long = memmem::Finder::new(needle.as_bytes()).into_owned();
        Self { long, rarest: rarest_byte(needle.as_bytes()) }
    }

    #[inline]
    fn find_in_short(&self, text: &[u8], mut from: usize) -> Option<usize> {
        let needle = self.long.needle();
        let Some(&rare) = needle.get(self.rarest) else { return Some(from) };
        let last = text.len().checked_sub(needle.len())?;
        while from <= last {
            from += memchr(rare, &text[from + self.rarest..=last + self.rarest])?;
            if text[from..].starts_with(needle) {
                return Some(from);
            }
            from += 1;
        }
        None
    }
}

impl Search for ExactFinder {
    #[inline]
    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let start = if text.len() <= SHORT {
            self.find_in_short(text.as_bytes(), from)?
        } else {
            from + self.long.find(text.as_bytes().get(from..)?)?
        };
        Some(start..start + self.long.needle().len())
    }
}

/// Finds ASCII letters in either case.
#[derive(Debug)]
pub(crate) struct AsciiFinder {
    /// In lower case.
    needle: Box<[u8]>,
    rarest: usize,
    /// The byte at `rarest` in both cases.
    rare: (u8, u8),
}

impl AsciiFinder {
    fn new(needle: &str) -> Self {
        let needle = needle.to_ascii_lowercase().into_bytes().into_boxed_slice();
        let rarest = rarest_byte(&needle);
        let rare = needle.get(rarest).copied().unwrap_or_default();
        Self { needle, rarest, rare: (rare, rare.to_ascii_uppercase()) }
    }
}

impl Search for AsciiFinder {
    #[inline]
    fn find(&self, text: &str, mut from: usize) -> Option<Range<usize>> {
        let text = text.as_bytes();
        let length = self.needle.len();
        let last = text.len().checked_sub(length)?;
        while from <= last {
            from += memchr2(self.rare.0, self.rare.1, &text[from + self.rarest..=last + self.rarest])?;
            if text[from..from + length].eq_ignore_ascii_case(&self.needle) {
                return Some(from..from + length);
            }
            from += 1;
        }
        None
    }
}

/// Finds characters by their folded form.
#[derive(Debug)]
pub(crate) struct FoldedFinder {
    needle: Box<[char]>,
}

impl Search for FoldedFinder {
    fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let rest = text.get(from..)?;
        rest.char_indices().find_map(|(offset, _)| {
            let length = starts_with_ignore_case(&rest[offset..], &self.needle)?;
            Some(from + offset..from + offset + length)
        })
    }
}

/// Where the byte stands that is seen least in logs, so that looking for it stops seldom.
fn rarest_byte(needle: &[u8]) -> usize {
    let rank = |byte: &u8| match byte.to_ascii_lowercase() {
        b'e' | b' ' | b'0' | b'"' => 9,
        b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' | b'1' | b'.' | b'/' | b':' | b'-' => 8,
        b'l' | b'd' | b'c' | b'm' | b'u' | b'p' | b'2' | b'\\' | b'_' | b',' => 6,
        b'h' | b'f' | b'g' | b'w' | b'y' | b'b' | b'3'..=b'9' => 4,
        b'v' | b'k' | b'x' => 3,
        b'j' | b'q' | b'z' => 1,
        byte if byte.is_ascii() => 2,
        // Continuation bytes and leads of one script recur in all its texts.
        _ => 7,
    };
    needle.iter().enumerate().min_by_key(|(_, byte)| rank(byte)).map_or(0, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(needle: &str, ignore_case: bool, text: &str, from: usize) -> Option<Range<usize>> {
        Finder::new(needle, ignore_case).find(text, from)
    }

    #[test]
    fn finds_bytes_as_they_are() {
        assert_eq!(find("bc", false, "abcbc", 0), Some(1..3));
        assert_eq!(find("bc", false, "abcbc", 2), Some(3..5));
        assert_eq!(find("BC", false, "abcbc", 0), None);
        assert_eq!(find("", false, "abc", 1), Some(1..1));
        let long = format!("{}needle", "x".repeat(200));
        assert_eq!(find("needle", false, &long, 10), Some(200..206));
    }

    #[test]
    fn finds_ascii_in_either_case() {
        assert_eq!(find("PowerShell", true, "c:\\powershell.exe", 0), Some(3..13));
        assert_eq!(find("@a", true, "`a@A", 0), Some(2..4));
        assert_eq!(find("abc", true, "ab", 0), None);
        assert_eq!(find("aa", true, "AAA", 1), Some(1..3));
    }

    #[test]
    fn finds_beyond_ascii_by_folded_form() {
        assert_eq!(find("ÉCOLE", true, "l'école", 0), Some(2..8));
        assert_eq!(find("é", true, "ÉÉ", 2), Some(2..4));
    }
}
