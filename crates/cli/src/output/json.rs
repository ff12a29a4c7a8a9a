//! An array of objects. In output with headings: an array with one object for each heading.

use std::io;

use kql_types::dynamic::write_json_string;

use super::cell::write_json;
use super::{ResultWriter, Sink};
use crate::answer::ResultTable;

/// Writes JSON.
pub struct JsonWriter {
    headed: bool,
    /// Whether something was written already.
    begun: bool,
}

impl JsonWriter {
    pub fn new(headed: bool) -> Self {
        Self { headed, begun: false }
    }

    fn begin_item(&mut self, sink: &mut Sink, heading: &str) {
        sink.text.push_str(if self.begun { ",\n{\"name\":" } else { "[{\"name\":" });
        self.begun = true;
        write_json_string(&mut sink.text, heading);
    }
}

impl ResultWriter for JsonWriter {
    fn result(&mut self, sink: &mut Sink, heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        match heading {
            None => {
                write_rows(sink, result)?;
                sink.text.push('\n');
            }
            Some(heading) => {
                self.begin_item(sink, heading);
                sink.text.push_str(",\"rows\":");
                write_rows(sink, result)?;
                sink.text.push('}');
            }
        }
        Ok(())
    }

    fn failure(&mut self, sink: &mut Sink, heading: &str, message: &str) -> io::Result<()> {
        self.begin_item(sink, heading);
        sink.text.push_str(",\"error\":");
        write_json_string(&mut sink.text, message);
        sink.text.push('}');
        Ok(())
    }

    fn finish(&mut self, sink: &mut Sink) -> io::Result<()> {
        if self.headed {
            sink.text.push_str(if self.begun { "]\n" } else { "[]\n" });
        }
        Ok(())
    }
}

fn write_rows(sink: &mut Sink, result: &ResultTable) -> io::Result<()> {
    let object = ObjectWriter::new(result);
    sink.text.push('[');
    let mut separator = "";
    for batch in &result.batches {
        for row in 0..batch.rows {
            sink.text.push_str(separator);
            separator = ",\n ";
            object.write(&mut sink.text, batch, row);
            sink.settle()?;
        }
    }
    sink.text.push(']');
    Ok(())
}

/// Writes rows as objects.
pub struct ObjectWriter {
    /// What stands before each value: `{"a":` or `,"b":`.
    keys: Vec<String>,
}

impl ObjectWriter {
    pub fn new(result: &ResultTable) -> Self {
        let key = |(at, field): (usize, &kql_types::Field)| {
            let mut key = String::from(if at == 0 { "{" } else { "," });
            write_json_string(&mut key, &field.name);
            key.push(':');
            key
        };
        Self { keys: result.schema.fields.iter().enumerate().map(key).collect() }
    }

    pub fn write(&self, out: &mut String, batch: &kql_types::Batch, row: usize) {
        if self.keys.is_empty() {
            out.push('{');
        }
        for (key, column) in self.keys.iter().zip(&batch.columns) {
            out.push_str(key);
            write_json(out, column, row);
        }
        out.push('}');
    }
}
