//! Puts new expectations into the text of a test file.

use super::{Expectation, TestFile};

/// What takes the place of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// A value behind the word.
    Value(String),
    /// A list below it, an item a line.
    Items(Vec<String>),
}

/// The text of the file with these expectations replaced. Everything else stays as it is; comments within a replaced list
/// are lost.
pub fn rewrite(file: &TestFile, replacements: &[(&Expectation, Replacement)]) -> String {
    let mut blocks: Vec<(usize, usize, String)> = replacements
        .iter()
        .filter_map(|(expectation, new)| {
            let (start, end, indent) = block(&file.text, expectation)?;
            Some((start, end, written(expectation.kind.word(), new, indent)))
        })
        .collect();
    blocks.sort_by_key(|(start, ..)| *start);
    let mut out = String::new();
    let mut from = 0;
    for (start, end, new) in blocks {
        out += file.text.get(from..start).unwrap_or_default();
        out += &new;
        from = end;
    }
    out + file.text.get(from..).unwrap_or_default()
}

fn written(word: &str, new: &Replacement, indent: usize) -> String {
    match new {
        Replacement::Value(value) => format!("{word}: {value}"),
        Replacement::Items(items) if items.is_empty() => format!("{word}: []"),
        Replacement::Items(items) => {
            let lines = items.iter().map(|item| format!("\n{}- {item}", " ".repeat(indent + 2)));
            format!("{word}:{}", lines.collect::<String>())
        }
    }
}

/// From the word to the end of the last line of its value, and how far the word is indented.
fn block(text: &str, expectation: &Expectation) -> Option<(usize, usize, usize)> {
    let mark = format!("{}:", expectation.kind.word());
    let start = text.get(..expectation.value.span.start)?.rfind(&mark)?;
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = start - line_start;
    let mut end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let mut at = end + 1;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.split('\n').next().unwrap_or_default();
        let trimmed = line.trim_start();
        let own = line.len() - trimmed.len();
        let is_item_beside =
            own == indent && trimmed.starts_with("- ") && text[line_start..start].trim().is_empty();
        if !trimmed.is_empty() && own <= indent && !is_item_beside {
            break;
        }
        if !trimmed.is_empty() {
            end = at + line.trim_end_matches('\r').len();
        }
        at += line.len() + 1;
    }
    Some((start, end, indent))
}
