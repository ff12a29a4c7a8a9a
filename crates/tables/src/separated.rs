//! Separated values: CSV and its relatives.

use kql_types::{Batch, Column, ColumnBuilder, ScalarType, Value};

use crate::census::{Kinds, Seen};
use crate::json::{Fault, Splitter};
use crate::json_scan::JsonScan;
use crate::piece::Piece;
use crate::scalar::{self, Converted, Token};
use crate::{ScanColumn, TableError};

/// Where a piece that begins at `start` ends, if it should have at least `size` bytes: after a line break that is not
/// inside quotes.
pub(crate) fn cut(bytes: &[u8], start: usize, size: usize, _splitter: Splitter) -> usize {
    let mut quoted = false;
    for at in memchr::memchr2_iter(b'"', b'\n', bytes.get(start..).unwrap_or_default()) {
        if bytes[start + at] == b'"' {
            quoted = !quoted;
        } else if !quoted && at + 1 >= size {
            return start + at + 1;
        }
    }
    bytes.len()
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// The names in the header.
pub(crate) fn header(bytes: &[u8], start: usize, delimiter: u8) -> Vec<String> {
    let mut record = csv::StringRecord::new();
    match reader(&bytes[start.min(bytes.len())..], delimiter).read_record(&mut record) {
        Ok(true) => record.iter().map(|name| name.trim().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// The columns of a piece of a file, and what they hold.
pub(crate) fn census(bytes: &[u8], header: &[String], delimiter: u8) -> Vec<Seen> {
    let mut columns: Vec<Seen> =
        header.iter().map(|name| Seen { name: name.clone(), kinds: Kinds::default() }).collect();
    let mut reader = reader(bytes, delimiter);
    let mut record = csv::ByteRecord::new();
    while let Ok(true) = reader.read_byte_record(&mut record) {
        for (column, field) in columns.iter_mut().zip(record.iter()) {
            column.kinds.add_text(&String::from_utf8_lossy(field));
        }
    }
    columns
}

/// Reads a piece of a file.
pub(crate) fn read(
    scan: &JsonScan,
    piece: &Piece,
    delimiter: u8,
    header_start: usize,
) -> Result<Batch, TableError> {
    let whole = piece.file.whole().ok_or_else(|| TableError::new("separated values are not streamed"))?;
    let header = header(whole, header_start, delimiter);
    let wanted = &scan.request().columns;
    let mut columns: Vec<Growing<'_>> = wanted.iter().map(|column| Growing::new(column, &header)).collect();
    let mut reader = reader(&piece.bytes, delimiter);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while let Ok(true) = reader.read_byte_record(&mut record) {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let fault = if record.len() != header.len() {
            Some(Fault::FieldCount)
        } else if record.iter().any(|field| std::str::from_utf8(field).is_err()) {
            Some(Fault::Encoding)
        } else {
            None
        };
        if let Some(fault) = fault {
            scan.malformed(piece, start, &fault.to_string())?;
            continue;
        }
        rows += 1;
        for column in &mut columns {
            column.push(&record);
        }
    }
    for column in &columns {
        scan.setting().report.add_misfits(&scan.setting().table, &column.wanted.source, column.misfits);
    }
    let batch = Batch::new(scan.schema().clone(), columns.into_iter().map(Growing::finish).collect(), rows);
    let Some(filter) = &scan.request().filter else { return Ok(batch) };
    let read: Vec<Column> = filter.columns.iter().map(|&index| batch.columns[index].clone()).collect();
    Ok(batch.filter(&(filter.evaluate)(&read, rows)?))
}

/// A column that grows by a field at a time.
pub(crate) struct Growing<'a> {
    wanted: &'a ScanColumn,
    place: Option<usize>,
    builder: ColumnBuilder,
    misfits: usize,
}

impl<'a> Growing<'a> {
    /// A column that is found in records by its name's place in the header.
    pub(crate) fn new(wanted: &'a ScanColumn, header: &[String]) -> Self {
        let exact = header.iter().position(|name| *name == *wanted.source);
        let place =
            exact.or_else(|| header.iter().position(|name| name.eq_ignore_ascii_case(&wanted.source)));
        Self { wanted, place, builder: ColumnBuilder::new(wanted.data_type), misfits: 0 }
    }

    /// Appends the value of a record.
    pub(crate) fn push(&mut self, record: &csv::ByteRecord) {
        let field = self.place.and_then(|place| record.get(place)).unwrap_or_default();
        let text = std::str::from_utf8(field).unwrap_or_default();
        match value(text, self.wanted) {
            Converted::Value(value) => self.builder.push(&value),
            Converted::Absent => self.builder.push_absent(),
            Converted::Misfit => {
                self.misfits += 1;
                self.builder.push_absent();
            }
        }
    }

    /// The column.
    pub(crate) fn finish(self) -> Column {
        self.builder.finish()
    }
}

fn map<T>(converted: Converted<T>, value: impl Fn(T) -> Value) -> Converted<Value> {
    match converted {
        Converted::Value(inner) => Converted::Value(value(inner)),
        Converted::Absent => Converted::Absent,
        Converted::Misfit => Converted::Misfit,
    }
}

/// A field as a value of its column.
fn value(text: &str, column: &ScanColumn) -> Converted<Value> {
    let token = Token::Text(text.into());
    match column.data_type {
        ScalarType::String => Converted::Value(Value::String(text.to_owned())),
        ScalarType::Dynamic => dynamic(text, column),
        ScalarType::Bool => map(scalar::to_bool(&token), Value::Bool),
        ScalarType::Int => map(scalar::to_int(&token), Value::Int),
        ScalarType::Long => map(scalar::to_long(&token), Value::Long),
        ScalarType::Real => map(scalar::to_real(&token), Value::Real),
        ScalarType::Decimal => map(scalar::to_decimal(&token), Value::Decimal),
        ScalarType::DateTime => map(scalar::to_datetime(&token), Value::DateTime),
        ScalarType::Timespan => map(scalar::to_timespan(&token), Value::Timespan),
        ScalarType::Guid => map(scalar::to_guid(&token), Value::Guid),
    }
}

/// Text that is JSON as that, other text as a string.
fn dynamic(text: &str, column: &ScanColumn) -> Converted<Value> {
    if text.is_empty() {
        return Converted::Absent;
    }
    let json = crate::json::canonical(text).unwrap_or_else(|| {
        let mut quoted = String::new();
        kql_types::dynamic::write_json_string(&mut quoted, text);
        quoted
    });
    let found = kql_types::dynamic::Json::new(&json).walk(&column.path).filter(|found| !found.is_null());
    found.map_or(Converted::Absent, |found| Converted::Value(Value::Dynamic(found.text().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_end_at_line_breaks_outside_quotes() {
        let text = b"a,b\n\"x\ny\",1\nz,2";
        let splitter = Splitter::detect();
        assert_eq!(cut(text, 0, 1, splitter), 4);
        assert_eq!(cut(text, 4, 1, splitter), 12);
        assert_eq!(cut(text, 12, 1, splitter), 15);
    }
}
