//! The reply of Kusto's REST API, version 1, with the tables of results only.
//!
//! <https://learn.microsoft.com/kusto/api/rest/response>

use std::fmt::Write;
use std::io;

use kql_types::ScalarType;
use kql_types::dynamic::write_json_string;

use super::cell::write_json;
use super::{ResultWriter, Sink};
use crate::answer::ResultTable;

/// Writes the reply.
#[derive(Default)]
pub struct KustoWriter {
    /// How many tables it has so far.
    tables: usize,
}

impl ResultWriter for KustoWriter {
    fn result(&mut self, sink: &mut Sink, _heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        let out = &mut sink.text;
        let before = if self.tables == 0 { "{\"Tables\":[" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(out, "{before}{{\"TableName\":\"Table_{}\",\"Columns\":[", self.tables);
        self.tables += 1;
        for (at, field) in result.schema.fields.iter().enumerate() {
            out.push_str(if at == 0 { "{\"ColumnName\":" } else { ",{\"ColumnName\":" });
            write_json_string(out, &field.name);
            let (data_type, column_type) = (short_clr_name(field.data_type), field.data_type.name());
            let _ = write!(out, ",\"DataType\":\"{data_type}\",\"ColumnType\":\"{column_type}\"}}");
        }
        out.push_str("],\"Rows\":[");
        let mut separator = "[";
        for batch in &result.batches {
            for row in 0..batch.rows {
                sink.text.push_str(separator);
                separator = ",\n[";
                for (at, column) in batch.columns.iter().enumerate() {
                    if at > 0 {
                        sink.text.push(',');
                    }
                    write_json(&mut sink.text, column, row);
                }
                sink.text.push(']');
                sink.settle()?;
            }
        }
        sink.text.push_str("]}");
        Ok(())
    }

    fn finish(&mut self, sink: &mut Sink) -> io::Result<()> {
        sink.text.push_str(if self.tables == 0 { "{\"Tables\":[]}\n" } else { "]}\n" });
        Ok(())
    }
}

/// The .NET type name without its namespace.
fn short_clr_name(data_type: ScalarType) -> &'static str {
    let name = data_type.clr_name();
    name.rsplit_once('.').map_or(name, |(_, short)| short)
}
