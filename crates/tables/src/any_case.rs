//! Finds ASCII text in any letter case.
//!
//! A record can hold the text only where two of its bytes stand in their distance. The two that are seen least in a sample
//! are looked for at 64 places at once, and what they find is compared in full.

use std::sync::OnceLock;

/// Text to be found.
#[derive(Debug)]
pub(crate) struct AnyCase {
    /// In lower case; never empty.
    needle: Box<[u8]>,
    /// The places in it of the two bytes that are seen least, once a sample was seen.
    pair: OnceLock<[usize; 2]>,
    find: Find,
}

/// `find(text, needle, pair)`: whether the needle is in the text, by the bytes of these two places.
type Find = unsafe fn(&[u8], &[u8], [usize; 2]) -> bool;

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

    /// Chooses by a sample what is looked for first. It matters for the time alone; the first sample decides.
    pub(crate) fn learn(&self, sample: &[u8]) {
        self.pair.get_or_init(|| rarest_pair(&self.needle, sample));
    }

    /// Whether the text is in this one.
    #[inline]
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        let pair = self.pair.get().copied().unwrap_or([0, self.needle.len() - 1]);
        // SAFETY: `all` chooses only what the machine can run, and both places are in the needle.
        text.len() >= self.needle.len() && unsafe { (self.find)(text, &self.needle, pair) }
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

/// The places of the two bytes that occur least in a sample; twice the same one in a needle of one byte.
fn rarest_pair(needle: &[u8], sample: &[u8]) -> [usize; 2] {
    let mut counts = [0_u32; 256];
    for byte in sample {
        counts[usize::from(byte.to_ascii_lowercase())] += 1;
    }
    let rarest = |other: Option<usize>| {
        let places = (0..needle.len()).filter(|&place| Some(place) != other);
        places.min_by_key(|&place| counts[usize::from(needle[place])])
    };
    let first = rarest(None).unwrap_or(0);
    [first, rarest(Some(first)).unwrap_or(first)]
}

/// Whether the needle stands at that place.
#[inline(always)]
fn is_at(text: &[u8], needle: &[u8], start: usize) -> bool {
    text.get(start..start + needle.len()).is_some_and(|found| found.eq_ignore_ascii_case(needle))
}

unsafe fn find_portable(text: &[u8], needle: &[u8], [rarest, _]: [usize; 2]) -> bool {
    let Some(last) = text.len().checked_sub(needle.len()) else { return false };
    let rare = needle[rarest];
    // The places at which the rare byte can stand.
    let places = &text[rarest..=last + rarest];
    memchr::memchr2_iter(rare, rare.to_ascii_uppercase(), places).any(|start| is_at(text, needle, start))
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{find_portable, is_at};

    /// Places that are looked at together.
    const LANES: usize = 64;

    /// The bit that tells the letter cases of a byte apart.
    fn case_bit(byte: u8) -> i8 {
        if byte.is_ascii_alphabetic() { 0x20 } else { 0 }
    }

    #[target_feature(enable = "avx512f,avx512bw,bmi1")]
    pub(super) unsafe fn find_avx512(text: &[u8], needle: &[u8], pair: [usize; 2]) -> bool {
        let bytes = pair.map(|place| needle[place]);
        let wanted = bytes.map(|byte| _mm512_set1_epi8(byte as i8));
        let bits = bytes.map(|byte| _mm512_set1_epi8(case_bit(byte)));
        let candidates = |places: [*const u8; 2]| {
            // SAFETY: the caller lets 64 bytes be read at both.
            let found = |index: usize| unsafe {
                let folded = _mm512_or_si512(_mm512_loadu_si512(places[index].cast()), bits[index]);
                _mm512_cmpeq_epi8_mask(folded, wanted[index])
            };
            found(0) & found(1)
        };
        // SAFETY: as for the caller.
        unsafe { find(text, needle, pair, candidates) }
    }

    #[target_feature(enable = "avx2,bmi1")]
    pub(super) unsafe fn find_avx2(text: &[u8], needle: &[u8], pair: [usize; 2]) -> bool {
        let bytes = pair.map(|place| needle[place]);
        let wanted = bytes.map(|byte| _mm256_set1_epi8(byte as i8));
        let bits = bytes.map(|byte| _mm256_set1_epi8(case_bit(byte)));
        let half = |places: [*const u8; 2], half: usize| {
            // SAFETY: the caller lets 64 bytes be read at both.
            let found = |index: usize| unsafe {
                let loaded = _mm256_loadu_si256(places[index].add(32 * half).cast());
                _mm256_cmpeq_epi8(_mm256_or_si256(loaded, bits[index]), wanted[index])
            };
            u64::from(_mm256_movemask_epi8(_mm256_and_si256(found(0), found(1))) as u32)
        };
        // SAFETY: as for the caller.
        unsafe { find(text, needle, pair, |places| half(places, 0) | half(places, 1) << 32) }
    }

    /// # Safety
    /// `candidates` must be callable with two places of 64 bytes each; both of the pair are places of the needle.
    #[inline(always)]
    unsafe fn find(
        text: &[u8],
        needle: &[u8],
        pair: [usize; 2],
        candidates: impl Fn([*const u8; 2]) -> u64,
    ) -> bool {
        // As many places as there are bytes behind them for both of the pair.
        let farthest = pair[0].max(pair[1]);
        let Some(last) = text.len().checked_sub(farthest + LANES) else {
            // SAFETY: asks nothing of the machine.
            return unsafe { find_portable(text, needle, pair) };
        };
        let mut start = 0;
        loop {
            // SAFETY: start + 64 + each of the pair is within the text.
            let mut found = unsafe { candidates(pair.map(|place| text.as_ptr().add(start + place))) };
            while found != 0 {
                if is_at(text, needle, start + found.trailing_zeros() as usize) {
                    return true;
                }
                found &= found - 1;
            }
            if start == last {
                return false;
            }
            start = (start + LANES).min(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_wherever_it_stands() {
        for needle in ["a", "@", "portal", "azure portal", "a2@b.com", "[{`~\u{7f}"] {
            for length in [0, 1, 5, 63, 64, 65, 100, 200] {
                for place in 0..=length {
                    // Brackets differ from letters as upper from lower case does.
                    let text = "A@[`{2pP.".repeat(30);
                    let (before, after) = (&text[..place], &text[..length - place]);
                    for inside in
                        [needle.to_owned(), needle.to_uppercase(), needle[..needle.len() - 1].to_owned()]
                    {
                        let text = format!("{before}{inside}{after}");
                        let expected = text.to_ascii_lowercase().contains(needle);
                        for find in all() {
                            let pair = OnceLock::new();
                            let any_case = AnyCase { needle: needle.as_bytes().into(), pair, find };
                            assert_eq!(any_case.is_in(text.as_bytes()), expected, "{needle} in {text}");
                            any_case.learn(text.as_bytes());
                            assert_eq!(any_case.is_in(text.as_bytes()), expected, "{needle} in {text}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_bytes_that_are_seen_least_are_looked_for() {
        assert_eq!(rarest_pair(b"azure", b"AAAZZUEEE"), [3, 2]);
        assert_eq!(rarest_pair(b"a", b""), [0, 0]);
        assert!(AnyCase::new("").is_none() && AnyCase::new("\u{e9}").is_none());
    }
}
