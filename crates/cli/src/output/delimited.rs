//! Values separated by commas or tabs, with a header. Under a heading: after a line `# heading`, and an empty line
//! between tables.

use std::io;

use super::cell::write_text;
use super::{ResultWriter, Sink};
use crate::answer::ResultTable;

/// Writes comma- or tab-separated values.
pub struct DelimitedWriter {
    delimiter: u8,
    begun: bool,
}

impl DelimitedWriter {
    pub fn new(delimiter: u8) -> Self {
        Self { delimiter, begun: false }
    }
}

impl ResultWriter for DelimitedWriter {
    fn result(&mut self, sink: &mut Sink, heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        if self.begun {
            sink.text.push('\n');
        }
        self.begun = true;
        if let Some(heading) = heading {
            sink.text.push_str("# ");
            sink.text.push_str(heading);
            sink.text.push('\n');
        }
        let mut writer =
            csv::WriterBuilder::new().delimiter(self.delimiter).buffer_capacity(1 << 16).from_writer(sink);
        let names = result.schema.fields.iter().map(|field| field.name.as_bytes());
        writer.write_record(names).map_err(cause)?;
        let mut cell = String::new();
        for batch in &result.batches {
            for row in 0..batch.rows {
                for column in &batch.columns {
                    cell.clear();
                    write_text(&mut cell, column, row);
                    writer.write_field(&cell).map_err(cause)?;
                }
                writer.write_record(None::<&[u8]>).map_err(cause)?;
            }
        }
        writer.flush()
    }
}

/// The error of the write below, whose kind the conversion would hide.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
