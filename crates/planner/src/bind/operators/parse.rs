//! `parse`, `parse-where`.

use kql_functions::scalar::parsing::{KIND_REGEX, KIND_RELAXED, KIND_SIMPLE, PARSE, PART_SKIP, PART_TEXT};
use kql_parser::ast::{self, ParsePart};
use kql_types::ScalarType;

use super::captures::Captures;
use crate::Plan;
use crate::bind::Binder;

/// A pattern: two words for each part as [`PARSE`] takes them, and the columns.
#[derive(Default)]
struct Pattern<'q> {
    words: Vec<&'q str>,
    columns: Vec<(&'q str, ScalarType)>,
}

impl<'q> Binder<'q> {
    /// `parse [kind=..] [flags=..] expression with pattern`: rows that do not match have absent values in the new columns;
    /// `parse-where` leaves them out.
    pub(super) fn parse(
        &mut self,
        input: Plan,
        value: &'q ast::Expr,
        pattern: &'q [ParsePart],
        operator: &'q ast::Operator,
    ) -> Option<Plan> {
        let only_matching = operator.keyword == "parse-where";
        let kind = Self::parameter_word(operator, "kind").unwrap_or(KIND_SIMPLE);
        if ![KIND_SIMPLE, KIND_RELAXED, KIND_REGEX].contains(&kind) || (only_matching && kind == KIND_RELAXED)
        {
            let message = format!("'{kind}' is not a kind of {}", operator.keyword);
            let at = Self::parameter(operator, "kind").map_or(operator.keyword_span, |found| found.span);
            return self.mistake(message, at);
        }
        let flags = match kind {
            KIND_REGEX => Self::parameter_word(operator, "flags").unwrap_or_default(),
            _ => "",
        };
        let text = self.scalar(value, &input.schema);
        let pattern = self.parse_pattern(pattern)?;
        let words: Vec<&str> = [kind, flags].into_iter().chain(pattern.words).collect();
        let mut captures = Captures::bind(self, input, text?, &PARSE, &words, operator.span)?;
        if only_matching {
            captures = captures.matching_rows(self, operator.keyword_span)?;
        }
        captures.into_columns(self, &pattern.columns, "", operator.keyword_span)
    }

    fn parse_pattern(&mut self, parts: &'q [ParsePart]) -> Option<Pattern<'q>> {
        let mut pattern = Pattern::default();
        let mut before: Option<&ParsePart> = None;
        for part in parts {
            self.check_neighbours(before, part, &pattern)?;
            before = Some(part);
            match part {
                ParsePart::Star(_) => pattern.words.extend([PART_SKIP, ""]),
                ParsePart::Text(text, _) => pattern.words.extend([PART_TEXT, text]),
                ParsePart::Capture { name, type_name } => {
                    let data_type = match type_name {
                        Some(written) => self.type_name(written)?,
                        None => ScalarType::String,
                    };
                    if pattern.columns.iter().any(|(known, _)| *known == name.text) {
                        return self.already_declared(&name.text, name.span);
                    }
                    pattern.words.extend([data_type.name(), &name.text]);
                    pattern.columns.push((&name.text, data_type));
                }
            }
        }
        Some(pattern)
    }

    /// Between captures and skips a text must say where one ends and the other begins.
    fn check_neighbours(
        &mut self,
        before: Option<&ParsePart>,
        part: &ParsePart,
        pattern: &Pattern<'_>,
    ) -> Option<()> {
        match (before, part) {
            (Some(ParsePart::Capture { .. }), ParsePart::Capture { name, .. }) => {
                self.mistake("A text is expected between two columns", name.span)
            }
            (Some(ParsePart::Star(_)), ParsePart::Capture { name, .. }) => {
                self.mistake("A text is expected between `*` and a column", name.span)
            }
            (Some(ParsePart::Star(_)), ParsePart::Star(span)) => {
                self.mistake("A text is expected between `*` and `*`", *span)
            }
            (Some(ParsePart::Capture { .. }), ParsePart::Star(span))
                if pattern.columns.last().is_some_and(|(_, data_type)| *data_type == ScalarType::String) =>
            {
                self.mistake(
                    "Where a string column ends before `*` cannot be told; write a text between them",
                    *span,
                )
            }
            _ => Some(()),
        }
    }
}
