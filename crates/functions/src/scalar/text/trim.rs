//! Trimming: one match of a regular expression is taken off an end.

use std::ops::Range;

use kql_types::{Column, ScalarType::String};
use regex::Regex;

use crate::kernel::rows::strings;
use crate::regular_expression::compile;
use crate::scalar::signature::{TEXT, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&TRIM, &TRIM_START, &TRIM_END];

scalar_function!(
    TRIM, ["trim"], "The second string without a match of the regular expression at its start and one at its end.",
    [
        r#"print trim("--", "--https://bing.com--")"# => "https://bing.com",
        r#"print trim(@"[^\w]+", "-  Te st1// $")"# => "Te st1",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT], String, |arguments| bind(arguments, Ends { start: true, end: true }))],
);
scalar_function!(
    TRIM_START, ["trim_start"], "The second string without a match of the regular expression at its start.",
    [r#"print trim_start("https://", "https://bing.com")"# => "bing.com"],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT], String, |arguments| bind(arguments, Ends { start: true, end: false }))],
);
scalar_function!(
    TRIM_END, ["trim_end"], "The second string without a match of the regular expression at its end.",
    [r#"print trim_end(".com", "bing.com")"# => "bing"],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT], String, |arguments| bind(arguments, Ends { start: false, end: true }))],
);

#[derive(Clone, Copy, Debug)]
struct Ends {
    start: bool,
    end: bool,
}

/// The expression tied to each end that is trimmed. An alternation is tied as a whole.
#[derive(Debug)]
struct Trimmer {
    start: Option<Regex>,
    end: Option<Regex>,
}

impl Trimmer {
    fn new(pattern: &str, ends: Ends) -> Result<Self, KernelError> {
        // What is wrong is told of the expression as the user wrote it.
        compile(pattern)?;
        let tied = |wanted: bool, pattern: std::string::String| wanted.then(|| compile(&pattern)).transpose();
        Ok(Self {
            start: tied(ends.start, format!("^({pattern})"))?,
            end: tied(ends.end, format!("({pattern})$"))?,
        })
    }

    /// What is left. The engine looks for both ends with one alternation, so a match at the end does not begin before
    /// the one at the start ends, and an expression that itself asks for the end of text is found once.
    fn trim(&self, text: &str) -> Range<usize> {
        let start = self.start.as_ref().and_then(|regex| regex.find(text)).map_or(0, |found| found.end());
        let end = self.end.as_ref().and_then(|regex| regex.find_at(text, start));
        start..end.map_or(text.len(), |found| found.start())
    }
}

fn bind(arguments: &[ArgumentInfo<'_>], ends: Ends) -> Result<BoundKernel, KernelError> {
    let constant = arguments[0].constant.map(|pattern| Trimmer::new(&pattern.to_text(), ends)).transpose()?;
    Ok(Box::new(move |call| {
        let (patterns, texts) = (call.arguments[0].strings(), call.arguments[1].strings());
        let mut failure = None;
        let trimmed = strings(call.rows, |row, out| {
            let text = texts.text(row);
            let range = match &constant {
                Some(trimmer) => Ok(trimmer.trim(text)),
                None => Trimmer::new(patterns.text(row), ends).map(|trimmer| trimmer.trim(text)),
            };
            match range {
                Ok(range) => out.push_str(&text[range]),
                Err(error) => failure = Some(error),
            }
        });
        failure.map_or(Ok(Column::String(trimmed.into())), Err)
    }))
}

#[cfg(test)]
mod tests {
    use crate::testing::{call, s, text};

    #[test]
    fn trims_one_match_at_an_end() {
        for (function, pattern, source, expected) in [
            ("trim_start", " ", "  a ", " a "),
            ("trim_end", " ", " a  ", " a "),
            ("trim", r"\s+", "    Hello, world!    ", "Hello, world!"),
            ("trim", r"\s+", "   ", ""),
            ("trim", "a", "aa", ""),
            ("trim", "a$", "aa", "a"),
            ("trim", "a|b", "ab", ""),
            ("trim_start", "a|bc", "bcd", "d"),
            ("trim_start", r"\s", "\u{a0}x", "x"),
            ("trim_end", "a", "a\n", "a\n"),
            ("trim", "", "ab", "ab"),
            ("trim", "a*", "baa", "b"),
        ] {
            assert_eq!(
                text(function, &[s(pattern), s(source)]),
                expected,
                "{function} {pattern:?} {source:?}"
            );
        }
    }

    #[test]
    fn an_invalid_expression_is_named_as_written() {
        let message = call("trim", &[s("a["), s("x")]).err().map(|error| error.message).unwrap_or_default();
        assert!(message.starts_with("'a[' is not a valid regular expression"), "{message}");
    }
}
