//! Cuts a record into its members by SIMD masks, without looking at what the members hold.

use super::Fault;
use super::block::{Classifier, Masks, Portable};

/// `split(bytes, start, limit, ends)`; see [`Splitter::split`].
type Split = unsafe fn(&[u8], usize, usize, &mut Vec<u32>) -> Result<usize, Fault>;

/// Cuts objects and arrays, with the best instructions of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Splitter {
    split: Split,
}

impl Splitter {
    /// The fastest that this machine can run.
    pub(crate) fn detect() -> Self {
        Self::all().into_iter().next_back().unwrap_or(Self { split: split_portable })
    }

    /// Every one that this machine can run, slowest first.
    pub(crate) fn all() -> Vec<Self> {
        #[allow(unused_mut, reason = "some architectures have only one")]
        let mut all = vec![Self { split: split_portable }];
        #[cfg(target_arch = "x86_64")]
        {
            let scalar = is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("popcnt")
                && is_x86_feature_detected!("pclmulqdq");
            if scalar && is_x86_feature_detected!("avx2") {
                all.push(Self { split: split_avx2 });
            }
            if scalar && is_x86_feature_detected!("avx512bw") {
                all.push(Self { split: split_avx512 });
            }
        }
        #[cfg(target_arch = "aarch64")]
        all.push(Self { split: split_neon });
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
        ends.clear();
        let limit = limit.min(bytes.len());
        if start >= limit || !matches!(bytes[start], b'{' | b'[') {
            return Err(Fault::NoRecord);
        }
        if limit > i32::MAX as usize {
            return Err(Fault::TooLong);
        }
        // SAFETY: `detect` and `all` choose only what the machine can run.
        let end = unsafe { (self.split)(bytes, start, limit, ends)? };
        // The bracket that closes is the other half of the one that opens: `{` `}` and `[` `]` are two apart.
        if bytes[end - 1] != bytes[start] + 2 {
            return Err(Fault::Unclosed);
        }
        Ok(end)
    }
}

unsafe fn split_portable(
    bytes: &[u8],
    start: usize,
    limit: usize,
    ends: &mut Vec<u32>,
) -> Result<usize, Fault> {
    // SAFETY: asks nothing of the machine.
    unsafe { split::<Portable>(bytes, start, limit, ends) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,pclmulqdq")]
unsafe fn split_avx2(bytes: &[u8], start: usize, limit: usize, ends: &mut Vec<u32>) -> Result<usize, Fault> {
    // SAFETY: the features are enabled.
    unsafe { split::<super::block::Avx2>(bytes, start, limit, ends) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,popcnt,pclmulqdq")]
unsafe fn split_avx512(
    bytes: &[u8],
    start: usize,
    limit: usize,
    ends: &mut Vec<u32>,
) -> Result<usize, Fault> {
    // SAFETY: the features are enabled.
    unsafe { split::<super::block::Avx512>(bytes, start, limit, ends) }
}

#[cfg(target_arch = "aarch64")]
unsafe fn split_neon(bytes: &[u8], start: usize, limit: usize, ends: &mut Vec<u32>) -> Result<usize, Fault> {
    // SAFETY: NEON is always there.
    unsafe { split::<super::block::Neon>(bytes, start, limit, ends) }
}

/// What is carried from one block to the next.
struct State {
    /// All ones while inside a string.
    in_string: u64,
    /// 1 when the last byte was a backslash that escapes the next one.
    escaped: u64,
    /// Open brackets.
    depth: u64,
}

/// # Safety
/// The machine must have the instructions of `C`, and `start < limit <= bytes.len()`.
#[inline(always)]
unsafe fn split<C: Classifier>(
    bytes: &[u8],
    start: usize,
    limit: usize,
    ends: &mut Vec<u32>,
) -> Result<usize, Fault> {
    let mut state = State { in_string: 0, escaped: 0, depth: 0 };
    let mut at = start;
    while at < limit {
        let masks = if bytes.len() - at >= 64 {
            // SAFETY: 64 bytes are there.
            unsafe { C::classify(bytes.as_ptr().add(at)) }
        } else {
            let mut padded = [b' '; 64];
            padded[..bytes.len() - at].copy_from_slice(&bytes[at..]);
            // SAFETY: the padded block has 64 bytes.
            unsafe { C::classify(padded.as_ptr()) }
        };
        let valid = if limit - at >= 64 { !0 } else { (1 << (limit - at)) - 1 };
        // SAFETY: as for the caller.
        let end = unsafe { block::<C>(&masks, valid, at as u32, &mut state, ends)? };
        if let Some(end) = end {
            return Ok(at + end as usize + 1);
        }
        at += 64;
    }
    Err(if state.in_string != 0 { Fault::OpenString } else { Fault::Unclosed })
}

/// Handles 64 bytes; gives the place of the bracket that closes the record, if it is among them.
#[inline(always)]
unsafe fn block<C: Classifier>(
    masks: &Masks,
    valid: u64,
    base: u32,
    state: &mut State,
    ends: &mut Vec<u32>,
) -> Result<Option<u32>, Fault> {
    let escaped = escaped_bytes(masks.backslashes, state);
    let quotes = masks.quotes & !escaped & valid;
    // SAFETY: as for the caller. The quote that opens counts as inside, the one that closes does not.
    let inside = unsafe { C::prefix_xor(quotes) } ^ state.in_string;
    let control = masks.controls & inside & valid;
    let outside = !inside & valid;
    state.in_string = ((inside as i64) >> 63) as u64;
    let commas = masks.commas & outside;
    let mut brackets = (masks.opens | masks.closes) & outside;
    if brackets == 0 {
        if control != 0 {
            return Err(Fault::ControlCharacter);
        }
        push(ends, base, commas & at_first_level(state.depth));
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
                if control & before != 0 {
                    return Err(Fault::ControlCharacter);
                }
                push(ends, base, found | bracket);
                return Ok(Some(bracket.trailing_zeros()));
            }
        }
    }
    if control != 0 {
        return Err(Fault::ControlCharacter);
    }
    push(ends, base, found | (commas & rest & at_first_level(state.depth)));
    Ok(None)
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

/// Appends the place of each bit.
#[inline(always)]
fn push(ends: &mut Vec<u32>, base: u32, bits: u64) {
    let count = bits.count_ones() as usize;
    ends.reserve(64);
    let length = ends.len();
    let spare = ends.spare_capacity_mut();
    let mut rest = bits;
    // Most blocks hold four or fewer: writing four without asking is cheaper than a loop that is hard to predict.
    for place in spare.iter_mut().take(4) {
        place.write(base.wrapping_add(rest.trailing_zeros()));
        rest &= rest.wrapping_sub(1);
    }
    if count > 4 {
        for place in spare[4..count].iter_mut() {
            place.write(base.wrapping_add(rest.trailing_zeros()));
            rest &= rest.wrapping_sub(1);
        }
    }
    // SAFETY: `count` (at most 64) places were reserved and written.
    unsafe { ends.set_len(length + count) };
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
    fn what_is_broken_is_named() {
        assert_eq!(split_all(r#"{"a":1"#), Err(Fault::Unclosed));
        assert_eq!(split_all(r#"{"a":"1}"#), Err(Fault::OpenString));
        assert_eq!(split_all("{\"a\":\"1\n\"}"), Err(Fault::ControlCharacter));
        assert_eq!(split_all("{\"a\":1]"), Err(Fault::Unclosed));
        assert_eq!(split_all("nothing"), Err(Fault::NoRecord));
        assert_eq!(split_all(""), Err(Fault::NoRecord));
    }
}
