//! What shape a file has, told from its content.

use std::ops::Range;
use std::sync::Arc;

use kql_types::{Field, ScalarType};
use serde_json::Value;

use crate::json::{Splitter, blank, trim};
use crate::locate::{Span, member};
use crate::records::{check_line, line_end};
use crate::steps::element;

/// How records follow one another.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Layout {
    /// An object a line, from that byte on.
    Lines(usize),
    /// Objects, or arrays of values, one after another inside these ranges.
    Sequence {
        /// Where they stand.
        extents: Vec<Range<usize>>,
        /// If records are arrays: the column of each place, with its declared type.
        columns: Option<Arc<[Field]>>,
    },
    /// Separated values under a header, from that byte on.
    Separated {
        /// Between values.
        delimiter: u8,
        /// The header's first byte.
        start: usize,
    },
    /// Parquet, of which others read the rows.
    Parquet,
}

/// So many lines are looked at where the first one says nothing.
const LINES_TRIED: usize = 100;

/// Tells the layout of a file from its bytes (or the beginning of them). `extension` is that of its name.
pub(crate) fn detect(bytes: &[u8], extension: &str, splitter: Splitter) -> Layout {
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let first = bytes[start..].iter().position(|&byte| !blank(byte) && byte != 0x1e).map(|at| start + at);
    let Some(first) = first else { return Layout::Lines(start) };
    if matches!(extension, "csv" | "tsv") {
        return separated(bytes, first, extension);
    }
    match bytes[first] {
        b'{' => objects(bytes, first, splitter),
        b'[' => array(bytes, first, splitter),
        _ if has_record_line(bytes, first) || matches!(extension, "json" | "ndjson" | "jsonl") => {
            Layout::Lines(first)
        }
        _ => separated(bytes, first, extension),
    }
}

fn separated(bytes: &[u8], start: usize, extension: &str) -> Layout {
    let header = &bytes[start..line_end(bytes, start, bytes.len())];
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, header).count();
    let delimiter = match extension {
        "tsv" => b'\t',
        _ => [b',', b'\t', b';', b'|']
            .into_iter()
            .rev()
            .max_by_key(|&delimiter| count(delimiter))
            .unwrap_or(b','),
    };
    Layout::Separated { delimiter, start }
}

/// Whether one of the first lines is an object.
fn has_record_line(bytes: &[u8], first: usize) -> bool {
    let mut at = first;
    for _ in 0..LINES_TRIED {
        if at >= bytes.len() {
            return false;
        }
        let end = line_end(bytes, at, bytes.len());
        let (start, stop) = trim(bytes, at, end);
        if start == at && check_line(&bytes[start..stop]).is_ok() {
            return true;
        }
        at = end;
    }
    false
}

/// A file that begins with an object: a record, or a wrapper around records.
fn objects(bytes: &[u8], first: usize, splitter: Splitter) -> Layout {
    let line = line_end(bytes, first, bytes.len());
    let mut ends = Vec::new();
    let whole = Layout::Sequence { extents: std::iter::once(first..bytes.len()).collect(), columns: None };
    let end = match splitter.split(bytes, first, line, &mut ends) {
        Ok(end) => end,
        Err(_) if has_record_line(bytes, first) => return Layout::Lines(first),
        Err(_) => match splitter.split(bytes, first, bytes.len(), &mut ends) {
            Ok(end) => end,
            Err(_) => return whole,
        },
    };
    if let Some(reply) = reply(bytes, first, &ends, splitter) {
        return reply;
    }
    if wrapped_records(bytes, first, &ends).is_some() {
        return Layout::Sequence { extents: all_wrapped(bytes, first, splitter), columns: None };
    }
    if end <= line { Layout::Lines(first) } else { whole }
}

/// A file that begins with an array: of records, or of a reply's frames.
fn array(bytes: &[u8], first: usize, splitter: Splitter) -> Layout {
    let open = (first + 1..bytes.len()).find(|&at| !blank(bytes[at]));
    if let Some(open) = open.filter(|&open| bytes[open] == b'{') {
        let mut ends = Vec::new();
        if splitter.split(bytes, open, bytes.len(), &mut ends).is_ok()
            && find(bytes, open, &ends, &["FrameType"]).is_some()
            && let Some(frames) = frames(bytes, first, splitter)
        {
            return frames;
        }
    }
    Layout::Sequence { extents: std::iter::once(first + 1..bytes.len()).collect(), columns: None }
}

/// The value under the first of these keys that the object at `start` has.
fn find(bytes: &[u8], start: usize, ends: &[u32], keys: &[&str]) -> Option<Span> {
    let mut begin = start + 1;
    for &end in ends {
        let found = member(bytes, begin, end as usize).ok()?;
        if keys.iter().any(|key| key.as_bytes() == &*found.key) {
            return Some(found.value);
        }
        begin = end as usize + 1;
    }
    None
}

/// The array of records inside an object: diagnostic settings' `records`, CloudTrail's `Records`, an OData reply's
/// `value`.
fn wrapped_records(bytes: &[u8], start: usize, ends: &[u32]) -> Option<Range<usize>> {
    let odata = find(bytes, start, ends, &["@odata.context"]).is_some();
    let keys: &[&str] = if odata { &["records", "Records", "value"] } else { &["records", "Records"] };
    let span = find(bytes, start, ends, keys)?;
    let inside = span.start as usize + 1..span.end as usize - 1;
    let first = bytes.get(inside.clone())?.iter().find(|&&byte| !blank(byte));
    (bytes[span.start as usize] == b'[' && matches!(first, None | Some(b'{'))).then_some(inside)
}

/// The records of all such objects, one after another.
fn all_wrapped(bytes: &[u8], first: usize, splitter: Splitter) -> Vec<Range<usize>> {
    let mut extents = Vec::new();
    let mut ends = Vec::new();
    let mut at = first;
    while let Some(start) = (at..bytes.len()).find(|&place| bytes[place] == b'{') {
        match splitter.split(bytes, start, bytes.len(), &mut ends) {
            Ok(end) => {
                extents.extend(wrapped_records(bytes, start, &ends));
                at = end;
            }
            // What cannot be unwrapped is left to those who report malformed records.
            Err(_) => {
                extents.push(start..bytes.len());
                break;
            }
        }
    }
    extents
}

/// A reply of the Log Analytics query API (`tables`) or of Kusto's first version (`Tables`): its first table.
fn reply(bytes: &[u8], start: usize, ends: &[u32], splitter: Splitter) -> Option<Layout> {
    let tables = find(bytes, start, ends, &["tables", "Tables"])?;
    let table = first_element(bytes, tables, splitter)?;
    rows_of(bytes, table, splitter)
}

fn first_element(bytes: &[u8], array: Span, splitter: Splitter) -> Option<Span> {
    let mut ends = Vec::new();
    let start = array.start as usize;
    if bytes.get(start) != Some(&b'[') {
        return None;
    }
    splitter.split(bytes, start, array.end as usize, &mut ends).ok()?;
    Some(element(bytes, start, &ends, 0)).filter(|span| span.is_present())
}

/// Kusto's second version: an array of frames, of which the primary result counts.
fn frames(bytes: &[u8], first: usize, splitter: Splitter) -> Option<Layout> {
    let mut ends = Vec::new();
    splitter.split(bytes, first, bytes.len(), &mut ends).ok()?;
    for place in 0..ends.len() {
        let frame = element(bytes, first, &ends, place as i64);
        let mut members = Vec::new();
        let start = frame.start as usize;
        if splitter.split(bytes, start, frame.end as usize, &mut members).is_err() {
            continue;
        }
        let kind = find(bytes, start, &members, &["TableKind"]);
        if kind.is_some_and(|kind| kind.of(bytes) == b"\"PrimaryResult\"") {
            return rows_of(bytes, frame, splitter);
        }
    }
    None
}

/// The `columns` and `rows` of a table in a reply.
fn rows_of(bytes: &[u8], table: Span, splitter: Splitter) -> Option<Layout> {
    let mut ends = Vec::new();
    let start = table.start as usize;
    splitter.split(bytes, start, table.end as usize, &mut ends).ok()?;
    let columns = find(bytes, start, &ends, &["columns", "Columns"])?;
    let rows = find(bytes, start, &ends, &["rows", "Rows"])?;
    let columns: Vec<Value> = serde_json::from_slice(columns.of(bytes)).ok()?;
    let columns: Vec<Field> = columns.iter().map(declared).collect::<Option<_>>()?;
    (bytes[rows.start as usize] == b'[').then(|| Layout::Sequence {
        extents: std::iter::once(rows.start as usize + 1..rows.end as usize - 1).collect(),
        columns: Some(columns.into()),
    })
}

/// `{"name": .., "type": ..}`, as each of the replies spells it.
fn declared(column: &Value) -> Option<Field> {
    let text = |keys: [&str; 3]| keys.iter().find_map(|key| column.get(key)?.as_str());
    let name = text(["name", "ColumnName", "Name"])?;
    let data_type = text(["type", "ColumnType", "Type"]).or_else(|| column.get("DataType")?.as_str());
    Some(Field::new(name, data_type.map_or(ScalarType::String, type_from_reply)))
}

/// A type name of KQL or of .NET (`SqlDecimal`, `SByte`, `Int64`).
fn type_from_reply(name: &str) -> ScalarType {
    let name = name.strip_prefix("System.").unwrap_or(name);
    match name {
        "SByte" | "Boolean" => ScalarType::Bool,
        "Int64" => ScalarType::Long,
        "Int32" => ScalarType::Int,
        "Double" => ScalarType::Real,
        "DateTime" => ScalarType::DateTime,
        "TimeSpan" => ScalarType::Timespan,
        "Guid" => ScalarType::Guid,
        "Object" => ScalarType::Dynamic,
        "SqlDecimal" | "Data.SqlTypes.SqlDecimal" => ScalarType::Decimal,
        other => ScalarType::from_name(&other.to_ascii_lowercase()).unwrap_or(ScalarType::String),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> Layout {
        detect(text.as_bytes(), "", Splitter::detect())
    }

    #[test]
    fn each_shape_is_told_from_its_beginning() {
        assert_eq!(layout(""), Layout::Lines(0));
        assert_eq!(layout("\u{feff}{\"a\":1}\r\n{\"a\":2}"), Layout::Lines(3));
        assert_eq!(layout("{\"a\":1\n{\"a\":2}\n"), Layout::Lines(0));
        assert_eq!(layout("not json at all\n{\"a\":2}\n"), Layout::Lines(0));
        assert_eq!(layout("a,b\n1,2\n"), Layout::Separated { delimiter: b',', start: 0 });
        assert_eq!(layout("a\tb\n1\t2\n"), Layout::Separated { delimiter: b'\t', start: 0 });
        let sequence = |range: Range<usize>| Layout::Sequence { extents: vec![range], columns: None };
        assert_eq!(layout("{\n \"a\":1\n}\n{\n}"), sequence(0..14));
        assert_eq!(layout("[{\"a\":1}]"), sequence(1..9));
        assert_eq!(layout("{\"records\":[{\"a\":1}]}"), sequence(12..19));
        assert_eq!(layout("{\"value\":[{\"a\":1}]}"), Layout::Lines(0));
        let two = Layout::Sequence { extents: vec![12..14, 29..31], columns: None };
        assert_eq!(layout("{\"records\":[{}]}\n{\"records\":[{}]}\n"), two);
    }

    #[test]
    fn replies_bring_their_columns() {
        let expected: Arc<[Field]> =
            [Field::new("a", ScalarType::DateTime), Field::new("b", ScalarType::Long)].into();
        for text in [
            r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"a","type":"datetime"},{"name":"b","type":"long"}],"rows":[["x",1]]}]}"#,
            r#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"a","DataType":"DateTime"},{"ColumnName":"b","DataType":"Int64","ColumnType":"long"}],"Rows":[["x",1]]}]}"#,
            r#"[{"FrameType":"DataSetHeader"},{"FrameType":"DataTable","TableKind":"PrimaryResult","Columns":[{"ColumnName":"a","ColumnType":"datetime"},{"ColumnName":"b","ColumnType":"long"}],"Rows":[["x",1]]}]"#,
        ] {
            let Layout::Sequence { extents, columns } = layout(text) else { panic!("{text}") };
            assert_eq!(columns.as_ref(), Some(&expected));
            assert_eq!(&text[extents[0].clone()], r#"["x",1]"#);
        }
    }
}
