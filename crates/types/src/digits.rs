//! Decimal digits of whole numbers, appended without allocation.

/// The longest whole number has 20 characters: the sign and 19 digits.
const LONGEST: usize = 20;

/// Appends a whole number.
pub(crate) fn write_signed(out: &mut String, number: i64) {
    if number < 0 {
        out.push('-');
    }
    write_unsigned(out, number.unsigned_abs());
}

/// Appends a whole number without sign.
pub(crate) fn write_unsigned(out: &mut String, mut number: u64) {
    let mut digits = [b'0'; LONGEST];
    let mut start = LONGEST;
    while start > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

/// Appends the last `width` digits of a number, with leading zeros.
pub(crate) fn write_padded(out: &mut String, number: u32, width: u32) {
    for position in (0..width).rev() {
        let digit = number / 10u32.pow(position) % 10;
        out.push(char::from(b'0' + digit as u8));
    }
}
