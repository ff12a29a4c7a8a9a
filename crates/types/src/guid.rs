//! Text forms of guid.
//!
//! <https://learn.microsoft.com/kusto/query/scalar-data-types/guid>

/// Reads a guid: 32 hex digits, bare or with hyphens as 8-4-4-4-12, either in `{}` or `()` or not.
pub fn parse(text: &str) -> Option<u128> {
    let text = unwrap_brackets(text.trim());
    let bytes = text.as_bytes();
    match bytes.len() {
        32 => bytes.iter().try_fold(0, push_hex_digit),
        36 if [8, 13, 18, 23].iter().all(|&position| bytes[position] == b'-') => {
            let groups = [0..8, 9..13, 14..18, 19..23, 24..36];
            groups.into_iter().flat_map(|group| &bytes[group]).try_fold(0, push_hex_digit)
        }
        _ => None,
    }
}

fn unwrap_brackets(text: &str) -> &str {
    let inside = |open, close| text.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    inside('{', '}').or_else(|| inside('(', ')')).unwrap_or(text)
}

fn push_hex_digit(number: u128, digit: &u8) -> Option<u128> {
    Some(number << 4 | u128::from(char::from(*digit).to_digit(16)?))
}

/// The text form: 8-4-4-4-12 lower-case hex digits.
pub fn format(guid: u128) -> String {
    let mut text = String::with_capacity(36);
    write(&mut text, guid);
    text
}

/// Appends the text form.
pub fn write(out: &mut String, guid: u128) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for position in 0..32u32 {
        if matches!(position, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        let digit = (guid >> (124 - 4 * position)) as usize & 0xf;
        out.push(char::from(DIGITS[digit]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "74be27de-1e4e-49d9-b579-fe0b331d3642";

    #[test]
    fn reads_every_form() {
        let guid = parse(TEXT);
        assert_eq!(guid, Some(0x74be27de1e4e49d9b579fe0b331d3642));
        assert_eq!(parse(&TEXT.to_uppercase()), guid);
        assert_eq!(parse(&TEXT.replace('-', "")), guid);
        assert_eq!(parse(&format!("{{{TEXT}}}")), guid);
        assert_eq!(parse(&format!(" ({TEXT}) ")), guid);
        for wrong in
            ["", "x", "74be27de-1e4e-49d9-b579-fe0b331d364g", "74be27de01e4e-49d9-b579-fe0b331d3642", "{}"]
        {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn writes_lower_case() {
        assert_eq!(format(0x74be27de1e4e49d9b579fe0b331d3642), TEXT);
        assert_eq!(format(0), "00000000-0000-0000-0000-000000000000");
    }
}
