//! Patterns whose texts are regular expressions: `kind=regex`.

use std::fmt::Write;

use kql_types::ScalarType;
use regex::{CaptureLocations, Regex};

use super::pattern::{Part, Pattern};
use super::shapes;
use super::spans::Span;
use crate::KernelError;
use crate::regular_expression::compile;

/// A pattern made ready: one expression in which captures are groups. It may match anywhere in the text (measured).
#[derive(Debug)]
pub(super) struct Expression {
    regex: Regex,
    /// For each capture its group; the texts may have groups of their own.
    groups: Vec<usize>,
}

impl Expression {
    /// Fails if a text or a flag is not valid.
    pub(super) fn new(pattern: &Pattern) -> Result<Self, KernelError> {
        let captures = pattern.capture_types().len();
        let regex = compile(&source(pattern)).map_err(|error| without_group_names(error, captures))?;
        let named = |index: usize| {
            let name = group_name(index);
            regex.capture_names().position(|group| group == Some(&name)).unwrap_or_default()
        };
        let groups = (0..captures).map(named).collect();
        Ok(Self { regex, groups })
    }

    /// Room for the places of groups.
    pub(super) fn locations(&self) -> CaptureLocations {
        self.regex.capture_locations()
    }

    /// Whether the text matches; then the captures are set.
    pub(super) fn find(
        &self,
        locations: &mut CaptureLocations,
        text: &str,
        captures: &mut [Option<Span>],
    ) -> bool {
        if self.regex.captures_read(locations, text).is_none() {
            return false;
        }
        for (capture, group) in captures.iter_mut().zip(&self.groups) {
            *capture = locations.get(*group).map(|(start, end)| Span::plain(start, end));
        }
        true
    }
}

/// `*` is the shortest run that does, a string the longest (measured).
fn source(pattern: &Pattern) -> String {
    let mut source = String::new();
    if !pattern.flags.is_empty() {
        // Writing to a string does not fail.
        let _ = write!(source, "(?{})", pattern.flags);
    }
    let mut captures = 0;
    for part in &pattern.parts {
        match part {
            Part::Skip => source.push_str(".*?"),
            Part::Text(text) => source.push_str(text),
            Part::Capture(data_type) => {
                let _ = write!(source, "(?P<{}>{})", group_name(captures), taken(*data_type));
                captures += 1;
            }
        }
    }
    source
}

fn group_name(capture: usize) -> String {
    format!("__capture_{capture}")
}

/// What is wrong, with groups as the documentation shows them.
fn without_group_names(error: KernelError, captures: usize) -> KernelError {
    let mut message = error.message;
    for capture in 0..captures {
        message = message.replace(&format!("?P<{}>", group_name(capture)), "");
    }
    KernelError::new(message)
}

fn taken(data_type: ScalarType) -> &'static str {
    shapes::expression(data_type)
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Kind;
    use super::*;

    fn found<'a>(flags: &str, parts: &[Part], text: &'a str) -> Option<Vec<&'a str>> {
        let pattern = Pattern { kind: Kind::Regex, flags: flags.to_owned(), parts: parts.to_vec() };
        let expression = Expression::new(&pattern).unwrap_or_else(|error| panic!("{error}"));
        let mut captures = vec![None; pattern.capture_types().len()];
        let matches = expression.find(&mut expression.locations(), text, &mut captures);
        matches.then(|| captures.iter().flatten().map(|span| &text[span.start..span.end]).collect())
    }

    #[test]
    fn strings_are_greedy_unless_a_flag_says_otherwise() {
        let text = |text: &str| Part::Text(text.to_owned());
        let parts = [Part::Skip, text("(n|N)ame="), Part::Capture(ScalarType::String), text(","), Part::Skip];
        assert_eq!(found("", &parts, "x name=a, b, c"), Some(vec!["a, b"]));
        assert_eq!(found("U", &parts, "x name=a, b, c"), Some(vec!["a"]));
        assert_eq!(found("", &parts, "x NAME=a, b, c"), None);
        assert_eq!(found("Ui", &parts, "x NAME=a, b, c"), Some(vec!["a"]));
        let typed = [text("n="), Part::Capture(ScalarType::Long)];
        assert_eq!(found("", &typed, "n=x n=-5y"), Some(vec!["-5"]));
    }

    #[test]
    fn what_is_not_valid_is_refused() {
        let pattern = |flags: &str, text: &str| Pattern {
            kind: Kind::Regex,
            flags: flags.to_owned(),
            parts: vec![Part::Text(text.to_owned())],
        };
        assert!(Expression::new(&pattern("", "a(")).is_err());
        assert!(Expression::new(&pattern("q", "a")).is_err());
    }
}
