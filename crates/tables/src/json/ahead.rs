//! Asks for bytes before they are needed.

/// Bytes from the place at hand to what is asked for: about as many as are looked at in the time that memory takes to
/// answer, by measurement.
const DISTANCE: usize = 4096;

/// Asks for the 64 bytes that stand some way behind a place. The processor guesses as much by itself, but never beyond
/// the page at hand, and bytes of a mapped file lie in many pages. What stands there, if anything, is not looked at.
#[inline(always)]
pub(crate) fn fetch_ahead(place: *const u8) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: any address may be asked for.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(place.wrapping_add(DISTANCE).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place.wrapping_add(DISTANCE);
}
