//! One value of a column as JSON or as plain text.

use kql_types::dynamic::{self, write_json_string};
use kql_types::{Column, datetime, real};

use crate::time_zone::{TimeZone, write_offset};

/// Appends the value as JSON, as Kusto's REST API writes it: what JSON has no type for is a string.
pub fn write_json(out: &mut String, column: &Column, row: usize) {
    if column.is_null(row) {
        out.push_str("null");
        return;
    }
    match column {
        Column::String(texts) => write_json_string(out, texts.value(row)),
        Column::Dynamic(values) => out.push_str(values.value(row)),
        Column::Bool(values) => out.push_str(bool_text(values.value(row))),
        Column::Int(_) | Column::Long(_) => column.value(row).write_text(out),
        Column::Real(values) => write_json_real(out, values.value(row)),
        Column::DateTime(_) | Column::Timespan(_) | Column::Decimal(_) | Column::Guid(_) => {
            out.push('"');
            write_text(out, column, row);
            out.push('"');
        }
    }
}

/// Appends the value as people read it; nothing for null.
pub fn write_text(out: &mut String, column: &Column, row: usize) {
    if column.is_null(row) {
        return;
    }
    match column {
        Column::String(texts) => out.push_str(texts.value(row)),
        Column::Dynamic(values) => out.push_str(&dynamic::to_text(values.value(row))),
        Column::Bool(values) => out.push_str(bool_text(values.value(row))),
        Column::DateTime(ticks) => write_datetime(out, ticks.value(row)),
        other => other.value(row).write_text(out),
    }
}

fn bool_text(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn write_json_real(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("\"NaN\"");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
    } else {
        real::write(out, value);
    }
}

/// ISO 8601 without zeros at the end of the fraction: `2015-12-31T23:59:59.9Z`.
fn write_datetime(out: &mut String, ticks: i64) {
    write_clock(out, ticks);
    out.push('Z');
}

/// The same as clocks in a time zone show it, with what they are ahead of UTC: `2016-01-01T00:59:59.9+01:00`.
pub fn write_local_datetime(out: &mut String, ticks: i64, zone: TimeZone) {
    if zone.is_utc() {
        return write_datetime(out, ticks);
    }
    let offset = zone.offset(ticks);
    write_clock(out, ticks + offset);
    write_offset(out, offset);
}

/// The time of the day as clocks in a time zone show it: `23:59:59.9`, and elsewhere than in UTC `00:59:59.9+01:00`.
pub fn write_local_time(out: &mut String, ticks: i64, zone: TimeZone) {
    let mut whole = String::new();
    let offset = zone.offset(ticks);
    write_clock(&mut whole, ticks + offset);
    out.push_str(&whole["2015-12-31T".len()..]);
    if !zone.is_utc() {
        write_offset(out, offset);
    }
}

/// A datetime without zeros at the end of the fraction: `2015-12-31T23:59:59.9`.
fn write_clock(out: &mut String, ticks: i64) {
    datetime::write(out, ticks);
    let kept = out.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.').len();
    // Zeros of the seconds are no fraction.
    let seconds_end = out.len() - ".0000000Z".len();
    out.truncate(kept.max(seconds_end));
}
