//! The reply of `--format kusto`: result tables as the service's REST v1 interface gives them.

use serde_json::Value;

/// What a query answered.
#[derive(Debug, Default)]
pub struct Reply {
    /// Its results, in order.
    pub tables: Vec<ResultTable>,
}

/// One result.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct ResultTable {
    /// Names and types.
    pub columns: Vec<Column>,
    /// Cells as the reply spells them.
    pub rows: Vec<Vec<Value>>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the language spells it: `long`, `dynamic`.
    pub kind: String,
}

impl Reply {
    /// Reads what the program printed; the error says where it departs from the format.
    pub fn parse(text: &str) -> Result<Self, String> {
        let reply: Value =
            serde_json::from_str(text).map_err(|error| format!("reply is no JSON: {error}"))?;
        let tables = array(&reply["Tables"], "Tables")?;
        Ok(Self { tables: tables.iter().map(ResultTable::read).collect::<Result<_, _>>()? })
    }
}

impl ResultTable {
    fn read(table: &Value) -> Result<Self, String> {
        let columns = array(&table["Columns"], "Columns")?;
        let columns = columns.iter().map(Column::read).collect::<Result<Vec<_>, _>>()?;
        let rows = array(&table["Rows"], "Rows")?;
        let rows =
            rows.iter().map(|row| Ok(array(row, "row")?.clone())).collect::<Result<Vec<_>, String>>()?;
        match rows.iter().find(|row| row.len() != columns.len()) {
            Some(row) => Err(format!("a row has {} cells for {} columns", row.len(), columns.len())),
            None => Ok(Self { columns, rows }),
        }
    }
}

impl Column {
    fn read(column: &Value) -> Result<Self, String> {
        let text =
            |key: &str| column[key].as_str().map(str::to_owned).ok_or(format!("a column has no {key}"));
        Ok(Self { name: text("ColumnName")?, kind: text("ColumnType")? })
    }
}

fn array<'a>(value: &'a Value, what: &str) -> Result<&'a Vec<Value>, String> {
    value.as_array().ok_or(format!("reply has no array {what}"))
}
