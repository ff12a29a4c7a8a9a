//! Hints: what was probably meant.

use super::input::Input;
use super::operators;
use crate::lexer::{Sign, TokenKind};

/// A hint about the token that stands where something else was expected.
pub(crate) fn for_unexpected(input: Input<'_>, _what: &str) -> Option<String> {
    let word = input.text_at(0);
    let hint = match word {
        "=" => "compare with `==`; `=` gives a name".to_owned(),
        "&" | "&&" => "write `and`".to_owned(),
        "||" => "write `or`".to_owned(),
        "!" => "negate with `not(...)`".to_owned(),
        "not" if input.is_keyword(1, "in") => "write `!in`".to_owned(),
        "notin" => "write `!in`".to_owned(),
        "not" => "write `not(...)`".to_owned(),
        "/" if input.is_sign(1, Sign::Star) => "a comment begins with `//`".to_owned(),
        _ => return lower_case(input, word),
    };
    Some(hint)
}

/// Keywords are written in lower case.
fn lower_case(input: Input<'_>, word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let is_shouted = input.kind_at(0) == Some(TokenKind::Identifier) && lower != word;
    (is_shouted && crate::lexer::name_use(&lower).is_some()).then(|| format!("write `{lower}`"))
}

/// The operator that the word is a misspelling of.
pub(crate) fn for_operator(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    let (distance, nearest) =
        operators::words().map(|known| (edit_distance(&lower, known), known)).min_by_key(|(d, _)| *d)?;
    (distance <= 1 + nearest.len() / 4).then(|| format!("did you mean `{nearest}`?"))
}

/// How many characters have to be added, left out, replaced or swapped with their neighbour.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let replaced = rows[i][j] + usize::from(from != to);
            let mut least = replaced.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *from == b[j - 1] && a[i - 1] == *to {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
