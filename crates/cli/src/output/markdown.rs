//! A Markdown table, under a heading where there is one.

use std::io;

use super::cell::write_text;
use super::{ResultWriter, Sink};
use crate::answer::ResultTable;

/// Writes Markdown.
#[derive(Default)]
pub struct MarkdownWriter {
    begun: bool,
}

impl ResultWriter for MarkdownWriter {
    fn result(&mut self, sink: &mut Sink, heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        if self.begun {
            sink.text.push('\n');
        }
        self.begun = true;
        if let Some(heading) = heading {
            sink.text.push_str("## ");
            sink.text.push_str(heading);
            sink.text.push_str("\n\n");
        }
        write_head(&mut sink.text, result);
        let mut cell = String::new();
        for batch in &result.batches {
            for row in 0..batch.rows {
                sink.text.push('|');
                for column in &batch.columns {
                    cell.clear();
                    write_text(&mut cell, column, row);
                    sink.text.push(' ');
                    push_escaped(&mut sink.text, &cell);
                    sink.text.push_str(" |");
                }
                sink.text.push('\n');
                sink.settle()?;
            }
        }
        Ok(())
    }
}

fn write_head(out: &mut String, result: &ResultTable) {
    out.push('|');
    for field in &result.schema.fields {
        out.push(' ');
        push_escaped(out, &field.name);
        out.push_str(" |");
    }
    out.push_str("\n|");
    for field in &result.schema.fields {
        out.push_str(if field.data_type.is_number() { " ---: |" } else { " --- |" });
    }
    out.push('\n');
}

/// Appends a text that neither ends the cell nor counts as markup of its own.
fn push_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '|' | '\\' | '`' | '*' | '_' | '<' | '[' => out.extend(['\\', character]),
            '\n' => out.push_str("<br>"),
            '\r' => {}
            other => out.push(other),
        }
    }
}
