//! Which suggestions fit what is typed, and which of them are likely.

use super::Suggestion;

/// How well a name fits a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It begins with the word.
    Start,
    /// It does if letter case is left aside.
    AnyCaseStart,
    /// It holds the word.
    Part,
}

/// The suggestions that fit the word, the best first; otherwise in the order in which they come. Names that only hold
/// the word count where none begins with it.
pub(super) fn ranked(suggestions: Vec<Suggestion>, word: &str) -> Vec<Suggestion> {
    if word.is_empty() {
        return suggestions;
    }
    let lower = word.to_lowercase();
    let fits = suggestions.into_iter().filter_map(|one| Some((fit(&one.name, word, &lower)?, one)));
    let mut fits: Vec<(Fit, Suggestion)> = fits.collect();
    if fits.iter().any(|(fit, _)| *fit != Fit::Part) {
        fits.retain(|(fit, _)| *fit != Fit::Part);
    }
    fits.sort_by_key(|(fit, _)| *fit);
    fits.into_iter().map(|(_, suggestion)| suggestion).collect()
}

fn fit(name: &str, word: &str, lower: &str) -> Option<Fit> {
    if name.starts_with(word) {
        return Some(Fit::Start);
    }
    let name = name.to_lowercase();
    match name.find(lower)? {
        0 => Some(Fit::AnyCaseStart),
        _ => Some(Fit::Part),
    }
}
