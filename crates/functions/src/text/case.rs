//! Case mapping and comparison without regard to case, character by character.
//!
//! Kusto compares like .NET's `OrdinalIgnoreCase`: two characters are equal when their simple upper-case forms are, and
//! no character outside ASCII equals one inside (`ı` is no `I`, `ſ` no `S`). So `ß` does not equal `ss`, and text of
//! equal folded form may differ in bytes only outside ASCII.

/// The simple upper-case form of a character.
pub(crate) fn upper(character: char) -> char {
    match character {
        'a'..='z' => character.to_ascii_uppercase(),
        '\0'..='\x7f' | 'ı' | 'ſ' => character,
        _ => only(character.to_uppercase()).unwrap_or(character),
    }
}

/// The simple lower-case form of a character.
pub(crate) fn lower(character: char) -> char {
    match character {
        'A'..='Z' => character.to_ascii_lowercase(),
        '\0'..='\x7f' | 'İ' | '\u{212A}' => character,
        _ => only(character.to_lowercase()).unwrap_or(character),
    }
}

fn only(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    first.filter(|_| mapped.next().is_none())
}

/// Whether two texts are equal without regard to case.
pub(crate) fn eq_ignore_case(left: &str, right: &str) -> bool {
    if left.len() == right.len() && left.eq_ignore_ascii_case(right) {
        return true;
    }
    if left.is_ascii() || right.is_ascii() {
        return false;
    }
    left.chars().map(upper).eq(right.chars().map(upper))
}

/// The length in bytes of the start of `text` that equals `folded` (upper-case characters) without regard to case.
pub(crate) fn starts_with_ignore_case(text: &str, folded: &[char]) -> Option<usize> {
    let mut characters = text.chars();
    for wanted in folded {
        if upper(characters.next()?) != *wanted {
            return None;
        }
    }
    Some(text.len() - characters.as_str().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_by_simple_upper_case() {
        assert!(eq_ignore_case("ÉCOLE", "école"));
        assert!(eq_ignore_case("Σς", "σσ"));
        assert!(!eq_ignore_case("ß", "SS"));
        assert!(!eq_ignore_case("ı", "I"));
        assert!(!eq_ignore_case("\u{212A}", "k"));
        assert!(!eq_ignore_case("a", "ab"));
    }

    #[test]
    fn measures_a_matching_start() {
        assert_eq!(starts_with_ignore_case("écOle", &['É', 'C']), Some(3));
        assert_eq!(starts_with_ignore_case("é", &['É', 'C']), None);
    }
}
