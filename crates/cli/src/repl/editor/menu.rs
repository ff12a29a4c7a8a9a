//! How suggestions are listed: a line each, the name and what is said of it.

use kql_planner::complete::{Completions, Suggestion};
use rustyline::completion::Candidate;

use crate::terminal::{self, display_width, push_cut, push_visible};

/// A listed suggestion.
#[derive(Clone, Debug)]
pub struct Listed {
    display: String,
    text: String,
}

impl Candidate for Listed {
    fn display(&self) -> &str {
        &self.display
    }

    fn replacement(&self) -> &str {
        &self.text
    }
}

/// A name is not made wider than this by what comes in its column.
const WIDEST_NAME: usize = 32;

/// Lines of the screen that the list leaves to what is typed.
const KEPT_FREE: usize = 6;

/// The suggestions as lines, as many as the screen has room for.
pub fn listed(found: &Completions) -> Vec<Listed> {
    let (cells, lines) = terminal::size();
    listed_in(&found.suggestions, cells, lines.saturating_sub(KEPT_FREE).max(5))
}

fn listed_in(suggestions: &[Suggestion], cells: usize, most: usize) -> Vec<Listed> {
    let shown = &suggestions[..suggestions.len().min(most)];
    let widths = shown.iter().map(|one| display_width(&one.name));
    let width = widths.filter(|width| *width <= WIDEST_NAME).max().unwrap_or(0);
    let mut lines: Vec<Listed> = shown.iter().map(|one| line(one, width, cells)).collect();
    // Below what is typed may stand a hint, over which the first line is written.
    if let Some(first) = lines.first_mut() {
        let blanks = cells.saturating_sub(display_width(&first.display) + 1);
        first.display.extend(std::iter::repeat_n(' ', blanks));
    }
    if shown.len() < suggestions.len() {
        let display = format!("… {} more: type on", suggestions.len() - shown.len());
        // The editor writes what all have in common.
        let text = common_beginning(suggestions.iter().map(|one| one.text.as_str())).to_owned();
        lines.push(Listed { display, text });
    }
    lines
}

fn common_beginning<'a>(mut texts: impl Iterator<Item = &'a str>) -> &'a str {
    let Some(first) = texts.next() else { return "" };
    texts.fold(first, |common, text| {
        let same = common.char_indices().zip(text.chars()).take_while(|((_, a), b)| a == b);
        let length = same.last().map_or(0, |((at, letter), _)| at + letter.len_utf8());
        &common[..length]
    })
}

/// A suggestion that says all by itself, a path or a command's argument.
pub fn plain(text: String, detail: &str) -> Listed {
    let display =
        if detail.is_empty() { text.trim_end().to_owned() } else { format!("{text:<12}  {detail}") };
    Listed { display, text }
}

fn line(suggestion: &Suggestion, width: usize, cells: usize) -> Listed {
    let mut whole = String::new();
    push_visible(&mut whole, &suggestion.name);
    if !suggestion.detail.is_empty() {
        let blanks = width.saturating_sub(display_width(&whole));
        whole.extend(std::iter::repeat_n(' ', blanks + 2));
        push_visible(&mut whole, &suggestion.detail);
    }
    let mut display = String::new();
    push_cut(&mut display, &whole, cells.saturating_sub(2));
    Listed { display, text: suggestion.text.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kql_planner::complete::SuggestionKind;

    #[test]
    fn a_list_that_is_too_long_says_how_much_is_left_out() {
        let suggestion = |name: &str| Suggestion {
            name: name.to_owned(),
            text: format!("{name}("),
            kind: SuggestionKind::Function,
            detail: "what it does".to_owned(),
        };
        let all: Vec<Suggestion> = ["series_add", "series_abs", "series_fir"].map(suggestion).into();
        let lines = listed_in(&all, 80, 2);
        let shown: Vec<&str> = lines.iter().map(|line| line.display().trim_end()).collect();
        assert_eq!(shown, ["series_add  what it does", "series_abs  what it does", "… 1 more: type on"]);
        assert_eq!(lines[2].replacement(), "series_");
    }
}
