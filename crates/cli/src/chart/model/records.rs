//! The values of a result that are drawn, one after the other. Arrays are spread.

use kql_types::dynamic::{Json, JsonKind};
use kql_types::timespan::TICKS_PER_SECOND;
use kql_types::{Column, datetime};

use crate::answer::ResultTable;
use crate::chart::columns::Columns;
use crate::output::cell::write_text;
use crate::time_zone::TimeZone;

/// A value of the x axis.
#[derive(Clone, Debug, PartialEq)]
pub enum At {
    Time(i64),
    Number(f64),
    Text(String),
}

/// What is drawn at one place.
#[derive(Clone, Debug)]
pub struct Record {
    pub at: At,
    /// The values of the series columns.
    pub key: String,
    /// Those of the columns of values; not a number where there is none.
    pub values: Vec<f64>,
    /// Those of the columns of anomalies.
    pub anomalies: Vec<f64>,
}

/// The values of the columns, row by row. What has no place on the x axis is left out. Times are what clocks in the zone
/// show.
pub fn read(result: &ResultTable, columns: &Columns, zone: TimeZone) -> Vec<Record> {
    let mut records = Vec::new();
    for batch in &result.batches {
        for row in 0..batch.rows {
            read_row(&mut records, &batch.columns, row, columns);
        }
    }
    for record in &mut records {
        if let At::Time(ticks) = &mut record.at {
            *ticks += zone.offset(*ticks);
        }
    }
    records
}

fn read_row(records: &mut Vec<Record>, row_columns: &[Column], row: usize, columns: &Columns) {
    let key = key(row_columns, row, &columns.series);
    let read = |at: usize| cells(&row_columns[at], row);
    let places = places(&row_columns[columns.x], row);
    let values: Vec<Vec<f64>> = columns.values.iter().map(|&at| read(at)).collect();
    let anomalies: Vec<Vec<f64>> = columns.anomalies.iter().map(|&at| read(at)).collect();
    let pick = |lists: &[Vec<f64>], number: usize| {
        lists.iter().map(|list| list.get(number).copied().unwrap_or(f64::NAN)).collect()
    };
    for (number, at) in places.into_iter().enumerate() {
        let Some(at) = at else { continue };
        records.push(Record {
            at,
            key: key.clone(),
            values: pick(&values, number),
            anomalies: pick(&anomalies, number),
        });
    }
}

fn key(row_columns: &[Column], row: usize, series: &[usize]) -> String {
    let mut key = String::new();
    for (number, &at) in series.iter().enumerate() {
        if number > 0 {
            key.push_str(", ");
        }
        let begins = key.len();
        write_text(&mut key, &row_columns[at], row);
        if key.len() == begins {
            key.push_str("(empty)");
        }
    }
    key
}

/// The values of the x column in a row: one, or those of an array.
fn places(column: &Column, row: usize) -> Vec<Option<At>> {
    let elements = elements(column, row);
    if let Some(elements) = elements {
        return elements.map(place).collect();
    }
    vec![match column {
        // Text has a place also where it is empty.
        _ if column.is_null(row) && !is_text(column) => None,
        Column::DateTime(ticks) => Some(At::Time(ticks.value(row))),
        _ if is_text(column) => {
            let mut text = String::new();
            write_text(&mut text, column, row);
            Some(At::Text(if text.is_empty() { "(empty)".to_owned() } else { text }))
        }
        _ => number(column, row).filter(|number| number.is_finite()).map(At::Number),
    }]
}

fn place(element: Json<'_>) -> Option<At> {
    match element.kind() {
        JsonKind::Null => None,
        JsonKind::Number => element.as_f64().map(At::Number),
        _ => {
            let text = element.as_str().unwrap_or(element.text().into());
            Some(datetime::parse(&text).map_or_else(|| At::Text(text.into_owned()), At::Time))
        }
    }
}

fn is_text(column: &Column) -> bool {
    matches!(column, Column::String(_) | Column::Dynamic(_) | Column::Guid(_) | Column::Bool(_))
}

/// The numbers of a column in a row: one, or those of an array.
fn cells(column: &Column, row: usize) -> Vec<f64> {
    match elements(column, row) {
        Some(elements) => elements.map(|element| element.as_f64().unwrap_or(f64::NAN)).collect(),
        None => vec![number(column, row).filter(|number| number.is_finite()).unwrap_or(f64::NAN)],
    }
}

fn elements(column: &Column, row: usize) -> Option<impl Iterator<Item = Json<'_>>> {
    let Column::Dynamic(values) = column else { return None };
    let value = Json::new(if column.is_null(row) { return None } else { values.value(row) });
    (value.kind() == JsonKind::Array).then(|| value.elements())
}

/// A value as a number; a timespan in seconds.
pub fn number(column: &Column, row: usize) -> Option<f64> {
    if column.is_null(row) {
        return None;
    }
    match column {
        Column::Int(values) => Some(f64::from(values.value(row))),
        Column::Long(values) => Some(values.value(row) as f64),
        Column::Real(values) => Some(values.value(row)),
        Column::Timespan(values) => Some(values.value(row) as f64 / TICKS_PER_SECOND as f64),
        Column::Decimal(_) => column.value(row).to_text().parse().ok(),
        Column::Dynamic(values) => Json::new(values.value(row)).as_f64(),
        _ => None,
    }
}
