//! One look over a block of lines: where they end, whether they are UTF-8, and where sought texts stand.
//!
//! To fetch bytes from memory takes longer than to look at them, so everything that is asked of all bytes is asked at
//! once.

use memchr::memchr_iter;
use simdutf8::basic::from_utf8;

use crate::sought::{Hidden, Sought};

/// What a look over a block tells.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// The place after each line break, and after the last line if none ends it, counted from the beginning of the block.
    pub line_ends: Vec<u32>,
    /// Whether all of it is UTF-8.
    pub is_utf8: bool,
    /// The places, from the beginning of the block and in order, behind a backslash that may hide a text that is sought.
    pub escapes: Vec<u32>,
}

/// What to look for.
pub(crate) struct Wanted<'w, 'f> {
    /// Texts.
    pub sought: &'w mut [Sought<'f>],
    /// What escapes may hide of them, and of others that are looked for elsewhere.
    pub hidden: Hidden,
}

/// A way to look: `(block, wanted, look)`.
type Looking = unsafe fn(&[u8], Option<Wanted<'_, '_>>, &mut Look);

/// Looks in the best way that this machine can.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looker(Looking);

impl Looker {
    /// The fastest that this machine can run.
    pub(crate) fn detect() -> Self {
        Self(all().last().copied().unwrap_or(look_portable))
    }

    /// Looks over a block of whole lines, and notes in `look` and in what is wanted what it sees.
    pub(crate) fn look(&self, block: &[u8], mut wanted: Option<Wanted<'_, '_>>, look: &mut Look) {
        look.line_ends.clear();
        look.escapes.clear();
        for sought in wanted.iter_mut().flat_map(|wanted| wanted.sought.iter_mut()) {
            sought.places.clear();
        }
        // SAFETY: `all` chooses only what the machine can run.
        unsafe { (self.0)(block, wanted, look) };
        // The last line need not end in a line break.
        if block.last().is_some_and(|&byte| byte != b'\n') {
            look.line_ends.push(block.len() as u32);
        }
    }
}

/// Every way that this machine can run, slowest first.
fn all() -> Vec<Looking> {
    #[allow(unused_mut, reason = "some architectures have only one")]
    let mut all: Vec<Looking> = vec![look_portable];
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") {
            all.push(wide::look_avx2);
        }
        if is_x86_feature_detected!("avx512bw") && is_x86_feature_detected!("bmi1") {
            all.push(wide::look_avx512);
        }
    }
    all
}

unsafe fn look_portable(block: &[u8], wanted: Option<Wanted<'_, '_>>, look: &mut Look) {
    look.is_utf8 = from_utf8(block).is_ok();
    look.line_ends.extend(memchr_iter(b'\n', block).map(|place| place as u32 + 1));
    let Some(wanted) = wanted else { return };
    let escaped = wanted.hidden.escaped();
    let behind = memchr_iter(b'\\', block).map(|place| place + 1);
    let escapes = behind.filter(|&place| {
        block.get(place).is_some_and(|byte| escaped.contains(byte)) && wanted.hidden.may_be_at(block, place)
    });
    look.escapes.extend(escapes.map(|place| place as u32));
    for sought in wanted.sought.iter_mut().filter(|sought| sought.is_wanted) {
        sought.text.find(block, &mut sought.places);
    }
}

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{__m256i, __m512i};

    use super::{Hidden, Look, Sought, Wanted};
    use crate::json::{Classifier, Vector, fetch_ahead};
    use crate::sought::Pair;

    #[target_feature(enable = "avx512f,avx512bw,bmi1")]
    pub(super) unsafe fn look_avx512(block: &[u8], wanted: Option<Wanted<'_, '_>>, look: &mut Look) {
        // SAFETY: the features are enabled.
        unsafe { look_wide::<__m512i>(block, wanted, look) }
    }

    #[target_feature(enable = "avx2,bmi1")]
    pub(super) unsafe fn look_avx2(block: &[u8], wanted: Option<Wanted<'_, '_>>, look: &mut Look) {
        // SAFETY: the features are enabled.
        unsafe { look_wide::<__m256i>(block, wanted, look) }
    }

    /// What is compared to find a sought text.
    #[derive(Clone, Copy)]
    struct Probe<V> {
        /// Which text.
        index: usize,
        /// Where in it the two bytes stand.
        place: usize,
        bytes: [V; 2],
        case_bits: [V; 2],
    }

    /// More texts than that are looked for one by one.
    const MOST_PROBES: usize = 4;

    /// What is looked for in the same way all through a block.
    struct Seek<'s, V> {
        probes: &'s [Probe<V>],
        /// What stands behind a backslash.
        escaped: [V; 2],
    }

    /// What is carried through a block.
    struct State<'s, 'f> {
        block: &'s [u8],
        hidden: Option<Hidden>,
        sought: &'s mut [Sought<'f>],
        look: &'s mut Look,
        /// Not 0 where it is not UTF-8.
        faults: u64,
        /// Not 0 when one of the last three bytes was not ASCII, so that a character may go on.
        unfinished: u64,
    }

    /// Room before the 64 bytes that are copied at an edge of the block, so that one can look back.
    const BEFORE: usize = 3;

    /// # Safety
    /// The machine must have the instructions of `V`.
    #[inline(always)]
    unsafe fn look_wide<V: Vector>(block: &[u8], wanted: Option<Wanted<'_, '_>>, look: &mut Look) {
        // SAFETY: as for the caller.
        unsafe {
            let none = V::splat(0);
            let no_probe = Probe { index: 0, place: 0, bytes: [none; 2], case_bits: [none; 2] };
            let mut probes = [no_probe; MOST_PROBES];
            let Some(wanted) = wanted else {
                let mut state =
                    State { block, hidden: None, sought: &mut [], look, faults: 0, unfinished: 0 };
                look_over::<V, false>(&Seek { probes: &[], escaped: [none; 2] }, &mut state);
                return;
            };
            let escaped = wanted.hidden.escaped();
            let mut count = 0;
            for (index, sought) in wanted.sought.iter_mut().enumerate().filter(|(_, sought)| sought.is_wanted)
            {
                match probes.get_mut(count) {
                    Some(probe) => {
                        *probe = Probe::new(index, &sought.text.pair(block));
                        count += 1;
                    }
                    None => sought.text.find(block, &mut sought.places),
                }
            }
            let seek =
                Seek { probes: &probes[..count], escaped: [V::splat(escaped[0]), V::splat(escaped[1])] };
            let mut state = State {
                block,
                hidden: Some(wanted.hidden),
                sought: wanted.sought,
                look,
                faults: 0,
                unfinished: 0,
            };
            look_over::<V, true>(&seek, &mut state);
        }
    }

    /// # Safety
    /// As for [`look_wide`].
    #[inline(always)]
    unsafe fn look_over<V: Vector, const SEEK: bool>(seek: &Seek<'_, V>, state: &mut State<'_, '_>) {
        let block = state.block;
        // SAFETY: 64 bytes stand behind each place that is handed on, and three before it.
        unsafe {
            edge::<V, SEEK>(0, seek, state);
            let mut at = 64;
            while at + 4 * V::BYTES <= block.len() {
                let here = block.as_ptr().add(at);
                for line in (0..4 * V::BYTES).step_by(64) {
                    fetch_ahead(here.add(line));
                }
                if state.unfinished != 0 || is_remarkable::<V, SEEK>(here, seek) {
                    for place in (at..at + 4 * V::BYTES).step_by(64) {
                        closer::<V, SEEK>(block.as_ptr().add(place), place, seek, state);
                    }
                }
                at += 4 * V::BYTES;
            }
            while at < block.len() {
                edge::<V, SEEK>(at, seek, state);
                at += 64;
            }
            if state.unfinished != 0 {
                // Blanks behind the end show whether the last character is whole.
                edge::<V, SEEK>(block.len(), seek, state);
            }
        }
        state.look.is_utf8 = state.faults == 0;
    }

    /// Whether four vectors hold anything that takes a closer look.
    ///
    /// # Safety
    /// So many bytes must be readable there and one before them.
    #[inline(always)]
    unsafe fn is_remarkable<V: Vector, const SEEK: bool>(here: *const u8, seek: &Seek<'_, V>) -> bool {
        // SAFETY: as for the caller.
        unsafe {
            let mut least = V::splat(0xff);
            let mut any = V::splat(0);
            for index in 0..4 {
                let place = here.add(index * V::BYTES);
                let bytes = V::load(place);
                any = any.or(bytes);
                least = least.min(bytes.xor(V::splat(b'\n')));
                if SEEK {
                    let before = V::load(place.sub(1));
                    least = least.min(seek.escape_difference(before, bytes));
                    for probe in seek.probes {
                        least = least.min(probe.difference(before, bytes));
                    }
                }
            }
            least.zeros() | any.others() != 0
        }
    }

    impl<V: Vector> Seek<'_, V> {
        /// Zero where a backslash stands before one of the bytes that it escapes.
        #[inline(always)]
        unsafe fn escape_difference(&self, before: V, bytes: V) -> V {
            // SAFETY: as for the caller.
            unsafe {
                let follows = bytes.xor(self.escaped[0]).min(bytes.xor(self.escaped[1]));
                before.xor(V::splat(b'\\')).or(follows)
            }
        }
    }

    impl<V: Vector> Probe<V> {
        #[inline(always)]
        unsafe fn new(index: usize, pair: &Pair) -> Self {
            let Pair { place, bytes, case_bits } = *pair;
            // SAFETY: as for the caller.
            unsafe {
                Self {
                    index,
                    place,
                    bytes: [V::splat(bytes[0]), V::splat(bytes[1])],
                    case_bits: [V::splat(case_bits[0]), V::splat(case_bits[1])],
                }
            }
        }

        /// Zero where the second byte of the pair stands behind the first.
        #[inline(always)]
        unsafe fn difference(&self, before: V, bytes: V) -> V {
            // SAFETY: as for the caller.
            unsafe {
                let first = before.or(self.case_bits[0]).xor(self.bytes[0]);
                first.or(bytes.or(self.case_bits[1]).xor(self.bytes[1]))
            }
        }
    }

    /// A closer look at the 64 bytes or less at `at`, which are copied to where one can look back and beyond.
    ///
    /// # Safety
    /// The machine must have the instructions of `V`.
    #[inline(always)]
    unsafe fn edge<V: Vector, const SEEK: bool>(at: usize, seek: &Seek<'_, V>, state: &mut State<'_, '_>) {
        let mut copy = [b' '; BEFORE + 64];
        let from = at.saturating_sub(BEFORE);
        let to = state.block.len().min(at + 64);
        let begin = BEFORE - (at - from);
        copy[begin..begin + to - from].copy_from_slice(&state.block[from..to]);
        // SAFETY: 64 bytes stand there, and three before them.
        unsafe { closer::<V, SEEK>(copy.as_ptr().add(BEFORE), at, seek, state) }
    }

    /// A closer look at the 64 bytes `here`, which are those at `at`.
    ///
    /// # Safety
    /// They must be readable, and three before them.
    #[inline(always)]
    unsafe fn closer<V: Vector, const SEEK: bool>(
        here: *const u8,
        at: usize,
        seek: &Seek<'_, V>,
        state: &mut State<'_, '_>,
    ) {
        // The bits of a second vector stand above those of the first.
        let parts = 64 / V::BYTES;
        let (mut others, mut breaks, mut escapes) = (0, 0, 0);
        let mut found = [0; MOST_PROBES];
        // SAFETY: as for the caller.
        unsafe {
            for part in 0..parts {
                let place = here.add(part * V::BYTES);
                let (before, bytes) = (V::load(place.sub(1)), V::load(place));
                let shift = part * V::BYTES;
                others |= bytes.others() << shift;
                breaks |= bytes.xor(V::splat(b'\n')).zeros() << shift;
                if SEEK {
                    escapes |= seek.escape_difference(before, bytes).zeros() << shift;
                    for (probe, found) in seek.probes.iter().zip(&mut found) {
                        *found |= probe.difference(before, bytes).zeros() << shift;
                    }
                }
            }
            if others | state.unfinished != 0 {
                state.faults |= V::Blocks::utf8_faults(here);
                state.unfinished = others >> 61;
            }
        }
        state.add(at, breaks, escapes);
        for (probe, &found) in seek.probes.iter().zip(&found) {
            state.add_found(at, found, probe.index, probe.place);
        }
    }

    impl State<'_, '_> {
        /// Notes line breaks, and escapes that may hide something.
        #[inline(always)]
        fn add(&mut self, at: usize, breaks: u64, escapes: u64) {
            each(breaks, |place| self.look.line_ends.push((at + place) as u32 + 1));
            each(escapes, |place| {
                if self.hidden.is_some_and(|hidden| hidden.may_be_at(self.block, at + place)) {
                    self.look.escapes.push((at + place) as u32);
                }
            });
        }

        /// Notes a text where the second byte of its pair was found, if all of it stands there.
        #[inline(always)]
        fn add_found(&mut self, at: usize, found: u64, index: usize, pair: usize) {
            let Sought { text, places, .. } = &mut self.sought[index];
            each(found, |place| {
                if let Some(start) = (at + place).checked_sub(pair + 1)
                    && text.is_at(self.block, start)
                {
                    places.push(start as u32);
                }
            });
        }
    }

    /// Hands on the place of each bit.
    #[inline(always)]
    fn each(mut bits: u64, mut put: impl FnMut(usize)) {
        while bits != 0 {
            put(bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sought::SoughtText;

    #[test]
    fn every_way_to_look_sees_the_same() {
        let mut state = 5_u64;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        const PARTS: [&[u8]; 16] = [
            b"a",
            b"filler that is longer",
            b"\n",
            b"\\",
            b"\\u",
            b"u",
            b"/",
            b"Portal",
            b"portal",
            b"pORTAl@",
            b"@[`{",
            "\u{e9}".as_bytes(),
            "\u{20ac}".as_bytes(),
            "\u{1f600}".as_bytes(),
            b"\xff",
            b"\xe2\x82",
        ];
        let texts = [
            ("portal", true),
            ("Portal", false),
            ("l@", true),
            ("\u{20ac}", false),
            ("[`", true),
            ("xx", true),
        ];
        let texts = texts.map(|(text, any_case)| SoughtText::new(text, any_case).unwrap());
        let mut seen = [0; 4];
        for round in 0..4000 {
            let mut block = Vec::new();
            // Mostly valid, mostly without escapes.
            let parts = if round % 4 == 0 { PARTS.len() } else { PARTS.len() - 2 };
            let length = random(600);
            while block.len() < length {
                let part = PARTS[random(parts)];
                block.extend_from_slice(if part[0] == b'\\' && round % 3 != 0 { b"x" } else { part });
            }
            block.truncate(length);
            let mut answers = all().into_iter().map(|looking| {
                let mut look = Look::default();
                let mut sought: Vec<Sought<'_>> = texts
                    .iter()
                    .enumerate()
                    .map(|(index, text)| Sought {
                        text,
                        places: vec![9],
                        is_wanted: round % 7 == 0 || (round >> index) % 2 == 0,
                    })
                    .collect();
                let hidden = Hidden::of([["portal", "a/b"][round % 2]]);
                let wanted = Wanted { sought: &mut sought, hidden };
                Looker(looking).look(&block, Some(wanted), &mut look);
                let places: Vec<Vec<u32>> = sought.into_iter().map(|sought| sought.places).collect();
                (look.line_ends, look.is_utf8, look.escapes, places)
            });
            let expected = answers.next().unwrap();
            for other in answers {
                assert_eq!(other, expected, "{}", String::from_utf8_lossy(&block));
            }
            seen[usize::from(expected.1)] += 1;
            seen[2 + usize::from(expected.2.is_empty())] += 1;
        }
        assert!(seen.iter().all(|&rounds| rounds > 400), "{seen:?}");
    }

    #[test]
    fn what_a_block_holds_is_seen() {
        let bytes = b"....\n{\"a\":\"AZURE portal\"}\n\n{}";
        let text = SoughtText::new("Azure", true).unwrap();
        let mut sought = [Sought { text: &text, places: Vec::new(), is_wanted: true }];
        let mut look = Look::default();
        let wanted = Wanted { sought: &mut sought, hidden: Hidden::of(["Azure"]) };
        Looker::detect().look(&bytes[5..], Some(wanted), &mut look);
        assert_eq!(look.line_ends, [21, 22, 24]);
        assert_eq!(sought[0].places, [6]);
        assert!(look.is_utf8 && look.escapes.is_empty());
        let wanted = Wanted { sought: &mut sought, hidden: Hidden::of(["Azure"]) };
        Looker::detect().look(b"", Some(wanted), &mut look);
        assert!(look.line_ends.is_empty() && look.is_utf8 && sought[0].places.is_empty());
    }
}
