//! Comments that ask to leave findings out.
//!
//! `// kql-ignore: KQL106` behind the code is about its line; on a line of its own about the next line of code.
//! `// kql-ignore-rule: KQL106` is about the whole rule. Several codes have commas between, names of checks serve too,
//! and in YAML the comment begins with `#`.

use kql_parser::Span;

use super::{Place, check};
use crate::Rule;

const LINE: &str = "kql-ignore:";
const RULE: &str = "kql-ignore-rule:";

/// What the comments of a rule ask to leave out.
#[derive(Debug)]
pub struct Suppressions {
    query: Comments,
    metadata: Comments,
}

#[derive(Debug, Default)]
struct Comments {
    everywhere: Vec<&'static str>,
    /// A code, and the bytes of the line that it is about.
    lines: Vec<(&'static str, Span)>,
}

impl Suppressions {
    /// Reads the comments of a rule: of its query, and of the file with its metadata.
    pub fn of(rule: &Rule) -> Self {
        Self { query: Comments::read(&rule.query), metadata: Comments::read(rule.metadata_file().1) }
    }

    /// Whether a finding with this code at this place is to be left out.
    pub fn covers(&self, code: &str, place: Place) -> bool {
        let (own, span) = match place {
            Place::Query(span) => (&self.query, span),
            Place::Metadata(span) => (&self.metadata, span),
        };
        let is_everywhere = |comments: &Comments| comments.everywhere.contains(&code);
        is_everywhere(&self.query)
            || is_everywhere(&self.metadata)
            || own
                .lines
                .iter()
                .any(|(known, line)| *known == code && line.start <= span.start && span.start < line.end)
    }
}

impl Comments {
    fn read(text: &str) -> Self {
        let mut comments = Self::default();
        if !text.contains("kql-ignore") {
            return comments;
        }
        let mut start = 0;
        // What comments on lines of their own ask for the next line of code.
        let mut waiting: Vec<&'static str> = Vec::new();
        for line in text.split_inclusive('\n') {
            let span = Span::new(start, start + line.len());
            start = span.end;
            let trimmed = line.trim_start();
            let is_comment = trimmed.starts_with("//") || trimmed.starts_with('#');
            comments.everywhere.extend(codes(line, RULE));
            let asked = codes(line, LINE);
            if is_comment {
                waiting.extend(asked);
            } else if !trimmed.is_empty() {
                comments.lines.extend(waiting.drain(..).chain(asked).map(|code| (code, span)));
            }
        }
        comments
    }
}

/// The codes behind a mark.
fn codes(line: &str, mark: &str) -> Vec<&'static str> {
    let Some((before, after)) = line.split_once(mark) else { return Vec::new() };
    if !before.contains("//") && !before.contains('#') {
        return Vec::new();
    }
    let is_between = |character: char| character == ',' || character.is_whitespace();
    after
        .split(is_between)
        .map_while(|word| if word.is_empty() { Some(None) } else { check(word).map(Some) })
        .flatten()
        .map(|check| check.code)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_about_its_line_or_the_next() {
        let text =
            "A // kql-ignore: KQL106, unused-let because of this\n// kql-ignore: KQL105\n\n// more\nB\nC\n";
        let comments = Comments::read(text);
        let found: Vec<_> =
            comments.lines.iter().map(|(code, span)| (*code, span.text(text).trim())).collect();
        let first = "A // kql-ignore: KQL106, unused-let because of this";
        assert_eq!(found, [("KQL106", first), ("KQL102", first), ("KQL105", "B")]);
        assert_eq!(Comments::read("# kql-ignore-rule: KQL101\nx: 1\n").everywhere, ["KQL101"]);
        assert!(Comments::read("T | where x == 'kql-ignore: KQL106'").lines.is_empty());
    }
}
