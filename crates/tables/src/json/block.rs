//! 64 bytes of JSON as bit masks, by the widest instructions that the machine has.

/// Where in 64 bytes the characters stand that structure JSON. Bit `i` is byte `i`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    /// `"`
    pub quotes: u64,
    /// `\`
    pub backslashes: u64,
    /// `,`
    pub commas: u64,
    /// `{` and `[`
    pub opens: u64,
    /// `}` and `]`
    pub closes: u64,
    /// Below U+0020.
    pub controls: u64,
    /// Below U+0020 or above U+007F.
    pub unusual: u64,
}

impl Masks {
    /// Those of the bytes whose bit is set.
    #[inline(always)]
    pub(crate) fn only(self, valid: u64) -> Self {
        Self {
            quotes: self.quotes & valid,
            backslashes: self.backslashes & valid,
            commas: self.commas & valid,
            opens: self.opens & valid,
            closes: self.closes & valid,
            controls: self.controls & valid,
            unusual: self.unusual & valid,
        }
    }
}

/// A way to compute [`Masks`].
pub(crate) trait Classifier {
    /// The masks of the 64 bytes at `block`.
    ///
    /// # Safety
    /// 64 bytes must be readable there, and the machine must have the instructions.
    unsafe fn classify(block: *const u8) -> Masks;
    /// Bit `i` is the parity of the bits `0..=i`.
    ///
    /// # Safety
    /// The machine must have the instructions.
    unsafe fn prefix_xor(bits: u64) -> u64;
    /// Writes `base` plus the place of each bit, one behind the other; gives how many.
    ///
    /// # Safety
    /// There must be room for 64, and the machine must have the instructions.
    #[inline(always)]
    unsafe fn write_places(bits: u64, base: u32, to: *mut u32) -> usize {
        let count = bits.count_ones() as usize;
        let mut rest = bits;
        // SAFETY: there is room for 64 places.
        unsafe {
            // Most blocks hold four or fewer: writing four without asking is cheaper than a loop that is hard to predict.
            for place in 0..4 {
                to.add(place).write(base.wrapping_add(rest.trailing_zeros()));
                rest &= rest.wrapping_sub(1);
            }
            if count > 4 {
                for place in 4..count {
                    to.add(place).write(base.wrapping_add(rest.trailing_zeros()));
                    rest &= rest.wrapping_sub(1);
                }
            }
        }
        count
    }
    /// The bytes above U+007F.
    ///
    /// # Safety
    /// As for [`Self::classify`].
    unsafe fn others(block: *const u8) -> u64;
    /// The bytes among the 64 at `block` where it shows that the text is not UTF-8. The three bytes before count. All
    /// of them if this way cannot tell.
    ///
    /// # Safety
    /// The 64 bytes and three before them must be readable, and the machine must have the instructions.
    unsafe fn utf8_faults(block: *const u8) -> u64;
}

/// Without any special instruction.
pub(crate) struct Portable;

const QUOTE: u8 = 1;
const BACKSLASH: u8 = 2;
const COMMA: u8 = 4;
const OPEN: u8 = 8;
const CLOSE: u8 = 16;
const CONTROL: u8 = 32;

/// The class bits of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = CONTROL;
        byte += 1;
    }
    classes[b'"' as usize] = QUOTE;
    classes[b'\\' as usize] = BACKSLASH;
    classes[b',' as usize] = COMMA;
    classes[b'{' as usize] = OPEN;
    classes[b'[' as usize] = OPEN;
    classes[b'}' as usize] = CLOSE;
    classes[b']' as usize] = CLOSE;
    classes
};

impl Classifier for Portable {
    #[inline(always)]
    unsafe fn classify(block: *const u8) -> Masks {
        // SAFETY: the caller lets 64 bytes be read.
        let bytes = unsafe { &*block.cast::<[u8; 64]>() };
        let mut masks = Masks::default();
        for (at, &byte) in bytes.iter().enumerate() {
            let class = CLASSES[usize::from(byte)];
            let bit = |class_bit: u8| u64::from(class & class_bit != 0) << at;
            masks.quotes |= bit(QUOTE);
            masks.backslashes |= bit(BACKSLASH);
            masks.commas |= bit(COMMA);
            masks.opens |= bit(OPEN);
            masks.closes |= bit(CLOSE);
            masks.controls |= bit(CONTROL);
            masks.unusual |= u64::from(!byte.is_ascii()) << at;
        }
        masks.unusual |= masks.controls;
        masks
    }

    #[inline(always)]
    unsafe fn others(block: *const u8) -> u64 {
        // SAFETY: the caller lets 64 bytes be read.
        let bytes = unsafe { &*block.cast::<[u8; 64]>() };
        bytes.iter().enumerate().fold(0, |others, (at, byte)| others | u64::from(!byte.is_ascii()) << at)
    }

    unsafe fn utf8_faults(_: *const u8) -> u64 {
        !0
    }

    #[inline(always)]
    unsafe fn prefix_xor(bits: u64) -> u64 {
        let mut parity = bits;
        for shift in [1, 2, 4, 8, 16, 32] {
            parity ^= parity << shift;
        }
        parity
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512, Avx512Vbmi2};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::super::utf8;
    use super::{Classifier, Masks};

    /// AVX-512 BW.
    pub(crate) struct Avx512;

    impl Classifier for Avx512 {
        #[inline(always)]
        unsafe fn classify(block: *const u8) -> Masks {
            // SAFETY: the caller lets 64 bytes be read and vouches for the instructions.
            unsafe {
                let bytes = _mm512_loadu_si512(block.cast());
                let equal = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte as i8));
                // `{` and `[` differ in one bit, as do `}` and `]`.
                let braces = _mm512_or_si512(bytes, _mm512_set1_epi8(0x20));
                Masks {
                    quotes: equal(b'"'),
                    backslashes: equal(b'\\'),
                    commas: equal(b','),
                    opens: _mm512_cmpeq_epi8_mask(braces, _mm512_set1_epi8(b'{' as i8)),
                    closes: _mm512_cmpeq_epi8_mask(braces, _mm512_set1_epi8(b'}' as i8)),
                    controls: _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(0x20)),
                    // As signed numbers, bytes above U+007F are below 0.
                    unusual: _mm512_cmplt_epi8_mask(bytes, _mm512_set1_epi8(0x20)),
                }
            }
        }

        #[inline(always)]
        unsafe fn others(block: *const u8) -> u64 {
            // SAFETY: as for the caller.
            unsafe { _mm512_movepi8_mask(_mm512_loadu_si512(block.cast())) }
        }

        #[inline(always)]
        unsafe fn utf8_faults(block: *const u8) -> u64 {
            // SAFETY: the caller lets 67 bytes be read and vouches for the instructions.
            unsafe {
                let before = |distance: usize| _mm512_loadu_si512(block.sub(distance).cast());
                let table = |table: &[u8; 16]| _mm512_broadcast_i32x4(_mm_loadu_si128(table.as_ptr().cast()));
                let low = _mm512_set1_epi8(0x0f);
                let high_half = |bytes| _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), low);
                let (bytes, previous) = (before(0), before(1));
                let pair = _mm512_and_si512(
                    _mm512_and_si512(
                        _mm512_shuffle_epi8(table(&utf8::FIRST_HIGH), high_half(previous)),
                        _mm512_shuffle_epi8(table(&utf8::FIRST_LOW), _mm512_and_si512(previous, low)),
                    ),
                    _mm512_shuffle_epi8(table(&utf8::SECOND_HIGH), high_half(bytes)),
                );
                let third = _mm512_subs_epu8(before(2), _mm512_set1_epi8(utf8::THREE_BYTES as i8));
                let fourth = _mm512_subs_epu8(before(3), _mm512_set1_epi8(utf8::FOUR_BYTES as i8));
                let continues = _mm512_and_si512(
                    _mm512_or_si512(third, fourth),
                    _mm512_set1_epi8(utf8::TWO_CONTINUATIONS as i8),
                );
                _mm512_cmpneq_epi8_mask(continues, pair)
            }
        }

        #[inline(always)]
        unsafe fn prefix_xor(bits: u64) -> u64 {
            // SAFETY: as for the caller.
            unsafe { clmul(bits) }
        }
    }

    /// AVX-512 BW, and VBMI2 to write places.
    pub(crate) struct Avx512Vbmi2;

    impl Classifier for Avx512Vbmi2 {
        #[inline(always)]
        unsafe fn classify(block: *const u8) -> Masks {
            // SAFETY: as for the caller.
            unsafe { Avx512::classify(block) }
        }

        #[inline(always)]
        unsafe fn prefix_xor(bits: u64) -> u64 {
            // SAFETY: as for the caller.
            unsafe { Avx512::prefix_xor(bits) }
        }

        #[inline(always)]
        unsafe fn write_places(bits: u64, base: u32, to: *mut u32) -> usize {
            /// Each byte is its own place.
            static PLACES: [u8; 64] = {
                let mut places = [0; 64];
                let mut place = 0;
                while place < 64 {
                    places[place] = place as u8;
                    place += 1;
                }
                places
            };
            let count = bits.count_ones() as usize;
            // SAFETY: there is room for 64 places, and `places` has 64.
            unsafe {
                let places = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(PLACES.as_ptr().cast()));
                let first = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(places));
                _mm512_storeu_si512(to.cast(), _mm512_add_epi32(first, _mm512_set1_epi32(base as i32)));
                if count > 16 {
                    let mut all = [0_u8; 64];
                    _mm512_storeu_si512(all.as_mut_ptr().cast(), places);
                    for (index, place) in all[..count].iter().enumerate().skip(16) {
                        to.add(index).write(base.wrapping_add(u32::from(*place)));
                    }
                }
            }
            count
        }

        #[inline(always)]
        unsafe fn others(block: *const u8) -> u64 {
            // SAFETY: as for the caller.
            unsafe { Avx512::others(block) }
        }

        #[inline(always)]
        unsafe fn utf8_faults(block: *const u8) -> u64 {
            // SAFETY: as for the caller.
            unsafe { Avx512::utf8_faults(block) }
        }
    }

    /// AVX2.
    pub(crate) struct Avx2;

    impl Classifier for Avx2 {
        #[inline(always)]
        unsafe fn classify(block: *const u8) -> Masks {
            // SAFETY: the caller lets 64 bytes be read and vouches for the instructions.
            unsafe {
                let low = _mm256_loadu_si256(block.cast());
                let high = _mm256_loadu_si256(block.add(32).cast());
                let mask = |low, high| {
                    u64::from(_mm256_movemask_epi8(low) as u32)
                        | u64::from(_mm256_movemask_epi8(high) as u32) << 32
                };
                let equal = |low, high, byte: u8| {
                    let wanted = _mm256_set1_epi8(byte as i8);
                    mask(_mm256_cmpeq_epi8(low, wanted), _mm256_cmpeq_epi8(high, wanted))
                };
                let bit = _mm256_set1_epi8(0x20);
                let (low_braces, high_braces) = (_mm256_or_si256(low, bit), _mm256_or_si256(high, bit));
                let last_control = _mm256_set1_epi8(0x1f);
                let control = |half| _mm256_cmpeq_epi8(_mm256_max_epu8(half, last_control), last_control);
                Masks {
                    quotes: equal(low, high, b'"'),
                    backslashes: equal(low, high, b'\\'),
                    commas: equal(low, high, b','),
                    opens: equal(low_braces, high_braces, b'{'),
                    closes: equal(low_braces, high_braces, b'}'),
                    controls: mask(control(low), control(high)),
                    // As signed numbers, bytes above U+007F are below 0.
                    unusual: mask(_mm256_cmpgt_epi8(bit, low), _mm256_cmpgt_epi8(bit, high)),
                }
            }
        }

        #[inline(always)]
        unsafe fn others(block: *const u8) -> u64 {
            // SAFETY: as for the caller.
            unsafe {
                let half = |half: usize| {
                    _mm256_movemask_epi8(_mm256_loadu_si256(block.add(32 * half).cast())) as u32
                };
                u64::from(half(0)) | u64::from(half(1)) << 32
            }
        }

        #[inline(always)]
        unsafe fn utf8_faults(block: *const u8) -> u64 {
            // SAFETY: as for the caller.
            unsafe { u64::from(half_faults(block)) | u64::from(half_faults(block.add(32))) << 32 }
        }

        #[inline(always)]
        unsafe fn prefix_xor(bits: u64) -> u64 {
            // SAFETY: as for the caller.
            unsafe { clmul(bits) }
        }
    }

    /// [`Classifier::utf8_faults`] of 32 bytes.
    #[inline(always)]
    unsafe fn half_faults(block: *const u8) -> u32 {
        // SAFETY: the caller lets 35 bytes be read and vouches for the instructions.
        unsafe {
            let before = |distance: usize| _mm256_loadu_si256(block.sub(distance).cast());
            let table =
                |table: &[u8; 16]| _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().cast()));
            let low = _mm256_set1_epi8(0x0f);
            let high_half = |bytes| _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), low);
            let (bytes, previous) = (before(0), before(1));
            let pair = _mm256_and_si256(
                _mm256_and_si256(
                    _mm256_shuffle_epi8(table(&utf8::FIRST_HIGH), high_half(previous)),
                    _mm256_shuffle_epi8(table(&utf8::FIRST_LOW), _mm256_and_si256(previous, low)),
                ),
                _mm256_shuffle_epi8(table(&utf8::SECOND_HIGH), high_half(bytes)),
            );
            let third = _mm256_subs_epu8(before(2), _mm256_set1_epi8(utf8::THREE_BYTES as i8));
            let fourth = _mm256_subs_epu8(before(3), _mm256_set1_epi8(utf8::FOUR_BYTES as i8));
            let continues = _mm256_and_si256(
                _mm256_or_si256(third, fourth),
                _mm256_set1_epi8(utf8::TWO_CONTINUATIONS as i8),
            );
            !(_mm256_movemask_epi8(_mm256_cmpeq_epi8(continues, pair)) as u32)
        }
    }

    /// A carry-less multiplication by all ones is the parity of all lower bits.
    #[inline(always)]
    unsafe fn clmul(bits: u64) -> u64 {
        // SAFETY: the caller vouches for the instructions.
        unsafe {
            let product = _mm_clmulepi64_si128::<0>(_mm_set_epi64x(0, bits as i64), _mm_set1_epi8(-1));
            _mm_cvtsi128_si64(product) as u64
        }
    }
}

#[cfg(target_arch = "aarch64")]
pub(crate) use arm::Neon;

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::*;

    use super::{Classifier, Masks, Portable};

    /// NEON, which every 64-bit ARM machine has.
    pub(crate) struct Neon;

    impl Classifier for Neon {
        #[inline(always)]
        unsafe fn classify(block: *const u8) -> Masks {
            // SAFETY: the caller lets 64 bytes be read.
            unsafe {
                let parts = vld1q_u8_x4(block);
                let braces = uint8x16x4_t(
                    vorrq_u8(parts.0, vdupq_n_u8(0x20)),
                    vorrq_u8(parts.1, vdupq_n_u8(0x20)),
                    vorrq_u8(parts.2, vdupq_n_u8(0x20)),
                    vorrq_u8(parts.3, vdupq_n_u8(0x20)),
                );
                Masks {
                    quotes: equal(parts, b'"'),
                    backslashes: equal(parts, b'\\'),
                    commas: equal(parts, b','),
                    opens: equal(braces, b'{'),
                    closes: equal(braces, b'}'),
                    controls: mask(
                        vcltq_u8(parts.0, vdupq_n_u8(0x20)),
                        vcltq_u8(parts.1, vdupq_n_u8(0x20)),
                        vcltq_u8(parts.2, vdupq_n_u8(0x20)),
                        vcltq_u8(parts.3, vdupq_n_u8(0x20)),
                    ),
                    unusual: mask(
                        vcltq_s8(vreinterpretq_s8_u8(parts.0), vdupq_n_s8(0x20)),
                        vcltq_s8(vreinterpretq_s8_u8(parts.1), vdupq_n_s8(0x20)),
                        vcltq_s8(vreinterpretq_s8_u8(parts.2), vdupq_n_s8(0x20)),
                        vcltq_s8(vreinterpretq_s8_u8(parts.3), vdupq_n_s8(0x20)),
                    ),
                }
            }
        }

        #[inline(always)]
        unsafe fn others(block: *const u8) -> u64 {
            // SAFETY: as for the caller.
            unsafe { Portable::others(block) }
        }

        unsafe fn utf8_faults(_: *const u8) -> u64 {
            !0
        }

        #[inline(always)]
        unsafe fn prefix_xor(bits: u64) -> u64 {
            // SAFETY: nothing is asked of the caller there.
            unsafe { Portable::prefix_xor(bits) }
        }
    }

    #[inline(always)]
    unsafe fn equal(parts: uint8x16x4_t, byte: u8) -> u64 {
        // SAFETY: NEON is always there.
        unsafe {
            let wanted = vdupq_n_u8(byte);
            mask(
                vceqq_u8(parts.0, wanted),
                vceqq_u8(parts.1, wanted),
                vceqq_u8(parts.2, wanted),
                vceqq_u8(parts.3, wanted),
            )
        }
    }

    /// One bit a byte: each byte keeps the bit of its place, then neighbours are added three times.
    #[inline(always)]
    unsafe fn mask(a: uint8x16_t, b: uint8x16_t, c: uint8x16_t, d: uint8x16_t) -> u64 {
        const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
        // SAFETY: NEON is always there, and PLACES has 16 bytes.
        unsafe {
            let places = vld1q_u8(PLACES.as_ptr());
            let low = vpaddq_u8(vandq_u8(a, places), vandq_u8(b, places));
            let high = vpaddq_u8(vandq_u8(c, places), vandq_u8(d, places));
            let sum = vpaddq_u8(low, high);
            vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks() -> Vec<[u8; 64]> {
        let mut state = 7u64;
        let mut random = move || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize
        };
        const ALPHABET: &[u8] = b"\"\\,{}[]:\n\t\x1f \x20a\xc3\xa9\xa2\x7f\xff\0\x02\x3b\x5d";
        (0..2000).map(|_| std::array::from_fn(|_| ALPHABET[random() % ALPHABET.len()])).collect()
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn wide_instructions_agree_with_the_portable_way() {
        for block in blocks() {
            // SAFETY: a block has 64 bytes, and the instructions are asked for.
            unsafe {
                let expected = Portable::classify(block.as_ptr());
                let parity = Portable::prefix_xor(expected.quotes);
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("pclmulqdq") {
                    assert_eq!(Avx2::classify(block.as_ptr()), expected);
                    assert_eq!(Avx2::others(block.as_ptr()), expected.unusual & !expected.controls);
                    assert_eq!(Avx2::prefix_xor(expected.quotes), parity);
                }
                if is_x86_feature_detected!("avx512bw") {
                    assert_eq!(Avx512::classify(block.as_ptr()), expected);
                    assert_eq!(Avx512::others(block.as_ptr()), expected.unusual & !expected.controls);
                }
            }
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn what_is_not_utf8_is_found() {
        // Every pair of bytes, and what may make three and four a character or not, at each place of a block.
        let mut texts: Vec<Vec<u8>> =
            (0..=u16::MAX).map(|pair| [b"a", &pair.to_be_bytes()[..], b"a"].concat()).collect();
        let edges = [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe0, 0xed, 0xf0, 0xf4];
        for lead in 0xe0..=0xff {
            for second in edges {
                for third in edges {
                    texts.push(vec![lead, second, third, b'a']);
                    texts.extend(edges.map(|fourth| vec![lead, second, third, fourth]));
                }
            }
        }
        for (number, text) in texts.iter().enumerate() {
            let mut bytes = [b' '; 3 + 64 + 64];
            let place = 3 + number % 64;
            bytes[place..place + text.len()].copy_from_slice(text);
            let expected = std::str::from_utf8(&bytes).is_ok();
            // SAFETY: three bytes stand before each of two blocks, and the instructions are asked for.
            unsafe {
                let blocks = [bytes.as_ptr().add(3), bytes.as_ptr().add(3 + 64)];
                if is_x86_feature_detected!("avx2") {
                    assert_eq!(
                        blocks.iter().all(|&block| Avx2::utf8_faults(block) == 0),
                        expected,
                        "{text:x?}"
                    );
                }
                if is_x86_feature_detected!("avx512bw") {
                    let same = blocks.iter().all(|&block| Avx512::utf8_faults(block) == 0);
                    assert_eq!(same, expected, "{text:x?}");
                }
            }
        }
    }

    #[test]
    fn the_portable_way_finds_each_class() {
        let mut block = [b'x'; 64];
        block[..9].copy_from_slice(b"\"\\,{[}]\n\x1f");
        block[63] = b'"';
        // SAFETY: a block has 64 bytes.
        let masks = unsafe { Portable::classify(block.as_ptr()) };
        assert_eq!(masks.quotes, 1 | 1 << 63);
        assert_eq!(masks.backslashes, 2);
        assert_eq!(masks.commas, 4);
        assert_eq!(masks.opens, 0b11000);
        assert_eq!(masks.closes, 0b1100000);
        assert_eq!(masks.controls, 0b110000000);
        assert_eq!(masks.unusual, masks.controls);
    }
}
