//! Turns the located values of a morsel into a column of one type. Each type has a loop of its own.

use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::{BooleanArray, FixedSizeBinaryArray, Float64Array, Int32Array, Int64Array};
use kql_types::{Column, PathStep, ScalarType};

use crate::json::{Fault, Splitter};
use crate::locate::Span;
use crate::scalar::{self, Converted, Token};
use crate::steps::Walker;
use crate::views::Views;

/// The values of one column: where they stand.
pub(crate) struct Values<'a> {
    /// The morsel.
    pub bytes: &'a [u8],
    /// The same bytes, as a buffer that columns can hold on to.
    pub buffer: &'a arrow_buffer::Buffer,
    /// The spans of all records, `slots` for each.
    pub spans: &'a [Span],
    /// How many slots a record has.
    pub slots: usize,
    /// Which slot.
    pub slot: usize,
    /// Which records, in order.
    pub records: &'a [u32],
}

impl<'a> Values<'a> {
    /// Where they stand, one after the other.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Span> + use<'a> {
        let (spans, slots, slot) = (self.spans, self.slots, self.slot);
        self.records.iter().map(move |&record| spans[record as usize * slots + slot])
    }
}

/// What was met on the way.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Rows (places in [`Values::records`]) whose value is not JSON, and why.
    pub faults: Vec<(usize, Fault)>,
    /// Values that do not fit the column's type and became null.
    pub misfits: usize,
}

/// The column of these values.
pub(crate) fn extract(
    values: &Values<'_>,
    data_type: ScalarType,
    path: &[PathStep],
    splitter: Splitter,
    findings: &mut Findings,
) -> Column {
    match data_type {
        _ if !path.is_empty() => steps(values, path, splitter, findings),
        ScalarType::String => strings(values, findings),
        ScalarType::Dynamic => dynamics(values, findings),
        ScalarType::Bool => Column::Bool(fixed(values, findings, scalar::to_bool, BooleanArray::from)),
        ScalarType::Int => Column::Int(fixed(values, findings, scalar::to_int, Int32Array::from)),
        ScalarType::Long => Column::Long(fixed(values, findings, scalar::to_long, Int64Array::from)),
        ScalarType::Real => Column::Real(fixed(values, findings, scalar::to_real, Float64Array::from)),
        ScalarType::DateTime => {
            Column::DateTime(fixed_by(values, findings, scalar::datetime, Int64Array::from))
        }
        ScalarType::Timespan => {
            Column::Timespan(fixed(values, findings, scalar::to_timespan, Int64Array::from))
        }
        ScalarType::Decimal => Column::Decimal(fixed(values, findings, scalar::to_decimal, |rows| {
            sixteen_bytes(rows.into_iter().map(|row| row.map(|decimal| decimal.serialize())))
        })),
        ScalarType::Guid => Column::Guid(fixed(values, findings, scalar::to_guid, |rows| {
            sixteen_bytes(rows.into_iter().map(|row| row.map(u128::to_be_bytes)))
        })),
    }
}

/// Values that have no text of their own.
fn fixed<T, A>(
    values: &Values<'_>,
    findings: &mut Findings,
    convert: impl Fn(&Token<'_>) -> Converted<T>,
    finish: impl FnOnce(Vec<Option<T>>) -> A,
) -> A {
    fixed_by(values, findings, |value| Ok(convert(&scalar::token(value)?)), finish)
}

/// The same, by a function that reads the JSON text of a value.
fn fixed_by<T, A>(
    values: &Values<'_>,
    findings: &mut Findings,
    read: impl Fn(&[u8]) -> Result<Converted<T>, Fault>,
    finish: impl FnOnce(Vec<Option<T>>) -> A,
) -> A {
    let mut rows = Vec::with_capacity(values.records.len());
    for (row, span) in values.iter().enumerate() {
        let converted = match read(span.of(values.bytes)) {
            Ok(converted) => converted,
            Err(fault) => {
                findings.faults.push((row, fault));
                Converted::Absent
            }
        };
        findings.misfits += usize::from(matches!(converted, Converted::Misfit));
        rows.push(match converted {
            Converted::Value(value) => Some(value),
            Converted::Absent | Converted::Misfit => None,
        });
    }
    finish(rows)
}

/// Guids and decimals.
pub(crate) fn sixteen_bytes(rows: impl ExactSizeIterator<Item = Option<[u8; 16]>>) -> FixedSizeBinaryArray {
    let mut builder = FixedSizeBinaryBuilder::with_capacity(rows.len(), 16);
    for row in rows {
        match row {
            Some(bytes) if builder.append_value(bytes).is_ok() => {}
            _ => builder.append_null(),
        }
    }
    builder.finish()
}

fn strings(values: &Values<'_>, findings: &mut Findings) -> Column {
    let mut views = Views::new(values.bytes, values.records.len());
    for (row, span) in values.iter().enumerate() {
        if let Err(fault) = views.push_as_string(span) {
            findings.faults.push((row, fault));
            views.push_empty();
        }
    }
    Column::String(views.finish(values.buffer).into())
}

fn dynamics(values: &Values<'_>, findings: &mut Findings) -> Column {
    let mut views = Views::new(values.bytes, values.records.len());
    for (row, span) in values.iter().enumerate() {
        if let Err(fault) = views.push_as_dynamic(span) {
            findings.faults.push((row, fault));
            views.push_null();
        }
    }
    Column::Dynamic(views.finish(values.buffer).into())
}

/// Parts of dynamic values.
fn steps(values: &Values<'_>, path: &[PathStep], splitter: Splitter, findings: &mut Findings) -> Column {
    let mut views = Views::new(values.bytes, values.records.len());
    let keys = crate::steps::compile(path);
    let mut walker = Walker::new(&keys, splitter);
    for (row, span) in values.iter().enumerate() {
        if let Err(fault) = part(&mut views, &mut walker, span, path) {
            findings.faults.push((row, fault));
            views.push_null();
        }
    }
    Column::Dynamic(views.finish(values.buffer).into())
}

fn part(views: &mut Views<'_>, walker: &mut Walker<'_>, span: Span, path: &[PathStep]) -> Result<(), Fault> {
    let bytes = views.bytes();
    match bytes.get(span.start as usize) {
        Some(b'{' | b'[') if span.is_present() => {
            let found = walker.walk(bytes, span)?;
            views.push_as_member(found)
        }
        // A string may hold JSON, as exports of dynamic columns have it.
        Some(b'"') if span.is_present() => {
            let found = embedded(span.of(bytes))?
                .and_then(|text| {
                    kql_types::dynamic::Json::new(&text).walk(path).map(|found| found.text().to_owned())
                })
                .filter(|text| text != "null");
            match found {
                Some(text) => views.push_text(&text),
                None => {
                    views.push_null();
                    Ok(())
                }
            }
        }
        _ => {
            views.push_null();
            Ok(())
        }
    }
}

/// The canonical text of the object or array that a JSON string holds.
pub(crate) fn embedded(quoted: &[u8]) -> Result<Option<Arc<str>>, Fault> {
    let text = scalar::string(quoted)?;
    if !text.trim_start().starts_with(['{', '[']) {
        return Ok(None);
    }
    Ok(crate::json::canonical(&text).map(Arc::from))
}
