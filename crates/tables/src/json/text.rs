//! JSON strings and white space.

use super::Fault;

/// Whether a byte is JSON's white space.
#[inline(always)]
pub(crate) fn blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `start..end` without white space at its ends.
#[inline(always)]
pub(crate) fn trim(bytes: &[u8], mut start: usize, mut end: usize) -> (usize, usize) {
    while start < end && blank(bytes[start]) {
        start += 1;
    }
    while start < end && blank(bytes[end - 1]) {
        end -= 1;
    }
    (start, end)
}

/// The place of the first quote, backslash or control character from `start` on, `bytes.len()` if there is none.
#[inline(always)]
pub(crate) fn find_special(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(eight) = bytes.get(at..at + 8) {
        let word = u64::from_le_bytes([
            eight[0], eight[1], eight[2], eight[3], eight[4], eight[5], eight[6], eight[7],
        ]);
        let found = special_bytes(word);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while at < bytes.len() && !matches!(bytes[at], b'"' | b'\\' | ..0x20) {
        at += 1;
    }
    at
}

/// The high bit of each special byte is set. Bits above the first one may be wrong, the first is not.
#[inline(always)]
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let quote = zero(word ^ (ONES * b'"' as u64));
    let backslash = zero(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGHS
}

/// Appends what the content of a JSON string (between its quotes) stands for.
pub(crate) fn unescape(content: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let mut at = 0;
    loop {
        let special = find_special(content, at);
        out.extend_from_slice(&content[at..special]);
        match content.get(special) {
            None => return Ok(()),
            Some(b'\\') => at = escape(content, special + 1, out)?,
            Some(b'"') => return Err(Fault::Value),
            Some(_) => return Err(Fault::ControlCharacter),
        }
    }
}

/// Handles the escape whose backslash stands before `at`; gives the place after it.
fn escape(content: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
    let byte = match content.get(at) {
        Some(b'"') => b'"',
        Some(b'\\') => b'\\',
        Some(b'/') => b'/',
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'u') => return unicode_escape(content, at + 1, out),
        _ => return Err(Fault::Value),
    };
    out.push(byte);
    Ok(at + 1)
}

/// Handles `XXXX` or `XXXX\uXXXX` at `at`. Half a surrogate pair is an error.
fn unicode_escape(content: &[u8], at: usize, out: &mut Vec<u8>) -> Result<usize, Fault> {
    let first = hex4(content, at).ok_or(Fault::Value)?;
    let (code, next) = match first {
        0xd800..=0xdbff => {
            if content.get(at + 4..at + 6) != Some(b"\\u") {
                return Err(Fault::Value);
            }
            match hex4(content, at + 6) {
                Some(second @ 0xdc00..=0xdfff) => {
                    (0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00)), at + 10)
                }
                _ => return Err(Fault::Value),
            }
        }
        _ => (first, at + 4),
    };
    let character = char::from_u32(code).ok_or(Fault::Value)?;
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(next)
}

/// Four hex digits.
pub(crate) fn hex4(content: &[u8], at: usize) -> Option<u32> {
    content
        .get(at..at + 4)?
        .iter()
        .try_fold(0, |code, &digit| Some(code << 4 | (digit as char).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for length in 0..40 {
            for special in [b'"', b'\\', b'\n', 0, 0x1f] {
                let mut bytes = vec![b'\xe9'; length];
                bytes.push(special);
                bytes.extend_from_slice(b"more \" text");
                assert_eq!(find_special(&bytes, 0), length);
            }
            for ordinary in [b'!', b'#', b' ', b'[', b']', 0x7f, 0x80, 0xff, 0xa2, 0xdc, 0x9f] {
                let bytes = vec![ordinary; length];
                assert_eq!(find_special(&bytes, 0), length, "{ordinary}");
            }
        }
    }

    #[test]
    fn escapes_are_read_as_serde_json_reads_them() {
        let contents = [
            r"plain",
            r#"a\"b\\c\/d\b\f\n\r\t"#,
            r"\u00e9\u20AC",
            r"\ud83d\ude00",
            r"\ud83d",
            r"\ud83d\u0041",
            r"\ude00",
            r"\u12",
            r"\x",
            r"\",
            "tab\there",
            "é€😀",
            r"\u0000",
            r"\uD83D\uDE0",
            r"\u+123",
        ];
        for content in contents {
            let expected: Option<String> = serde_json::from_str(&format!("\"{content}\"")).ok();
            let mut out = Vec::new();
            let actual = unescape(content.as_bytes(), &mut out)
                .ok()
                .map(|()| String::from_utf8_lossy(&out).into_owned());
            assert_eq!(actual, expected, "{content}");
        }
    }
}
