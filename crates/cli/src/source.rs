//! A query's text, and where it comes from.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use kql_parser::{Span, TokenKind, tokenize};
use kql_rules::{Origin, Rule};

use crate::failure::Failure;

/// A query's text as the user wrote it, and as it runs.
#[derive(Clone, Debug)]
pub struct Source {
    /// How messages call it: a path, or what it was given as.
    pub name: String,
    /// What runs.
    text: String,
    /// How many bytes of `text` the user did not write.
    added: usize,
    /// Where the text stands in a file that holds more than it.
    origin: Option<Arc<Origin>>,
}

impl Source {
    /// A text that runs as it is.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into(), added: 0, origin: None }
    }

    /// The query of a rule.
    pub fn of_rule(rule: &Rule) -> Self {
        let origin = Some(Arc::new(rule.origin.clone()));
        Self { origin, ..Self::new(rule.path.display().to_string(), rule.query.clone()) }
    }

    /// The text of a file; `-` is standard input. A byte order mark is left out.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::io(format!("cannot read {}", path.display()), &error);
        let bytes = if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
            bytes
        } else {
            std::fs::read(path).map_err(failed)?
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::Data(format!("cannot read {}: it is not UTF-8 text", path.display())))?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(Self::new(path.display().to_string(), text))
    }

    /// The text over a table, if it begins with `|` or an operator: `where a == 1` becomes `T | where a == 1`.
    pub fn over(mut self, table: &str) -> Self {
        let Some(begins) = beginning(&self.text) else { return self };
        let pipe = match begins {
            Beginning::Pipe => "",
            Beginning::Operator => "| ",
        };
        let prefix = format!("{}\n{pipe}", quoted_name(table));
        self.added = prefix.len();
        self.text.insert_str(0, &prefix);
        self
    }

    /// Whether the text begins with `|`, so that it is nothing without a table.
    pub fn needs_table(&self) -> bool {
        self.added == 0 && matches!(beginning(&self.text), Some(Beginning::Pipe))
    }

    /// What runs.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the user wrote: of a query that is a part of a file, all of the file.
    pub fn written(&self) -> &str {
        match &self.origin {
            Some(origin) => origin.file(),
            None => &self.text[self.added..],
        }
    }

    /// A place in what runs as a place in what the user wrote.
    pub fn written_span(&self, span: Span) -> Span {
        let span = Span::new(span.start.saturating_sub(self.added), span.end.saturating_sub(self.added));
        self.origin.as_ref().map_or(span, |origin| origin.place(span))
    }
}

/// A name as a query can always write it.
pub fn quoted_name(name: &str) -> String {
    let escaped = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("['{escaped}']")
}

enum Beginning {
    Pipe,
    Operator,
}

/// Operators that stand only behind a pipe. `print`, `range`, `union`, `search`, `find`, `datatable` and the like
/// begin a query of their own.
#[rustfmt::skip]
const PIPED_OPERATORS: &[&str] = &[
    "as", "assert-schema", "consume", "count", "distinct", "evaluate", "extend", "facet", "filter", "fork", "getschema",
    "invoke", "join", "limit", "lookup", "make-graph", "make-series", "mv-apply", "mv-expand", "mvapply", "mvexpand",
    "order", "parse", "parse-kv", "parse-where", "partition", "project", "project-away", "project-by-names",
    "project-keep", "project-rename", "project-reorder", "reduce", "render", "sample", "sample-distinct", "scan",
    "serialize", "sort", "summarize", "take", "top", "top-hitters", "top-nested", "where",
];

/// Those of them that may stand without anything behind them.
const WHOLE_OPERATORS: &[&str] = &["consume", "count", "getschema", "serialize"];

fn beginning(text: &str) -> Option<Beginning> {
    let tokens = tokenize(text);
    let mut tokens = tokens.iter().filter(|token| !token.span.text(text).starts_with("//"));
    let first = tokens.next()?;
    let word = first.span.text(text);
    if word == "|" {
        return Some(Beginning::Pipe);
    }
    let next = tokens.next().map_or("", |token| token.span.text(text));
    let is_operator = first.kind == TokenKind::Keyword && PIPED_OPERATORS.contains(&word);
    // `sample | take 1` is about a table of that name.
    let is_name = matches!(next, "|" | ";") && !WHOLE_OPERATORS.contains(&word);
    (is_operator && !is_name).then_some(Beginning::Operator)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs_as(text: &str) -> String {
        Source::new("query", text).over("a b").text().to_owned()
    }

    #[test]
    fn a_text_that_begins_with_an_operator_runs_over_the_table() {
        assert_eq!(runs_as("| count"), "['a b']\n| count");
        assert_eq!(runs_as("where x == 1"), "['a b']\n| where x == 1");
        assert_eq!(runs_as("count | take 1"), "['a b']\n| count | take 1");
        assert_eq!(runs_as("// why\n| take 1"), "['a b']\n// why\n| take 1");
        assert_eq!(runs_as("project-away x"), "['a b']\n| project-away x");
        assert_eq!(runs_as("where (x == 1)"), "['a b']\n| where (x == 1)");
        for whole in
            ["T | count", "print 1", "union A, B", "", "let x = 1; T | where x == 1", "Sample | take 1"]
        {
            assert_eq!(runs_as(whole), whole);
        }
    }

    #[test]
    fn places_are_those_of_what_was_written() {
        let source = Source::new("query", "where x").over("T");
        let at = source.text().find('x').unwrap();
        let span = source.written_span(Span::new(at, at + 1));
        assert_eq!(span.text(source.written()), "x");
        assert_eq!(source.written_span(Span::new(0, 3)), Span::new(0, 0));
    }
}
