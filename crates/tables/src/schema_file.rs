//! Schemas that a user gives.

use std::collections::BTreeMap;

use kql_types::{Field, ScalarType, Schema};
use serde_json::Value;

use crate::TableError;

/// Tables and their columns, as a file gives them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SchemaFile {
    pub tables: BTreeMap<String, Schema>,
}

impl SchemaFile {
    /// Reads a JSON object: for each table its columns, `{"T": {"a": "string"}}`, also below a key `columns`, also as
    /// a list of `{"name": .., "type": ..}`. An object with `Name` and `Properties` (a list of `Name` and `Type`) is
    /// one table.
    pub(crate) fn parse(text: &str) -> Result<Self, TableError> {
        let wrong = |what: String| TableError::new(format!("schema file: {what}"));
        let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let Value::Object(tables) = &value else { return Err(wrong("not an object".to_owned())) };
        if let (Some(name), Some(columns)) =
            (value.get("Name").and_then(Value::as_str), value.get("Properties"))
        {
            let schema = columns_of(columns).map_err(|what| wrong(format!("{name}: {what}")))?;
            return Ok(Self { tables: BTreeMap::from([(name.to_owned(), schema)]) });
        }
        let mut schemas = BTreeMap::new();
        for (name, table) in tables {
            let columns = table.get("columns").filter(|columns| !columns.is_string()).unwrap_or(table);
            let schema = columns_of(columns).map_err(|what| wrong(format!("{name}: {what}")))?;
            schemas.insert(name.clone(), schema);
        }
        Ok(Self { tables: schemas })
    }
}

fn columns_of(columns: &Value) -> Result<Schema, String> {
    match columns {
        Value::Object(columns) => columns.iter().map(|(name, data_type)| field(name, data_type)).collect(),
        Value::Array(columns) => {
            let text = |column: &Value, keys: [&str; 2]| keys.iter().find_map(|key| column.get(key)).cloned();
            columns
                .iter()
                .map(|column| {
                    let name = text(column, ["name", "Name"]).ok_or("a column without a name")?;
                    let data_type = text(column, ["type", "Type"]).ok_or("a column without a type")?;
                    field(name.as_str().unwrap_or_default(), &data_type)
                })
                .collect()
        }
        _ => Err("no columns".to_owned()),
    }
    .map(|fields: Vec<Field>| Schema::new(fields))
}

fn field(name: &str, data_type: &Value) -> Result<Field, String> {
    let written = data_type.as_str().unwrap_or_default();
    let data_type = ScalarType::from_name(&written.to_ascii_lowercase());
    data_type
        .map(|data_type| Field::new(name, data_type))
        .ok_or_else(|| format!("{name}: no type {written:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_to_write_columns_is_read() {
        for text in [
            r#"{"T":{"a":"string","b":"Long"}}"#,
            r#"{"T":{"columns":{"a":"string","b":"int64"}}}"#,
            r#"{"T":{"columns":[{"name":"a","type":"string"},{"name":"b","type":"long"}]}}"#,
            r#"{"T":[{"name":"a","type":"string"},{"name":"b","type":"long"}]}"#,
            r#"{"Name":"T","Properties":[{"Name":"a","Type":"String"},{"Name":"b","Type":"Long"}]}"#,
        ] {
            let tables = SchemaFile::parse(text).map(|file| file.tables).unwrap_or_default();
            let expected =
                Schema::new(vec![Field::new("a", ScalarType::String), Field::new("b", ScalarType::Long)]);
            assert_eq!(tables.get("T"), Some(&expected), "{text}");
        }
        for text in ["", "[]", r#"{"T":1}"#, r#"{"T":{"a":"text"}}"#] {
            assert!(SchemaFile::parse(text).is_err(), "{text}");
        }
    }
}
