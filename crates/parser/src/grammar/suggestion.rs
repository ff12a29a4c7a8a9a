//! Hints: what was probably meant.

use super::input::Input;
use super::operator_signs::{is_string_operator, words_between_values};
use super::operators;
use super::terminals::ends_list;
use crate::lexer::{Sign, TokenKind, is_timespan_unit, name_use};
use crate::nearest::nearest;

/// A hint about the token that stands where something else was expected.
pub(crate) fn for_unexpected(input: Input<'_>, expected: &str) -> Option<String> {
    if input.context().is_full() {
        return None;
    }
    let word = input.text_at(0);
    let before = last_word(input.text_before());
    let hint = match word {
        "=" => "compare with `==`; `=` gives a name".to_owned(),
        "|" if input.is_bar_twice() => "write `or` between conditions".to_owned(),
        "!" => "negate with `not(...)`".to_owned(),
        "?" if input.is_sign(1, Sign::Question) => "write coalesce(a, b)".to_owned(),
        "not" if is_list_or_text_operator(input.skip(1)) => format!("write `!{}`", input.text_at(1)),
        "not" => "write `not(...)`".to_owned(),
        "notin" => "write `!in`".to_owned(),
        "is" => "write isnull(...) or isnotnull(...)".to_owned(),
        "matches" => "write `matches regex`".to_owned(),
        "*" if input.is_adjacent(0) && input.text_before().ends_with('/') => {
            "a comment begins with `//`".to_owned()
        }
        _ if begins_sql(input.source()) => "begin with the table: `T | where ... | project ...`".to_owned(),
        _ if ends_list(input) && input.text_before().ends_with(',') => {
            "leave out the `,` before it".to_owned()
        }
        _ if input.is_adjacent(0) && input.text_before().ends_with('\'') => {
            "inside '...', a quote is written \\'".to_owned()
        }
        _ if before == "not" => "write `not(...)`".to_owned(),
        _ if matches!(before, "between" | "!between") || expected == "`..`" => {
            "write `between (low .. high)`".to_owned()
        }
        _ if expected == "`(`" && takes_list(before) => format!("write `{before} (...)`, with parentheses"),
        _ if is_timespan_unit(word) && is_number(before) => {
            format!("write `{before}{word}` without a blank")
        }
        _ if expected.starts_with("`|`") => return after_operand(input),
        _ => return lower_case(input),
    };
    Some(hint)
}

fn begins_sql(text: &str) -> bool {
    let first = text.split_whitespace().next();
    first.is_some_and(|word| word.eq_ignore_ascii_case("select"))
}

/// The word at the end of the text; empty if it does not end with one.
fn last_word(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '!' | '~');
    &text[text.trim_end_matches(is_part).len()..]
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn takes_list(word: &str) -> bool {
    matches!(word, "in" | "!in" | "in~" | "!in~" | "has_any" | "has_all")
}

fn is_list_or_text_operator(input: Input<'_>) -> bool {
    takes_list(input.text_at(0)) || input.is_keyword(0, "between") || is_string_operator(input)
}

/// A hint about what follows something that is already complete.
fn after_operand(input: Input<'_>) -> Option<String> {
    let word = input.text_at(0);
    if input.kind_at(0) == Some(TokenKind::Keyword) && operators::is_operator_word(word) {
        return Some(format!("write `|` before `{word}`"));
    }
    lower_case(input)
        .or_else(|| nearest_word(input))
        .or_else(|| misspelled_first_word(input))
        .or_else(|| begins_line(input).then(|| "`;` ends a statement, `|` continues it".to_owned()))
}

/// The operator between values, or the word of a clause, that was probably meant.
fn nearest_word(input: Input<'_>) -> Option<String> {
    let word = input.text_at(0);
    if input.kind_at(0) != Some(TokenKind::Identifier) || word.len() < 3 {
        return None;
    }
    if word.eq_ignore_ascii_case("descending") || word.eq_ignore_ascii_case("ascending") {
        return Some(format!("write `{}`", word[..word.len() - 6].to_ascii_lowercase()));
    }
    let clauses = ["desc", "asc", "nulls", "with", "step"];
    nearest(word, words_between_values().chain(clauses)).map(|known| format!("did you mean `{known}`?"))
}

/// A hint about the only word before what was not expected: `wher a == 1`.
fn misspelled_first_word(input: Input<'_>) -> Option<String> {
    let before = input.text_before().trim_start();
    (before == last_word(before)).then(|| for_operator(input, before))?
}

/// Whether the next token is the first of its line, and not the first of the text.
fn begins_line(input: Input<'_>) -> bool {
    let between = input.source().get(input.text_before().len()..input.next_span().start);
    between.is_some_and(|blank| blank.contains('\n'))
}

/// Keywords are written in lower case.
fn lower_case(input: Input<'_>) -> Option<String> {
    let word = input.text_at(0);
    let lower = word.to_ascii_lowercase();
    let is_shouted = input.kind_at(0) == Some(TokenKind::Identifier) && lower != word;
    (is_shouted && name_use(&lower).is_some()).then(|| format!("write `{lower}`"))
}

/// The operator that the word is a misspelling of.
pub(crate) fn for_operator(input: Input<'_>, word: &str) -> Option<String> {
    if input.context().is_full() {
        return None;
    }
    nearest(word, operators::words()).map(|known| format!("did you mean `{known}`?"))
}

/// The type that the word is a misspelling of.
pub(crate) fn for_type(word: &str, known: &[&'static str]) -> Option<String> {
    let others = [
        ("text", "string"),
        ("varchar", "string"),
        ("number", "long"),
        ("integer", "int"),
        ("float", "real"),
    ];
    let named = others.iter().find(|(other, _)| other.eq_ignore_ascii_case(word)).map(|(_, known)| *known);
    named.or_else(|| nearest(word, known.iter().copied())).map(|known| format!("did you mean `{known}`?"))
}
