//! Conversions from text, as the `to...()` functions make them. What does not convert is `None`.

/// Reads an integer: a sign and digits, or `0x` and hex digits, with blanks around.
pub fn to_long(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // The digits are those of the unsigned number.
        Some(digits) if !digits.starts_with('+') => {
            u64::from_str_radix(digits, 16).ok().map(|bits| bits as i64)
        }
        Some(_) => None,
        None => text.parse().ok(),
    }
}

/// Reads an integer of 32 bits.
pub fn to_int(text: &str) -> Option<i32> {
    to_long(text).and_then(|number| i32::try_from(number).ok())
}

/// Reads a real: digits with or without point and exponent, `NaN`, or an infinity. Hex is not read (measured).
pub fn to_real(text: &str) -> Option<f64> {
    let text = text.trim();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    match digits.as_bytes() {
        [b'0'..=b'9' | b'.', ..] => text.parse().ok(),
        _ => not_finite(text),
    }
}

fn not_finite(text: &str) -> Option<f64> {
    let is = |names: &[&str]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
    if is(&["nan"]) {
        Some(f64::NAN)
    } else if is(&["inf", "+inf", "infinity", "+infinity"]) {
        Some(f64::INFINITY)
    } else if is(&["-inf", "-infinity"]) {
        Some(f64::NEG_INFINITY)
    } else {
        None
    }
}

/// Reads a bool: `true` or `false` in any case, or an integer, of which 0 is false.
pub fn to_bool(text: &str) -> Option<bool> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        to_long(text).map(|number| number != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_digits_or_hex() {
        assert_eq!(to_long("-57"), Some(-57));
        assert_eq!(to_long("0x1F"), Some(31));
        assert_eq!(to_long("0xFFFFFFFFFFFFFFFF"), Some(-1));
        for wrong in ["5.7", "1e3", "5.", "", "0x", "1_0", "0x+1", "9223372036854775808"] {
            assert_eq!(to_long(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn reals_and_bools() {
        assert_eq!(to_real("1e3"), Some(1000.0));
        assert_eq!(to_real("-inf"), Some(f64::NEG_INFINITY));
        assert_eq!(to_real("abc"), None);
        assert_eq!(to_bool("TRUE"), Some(true));
        assert_eq!(to_bool("2"), Some(true));
        assert_eq!(to_bool("0"), Some(false));
        for wrong in ["1.5", "yes", "t", ""] {
            assert_eq!(to_bool(wrong), None, "{wrong}");
        }
    }
}
