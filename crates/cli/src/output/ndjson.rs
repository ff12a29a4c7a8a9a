//! An object a line. Under a heading: `{"name":"the heading","row":{...}}`.

use std::io;

use kql_types::dynamic::write_json_string;

use super::json::ObjectWriter;
use super::{ResultWriter, Sink};
use crate::answer::ResultTable;

/// Writes JSON lines.
pub struct NdjsonWriter;

impl ResultWriter for NdjsonWriter {
    fn result(&mut self, sink: &mut Sink, heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        let object = ObjectWriter::new(result);
        let mut before = String::new();
        if let Some(heading) = heading {
            before.push_str("{\"name\":");
            write_json_string(&mut before, heading);
            before.push_str(",\"row\":");
        }
        let after = if heading.is_some() { "}\n" } else { "\n" };
        for batch in &result.batches {
            for row in 0..batch.rows {
                sink.text.push_str(&before);
                object.write(&mut sink.text, batch, row);
                sink.text.push_str(after);
                sink.settle()?;
            }
        }
        Ok(())
    }
}
