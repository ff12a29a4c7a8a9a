//! Tables that tell what is not UTF-8 by two bytes in a row.
//!
//! Each bit of a table's entry is one way to be wrong; a pair of bytes is wrong in the ways that the first byte's high
//! half, its low half and the second byte's high half all allow. John Keiser and Daniel Lemire, Validating UTF-8 In Less
//! Than One Instruction Per Byte, Software: Practice and Experience 51 (5), 2021.

/// A character begins, and ends too early.
const TOO_SHORT: u8 = 1 << 0;
/// A continuation after ASCII.
const TOO_LONG: u8 = 1 << 1;
/// Three bytes for what fits in two.
const OVERLONG_3: u8 = 1 << 2;
/// Above U+10FFFF.
const TOO_LARGE: u8 = 1 << 3;
/// U+D800 to U+DFFF.
const SURROGATE: u8 = 1 << 4;
/// Two bytes for what fits in one.
const OVERLONG_2: u8 = 1 << 5;
/// Four bytes for what fits in three, or far above U+10FFFF.
const FOUR: u8 = 1 << 6;
/// Two continuations in a row, which the third and fourth bytes of a character are.
pub(super) const TWO_CONTINUATIONS: u8 = 1 << 7;

/// What bytes two places before reach this demand a third byte: with saturation 0x80 is left of them.
pub(super) const THREE_BYTES: u8 = 0xe0 - 0x80;
/// The same for three places before and a fourth byte.
pub(super) const FOUR_BYTES: u8 = 0xf0 - 0x80;

/// By the high half of the first byte.
pub(super) const FIRST_HIGH: [u8; 16] = {
    let mut table = [TOO_LONG; 16];
    let mut continuation = 0x8;
    while continuation < 0xc {
        table[continuation] = TWO_CONTINUATIONS;
        continuation += 1;
    }
    table[0xc] = TOO_SHORT | OVERLONG_2;
    table[0xd] = TOO_SHORT;
    table[0xe] = TOO_SHORT | OVERLONG_3 | SURROGATE;
    table[0xf] = TOO_SHORT | TOO_LARGE | FOUR;
    table
};

/// By the low half of the first byte.
pub(super) const FIRST_LOW: [u8; 16] = {
    // What does not depend on this half.
    const ANY: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
    let mut table = [ANY | TOO_LARGE | FOUR; 16];
    table[0x0] = ANY | OVERLONG_3 | OVERLONG_2 | FOUR;
    table[0x1] = ANY | OVERLONG_2;
    table[0x2] = ANY;
    table[0x3] = ANY;
    table[0x4] = ANY | TOO_LARGE;
    table[0xd] |= SURROGATE;
    table
};

/// By the high half of the second byte.
pub(super) const SECOND_HIGH: [u8; 16] = {
    const ANY: u8 = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;
    let mut table = [TOO_SHORT; 16];
    table[0x8] = ANY | OVERLONG_3 | FOUR;
    table[0x9] = ANY | OVERLONG_3 | TOO_LARGE;
    table[0xa] = ANY | SURROGATE | TOO_LARGE;
    table[0xb] = ANY | SURROGATE | TOO_LARGE;
    table
};
