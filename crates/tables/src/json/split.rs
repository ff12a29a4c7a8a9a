//! Cuts a record into its members by SIMD masks, without looking at what the members hold.

use super::Fault;
use super::ahead::fetch_ahead;
use super::block::{Classifier, Masks, Portable};

/// `split(bytes, start, limit, ends)`; see [`Splitter::split`] and [`Splitter::split_line`].
type Split = unsafe fn(&[u8], usize, usize, &mut Vec<u32>) -> Result<usize, Fault>;

/// Cuts objects and arrays, with the best instructions of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Splitter {
    split: Split,
    split_line: Option<Split>,
}

impl Splitter {
    const PORTABLE: Self = Self { split: split_portable, split_line: None };

    /// The fastest that this machine can run.
    pub(crate) fn detect() -> Self {
        Self::all().into_iter().next_back().unwrap_or(Self::PORTABLE)
    }

    /// Every one that this machine can run, slowest first.
    pub(crate) fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "some architectures have only one")]
        let mut all = vec![Self::PORTABLE];
        #[cfg(target_arch = "x86_64")]
        {
            let scalar = is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt")
                && is_x86_feature_detected!("pclmulqdq");
            if scalar && is_x86_feature_detected!("avx2") {
                all.push(Self { split: split_avx2::<false>, split_line: Some(split_avx2::<true>) });
            }
            if scalar && is_x86_feature_detected!("avx512bw") {
                all.push(Self { split: split_avx512::<false>, split_line: Some(split_avx512::<true>) });
            }
            if scalar && is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("avx512vbmi2") {
                all.push(Self { split: split_vbmi2::<false>, split_line: Some(split_vbmi2::<true>) });
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self { split: split_neon, split_line: None });
        all
    }

    /// Cuts the object or array whose bracket opens at `start` and that must close before `limit`.
    ///
    /// `ends` is filled with where each member ends: the place of the comma behind it, for the last one of the
    /// closing bracket. An empty object has one, blank, member. Gives the place after the closing bracket.
    ///
    /// Checked are that strings end and hold no control character, and that as many brackets close as open. What
    /// stands between is for those who read the members.
    pub(crate) fn split(
        &self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        ends: &mut Vec<u32>,
    ) -> Result<usize, Fault> {
        cut_by(self.split, bytes, start, limit, ends)
    }

    /// Whether [`Self::split_line`] can be asked.
    pub(crate) fn splits_lines(&self) -> bool {
        self.split_line.is_some()
    }

    /// The same for a record of UTF-8 that ends in its line, wherever that ends. The limit may be many lines away, and
    /// neither lines nor UTF-8 need have been looked at before.
    ///
    /// An error says only that something is unusual: white space other than blanks, what is not UTF-8, something
    /// malformed. Then it takes a closer look at the line to tell.
    pub(crate) fn split_line(
        &self,
        bytes: &[u8],
        start: usize,
        limit: usize,
        ends: &mut Vec<u32>,
    ) -> Result<usize, Fault> {
        cut_by(self.split_line.ok_or(Fault::NoRecord)?, bytes, start, limit, ends)
    }
}

fn cut_by(
    split: Split,
    bytes: &[u8],
    start: usize,
    limit: usize,
    ends: &mut Vec<u32>,
) -> Result<usize, Fault> {
    let limit = limit.min(bytes.len());
    if start >= limit || !matches!(bytes[start], b'{' | b'[') {
        return Err(Fault::NoRecord);
    }
    if limit > i32::MAX as usize {
        return Err(Fault::TooLong);
    }
    // SAFETY: `detect` and `all` choose only what the machine can run.
    let end = unsafe { split(bytes, start, limit, ends)? };
    // The bracket that closes is the other half of the one that opens: `{` `}` and `[` `]` are two apart.
    if bytes[end - 1] != bytes[start] + 2 {
        return Err(Fault::Unclosed);
    }
    Ok(end)
}

unsafe fn split_portable(
    bytes: &[u8],
    start: usize,
    limit: usize,
    ends: &mut Vec<u32>,
) -> Result<usize, Fault> {
    // SAFETY: asks nothing of the machine.
    unsafe { split::<Portable, false>(bytes, start, limit, ends) }
}

/// Defines `split` for a machine that has these features.
#[cfg(target_arch = "x86_64")]
macro_rules! split_with {
    ($name:ident, $classifier:ty, $features:literal) => {
        #[target_feature(enable = $features)]
        unsafe fn $name<const LINE: bool>(
            bytes: &[u8],
            start: usize,
            limit: usize,
            ends: &mut Vec<u32>,
        ) -> Result<usize, Fault> {
            // SAFETY: the features are enabled.
            unsafe { split::<$classifier, LINE>(bytes, start, limit, ends) }
        }
    };
}

#[cfg(target_arch = "x86_64")]
split_with!(split_avx2, super::block::Avx2, "avx2,bmi1,bmi2,popcnt,pclmulqdq");
#[cfg(target_arch = "x86_64")]
split_with!(split_avx512, super::block::Avx512, "avx512f,avx512bw,bmi1,bmi2,popcnt,pclmulqdq");
#[cfg(target_arch = "x86_64")]
split_with!(
    split_vbmi2,
    super::block::Avx512Vbmi2,
    "avx512f,avx512bw,avx512vbmi2,bmi1,bmi2,popcnt,pclmulqdq"
);

#[cfg(target_arch = "aarch64")]
unsafe fn split_neon(bytes: &[u8], start: usize, limit: usize, ends: &mut Vec<u32>) -> Result<usize, Fault> {
    // SAFETY: NEON is always there.
    unsafe { split::<super::block::Neon, false>(bytes, start, limit, ends) }
}

/// What is carried from one block to the next.
struct State {
    /// All ones while inside a string.
    in_string: u64,
    /// 1 when the last byte was a backslash that escapes the next one.
    escaped: u64,
    /// Open brackets.
    depth: u64,
    /// Not 0 when one of the last three bytes was not ASCII, so that a character may go on.
    unfinished: u64,
}

/// Where the places of ends are written. It stands in registers while a record is cut, which a vector would not.
struct Places<'v> {
    vector: &'v mut Vec<u32>,
    next: *mut u32,
    /// From here on a block may not fit.
    last: *mut u32,
}

impl<'v> Places<'v> {
    fn new(vector: &'v mut Vec<u32>) -> Self {
        vector.clear();
        vector.reserve(128);
        let start = vector.as_mut_ptr();
        // SAFETY: at least 128 places are reserved.
        let last = unsafe { start.add(vector.capacity() - 64) };
        Self { vector, next: start, last }
    }

    /// Sets the length of the vector to what was written.
    #[inline(always)]
    fn finish(&mut self) {
        // SAFETY: all places up to `next`, which belongs to the vector, were written.
        unsafe {
            let length = self.next.offset_from(self.vector.as_ptr()) as usize;
            self.vector.set_len(length);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        self.finish();
        self.vector.reserve(self.vector.capacity());
        let length = self.vector.len();
        let start = self.vector.as_mut_ptr();
        // SAFETY: both are within what is reserved, which is at least 128 places more than the length.
        unsafe {
            self.next = start.add(length);
            self.last = start.add(self.vector.capacity() - 64);
        }
    }

    /// Appends the place of each bit.
    ///
    /// # Safety
    /// The machine must have the instructions of `C`.
    #[inline(always)]
    unsafe fn push<C: Classifier>(&mut self, base: u32, bits: u64) {
        if self.next > self.last {
            self.grow();
        }
        // SAFETY: there is room for 64 places.
        unsafe {
            let count = C::write_places(bits, base, self.next);
            self.next = self.next.add(count);
        }
    }
}

/// # Safety
/// The machine must have the instructions of `C`, and `start < limit <= bytes.len()`.
#[inline(always)]
unsafe fn split<C: Classifier, const LINE: bool>(
    bytes: &[u8],
    start: usize,
    limit: usize,
    ends: &mut Vec<u32>,
) -> Result<usize, Fault> {
    let mut state = State { in_string: 0, escaped: 0, depth: 0, unfinished: 0 };
    let mut places = Places::new(ends);
    // Blocks are aligned where they can be: one that lies across two lines of the cache costs two loads.
    let ahead = bytes.as_ptr().wrapping_add(start) as usize % 64;
    let ahead = if ahead <= start { ahead } else { 0 };
    let mut at = start - ahead;
    let mut valid = !0 << ahead;
    if ahead != 0 && limit - at >= 64 {
        // SAFETY: 64 bytes are there.
        let masks = unsafe { C::classify(bytes.as_ptr().add(at)) };
        // SAFETY: as for the caller.
        if let Some(end) = unsafe { block::<C, LINE>(bytes, at, masks, valid, &mut state, &mut places)? } {
            return Ok(end);
        }
        valid = !0;
        at += 64;
    }
    while limit - at >= 64 {
        fetch_ahead(bytes.as_ptr().wrapping_add(at));
        // SAFETY: 64 bytes are there.
        let masks = unsafe { C::classify(bytes.as_ptr().add(at)) };
        // SAFETY: as for the caller.
        if let Some(end) = unsafe { block::<C, LINE>(bytes, at, masks, !0, &mut state, &mut places)? } {
            return Ok(end);
        }
        at += 64;
    }
    if at < limit {
        let masks = if bytes.len() - at >= 64 {
            // SAFETY: 64 bytes are there.
            unsafe { C::classify(bytes.as_ptr().add(at)) }
        } else {
            let mut padded = [b' '; 64];
            padded[..bytes.len() - at].copy_from_slice(&bytes[at..]);
            // SAFETY: the padded block has 64 bytes.
            unsafe { C::classify(padded.as_ptr()) }
        };
        let valid = valid & ((1 << (limit - at)) - 1);
        // SAFETY: as for the caller.
        if let Some(end) = unsafe { block::<C, LINE>(bytes, at, masks, valid, &mut state, &mut places)? } {
            return Ok(end);
        }
    }
    Err(if state.in_string != 0 { Fault::OpenString } else { Fault::Unclosed })
}

/// Handles the valid ones of 64 bytes; gives the place after the bracket that closes the record, if it is among them.
#[inline(always)]
unsafe fn block<C: Classifier, const LINE: bool>(
    bytes: &[u8],
    at: usize,
    masks: Masks,
    valid: u64,
    state: &mut State,
    places: &mut Places<'_>,
) -> Result<Option<usize>, Fault> {
    let masks = masks.only(valid);
    // In a line there is no line break anywhere; what is not ASCII must be UTF-8.
    let faults = if LINE && (masks.unusual | state.unfinished) != 0 {
        // SAFETY: as for the caller.
        unsafe { faults_of_line::<C>(bytes, at, masks.unusual, valid, state) }
    } else {
        0
    };
    let base = at as u32;
    let escaped = escaped_bytes(masks.backslashes, state);
    let quotes = masks.quotes & !escaped;
    // SAFETY: as for the caller. The quote that opens counts as inside, the one that closes does not.
    let inside = unsafe { C::prefix_xor(quotes) } ^ state.in_string;
    let faults = if LINE { faults } else { masks.controls & inside };
    state.in_string = ((inside as i64) >> 63) as u64;
    let commas = masks.commas & !inside;
    let mut brackets = (masks.opens | masks.closes) & !inside;
    if brackets == 0 {
        if faults != 0 {
            return Err(Fault::ControlCharacter);
        }
        // SAFETY: as for the caller.
        unsafe { places.push::<C>(base, commas & at_first_level(state.depth)) };
        return Ok(None);
    }
    let mut found = 0;
    let mut rest = !0u64;
    while brackets != 0 {
        let bracket = brackets & brackets.wrapping_neg();
        let before = bracket - 1;
        found |= commas & before & rest & at_first_level(state.depth);
        rest = !(before | bracket);
        brackets ^= bracket;
        if masks.opens & bracket != 0 {
            state.depth += 1;
        } else {
            state.depth -= 1;
            if state.depth == 0 {
                if faults & (before | bracket) != 0 {
                    return Err(Fault::ControlCharacter);
                }
                // SAFETY: as for the caller.
                unsafe { places.push::<C>(base, found | bracket) };
                places.finish();
                return Ok(Some(at + bracket.trailing_zeros() as usize + 1));
            }
        }
    }
    if faults != 0 {
        return Err(Fault::ControlCharacter);
    }
    // SAFETY: as for the caller.
    unsafe { places.push::<C>(base, found | (commas & rest & at_first_level(state.depth))) };
    Ok(None)
}

/// Control characters, and where a block shows that it is not UTF-8. What stands before a record is a line break behind a
/// bracket; if not, the record may be found at fault and be looked at again.
///
/// # Safety
/// The machine must have the instructions of `C`.
#[inline(always)]
unsafe fn faults_of_line<C: Classifier>(
    bytes: &[u8],
    at: usize,
    unusual: u64,
    valid: u64,
    state: &mut State,
) -> u64 {
    if at < 3 || bytes.len() - at < 64 {
        // At the edge of what is there: let the closer look tell.
        return valid;
    }
    // SAFETY: 64 bytes are there, and three before them.
    unsafe {
        let place = bytes.as_ptr().add(at);
        let others = C::others(place) & unusual;
        let faults = if others | state.unfinished != 0 { C::utf8_faults(place) } else { 0 };
        state.unfinished = others >> 61;
        (faults & valid) | (unusual & !others)
    }
}

/// All ones at depth 1.
#[inline(always)]
fn at_first_level(depth: u64) -> u64 {
    u64::from(depth == 1).wrapping_neg()
}

/// The bytes that a backslash before them escapes.
#[inline(always)]
fn escaped_bytes(backslashes: u64, state: &mut State) -> u64 {
    if backslashes == 0 {
        return std::mem::take(&mut state.escaped);
    }
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let escapes = backslashes & !state.escaped;
    let maybe_escaped = escapes << 1;
    // In a run of backslashes every second one escapes; the subtraction finds on which parity a run starts.
    let codes = (maybe_escaped | ODD).wrapping_sub(escapes) ^ ODD;
    let escaped = codes ^ (backslashes | state.escaped);
    state.escaped = (codes & backslashes) >> 63;
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split_all(text: &str) -> Result<(usize, Vec<u32>), Fault> {
        let mut results = Splitter::all().into_iter().map(|splitter| {
            let mut ends = Vec::new();
            splitter.split(text.as_bytes(), 0, text.len(), &mut ends).map(|end| (end, ends))
        });
        let first = results.next().unwrap_or(Err(Fault::NoRecord));
        for other in results {
            assert_eq!(other, first, "{text}");
        }
        first
    }

    #[test]
    fn members_end_at_commas_of_the_first_level() {
        assert_eq!(split_all(r#"{"a":1,"b":[1,2],"c":{"d":1,"e":2}}"#), Ok((35, vec![6, 16, 34])));
        assert_eq!(split_all("{}"), Ok((2, vec![1])));
        assert_eq!(split_all("[1,2] trailing"), Ok((5, vec![2, 4])));
    }

    #[test]
    fn strings_hide_structure_and_escapes_hide_quotes() {
        assert_eq!(split_all(r#"{"a":"},{","b":"\"},","c":"\\"}"#), Ok((31, vec![10, 21, 30])));
        for backslashes in 0..140 {
            let text = format!("{{\"a\":\"{}\",\"b\":1}}", "\\".repeat(backslashes));
            let closed = backslashes % 2 == 0;
            assert_eq!(split_all(&text).is_ok(), closed, "{backslashes}");
        }
    }

    #[test]
    fn every_length_around_a_block_works() {
        for length in 0..300 {
            let text = format!("{{\"a\":\"{}\",\"b\":[{{}}],\"c\":0}}\n{{", "x".repeat(length));
            let (end, ends) = split_all(&text).unwrap_or_default();
            assert_eq!(end, text.len() - 2);
            assert_eq!(ends.len(), 3);
        }
    }

    #[test]
    fn many_members_in_a_block_are_all_found() {
        let text = format!("[{}]", vec!["1"; 200].join(","));
        assert_eq!(split_all(&text).map(|(_, ends)| ends.len()), Ok(200));
    }

    #[test]
    fn a_line_is_split_or_left_to_a_closer_look() {
        let line = |text: &[u8], start: usize| {
            let mut ends = Vec::new();
            let all = Splitter::all().into_iter().filter(Splitter::splits_lines);
            let found = all.map(|splitter| splitter.split_line(text, start, text.len(), &mut ends).ok());
            found.collect::<Vec<_>>()
        };
        for length in 0..200 {
            for (inside, splits) in [
                ("", true),
                ("\u{7f}\u{fc}\u{20ac}\u{1f600}", true),
                ("\\n", true),
                ("\n", false),
                ("\t", false),
            ] {
                // What other lines hold is of no importance, but for the last two bytes.
                let before = [b"\xff\xc3".repeat(70), b"\"}\n".to_vec()].concat();
                let record = format!("{{\"{}\":\"{inside}\"}}", "x".repeat(length));
                let text =
                    [before.as_slice(), record.as_bytes(), b"\n\xff\xe0".repeat(60).as_slice()].concat();
                let expected = splits.then_some(before.len() + record.len());
                assert!(line(&text, before.len()).iter().all(|&end| end == expected), "{record}");
                let mut broken = text.clone();
                broken[before.len() + 2 + length / 2] = 0xe2;
                assert!(line(&broken, before.len()).iter().all(Option::is_none), "{record}");
            }
        }
        assert!(line(b"{\"a\":1,\n\"b\":2}", 0).iter().all(Option::is_none));
    }

    #[test]
    fn what_is_broken_is_named() {
        assert_eq!(split_all(r#"{"a":1"#), Err(Fault::Unclosed));
        assert_eq!(split_all(r#"{"a":"1}"#), Err(Fault::OpenString));
        assert_eq!(split_all("{\"a\":\"1\n\"}"), Err(Fault::ControlCharacter));
        assert_eq!(split_all("{\"a\":1]"), Err(Fault::Unclosed));
        assert_eq!(split_all("nothing"), Err(Fault::NoRecord));
        assert_eq!(split_all(""), Err(Fault::NoRecord));
    }
}
