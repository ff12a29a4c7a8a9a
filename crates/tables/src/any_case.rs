//! Finds ASCII text in any letter case.
//!
//! Two bytes in a row of it, those that are seen least in a sample, are looked for at many places at once, and what they
//! find is compared in full.

use std::sync::OnceLock;

/// Bytes by which it is told what is seen least.
const SAMPLE_BYTES: usize = 16 << 10;

/// Text to be found.
#[derive(Debug)]
pub(crate) struct AnyCase {
    /// In lower case; never empty.
    needle: Box<[u8]>,
    /// The places in it of the two bytes that are looked for first, once a sample was seen.
    pair: OnceLock<[usize; 2]>,
    find: Find,
}

/// `find(text, needle, pair, places)`: appends where the needle begins in the text, found by the bytes of this pair.
type Find = unsafe fn(&[u8], &[u8], [usize; 2], &mut Vec<u32>);

impl AnyCase {
    /// Text of ASCII that is not empty; `None` for any other.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let usable = text.is_ascii() && !text.is_empty();
        usable.then(|| Self {
            needle: text.to_ascii_lowercase().into_bytes().into(),
            pair: OnceLock::new(),
            find: all().last().copied().unwrap_or(find_portable),
        })
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.needle.len()
    }

    /// Where it begins in a text, in order. The first text that is searched decides what is looked for first, which matters
    /// for the time alone.
    pub(crate) fn find(&self, text: &[u8], places: &mut Vec<u32>) {
        places.clear();
        let sample = &text[..text.len().min(SAMPLE_BYTES)];
        let pair = *self.pair.get_or_init(|| rarest_pair(&self.needle, sample));
        if text.len() >= self.needle.len() {
            // SAFETY: `all` chooses only what the machine can run, and both of the pair are places of the needle.
            unsafe { (self.find)(text, &self.needle, pair, places) }
        }
    }
}

/// Every way that this machine can run, slowest first.
fn all() -> Vec<Find> {
    #[allow(unused_mut, reason = "some architectures have only one")]
    let mut all: Vec<Find> = vec![find_portable];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") {
            all.push(x86::find_avx2);
        }
        if is_x86_feature_detected!("avx512bw") {
            all.push(x86::find_avx512);
        }
    }
    all
}

/// The places of the two bytes in a row that occur least in a sample; twice the same one in a needle of one byte.
fn rarest_pair(needle: &[u8], sample: &[u8]) -> [usize; 2] {
    let occurs = |pair: &[u8]| sample.windows(2).filter(|two| two.eq_ignore_ascii_case(pair)).count();
    let pairs = needle.windows(2).enumerate();
    pairs.min_by_key(|(_, pair)| occurs(pair)).map_or([0, 0], |(place, _)| [place, place + 1])
}

/// Whether the needle stands at that place.
#[inline(always)]
fn is_at(text: &[u8], needle: &[u8], start: usize) -> bool {
    text.get(start..start + needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(needle))
}

unsafe fn find_portable(text: &[u8], needle: &[u8], pair: [usize; 2], places: &mut Vec<u32>) {
    find_from(0, text, needle, pair, places);
}

/// Finds the needle where it begins at `from` or later.
fn find_from(from: usize, text: &[u8], needle: &[u8], [rarest, _]: [usize; 2], places: &mut Vec<u32>) {
    let Some(last) = text.len().checked_sub(needle.len()).filter(|&last| from <= last) else { return };
    let rare = needle[rarest];
    // The places at which the rare byte can stand.
    let candidates = &text[from + rarest..=last + rarest];
    let found = memchr::memchr2_iter(rare, rare.to_ascii_uppercase(), candidates).map(|place| from + place);
    places.extend(found.filter(|&start| is_at(text, needle, start)).map(|start| start as u32));
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{find_from, is_at};

    /// The bit that tells the letter cases of a byte apart.
    fn case_bit(byte: u8) -> i8 {
        if byte.is_ascii_alphabetic() { 0x20 } else { 0 }
    }

    #[target_feature(enable = "avx512f,avx512bw,bmi1")]
    pub(super) unsafe fn find_avx512(text: &[u8], needle: &[u8], pair: [usize; 2], places: &mut Vec<u32>) {
        let bytes = pair.map(|place| needle[place]);
        let wanted = bytes.map(|byte| _mm512_set1_epi8(byte as i8));
        let bits = bytes.map(|byte| _mm512_set1_epi8(case_bit(byte)));
        // Zero where both bytes are the wanted ones.
        let difference = |start: *const u8| {
            // SAFETY: the caller lets 64 bytes be read behind each of the pair.
            let of = |index: usize| unsafe {
                let loaded = _mm512_loadu_si512(start.add(pair[index]).cast());
                _mm512_xor_si512(_mm512_or_si512(loaded, bits[index]), wanted[index])
            };
            _mm512_or_si512(of(0), of(1))
        };
        let one = |start: *const u8| {
            let difference = difference(start);
            _mm512_testn_epi8_mask(difference, difference)
        };
        let any_of_four = |start: *const u8| {
            // SAFETY: as for the caller.
            let part = |index: usize| difference(unsafe { start.add(64 * index) });
            let least = _mm512_min_epu8(_mm512_min_epu8(part(0), part(1)), _mm512_min_epu8(part(2), part(3)));
            _mm512_testn_epi8_mask(least, least) != 0
        };
        // SAFETY: as for the caller.
        unsafe { find(text, needle, pair, places, one, any_of_four) }
    }

    #[target_feature(enable = "avx2,bmi1")]
    pub(super) unsafe fn find_avx2(text: &[u8], needle: &[u8], pair: [usize; 2], places: &mut Vec<u32>) {
        let bytes = pair.map(|place| needle[place]);
        let wanted = bytes.map(|byte| _mm256_set1_epi8(byte as i8));
        let bits = bytes.map(|byte| _mm256_set1_epi8(case_bit(byte)));
        // All ones where both bytes are the wanted ones.
        let same = |start: *const u8, half: usize| {
            // SAFETY: the caller lets 64 bytes be read behind each of the pair.
            let of = |index: usize| unsafe {
                let loaded = _mm256_loadu_si256(start.add(pair[index] + 32 * half).cast());
                _mm256_cmpeq_epi8(_mm256_or_si256(loaded, bits[index]), wanted[index])
            };
            _mm256_and_si256(of(0), of(1))
        };
        let half = |start, half| u64::from(_mm256_movemask_epi8(same(start, half)) as u32);
        let one = |start| half(start, 0) | half(start, 1) << 32;
        let any_of_four = |start: *const u8| {
            let either = |index| _mm256_or_si256(same(start, index), same(start, index + 1));
            let first = _mm256_or_si256(either(0), either(2));
            _mm256_movemask_epi8(_mm256_or_si256(first, _mm256_or_si256(either(4), either(6)))) != 0
        };
        // SAFETY: as for the caller.
        unsafe { find(text, needle, pair, places, one, any_of_four) }
    }

    /// # Safety
    /// `one` must be callable where 64 bytes and `any_of_four` where 256 bytes can be read behind each of the pair, which
    /// are places of the needle.
    #[inline(always)]
    unsafe fn find(
        text: &[u8],
        needle: &[u8],
        pair: [usize; 2],
        places: &mut Vec<u32>,
        one: impl Fn(*const u8) -> u64,
        any_of_four: impl Fn(*const u8) -> bool,
    ) {
        // The places that have their bytes of the pair.
        let candidates = text.len().saturating_sub(pair[0].max(pair[1]));
        let mut start = 0;
        while start + 256 <= candidates {
            // SAFETY: the last byte that is read, start + 255 + the farther of the pair, is in the text.
            if unsafe { any_of_four(text.as_ptr().add(start)) } {
                for place in (start..start + 256).step_by(64) {
                    // SAFETY: as above.
                    let mut found = unsafe { one(text.as_ptr().add(place)) };
                    while found != 0 {
                        let begin = place + found.trailing_zeros() as usize;
                        if is_at(text, needle, begin) {
                            places.push(begin as u32);
                        }
                        found &= found - 1;
                    }
                }
            }
            start += 256;
        }
        find_from(start, text, needle, pair, places);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_wherever_it_stands() {
        for needle in ["a", "@", "portal", "azure portal", "a2@b.com", "[{`~\u{7f}"] {
            for length in [0, 1, 5, 255, 256, 257, 300] {
                for place in 0..=length {
                    // Brackets differ from letters as upper from lower case does.
                    let text = "A@[`{2pP.".repeat(40);
                    let (before, after) = (&text[..place], &text[..length - place]);
                    for inside in
                        [needle.to_owned(), needle.to_uppercase(), needle[..needle.len() - 1].to_owned()]
                    {
                        let text = format!("{before}{inside}{after}");
                        let found = text.to_ascii_lowercase();
                        let begins = |&place: &usize| found[place..].starts_with(needle);
                        let expected: Vec<u32> = (0..text.len()).filter(begins).map(|at| at as u32).collect();
                        for find in all() {
                            let pair = OnceLock::new();
                            let any_case = AnyCase { needle: needle.as_bytes().into(), pair, find };
                            let mut places = vec![7];
                            any_case.find(text.as_bytes(), &mut places);
                            assert_eq!(places, expected, "{needle} in {text}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_bytes_that_are_seen_least_are_looked_for() {
        assert_eq!(rarest_pair(b"azure", b"Azure azu zur"), [3, 4]);
        assert_eq!(rarest_pair(b"a", b""), [0, 0]);
        assert!(AnyCase::new("").is_none() && AnyCase::new("\u{e9}").is_none());
    }
}
