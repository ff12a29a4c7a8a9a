//! Finds the ends of values in JSON text without building anything.
//!
//! The text is trusted to be JSON; on other text the answers are meaningless, but never out of bounds.

use memchr::memchr2;

/// The first position from `at` on that holds no white space.
#[inline]
pub(super) fn skip_blanks(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = text.get(at) {
        at += 1;
    }
    at
}

/// The position behind the value that starts at `at`.
#[inline]
pub(super) fn skip_value(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'"') => skip_string(text, at),
        Some(b'{' | b'[') => skip_container(text, at),
        _ => skip_atom(text, at),
    }
}

/// Strings up to this length are searched without the call of a search.
const SHORT: usize = 32;

/// The position behind the string whose opening quote is at `at`.
#[inline]
pub(super) fn skip_string(text: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    let short_end = at + SHORT;
    while let Some(eight) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        match first_special(u64::from_le_bytes(*eight)) {
            None if at < short_end => at += 8,
            None => break,
            Some(place) => {
                at += place;
                if text[at] == b'"' {
                    return at + 1;
                }
                at += 2;
            }
        }
    }
    while let Some(found) = text.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

/// The first of eight bytes that is a quote or a backslash.
#[inline]
fn first_special(eight: u64) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The lowest marked byte of such a sum is one that was zero; those above it may be marked by a borrow.
    let zeros = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes & (ONES << 7);
    let marks = zeros(eight ^ (ONES * b'"' as u64)) | zeros(eight ^ (ONES * b'\\' as u64));
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

fn skip_container(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0usize;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = skip_string(text, at);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

fn skip_atom(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b',' | b':' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
        .unwrap_or(rest.len());
    // An atom is never empty in JSON; in other text the delimiter is passed, so that every loop ends.
    at + length.max(usize::from(!rest.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_the_first_quote_that_is_not_escaped() {
        for length in 0..80 {
            let plain = format!("\"{}\",\"x\"", "a".repeat(length));
            assert_eq!(skip_string(plain.as_bytes(), 0), length + 2, "{plain}");
            let multibyte = format!("\"{}é\"", "a".repeat(length));
            assert_eq!(skip_string(multibyte.as_bytes(), 0), multibyte.len(), "{multibyte}");
            for escaped in ["\\\"", "\\\\", "\\u0022"] {
                for behind in [0, 1, 7, 8, 40] {
                    let text = format!("\"{}{escaped}{}\"]", "a".repeat(length), "b".repeat(behind));
                    assert_eq!(skip_string(text.as_bytes(), 0), text.len() - 1, "{text}");
                }
            }
            let open = format!("\"{}", "a".repeat(length));
            assert_eq!(skip_string(open.as_bytes(), 0), open.len(), "{open}");
        }
    }

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for place in 0..8 {
            for special in [b'"', b'\\'] {
                // What a borrow could reach stands above: one more than the byte that is looked for.
                let mut bytes = [special + 1; 8];
                bytes[..place].fill(b'x');
                bytes[place] = special;
                assert_eq!(first_special(u64::from_le_bytes(bytes)), Some(place));
            }
        }
        assert_eq!(first_special(u64::from_le_bytes(*b"#]!#[]^\x7f")), None);
    }
}
