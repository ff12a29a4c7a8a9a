//! A rule step by step, for people.

use anstyle::{AnsiColor, Style};
use kql_parser::{Span, line_column};
use kql_rules::Rule;
use kql_types::Value;

use super::{Choice, End, PipelineRows, StepRows, Trace};
use crate::terminal::{display_width, push_cut, push_visible};

const DROPPED: Style = AnsiColor::Red.on_default().bold();

/// So many cells of a step are shown.
const WIDTH: usize = 60;

/// What feeds a step besides its own pipeline is indented by so many cells.
const INDENT: usize = 4;

/// The steps with their rows, and where the chosen records end.
pub fn report(rule: &Rule, trace: &Trace, choice: Option<&Choice>) -> String {
    let mut report = Report { rule, trace, follows: choice.is_some(), text: String::new() };
    report.text += &format!("{}\n{:WIDTH$}  {:>10}  {:>10}", rule.key, "step", "rows in", "rows out");
    report.text += if report.follows { "      chosen\n" } else { "\n" };
    report.pipeline(0, 0);
    if let Some(main) = trace.pipelines.first().filter(|_| report.follows) {
        report.text.push('\n');
        report.ending(main, None, matches!(choice, Some(Choice::Key(_))));
        report.sides(0, matches!(choice, Some(Choice::Key(_))));
    }
    report.text
}

struct Report<'a> {
    rule: &'a Rule,
    trace: &'a Trace,
    /// Whether records are followed.
    follows: bool,
    text: String,
}

impl Report<'_> {
    /// The lines of a pipeline, and of those that feed it.
    fn pipeline(&mut self, number: usize, depth: usize) {
        let trace = self.trace;
        let Some(pipeline) = trace.pipelines.get(number) else { return };
        let mut rows_in = None;
        for (at, step) in pipeline.steps.iter().enumerate() {
            self.step(pipeline, at, rows_in, depth);
            step.sides.iter().for_each(|side| self.pipeline(*side, depth + 1));
            rows_in = step.rows;
        }
    }

    fn step(&mut self, pipeline: &PipelineRows, at: usize, rows_in: Option<u64>, depth: usize) {
        let step = &pipeline.steps[at];
        let is_end = matches!(pipeline.end, Some(End::Dropped { step, .. }) if step == at);
        let style = if is_end { DROPPED } else { Style::new() };
        let indent = (depth * INDENT).min(WIDTH / 2);
        let shown = self.shown(step.span, at > 0, WIDTH - indent);
        let pad = " ".repeat(WIDTH.saturating_sub(indent + display_width(&shown)));
        let before = rows_in.map_or(String::new(), |rows| rows.to_string());
        let count = |count: Option<u64>| count.map_or("?".to_owned(), |count| count.to_string());
        self.text += &format!("{:indent$}{style}{shown}{pad}  {before:>10}  {:>10}", "", count(step.rows));
        if self.follows {
            self.text += &format!("  {:>10}", count(step.chosen));
        }
        self.text += &format!("{style:#}\n");
    }

    /// A step in one line.
    fn shown(&self, span: Span, is_operator: bool, width: usize) -> String {
        let words: Vec<&str> = span.text(&self.rule.query).split_whitespace().collect();
        let line = format!("{}{}", if is_operator { "| " } else { "" }, words.join(" "));
        let mut cut = String::new();
        push_cut(&mut cut, &line, width);
        cut
    }

    /// Where the chosen records end in what feeds a pipeline.
    fn sides(&mut self, number: usize, by_key: bool) {
        let trace = self.trace;
        let Some(pipeline) = trace.pipelines.get(number) else { return };
        for step in &pipeline.steps {
            for (leg, side) in step.sides.iter().enumerate() {
                if let Some(pipeline) = trace.pipelines.get(*side) {
                    self.ending(pipeline, Some((step, leg)), by_key);
                }
                self.sides(*side, by_key);
            }
        }
    }

    /// Where the chosen records end in a pipeline; `feeds` is the step that it feeds, and as which of its parts.
    fn ending(&mut self, pipeline: &PipelineRows, feeds: Option<(&StepRows, usize)>, by_key: bool) {
        let Some(end) = &pipeline.end else {
            if feeds.is_none() {
                self.text += "the source has no such column\n";
            }
            return;
        };
        if let Some((step, leg)) = feeds {
            // Of a part without such records there is nothing to tell.
            if matches!(end, End::Nowhere | End::Unknown { step: 0, .. }) {
                return;
            }
            let part = match step.sides.len() {
                1 => "what feeds".to_owned(),
                _ => format!("part {} of", leg + 1),
            };
            self.text += &format!("\nin {part} {}, ", self.place(step.span));
        }
        if let Some(predicate) =
            pipeline.predicate.as_ref().filter(|_| by_key && !matches!(end, End::Nowhere))
        {
            self.text += &format!("chosen by {predicate}: ");
        }
        self.end(pipeline, end, feeds.is_none());
    }

    fn end(&mut self, pipeline: &PipelineRows, end: &End, is_whole: bool) {
        let place = |step: usize| self.place(pipeline.steps[step].span);
        let told = match end {
            End::Nowhere => "no record of the source is chosen\n".to_owned(),
            End::Result if is_whole => "the chosen records are among the results\n".to_owned(),
            End::Result => "the chosen records come out\n".to_owned(),
            End::Unknown { step: 0, why } => {
                format!("in the source the chosen records cannot be told apart: {why}\n")
            }
            End::Unknown { step, why } => {
                format!("behind {} the chosen records cannot be told apart: {why}\n", place(*step))
            }
            End::Dropped { step, values, conditions } => {
                let mut out = format!("{DROPPED}dropped{DROPPED:#} by {}\n", place(*step));
                for (span, is_met) in conditions {
                    let word = match is_met {
                        Some(true) => "true ",
                        Some(false) => "false",
                        None => "?    ",
                    };
                    out += &format!("  {word}  {}\n", self.shown(*span, false, WIDTH));
                }
                for (name, value) in values {
                    out += &format!("  {name} = {}\n", literal(value));
                }
                out
            }
        };
        self.text += &told;
    }

    fn place(&self, span: Span) -> String {
        let position = line_column(self.rule.origin.file(), self.rule.origin.place(span).start);
        format!("{}:{}:{}", self.rule.path.display(), position.line, position.column)
    }
}

fn literal(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Null(data_type) => return format!("{data_type}(null)"),
        Value::String(text) => push_visible(&mut out, &format!("{text:?}")),
        other => push_visible(&mut out, &other.to_text()),
    }
    out
}
