//! One record of comma-separated values.

use csv_core::{ReadRecordResult, Reader};
use kql_types::dynamic::write_json_string;
use kql_types::{Column, ScalarType::Dynamic};

use crate::kernel::dynamic::dynamic_column;
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&PARSE_CSV];

scalar_function!(
    PARSE_CSV, ["parse_csv"],
    "The values of the first record of comma-separated text, as an array of strings. <https://learn.microsoft.com/kusto/query/parse-csv-function>",
    [
        r#"print parse_csv('aa,"b,b",Escaping "quotes"')"# => r#"["aa","b,b","Escaping \"quotes\""]"#,
        r#"print parse_csv("record1,a\nrecord2,x")"# => r#"["record1","a"]"#,
    ],
    ResultName::FirstArgument,
    [columns(&[TEXT], Dynamic, parse_csv)],
);

fn parse_csv(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let mut records = Records { reader: Reader::new(), fields: Vec::new(), ends: Vec::new() };
    Ok(dynamic_column(call.rows, |row, out| records.write_first(texts.text(row), out)))
}

/// Reads first records, with the same buffers for each row.
struct Records {
    reader: Reader,
    fields: Vec<u8>,
    ends: Vec<usize>,
}

impl Records {
    fn write_first(&mut self, text: &str, out: &mut String) -> Option<()> {
        let fields = self.read(text)?;
        let (mut from, fields) = (0, std::str::from_utf8(&self.fields).ok().filter(|_| fields > 0));
        out.push('[');
        match fields {
            None => out.push_str("\"\""),
            Some(fields) => {
                for (position, end) in self.ends.iter().enumerate() {
                    out.push_str(if position == 0 { "" } else { "," });
                    write_json_string(out, fields.get(from..*end)?);
                    from = *end;
                }
            }
        }
        out.push(']');
        Some(())
    }

    /// Reads the first record into the buffers and answers how many fields it has; none if the text starts with an empty
    /// line.
    fn read(&mut self, text: &str) -> Option<usize> {
        self.reader.reset();
        // No field is longer than the text, and no record has more fields than commas and one.
        self.fields.resize(text.len(), 0);
        self.ends.resize(text.len() + 1, 0);
        if text.is_empty() || text.starts_with(['\r', '\n']) {
            return Some(0);
        }
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            let (result, consumed, bytes, ends) = self.reader.read_record(
                &text.as_bytes()[read..],
                &mut self.fields[written..],
                &mut self.ends[ended..],
            );
            (read, written, ended) = (read + consumed, written + bytes, ended + ends);
            match result {
                // Asked again without input, the reader ends the record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => return None,
            }
        }
        self.fields.truncate(written);
        self.ends.truncate(ended);
        Some(ended)
    }
}
