//! Text that is looked for in every line.

use std::sync::OnceLock;

use memchr::memmem;

/// Bytes by which it is told what is seen least.
const SAMPLE_BYTES: usize = 16 << 10;

/// Text of at least two bytes, in one spelling or in any letter case.
///
/// Two bytes in a row of it, those that are seen least in a sample, are looked for at many places at once; what they find
/// is compared in full.
#[derive(Debug)]
pub(crate) struct SoughtText {
    /// In lower case if any letter case is meant.
    bytes: Box<[u8]>,
    any_case: bool,
    exact: memmem::Finder<'static>,
    /// Where in it the two bytes stand, once a sample was seen.
    pair: OnceLock<usize>,
}

/// Two bytes in a row, and the bits that are set in both of them before they are compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    /// Where in the text they stand.
    pub place: usize,
    /// The bytes.
    pub bytes: [u8; 2],
    /// The bit that tells letter cases apart, where it is not to count.
    pub case_bits: [u8; 2],
}

impl SoughtText {
    /// `None` for text that is too short, or whose letters have cases that only Unicode knows.
    pub(crate) fn new(text: &str, any_case: bool) -> Option<Self> {
        let any_case = any_case && text.bytes().any(|byte| byte.is_ascii_alphabetic());
        if text.len() < 2 || (any_case && !text.is_ascii()) {
            return None;
        }
        let bytes = if any_case { text.to_ascii_lowercase() } else { text.to_owned() }.into_bytes();
        let exact = memmem::Finder::new(&bytes).into_owned();
        Some(Self { bytes: bytes.into(), any_case, exact, pair: OnceLock::new() })
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Which bytes to look for first. The first text that is searched decides; it matters for the time alone.
    pub(crate) fn pair(&self, text: &[u8]) -> Pair {
        let sample = &text[..text.len().min(SAMPLE_BYTES)];
        let place = *self.pair.get_or_init(|| self.rarest_pair(sample));
        let bytes = [self.bytes[place], self.bytes[place + 1]];
        let case_bit = |byte: u8| if self.any_case && byte.is_ascii_alphabetic() { 0x20 } else { 0 };
        Pair { place, bytes, case_bits: bytes.map(case_bit) }
    }

    fn rarest_pair(&self, sample: &[u8]) -> usize {
        let occurs = |pair: &[u8]| sample.windows(2).filter(|two| two.eq_ignore_ascii_case(pair)).count();
        let pairs = self.bytes.windows(2).enumerate();
        pairs.min_by_key(|(_, pair)| occurs(pair)).map_or(0, |(place, _)| place)
    }

    /// Whether it begins at that place.
    #[inline]
    pub(crate) fn is_at(&self, text: &[u8], start: usize) -> bool {
        text.get(start..start + self.bytes.len()).is_some_and(|found| match self.any_case {
            true => found.eq_ignore_ascii_case(&self.bytes),
            false => *found == *self.bytes,
        })
    }

    /// Appends where it begins, without any special instruction.
    pub(crate) fn find(&self, text: &[u8], places: &mut Vec<u32>) {
        let Some(last) = text.len().checked_sub(self.bytes.len()) else { return };
        if !self.any_case {
            places.extend(self.exact.find_iter(text).map(|place| place as u32));
            return;
        }
        let Pair { place, bytes: [first, _], .. } = self.pair(text);
        let candidates = &text[place..=last + place];
        let found = memchr::memchr2_iter(first, first.to_ascii_uppercase(), candidates);
        places.extend(found.filter(|&start| self.is_at(text, start)).map(|start| start as u32));
    }
}

/// The characters of sought texts: an escape that stands for one of them may hide a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hidden {
    /// A bit for each character of ASCII.
    ascii: u128,
    /// Whether a text has others. Comparison without regard to case takes none of these for one of ASCII.
    beyond_ascii: bool,
}

impl Hidden {
    /// The characters of these texts, in both letter cases.
    pub(crate) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        // A backslash and a `u` that are written as escapes are an escape for whoever reads JSON in a string.
        let mut hidden = Self { ascii: 1 << b'\\' | 1 << b'u', beyond_ascii: false };
        for byte in texts.into_iter().flat_map(str::bytes) {
            match byte.is_ascii() {
                true => hidden.ascii |= 1 << byte.to_ascii_lowercase() | 1 << byte.to_ascii_uppercase(),
                false => hidden.beyond_ascii = true,
            }
        }
        hidden
    }

    /// Two bytes of which one stands behind a backslash that may hide a text: `\/` is a slash.
    pub(crate) fn escaped(&self) -> [u8; 2] {
        [b'u', if self.has(b'/') { b'/' } else { b'u' }]
    }

    /// Whether the escape that ends at `place`, or goes on with four digits behind it, may stand for one of them.
    pub(crate) fn may_be_at(&self, text: &[u8], place: usize) -> bool {
        let digits = text.get(place + 1..place + 5).and_then(|digits| std::str::from_utf8(digits).ok());
        match text[place] {
            b'u' => match digits.map(|digits| u32::from_str_radix(digits, 16)) {
                Some(Ok(code @ 0..0x80)) => self.has(code as u8),
                Some(Ok(_)) => self.beyond_ascii,
                // Digits that are written as escapes are digits for whoever reads JSON in a string.
                Some(Err(_)) | None => true,
            },
            other => self.has(other),
        }
    }

    fn has(&self, character: u8) -> bool {
        self.ascii >> character & 1 == 1
    }
}

/// Text that is looked for, and where it was found in the block at hand.
#[derive(Debug)]
pub(crate) struct Sought<'f> {
    /// What is looked for.
    pub text: &'f SoughtText,
    /// Where it begins, counted from the beginning of the block, in order. Places in which it overlaps itself may be left
    /// out.
    pub places: Vec<u32>,
    /// Whether anybody wants to know.
    pub is_wanted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_that_are_seen_least_are_looked_for() {
        let sought = SoughtText::new("Azure", true).unwrap();
        let pair = sought.pair(b"Azure AZU zur");
        assert_eq!((pair.place, pair.bytes, pair.case_bits), (3, *b"re", [0x20, 0x20]));
        assert_eq!(sought.pair(b"re re re").place, 3, "the first sample decides");
        assert_eq!(SoughtText::new("a@", true).unwrap().pair(b"").case_bits, [0x20, 0]);
        assert_eq!(SoughtText::new("ab", false).unwrap().pair(b"").case_bits, [0, 0]);
    }

    #[test]
    fn text_that_cannot_be_looked_for_so_is_refused() {
        assert!(SoughtText::new("a", true).is_none());
        assert!(SoughtText::new("caf\u{e9}", true).is_none());
        assert!(SoughtText::new("\u{e9}", true).is_some(), "it has no letter of ASCII");
        assert!(SoughtText::new("caf\u{e9}", false).is_some());
    }

    #[test]
    fn an_escape_hides_what_it_may_stand_for() {
        let hidden = Hidden::of(["Ab/", "5"]);
        let may_hide = |escape: &str| hidden.may_be_at(escape.as_bytes(), 0);
        for hides in
            ["u0061", "u0041", "u0042x", "u002f", "u002F", "/", "u0035", "u005c", "u0075", "u00", "u00\\u"]
        {
            assert!(may_hide(hides), "{hides}");
        }
        for other in ["u0063", "u00fc", "u20ac", "ud83d", "u0022", "u0036"] {
            assert!(!may_hide(other), "{other}");
        }
        assert_eq!(hidden.escaped(), *b"u/");
        let hidden = Hidden::of(["caf\u{e9}"]);
        assert!(
            hidden.may_be_at(b"u00e9", 0) && hidden.may_be_at(b"u0063", 0) && !hidden.may_be_at(b"u002f", 0)
        );
        assert_eq!(hidden.escaped(), *b"uu");
    }
}
