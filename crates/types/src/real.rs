//! The text form of real.
//!
//! Kusto writes reals as RapidJSON does: with the Grisu2 algorithm, which gives the shortest digits in all but a few
//! cases in a thousand (recorded answers show `40.764323000000008`), `.0` behind whole numbers, and an exponent from
//! 1e21 on and below 1e-6. The `dtoa` crate is that algorithm.

/// The text form: `1.0`, `0.1`, `1e21`, `NaN`, `inf`, `-inf`. It reads back as the same number.
pub fn format(real: f64) -> String {
    let mut text = String::with_capacity(24);
    write(&mut text, real);
    text
}

/// Appends the text form.
pub fn write(out: &mut String, real: f64) {
    if real.is_nan() {
        out.push_str("NaN");
    } else if real.is_infinite() {
        out.push_str(if real > 0.0 { "inf" } else { "-inf" });
    } else {
        out.push_str(dtoa::Buffer::new().format_finite(real));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_a_fraction() {
        assert_eq!(format(6.0), "6.0");
        assert_eq!(format(-3.0), "-3.0");
        assert_eq!(format(0.0), "0.0");
        assert_eq!(format(1e15), "1000000000000000.0");
    }

    #[test]
    fn digits_are_those_of_grisu2() {
        assert_eq!(format(0.1), "0.1");
        assert_eq!(format(40.764323000000008), "40.764323000000008");
        assert_eq!(format(1e21), "1e21");
        assert_eq!(format(0.000001), "0.000001");
        assert_eq!(format(1.5e-7), "1.5e-7");
    }

    #[test]
    fn what_is_no_number_has_a_name() {
        assert_eq!(format(-f64::NAN), "NaN");
        assert_eq!(format(f64::NEG_INFINITY), "-inf");
    }
}
