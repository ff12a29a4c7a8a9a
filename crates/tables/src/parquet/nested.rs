//! Structs, lists and maps as JSON text.

use std::fmt::Write;

use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{IntervalDayTimeType, IntervalMonthDayNanoType, IntervalYearMonthType};
use arrow_array::{Array, ArrayRef, StringViewArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, IntervalUnit};
use kql_types::Column;
use kql_types::dynamic::{write_json_string, write_value};

use super::convert::native;
use super::stored::{Meaning, kql_type};

/// The JSON text of each value.
pub(crate) fn json_texts(array: &ArrayRef) -> StringViewArray {
    let node = Node::new(array);
    let mut builder = StringViewBuilder::with_capacity(array.len());
    let mut text = String::new();
    for row in 0..array.len() {
        text.clear();
        node.write(row, &mut text);
        if text == "null" {
            builder.append_null();
        } else {
            builder.append_value(&text);
        }
    }
    builder.finish()
}

/// An array of which types are known, so that values are written without asking for them again.
struct Node {
    nulls: Option<NullBuffer>,
    kind: Kind,
}

enum Kind {
    /// Values that have no parts.
    Leaf(Column),
    /// Values that are text already: intervals.
    Texts(Vec<String>),
    /// The range of elements of each list.
    List(Vec<std::ops::Range<usize>>, Box<Node>),
    /// The fields, each with what comes before its value: the name in quotes, and a colon.
    Struct(Vec<(String, Node)>),
    /// The range of entries of each map, keys and values.
    Map(Vec<std::ops::Range<usize>>, Box<Node>, Box<Node>),
}

impl Node {
    fn new(array: &ArrayRef) -> Self {
        let kind = match array.data_type() {
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                Kind::List(ranges(list.offsets()), Box::new(Node::new(list.values())))
            }
            DataType::LargeList(_) => {
                let list = array.as_list::<i64>();
                Kind::List(ranges(list.offsets()), Box::new(Node::new(list.values())))
            }
            DataType::FixedSizeList(_, length) => {
                let list = array.as_fixed_size_list();
                let length = usize::try_from(*length).unwrap_or(0);
                let ranges = (0..list.len()).map(|row| row * length..(row + 1) * length).collect();
                Kind::List(ranges, Box::new(Node::new(list.values())))
            }
            DataType::Struct(fields) => {
                let parts = fields.iter().zip(array.as_struct().columns());
                Kind::Struct(parts.map(|(field, part)| (lead(field.name()), Node::new(part))).collect())
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let (keys, values) = (Node::new(map.keys()), Node::new(map.values()));
                Kind::Map(ranges(map.offsets()), Box::new(keys), Box::new(values))
            }
            DataType::Interval(unit) => Kind::Texts(intervals(array, *unit)),
            leaf => Kind::Leaf(native(array, kql_type(leaf, Meaning::Plain), Meaning::Plain).column),
        };
        Self { nulls: array.logical_nulls(), kind }
    }

    fn write(&self, row: usize, out: &mut String) {
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            out.push_str("null");
            return;
        }
        match &self.kind {
            Kind::Leaf(Column::String(texts)) => write_json_string(out, texts.value(row)),
            Kind::Leaf(column) => write_value(out, &column.value(row)),
            Kind::Texts(texts) => out.push_str(&texts[row]),
            Kind::List(ranges, elements) => {
                separated(out, ['[', ']'], ranges[row].clone(), |out, at| elements.write(at, out));
            }
            Kind::Struct(fields) => separated(out, ['{', '}'], 0..fields.len(), |out, at| {
                let (lead, field) = &fields[at];
                out.push_str(lead);
                field.write(row, out);
            }),
            Kind::Map(ranges, keys, values) => separated(out, ['{', '}'], ranges[row].clone(), |out, at| {
                keys.write_key(at, out);
                values.write(at, out);
            }),
        }
    }

    /// A key, which JSON wants to be a string.
    fn write_key(&self, row: usize, out: &mut String) {
        let start = out.len();
        self.write(row, out);
        if !out[start..].starts_with('"') {
            let key = out.split_off(start);
            write_json_string(out, &key);
        }
        out.push(':');
    }
}

fn separated(
    out: &mut String,
    [open, close]: [char; 2],
    range: std::ops::Range<usize>,
    mut write: impl FnMut(&mut String, usize),
) {
    out.push(open);
    let first = range.start;
    for at in range {
        if at > first {
            out.push(',');
        }
        write(out, at);
    }
    out.push(close);
}

fn lead(name: &str) -> String {
    let mut lead = String::new();
    write_json_string(&mut lead, name);
    lead.push(':');
    lead
}

/// Offsets of lists are never negative.
fn ranges<O: arrow_array::OffsetSizeTrait>(offsets: &[O]) -> Vec<std::ops::Range<usize>> {
    offsets.windows(2).map(|pair| pair[0].as_usize()..pair[1].as_usize()).collect()
}

/// Intervals, which are no spans of time: a month has no length.
fn intervals(array: &ArrayRef, unit: IntervalUnit) -> Vec<String> {
    let text = |months: i32, days: i32, nanoseconds: i64| {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write!(text, "{{\"months\":{months},\"days\":{days},\"nanoseconds\":{nanoseconds}}}");
        text
    };
    match unit {
        IntervalUnit::YearMonth => {
            let values = array.as_primitive::<IntervalYearMonthType>().values();
            values.iter().map(|&months| text(months, 0, 0)).collect()
        }
        IntervalUnit::DayTime => {
            let values = array.as_primitive::<IntervalDayTimeType>().values();
            values
                .iter()
                .map(|value| text(0, value.days, i64::from(value.milliseconds) * 1_000_000))
                .collect()
        }
        IntervalUnit::MonthDayNano => {
            let values = array.as_primitive::<IntervalMonthDayNanoType>().values();
            values.iter().map(|value| text(value.months, value.days, value.nanoseconds)).collect()
        }
    }
}
