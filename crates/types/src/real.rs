//! The text form of real.

use std::fmt::Write;

/// The text form: the shortest digits that read back as the same number.
pub fn format(real: f64) -> String {
    let mut text = String::with_capacity(24);
    write(&mut text, real);
    text
}

/// Appends the text form. Whole numbers keep `.0`; from 1E+15 on and below 1E-4 an exponent is written.
pub fn write(out: &mut String, real: f64) {
    if real.is_nan() {
        out.push_str("NaN");
    } else if real.is_infinite() {
        out.push_str(if real > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        write_finite(out, real);
    }
}

/// Appends a finite number.
pub(crate) fn write_finite(out: &mut String, real: f64) {
    let magnitude = real.abs();
    // Writing to a string cannot fail.
    let _ = if magnitude != 0.0 && !(1e-5..1e15).contains(&magnitude) {
        write_exponent(out, real)
    } else {
        write!(out, "{real:?}")
    };
}

fn write_exponent(out: &mut String, real: f64) -> std::fmt::Result {
    let text = format!("{real:E}");
    match text.split_once('E') {
        Some((digits, exponent)) => {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(exponent) => ('-', exponent),
                None => ('+', exponent),
            };
            write!(out, "{digits}E{sign}{exponent:0>2}")
        }
        None => out.write_str(&text),
    }
}
