//! A JSON object for each rule.

use serde_json::{Value, json};

use super::{Checked, Found};

/// A line for a rule.
pub fn line(checked: &Checked) -> String {
    let result = checked.result.iter().flat_map(|schema| &schema.fields);
    let columns = result.map(|field| json!({"name": *field.name, "type": field.data_type.name()}));
    let line = json!({
        "path": checked.query.name,
        "ok": checked.is_ok(),
        "diagnostics": checked.found.iter().map(|found| finding(checked, found)).collect::<Value>(),
        "result": columns.collect::<Value>(),
    });
    format!("{line}\n")
}

fn finding(checked: &Checked, found: &Found) -> Value {
    let (source, start, end) = checked.region(found);
    let mut value = json!({
        "code": found.code,
        "severity": found.level.name(),
        "message": found.sentence(),
        "line": start.line,
        "column": start.column,
        "start": start.offset,
        "length": end.offset - start.offset,
    });
    // What is about another file than the query says so.
    if source.name != checked.query.name {
        value["file"] = json!(source.name);
    }
    value
}
