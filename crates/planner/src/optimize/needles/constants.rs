//! The constants of a list, and the ways in which a record may write a number.

use kql_functions::kernel::members::list_elements;
use kql_tables::Needle;
use kql_types::Value;

/// The listed values; an array among them stands for its elements.
pub(super) fn listed(constants: &[&Value]) -> Vec<Value> {
    list_elements(constants.iter().copied())
}

fn exactly(text: &str) -> Option<Needle> {
    Some(Needle { text: text.to_owned(), case_sensitive: true })
}

fn hexadecimal() -> Option<Needle> {
    Some(Needle { text: "0x".to_owned(), case_sensitive: false })
}

/// What stands in a text that reads as this integer: its digits (with zeros before, blanks, a sign), or hex digits.
pub(super) fn number_texts(number: i64) -> Vec<Option<Needle>> {
    vec![exactly(&number.unsigned_abs().to_string()), hexadecimal()]
}

/// Beyond, a number written with a fraction may round to the integer without having many nines.
const LARGEST: u64 = (1 << 16) - 1;

/// What stands in a record whose value is this integer in whatever form: 4625 may be `4625`, `4625.0`, `4.625e3`,
/// `"0x1211"`. `None` for numbers of which this is not known.
///
/// Let `d` be the digits without zeros at the end. A number that is not less than the integer and rounds to it begins with
/// its digits (and zeros), so `d` occurs, perhaps with a point inside. A lesser one that rounds to it is less by at most
/// 2^-38 for integers below 2^16, so its fraction begins with eleven nines; wherever the point is, five stand together.
pub(super) fn number_forms(number: i64) -> Option<Vec<Option<Needle>>> {
    let digits = number.unsigned_abs();
    if !(1..=LARGEST).contains(&digits) {
        return None;
    }
    let digits = digits.to_string();
    let digits = digits.trim_end_matches('0');
    let mut forms = vec![exactly(digits)];
    for point in 1..digits.len() {
        let (whole, fraction) = digits.split_at(point);
        forms.push(exactly(&format!("{whole}.{fraction}")));
    }
    forms.extend([exactly("99999"), hexadecimal()]);
    Some(forms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(record: &str, needles: &[Option<Needle>]) -> bool {
        needles.iter().flatten().any(|needle| match needle.case_sensitive {
            true => record.contains(&needle.text),
            false => record.to_lowercase().contains(&needle.text.to_lowercase()),
        })
    }

    #[test]
    fn every_way_to_write_a_number_meets_its_needles() {
        for number in [1_i64, 9, 10, 12, 4600, 4625, 4999, 10_000, 50_057, 65_535, -4625] {
            let needles = number_forms(number).unwrap_or_default();
            let value = number as f64;
            for shift in -6..=6_i32 {
                for decimals in [0, 1, 5] {
                    let mantissa = value * 10_f64.powi(-shift);
                    let text = format!("{mantissa:.decimals$}e{shift}");
                    if text.parse() == Ok(value) {
                        assert!(meets(&text, &needles), "{number} as {text}");
                    }
                }
            }
            let below = format!("{}.{}", number.abs() - 1, "9".repeat(20));
            assert_eq!(below.parse(), Ok(value.abs()));
            assert!(meets(&below, &needles), "{below}");
            for text in [format!("{number:#x}"), format!("{number:#X}"), format!("+00{number}")] {
                assert!(meets(&text, &needles), "{text}");
            }
        }
    }
}
