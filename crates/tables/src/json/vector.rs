//! Many bytes at once, by the instructions that the machine has.

use std::arch::x86_64::*;

use super::block::{Avx2, Avx512, Classifier};

/// As many bytes as one register holds.
///
/// # Safety
/// The machine must have the instructions for all functions, and for [`Vector::load`] the bytes must be readable.
pub(crate) trait Vector: Copy {
    /// How many bytes there are, at most 64.
    const BYTES: usize;
    /// The same instructions over 64 bytes.
    type Blocks: Classifier;
    /// The bytes that stand there.
    unsafe fn load(bytes: *const u8) -> Self;
    /// The same byte everywhere.
    unsafe fn splat(byte: u8) -> Self;
    /// Bitwise or.
    unsafe fn or(self, other: Self) -> Self;
    /// Bitwise exclusive or: zero where bytes are equal.
    unsafe fn xor(self, other: Self) -> Self;
    /// The lesser byte at each place: zero where either is.
    unsafe fn min(self, other: Self) -> Self;
    /// A bit for each byte that is zero.
    unsafe fn zeros(self) -> u64;
    /// A bit for each byte that is not ASCII.
    unsafe fn others(self) -> u64;
}

impl Vector for __m512i {
    const BYTES: usize = 64;
    type Blocks = Avx512;

    #[inline(always)]
    unsafe fn load(bytes: *const u8) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm512_loadu_si512(bytes.cast()) }
    }

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm512_set1_epi8(byte as i8) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm512_or_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm512_xor_si512(self, other) }
    }

    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm512_min_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn zeros(self) -> u64 {
        // SAFETY: as for the caller.
        unsafe { _mm512_testn_epi8_mask(self, self) }
    }

    #[inline(always)]
    unsafe fn others(self) -> u64 {
        // SAFETY: as for the caller.
        unsafe { _mm512_movepi8_mask(self) }
    }
}

impl Vector for __m256i {
    const BYTES: usize = 32;
    type Blocks = Avx2;

    #[inline(always)]
    unsafe fn load(bytes: *const u8) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm256_loadu_si256(bytes.cast()) }
    }

    #[inline(always)]
    unsafe fn splat(byte: u8) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm256_set1_epi8(byte as i8) }
    }

    #[inline(always)]
    unsafe fn or(self, other: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm256_or_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn xor(self, other: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm256_xor_si256(self, other) }
    }

    #[inline(always)]
    unsafe fn min(self, other: Self) -> Self {
        // SAFETY: as for the caller.
        unsafe { _mm256_min_epu8(self, other) }
    }

    #[inline(always)]
    unsafe fn zeros(self) -> u64 {
        // SAFETY: as for the caller.
        unsafe { u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(self, _mm256_setzero_si256())) as u32) }
    }

    #[inline(always)]
    unsafe fn others(self) -> u64 {
        // SAFETY: as for the caller.
        unsafe { u64::from(_mm256_movemask_epi8(self) as u32) }
    }
}
