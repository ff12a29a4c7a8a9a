//! A Parquet file, which holds one result.

use std::io::{self, Write};

use super::{ResultWriter, Sink};
use crate::answer::ResultTable;

/// Writes a Parquet file.
#[derive(Default)]
pub struct ParquetWriter {
    is_written: bool,
}

impl ResultWriter for ParquetWriter {
    fn result(&mut self, sink: &mut Sink, _heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        if std::mem::replace(&mut self.is_written, true) {
            return Err(io::Error::other("a Parquet file holds one result, and there are several"));
        }
        let mut file = Vec::new();
        kql_tables::write_parquet(&mut file, &result.schema, &result.batches)?;
        sink.write_all(&file)
    }
}
