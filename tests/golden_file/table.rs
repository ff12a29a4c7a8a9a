//! Result tables as text: a head of `name:type`, then a line a row, cells between ` | `.

use serde_json::Value;

use crate::support::{Column, ResultTable};

const BETWEEN: &str = " | ";

/// Cells up to this width are aligned.
const ALIGNED: usize = 40;

/// A result as a file shows it.
pub fn write(table: &ResultTable) -> String {
    let head = table.columns.iter().map(|column| format!("{}:{}", text(&column.name), column.kind)).collect();
    let mut lines: Vec<Vec<String>> = vec![head];
    lines.extend(table.rows.iter().map(|row| row.iter().zip(&table.columns).map(cell).collect()));
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.filter(|width| *width <= ALIGNED).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    lines.iter().map(|line| aligned(line, &widths) + "\n").collect()
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    cells.join(BETWEEN).trim_end().to_owned()
}

fn cell((value, column): (&Value, &Column)) -> String {
    match (value, column.kind.as_str()) {
        (Value::Null, _) => "null".to_owned(),
        (_, "dynamic") => value.to_string().replace(BETWEEN, r" \u007c "),
        (Value::String(time), "datetime" | "timespan") => time.clone(),
        (Value::String(value), _) => text(value),
        _ => value.to_string(),
    }
}

/// A string as it is, or as JSON where that would be read as something else.
fn text(value: &str) -> String {
    let plain = !value.is_empty()
        && value.trim() == value
        && value != "null"
        && !value.starts_with('"')
        && !value.contains(BETWEEN)
        && !value.starts_with("| ")
        && !value.ends_with(" |")
        && !value.chars().any(char::is_control);
    if plain { value.to_owned() } else { Value::from(value).to_string().replace('|', r"\u007c") }
}

/// Without alignment.
pub fn plain(table: &str) -> String {
    let line = |line: &str| line.split(BETWEEN).map(str::trim).collect::<Vec<_>>().join(BETWEEN) + "\n";
    table.lines().filter(|text| !text.trim().is_empty()).map(line).collect()
}

/// Lines that are equal for equal tables: one spelling for each cell, no alignment.
pub fn canonical(table: &str, any_order: bool) -> Vec<Vec<String>> {
    let plain = plain(table);
    let mut lines = plain.lines().map(|line| line.split(BETWEEN).collect::<Vec<_>>());
    let Some(head) = lines.next() else { return Vec::new() };
    let kind =
        |column: usize| head.get(column).and_then(|cell| cell.rsplit_once(':')).map_or("", |(_, kind)| kind);
    let spell =
        |line: Vec<&str>| line.iter().enumerate().map(|(at, cell)| one_spelling(cell, kind(at))).collect();
    let mut rows: Vec<Vec<String>> = lines.map(spell).collect();
    if any_order {
        rows.sort();
    }
    rows.insert(0, head.iter().map(|cell| (*cell).to_owned()).collect());
    rows
}

/// `1` and `1.0` are one real, `01:00:00.50` and `01:00:00.5` one timespan; JSON has one way of spacing.
fn one_spelling(cell: &str, kind: &str) -> String {
    let spelled = match kind {
        "real" => cell.parse::<f64>().ok().map(|number| format!("{number:?}")),
        "dynamic" => serde_json::from_str::<Value>(cell).ok().map(|value| value.to_string()),
        "string" if cell.starts_with('"') => {
            serde_json::from_str::<String>(cell).ok().map(|value| Value::from(value).to_string())
        }
        "datetime" | "timespan" if cell.contains('.') && cell.rfind(':') < cell.rfind('.') => {
            Some(cell.trim_end_matches('Z').trim_end_matches('0').trim_end_matches('.').to_owned())
        }
        "datetime" => Some(cell.trim_end_matches('Z').to_owned()),
        _ => None,
    };
    spelled.unwrap_or_else(|| cell.to_owned())
}
