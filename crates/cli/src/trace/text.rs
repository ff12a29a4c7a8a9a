//! A rule step by step, for people.

use anstyle::{AnsiColor, Style};
use kql_parser::{Span, line_column};
use kql_rules::Rule;
use kql_types::Value;

use super::{End, Trace};
use crate::terminal::{display_width, push_cut, push_visible};

const DROPPED: Style = AnsiColor::Red.on_default().bold();

/// So many cells of a step are shown.
const WIDTH: usize = 60;

/// The steps with their rows, and where the chosen records end.
pub fn report(rule: &Rule, trace: &Trace) -> String {
    let follows = trace.end.is_some();
    let mut out = format!("{}\n{:WIDTH$}  {:>10}  {:>10}", rule.key, "step", "rows in", "rows out");
    out += if follows { "      chosen\n" } else { "\n" };
    let mut rows_in = None;
    for (at, step) in trace.steps.iter().enumerate() {
        let is_end = matches!(trace.end, Some(End::Dropped { step, .. }) if step == at);
        let style = if is_end { DROPPED } else { Style::new() };
        let shown = shown(step.span, &rule.query, at > 0);
        let pad = " ".repeat(WIDTH.saturating_sub(display_width(&shown)));
        let before = rows_in.map_or(String::new(), |rows: u64| rows.to_string());
        out += &format!("{style}{shown}{pad}  {before:>10}  {:>10}", step.rows);
        if follows {
            out += &format!("  {:>10}", step.chosen.map_or("?".to_owned(), |count| count.to_string()));
        }
        out += &format!("{style:#}\n");
        rows_in = Some(step.rows);
    }
    if let Some(end) = &trace.end {
        out += &format!("\n{}", ending(rule, trace, end));
    }
    out
}

/// A step in one line.
fn shown(span: Span, text: &str, is_operator: bool) -> String {
    let words: Vec<&str> = span.text(text).split_whitespace().collect();
    let line = format!("{}{}", if is_operator { "| " } else { "" }, words.join(" "));
    let mut cut = String::new();
    push_cut(&mut cut, &line, WIDTH);
    cut
}

fn ending(rule: &Rule, trace: &Trace, end: &End) -> String {
    match end {
        End::Nowhere => "no record of the source is chosen\n".to_owned(),
        End::Result => "the chosen records are among the results\n".to_owned(),
        End::Unknown { step, why } => {
            format!("behind {} the chosen records cannot be told apart: {why}\n", place(rule, trace, *step))
        }
        End::Dropped { step, values, conditions } => {
            let mut out = format!("{DROPPED}dropped{DROPPED:#} by {}\n", place(rule, trace, *step));
            for (span, is_met) in conditions {
                let word = match is_met {
                    Some(true) => "true ",
                    Some(false) => "false",
                    None => "?    ",
                };
                out += &format!("  {word}  {}\n", shown(*span, &rule.query, false));
            }
            for (name, value) in values {
                out += &format!("  {name} = {}\n", literal(value));
            }
            out
        }
    }
}

fn place(rule: &Rule, trace: &Trace, step: usize) -> String {
    let span = rule.origin.place(trace.steps[step].span);
    let position = line_column(rule.origin.file(), span.start);
    format!("{}:{}:{}", rule.path.display(), position.line, position.column)
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
