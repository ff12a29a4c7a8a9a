//! A workbook, with a sheet for each result.
//!
//! What a spreadsheet would change is text: numbers of more than 15 digits, timespans, times before March 1900. Of other
//! times it shows milliseconds.

use std::io;

use kql_types::datetime::Date;
use kql_types::timespan::{TICKS_PER_DAY, TICKS_PER_MILLISECOND, TICKS_PER_SECOND};
use kql_types::{Column, ScalarType};
use rust_xlsxwriter::{ColNum, DocProperties, ExcelDateTime, Format, RowNum, Workbook, Worksheet, XlsxError};

use super::cell::write_text;
use super::{ResultWriter, Sink};
use crate::answer::ResultTable;

/// Rows of a sheet, with the one of names.
const MOST_ROWS: usize = 1 << 20;
const MOST_COLUMNS: usize = 1 << 14;
/// UTF-16 units of a text.
const LONGEST_TEXT: usize = 32_767;
/// Characters of the name of a sheet.
const LONGEST_NAME: usize = 31;
/// No column is made wider, in pixels.
const WIDEST: u32 = 400;

/// Spreadsheets keep so many digits of a number.
const EXACT: i64 = 999_999_999_999_999;

/// Writes a workbook.
pub struct XlsxWriter {
    workbook: Workbook,
    names: Vec<String>,
}

impl Default for XlsxWriter {
    fn default() -> Self {
        let mut workbook = Workbook::new();
        // The same result is the same file, whenever it is written.
        if let Ok(moment) = ExcelDateTime::from_ymd(2000, 1, 1) {
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&moment));
        }
        Self { workbook, names: Vec::new() }
    }
}

impl ResultWriter for XlsxWriter {
    fn result(&mut self, _sink: &mut Sink, heading: Option<&str>, result: &ResultTable) -> io::Result<()> {
        if result.rows() >= MOST_ROWS || result.schema.len() > MOST_COLUMNS {
            return Err(io::Error::other(format!(
                "a sheet holds {} rows of {MOST_COLUMNS} columns, and there are {} of {}; .csv and .parquet hold all",
                MOST_ROWS - 1,
                result.rows(),
                result.schema.len()
            )));
        }
        let name = self.name(heading.or(result.name.as_deref()));
        let sheet = self.workbook.add_worksheet();
        write_sheet(sheet.set_name(name).map_err(io::Error::other)?, result)
    }

    fn finish(&mut self, sink: &mut Sink) -> io::Result<()> {
        use io::Write;
        if self.names.is_empty() {
            self.workbook.add_worksheet();
        }
        sink.write_all(&self.workbook.save_to_buffer().map_err(io::Error::other)?)
    }
}

impl XlsxWriter {
    /// A name for a sheet that no other has, as names of sheets may be.
    fn name(&mut self, wanted: Option<&str>) -> String {
        let number = self.names.len() + 1;
        let allowed = |c: char| if "[]:*?/\\'".contains(c) || c.is_control() { '_' } else { c };
        let plain: String = wanted.unwrap_or_default().chars().map(allowed).take(LONGEST_NAME).collect();
        let taken = |name: &str| self.names.iter().any(|known| known.to_lowercase() == name.to_lowercase());
        let name = match plain.trim() {
            // That one is kept for the spreadsheet's own use.
            "" | "History" => format!("Result {number}"),
            plain if taken(plain) => {
                let end = format!(" {number}");
                plain.chars().take(LONGEST_NAME - end.len()).chain(end.chars()).collect()
            }
            plain => plain.to_owned(),
        };
        self.names.push(name.clone());
        name
    }
}

fn write_sheet(sheet: &mut Worksheet, result: &ResultTable) -> io::Result<()> {
    let bold = Format::new().set_bold();
    for (at, field) in result.schema.fields.iter().enumerate() {
        check_length(&field.name, &field.name)?;
        sheet.write_string_with_format(0, at as ColNum, &*field.name, &bold).map_err(io::Error::other)?;
    }
    for (at, field) in result.schema.fields.iter().enumerate() {
        let times = Format::new().set_num_format(time_format(result, at));
        let mut row = 0;
        for batch in &result.batches {
            for index in 0..batch.rows {
                row += 1;
                let place = (row, at as ColNum);
                let text = write_cell(sheet, place, &batch.columns[at], index, &times);
                if let Some(text) = text.map_err(io::Error::other)? {
                    check_length(&text, &field.name)?;
                    sheet.write_string(place.0, place.1, text).map_err(io::Error::other)?;
                }
            }
        }
    }
    let last = result.schema.len().saturating_sub(1) as ColNum;
    sheet.set_freeze_panes(1, 0).map_err(io::Error::other)?;
    if !result.schema.is_empty() {
        sheet.autofilter(0, 0, result.rows() as RowNum, last).map_err(io::Error::other)?;
    }
    sheet.set_autofit_max_width(WIDEST);
    sheet.autofit();
    Ok(())
}

fn check_length(text: &str, column: &str) -> io::Result<()> {
    if text.len() <= LONGEST_TEXT || text.encode_utf16().count() <= LONGEST_TEXT {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "a cell holds {LONGEST_TEXT} characters, and {column} has longer texts; .csv and .parquet hold all"
    )))
}

/// Writes what is no text; gives what is.
fn write_cell(
    sheet: &mut Worksheet,
    (row, at): (RowNum, ColNum),
    column: &Column,
    index: usize,
    times: &Format,
) -> Result<Option<String>, XlsxError> {
    if column.is_null(index) {
        return Ok(None);
    }
    let mut text = String::new();
    write_text(&mut text, column, index);
    let number = match column {
        Column::Bool(values) => {
            sheet.write_boolean(row, at, values.value(index))?;
            return Ok(None);
        }
        Column::DateTime(ticks) => {
            if let Some(serial) = serial(ticks.value(index)) {
                sheet.write_number_with_format(row, at, serial, times)?;
                return Ok(None);
            }
            None
        }
        Column::Int(values) => Some(f64::from(values.value(index))),
        Column::Long(values) => {
            let value = values.value(index);
            (-EXACT..=EXACT).contains(&value).then_some(value as f64)
        }
        Column::Real(values) => Some(values.value(index)).filter(|value| value.is_finite()),
        Column::Decimal(_) => {
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            if digits <= 15 { text.parse().ok() } else { None }
        }
        _ => None,
    };
    match number {
        Some(number) => sheet.write_number(row, at, number).map(|_| None),
        None => Ok(Some(text).filter(|text| !text.is_empty())),
    }
}

/// Days since 1899-12-30, to the millisecond. Spreadsheets count a 29th of February 1900, which there was not.
fn serial(ticks: i64) -> Option<f64> {
    const FIRST: Date = Date { year: 1900, month: 3, day: 1 };
    const ZERO: Date = Date { year: 1899, month: 12, day: 30 };
    if ticks < FIRST.ticks() {
        return None;
    }
    let milliseconds = (ticks - ZERO.ticks()) / TICKS_PER_MILLISECOND;
    Some(milliseconds as f64 / (TICKS_PER_DAY / TICKS_PER_MILLISECOND) as f64)
}

/// With milliseconds where there are any.
fn time_format(result: &ResultTable, at: usize) -> &'static str {
    let is_time = result.schema.fields[at].data_type == ScalarType::DateTime;
    let has_fractions = is_time
        && result.batches.iter().any(|batch| match &batch.columns[at] {
            Column::DateTime(ticks) => ticks.iter().flatten().any(|ticks| ticks % TICKS_PER_SECOND != 0),
            _ => false,
        });
    if has_fractions { "yyyy-mm-dd hh:mm:ss.000" } else { "yyyy-mm-dd hh:mm:ss" }
}

#[cfg(test)]
mod tests {
    use kql_types::datetime;

    use super::*;

    #[test]
    fn times_are_days_and_old_ones_are_none() {
        let of = |text| serial(datetime::parse(text).unwrap());
        assert_eq!(of("1900-03-01"), Some(61.0));
        assert_eq!(of("2024-05-14T12:00:00.0009999Z"), Some(45_426.5));
        assert_eq!(of("1900-02-28"), None);
    }

    #[test]
    fn sheets_have_names_of_their_own() {
        let mut writer = XlsxWriter::default();
        let long = "a rule whose name is longer than a sheet's";
        let names: Vec<String> =
            [Some("A/B"), Some("a_b"), None, Some(long), Some(long)].map(|name| writer.name(name)).into();
        assert_eq!(
            names,
            [
                "A_B",
                "a_b 2",
                "Result 3",
                "a rule whose name is longer tha",
                "a rule whose name is longer t 5"
            ]
        );
    }
}
