//! One row as a record: a line a column, dynamic values on lines of their own.

use kql_types::{Batch, Column};
use serde_json::Value;

use crate::answer::ResultTable;
use crate::output::{Shown, TableStyle};
use crate::terminal::{display_width, push_visible};

/// The row at that position, from 0; `None`, if there are not so many.
pub fn record(result: &ResultTable, row: usize, style: &TableStyle) -> Option<String> {
    let shown = Shown::of(result, style);
    let (batch, row) = find(result, row)?;
    let widest = result.schema.fields.iter().map(|field| display_width(&field.name)).max().unwrap_or(0);
    let mut out = String::new();
    for (at, (field, column)) in result.schema.fields.iter().zip(&batch.columns).enumerate() {
        let mut name = String::new();
        push_visible(&mut name, &field.name);
        let blanks = widest.saturating_sub(display_width(&name));
        out.push_str(&name);
        out.extend(std::iter::repeat_n(' ', blanks + 2));
        let mut text = String::new();
        shown.write(&mut text, at, column, row);
        push_value(&mut out, &text, matches!(column, Column::Dynamic(_)), widest + 2);
        out.push('\n');
    }
    Some(out)
}

fn find(result: &ResultTable, row: usize) -> Option<(&Batch, usize)> {
    let mut before = 0;
    for batch in &result.batches {
        if row < before + batch.rows {
            return Some((batch, row - before));
        }
        before += batch.rows;
    }
    None
}

fn push_value(out: &mut String, text: &str, is_dynamic: bool, indent: usize) {
    let pretty = is_dynamic.then(|| serde_json::from_str::<Value>(text).ok()).flatten();
    let pretty = pretty.filter(|value| value.is_object() || value.is_array());
    match pretty.and_then(|value| serde_json::to_string_pretty(&value).ok()) {
        Some(lines) => {
            for (number, line) in lines.lines().enumerate() {
                if number > 0 {
                    out.push('\n');
                    out.extend(std::iter::repeat_n(' ', indent));
                }
                push_visible(out, line);
            }
        }
        None => push_visible(out, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::ResultBuilder;
    use kql_types::{ScalarType, Value};

    #[test]
    fn a_record_has_a_line_a_column_and_dynamic_values_more() {
        let mut rows = ResultBuilder::new(&[
            ("Name", ScalarType::String),
            ("N", ScalarType::Long),
            ("D", ScalarType::Dynamic),
        ]);
        rows.push(&[
            Value::String("a\nb".to_owned()),
            Value::Null(ScalarType::Long),
            Value::Dynamic(r#"{"x":[1,"y"]}"#.to_owned()),
        ]);
        let result = rows.finish();
        let style = TableStyle { null: "-".to_owned(), ..TableStyle::default() };
        let lines = [
            "Name  a\\nb",
            "N     -",
            "D     {",
            "        \"x\": [",
            "          1,",
            "          \"y\"",
            "        ]",
            "      }",
            "",
        ];
        assert_eq!(record(&result, 0, &style).unwrap(), lines.join("\n"));
        assert_eq!(record(&result, 1, &style), None);
    }
}
