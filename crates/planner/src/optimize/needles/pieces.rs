//! The piece of a text that surely stands in the record as it is.

use kql_tables::Needle;

/// Where the text stands in the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the value.
    Whole,
    /// At the beginning.
    Start,
    /// At the end.
    End,
    /// Somewhere.
    Inside,
}

/// The longest piece of `text` that occurs in every record whose value has the text in that place.
///
/// `text_is_raw` says that numbers are as the record writes them, which holds for the values of string columns; those of
/// dynamics, and everything inside a nested value, are written anew.
pub(super) fn piece(text: &str, place: Place, text_is_raw: bool, case_sensitive: bool) -> Option<Needle> {
    let nested = may_be_nested(text, place);
    let ends_piece = |character: char| match character {
        '"' | '\\' | '\0'..='\x1f' => true,
        '{' | '}' | '[' | ']' | ',' | ':' => nested,
        '/' => !text_is_raw,
        // Without regard to case it may be another character in the record.
        _ => !case_sensitive && !character.is_ascii(),
    };
    let longest = text.split(ends_piece).max_by_key(|piece| piece.len())?;
    let written_anew = nested || !text_is_raw;
    if longest.is_empty() || (written_anew && could_be_number(longest) && !is_integer(text, place)) {
        return None;
    }
    Some(Needle { text: longest.to_owned(), case_sensitive })
}

/// Whether a value with the text in that place may be an array or bag, which is what its text begins and ends with.
fn may_be_nested(text: &str, place: Place) -> bool {
    match place {
        Place::Whole | Place::Start => text.starts_with(['{', '[']),
        Place::End => text.ends_with(['}', ']']),
        Place::Inside => true,
    }
}

/// Whether the text could be part of a number that was written anew: `1e3` in the record is `1000.0` in the value, and
/// `1e999` is `"inf"`.
fn could_be_number(text: &str) -> bool {
    let count =
        |wanted: char| text.chars().filter(|character| character.eq_ignore_ascii_case(&wanted)).count();
    let of_numbers = |character: char| {
        matches!(character.to_ascii_lowercase(), '0'..='9' | '+' | '-' | '.' | 'e' | 'i' | 'n' | 'f')
    };
    text.chars().all(of_numbers) && count('.') <= 1 && count('e') <= 1
}

/// Whether the value is an integer that fits a long. Those are written as they were: all others get a point or exponent.
fn is_integer(text: &str, place: Place) -> bool {
    const DIGITS_OF_LONG: usize = 18;
    place == Place::Whole && text.len() <= DIGITS_OF_LONG && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(text: &str, place: Place, text_is_raw: bool) -> Option<String> {
        piece(text, place, text_is_raw, true).map(|needle| needle.text)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn escaped_characters_end_a_piece() {
        assert_eq!(text_of(r"C:\Windows\x.exe", Place::Whole, true), some("Windows"));
        assert_eq!(text_of("say \"hello\"", Place::Whole, true), some("hello"));
        assert_eq!(text_of("a\nbc", Place::Whole, true), some("bc"));
        assert_eq!(text_of("https://a.b/c", Place::Whole, true), some("https://a.b/c"));
        assert_eq!(text_of("https://a.b/c", Place::Whole, false), some("https:"));
        assert_eq!(text_of("\\", Place::Whole, true), None);
    }

    #[test]
    fn punctuation_of_json_ends_a_piece_where_the_value_may_be_nested() {
        assert_eq!(text_of("a:b,c", Place::Whole, true), some("a:b,c"));
        assert_eq!(text_of("[a,bc]", Place::Whole, true), some("bc"));
        assert_eq!(text_of("{\"abc\":", Place::Start, true), some("abc"));
        assert_eq!(text_of(":abc}", Place::End, true), some("abc"));
        assert_eq!(text_of("key: value", Place::Inside, true), some(" value"));
    }

    #[test]
    fn numbers_are_looked_for_only_where_they_stay_as_they_are() {
        assert_eq!(text_of("1000.0", Place::Whole, true), some("1000.0"));
        assert_eq!(text_of("1000.0", Place::Whole, false), None);
        assert_eq!(text_of("1000", Place::Inside, true), None);
        assert_eq!(text_of("50126", Place::Whole, false), some("50126"));
        assert_eq!(text_of("1234567890123456789012", Place::Whole, false), None);
        assert_eq!(text_of("10.0.0.1", Place::Inside, false), some("10.0.0.1"));
        assert_eq!(text_of("inf", Place::Inside, true), None);
        assert_eq!(text_of("info", Place::Inside, true), some("info"));
    }

    #[test]
    fn beyond_ascii_only_with_regard_to_case() {
        assert_eq!(piece("straße", Place::Whole, true, true).map(|needle| needle.text), some("straße"));
        assert_eq!(piece("straße", Place::Whole, true, false).map(|needle| needle.text), some("stra"));
    }
}
