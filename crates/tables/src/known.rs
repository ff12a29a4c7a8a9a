//! The columns and types of tables that Microsoft Sentinel and Defender define, built in.

use std::sync::Arc;

use kql_types::{Field, ScalarType, Schema};

use crate::{Catalog, Scan, ScanRequest, Table, TableError};

/// One table a line, sorted by name in byte order: `Name<TAB>column:type,...`. See `schemas/README.md` for its origin.
static KNOWN_TABLES: &str = include_str!("../schemas/known_tables.txt");

/// Columns that any Log Analytics table may have though its page leaves them out.
static STANDARD_COLUMNS: &str = include_str!("../schemas/standard_columns.txt");

/// The documented schema of a table, or `None` where the name is not a known table's.
///
/// Where Sentinel and Defender give a column different types, it is Sentinel's.
pub fn known_schema(name: &str) -> Option<Schema> {
    find_line(name).map(parse_columns)
}

/// The names of all known tables, sorted by bytes.
pub fn known_table_names() -> impl Iterator<Item = &'static str> {
    KNOWN_TABLES.lines().filter_map(|line| line.split_once('\t')).map(|(name, _)| name)
}

/// The type of a standard column of Log Analytics (`_ResourceId`, `TenantId`, ...), which a query may name in any
/// known table.
pub(crate) fn standard_column(name: &str) -> Option<Field> {
    parse_columns(STANDARD_COLUMNS.trim_end()).fields.into_iter().find(|field| &*field.name == name)
}

/// The columns part of the table's line. A binary search over the text: start-up must not parse a thousand tables.
fn find_line(name: &str) -> Option<&'static str> {
    let mut rest = KNOWN_TABLES;
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        let start = rest.as_bytes()[..middle].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let length =
            rest.as_bytes()[start..].iter().position(|&byte| byte == b'\n').unwrap_or(rest.len() - start);
        let (found, columns) = rest[start..start + length].split_once('\t')?;
        match name.cmp(found) {
            std::cmp::Ordering::Equal => return Some(columns),
            std::cmp::Ordering::Less => rest = &rest[..start],
            std::cmp::Ordering::Greater => rest = rest.get(start + length + 1..).unwrap_or(""),
        }
    }
    None
}

/// Reads `column:type,column:type`; a type that does not exist counts as string.
pub(crate) fn parse_columns(text: &str) -> Schema {
    let column = |item: &str| {
        let (name, data_type) = item.split_once(':').unwrap_or((item, "string"));
        Field::new(name, ScalarType::from_name(data_type).unwrap_or(ScalarType::String))
    };
    text.split(',').filter(|item| !item.is_empty()).map(column).collect()
}

/// A known table for which there is no data: it has columns and no rows, so that a rule over it binds.
#[derive(Clone, Debug)]
pub struct KnownTable {
    name: String,
    schema: Arc<Schema>,
}

impl KnownTable {
    /// The known table of that name, without rows.
    pub fn find(name: &str) -> Option<Self> {
        Some(Self { name: name.to_owned(), schema: Arc::new(known_schema(name)?) })
    }

    /// A table of that schema, without rows.
    pub fn new(name: impl Into<String>, schema: Schema) -> Self {
        Self { name: name.into(), schema: Arc::new(schema) }
    }
}

impl Table for KnownTable {
    fn name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> Arc<Schema> {
        self.schema.clone()
    }

    fn hidden_column(&self, name: &str) -> Option<Field> {
        standard_column(name)
    }

    fn has_data(&self) -> bool {
        false
    }

    fn scan(&self, _request: ScanRequest) -> Result<Arc<dyn Scan>, TableError> {
        Ok(Arc::new(NoRows))
    }
}

/// The scan of a table without rows.
#[derive(Debug)]
struct NoRows;

impl Scan for NoRows {
    fn next(&self) -> Result<Option<crate::Morsel>, TableError> {
        Ok(None)
    }

    fn read(&self, _morsel: crate::Morsel) -> Result<kql_types::Batch, TableError> {
        Err(TableError::new("a table without data has nothing to read"))
    }

    fn rows_scanned(&self) -> Option<u64> {
        Some(0)
    }
}

/// All known tables, without rows: what `kql check` binds against where there is no data.
#[derive(Clone, Copy, Debug, Default)]
pub struct KnownCatalog;

impl Catalog for KnownCatalog {
    fn table(&self, name: &str) -> Option<Arc<dyn Table>> {
        let table = KnownTable::find(name)?;
        Some(Arc::new(table))
    }

    fn names(&self) -> Vec<String> {
        known_table_names().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_table_is_found_by_its_name() {
        assert_eq!(known_table_names().count(), 966);
        for name in known_table_names() {
            let schema = known_schema(name);
            assert!(schema.is_some_and(|schema| !schema.is_empty()), "{name}");
        }
    }

    #[test]
    fn a_name_between_known_ones_is_not_found() {
        for name in ["", "A", "SigninLog", "SigninLogs2", "zzz", "signinlogs"] {
            assert_eq!(known_schema(name), None, "{name}");
        }
    }

    #[test]
    fn columns_keep_their_order_and_types() {
        let schema = known_schema("SigninLogs").unwrap_or_default();
        assert_eq!(
            schema.index_of("ResultType").map(|at| schema.fields[at].data_type),
            Some(ScalarType::String)
        );
        let device = schema.index_of("DeviceDetail").map(|at| schema.fields[at].data_type);
        assert_eq!(device, Some(ScalarType::Dynamic));
    }

    #[test]
    fn every_type_of_the_text_exists() {
        for line in KNOWN_TABLES.lines().chain([STANDARD_COLUMNS.trim_end()]) {
            for item in line.rsplit('\t').next().unwrap_or("").split(',') {
                let data_type = item.split_once(':').map(|(_, data_type)| data_type);
                assert!(data_type.and_then(ScalarType::from_name).is_some(), "{item}");
            }
        }
    }
}
