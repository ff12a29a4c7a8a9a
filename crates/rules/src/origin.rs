//! Where a query's text stands in the file that it was taken from, so that what is wrong with it is shown there.

use std::sync::Arc;

use kql_parser::Span;

/// A file's text, and the places in it of the bytes of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    file: Arc<str>,
    /// Runs of the query that stand unbroken in the file.
    runs: Vec<Run>,
}

/// From this byte of the query on, to the next run, the file has the same bytes from `file` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    query: usize,
    file: usize,
}

impl Origin {
    /// A query that is a part of the file as it stands there, from this byte on.
    pub fn part(file: Arc<str>, start: usize) -> Self {
        Self { file, runs: vec![Run { query: 0, file: start }] }
    }

    /// A query that is a scalar of YAML or a string of JSON, which stands at the span.
    pub fn scalar(file: Arc<str>, span: Span, query: &str) -> Self {
        let written = span.text(&file);
        let ways = [Quotes::None, Quotes::Double, Quotes::Single];
        let runs = ways.iter().find_map(|quotes| align(written, *quotes, query));
        let mut runs = runs.unwrap_or_else(|| vec![Run { query: 0, file: 0 }]);
        for run in &mut runs {
            run.file += span.start;
        }
        Self { file, runs }
    }

    /// The text of the whole file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// A place in the query as a place in the file.
    pub fn place(&self, span: Span) -> Span {
        let start = self.byte(span.start);
        let end = if span.end > span.start { self.byte(span.end - 1) + 1 } else { start };
        Span::new(start, end.max(start))
    }

    fn byte(&self, offset: usize) -> usize {
        let after = self.runs.partition_point(|run| run.query <= offset);
        let Some(run) = after.checked_sub(1).map(|at| self.runs[at]) else {
            return self.runs.first().map_or(0, |first| first.file);
        };
        let place = run.file + (offset - run.query);
        let limit = self.runs.get(after).map_or(self.file.len(), |next| next.file);
        place.min(limit)
    }
}

/// How a scalar is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// Plain or a block: blanks may differ, nothing else.
    None,
    /// `''` stands for `'`.
    Single,
    /// A backslash begins an escape.
    Double,
}

/// Goes along both texts. Blanks are passed over where they differ, since YAML folds and indents. `None` if the texts
/// differ in anything else.
fn align(written: &str, quotes: Quotes, decoded: &str) -> Option<Vec<Run>> {
    let mut at = match quotes {
        Quotes::None => 0,
        Quotes::Single => written.strip_prefix('\'').map(|_| 1)?,
        Quotes::Double => written.strip_prefix('"').map(|_| 1)?,
    };
    let mut runs: Vec<Run> = Vec::new();
    for (offset, character) in decoded.char_indices() {
        let rest = written.get(at..)?;
        let length = if rest.starts_with(character) {
            special_length(rest, quotes, character)
        } else if character.is_whitespace() {
            // A blank that was folded, or the escape of one.
            if quotes == Quotes::Double && rest.starts_with('\\') { escape_length(rest) } else { 0 }
        } else {
            let blanks = rest.len() - rest.trim_start().len();
            at += blanks;
            let rest = &rest[blanks..];
            if rest.starts_with(character) {
                special_length(rest, quotes, character)
            } else if quotes == Quotes::Double && rest.starts_with('\\') {
                escape_length(rest)
            } else {
                return None;
            }
        };
        if length > 0 {
            let run = Run { query: offset, file: at };
            let continues =
                runs.last().is_some_and(|last| at.checked_sub(last.file) == Some(offset - last.query));
            if !continues {
                runs.push(run);
            }
        }
        at += length;
    }
    let rest = written.get(at..)?.trim();
    let is_whole = match quotes {
        Quotes::None => rest.is_empty(),
        Quotes::Single => rest == "'",
        Quotes::Double => rest == "\"",
    };
    is_whole.then_some(runs)
}

/// How many bytes a character takes that stands for itself, or doubled.
fn special_length(rest: &str, quotes: Quotes, character: char) -> usize {
    match (quotes, character) {
        (Quotes::Single, '\'') => 2,
        (Quotes::Double, '\\') => escape_length(rest),
        _ => character.len_utf8(),
    }
}

/// How many bytes the escape takes with which the text begins.
fn escape_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    match bytes.get(1) {
        Some(b'x') => 4,
        // Two of them write one character beyond the first 65,536.
        Some(b'u') if is_high_surrogate(rest) => 12,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(_) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        None => 1,
    }
}

fn is_high_surrogate(escape: &str) -> bool {
    let digits = escape.get(2..6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    digits.is_some_and(|unit| (0xd800..0xdc00).contains(&unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{json, yaml};

    /// What the file has at the place of a part of the query.
    fn found(file: &str, tree: &crate::Node, part: &str) -> String {
        let node = tree.member("query").unwrap();
        let query = node.text().unwrap();
        let origin = Origin::scalar(file.into(), node.span, query);
        let start = query.find(part).unwrap();
        origin.place(Span::new(start, start + part.len())).text(file).to_owned()
    }

    #[test]
    fn every_style_of_yaml_leads_back() {
        for file in [
            "name: x\nquery: |\n\n  Täble\n    | where User == 'ann'\n\n  | take 1\nkind: y\n",
            "query: |-\r\n  Täble\r\n  | where User == 'ann'\r\n  | take 1\r\n",
            "query: >\n  Täble\n  | where User == 'ann'\n  | take 1\n",
            "query: Täble | where User == 'ann'\n  | take 1\n",
            "query: 'Täble | where User == ''ann''\n  | take 1'\n",
            "query: \"Täble\\n| where User \\u003d= 'ann'\\n | take 1\"\n",
        ] {
            let tree = yaml::read(file).unwrap();
            for part in ["Täble", "User", "take 1"] {
                assert_eq!(found(file, &tree, part), part, "{file}");
            }
        }
    }

    #[test]
    fn strings_of_json_lead_back() {
        let file =
            r#"{"query": "Täble\n| where Path has \"C:\\Users\" and Icon == \"\ud83d\ude00\"\r\n| take 1"}"#;
        let tree = json::read(file).unwrap();
        for part in ["Täble", "Path", "Users", "Icon", "take 1"] {
            assert_eq!(found(file, &tree, part), part);
        }
    }

    #[test]
    fn a_part_of_a_file_leads_back() {
        let origin = Origin::part("# A\n```kql\nT | count\n```\n".into(), 11);
        assert_eq!(origin.place(Span::new(4, 9)).text(origin.file()), "count");
        assert_eq!(origin.place(Span::new(900, 901)), Span::new(25, 26));
    }
}
