//! The tables of `externaldata`: files that a query names itself.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use kql_types::{Batch, Schema};

use crate::content::{self, Origin};
use crate::file_table::{FileTable, ReadOptions};
use crate::memory::MemoryTable;
use crate::network;
use crate::separated::Growing;
use crate::{Scan, ScanColumn, ScanReport, ScanRequest, Table, TableError};

/// How the records of a file are written.
/// <https://learn.microsoft.com/kusto/ingestion-supported-formats>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternalFormat {
    /// `csv`, `tsv`, `psv`, `scsv`, `sohsv`: values between delimiters; columns go by position.
    Separated(u8),
    /// `txt`: a line is a record of one value.
    Lines,
    /// `raw`: the file is a record of one value.
    Raw,
    /// `json`, `multijson`: objects; columns go by name.
    Json,
    /// `parquet`; columns go by name.
    Parquet,
}

impl ExternalFormat {
    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "csv" => Self::Separated(b','),
            "tsv" | "tsve" => Self::Separated(b'\t'),
            "psv" => Self::Separated(b'|'),
            "scsv" => Self::Separated(b';'),
            "sohsv" => Self::Separated(1),
            "txt" => Self::Lines,
            "raw" => Self::Raw,
            "json" | "multijson" | "singlejson" => Self::Json,
            "parquet" => Self::Parquet,
            _ => return None,
        })
    }

    /// The format that the name of a file tells; without a known extension it is `csv`.
    fn of_place(place: &str) -> Self {
        let path = if network::is_address(place) { network::without_query(place) } else { place };
        let name = path.to_ascii_lowercase();
        let name = [".gz", ".zst"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        match extension {
            Some("jsonl" | "ndjson") => Self::Json,
            other => other.and_then(Self::from_name).unwrap_or(Self::Separated(b',')),
        }
    }
}

/// A table of files, with the columns that a query declares. They are read when it is scanned first.
#[derive(Debug)]
pub struct ExternalTable {
    schema: Arc<Schema>,
    places: Vec<String>,
    format: Option<ExternalFormat>,
    ignore_first_record: bool,
    has_mapping: bool,
    may_fetch: bool,
    rows: Mutex<Option<Arc<MemoryTable>>>,
}

impl ExternalTable {
    /// A table of these paths, `file:` addresses or addresses elsewhere; the last ones are fetched or refused when it is
    /// scanned, so that a query that names them can be checked.
    pub fn new(schema: Arc<Schema>, places: Vec<String>) -> Self {
        Self {
            schema,
            places,
            format: None,
            ignore_first_record: false,
            has_mapping: false,
            may_fetch: false,
            rows: Mutex::default(),
        }
    }

    /// The same, whatever the files' names tell of their format.
    pub fn with_format(self, format: ExternalFormat) -> Self {
        Self { format: Some(format), ..self }
    }

    /// The same, leaving out the first record of every file if so wanted.
    pub fn with_ignored_first_record(self, ignored: bool) -> Self {
        Self { ignore_first_record: ignored, ..self }
    }

    /// The same with an ingestion mapping, which is refused when the table is scanned.
    pub fn with_mapping(self) -> Self {
        Self { has_mapping: true, ..self }
    }

    /// The same, allowed to fetch addresses over HTTP or not.
    pub fn with_network(self, may_fetch: bool) -> Self {
        Self { may_fetch, ..self }
    }

    fn rows(&self) -> Result<Arc<MemoryTable>, TableError> {
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = &*rows {
            return Ok(rows.clone());
        }
        let batches = self.places.iter().map(|place| self.read(place)).collect::<Result<Vec<Batch>, _>>()?;
        let table = Arc::new(MemoryTable::new(self.name(), Batch::concat(&self.schema, &batches)));
        *rows = Some(table.clone());
        Ok(table)
    }

    fn read(&self, place: &str) -> Result<Batch, TableError> {
        if self.has_mapping {
            return Err(TableError::new("ingestionMapping of externaldata is not supported yet"));
        }
        let origin = self.origin(place)?;
        let format = self.format.unwrap_or_else(|| ExternalFormat::of_place(place));
        if matches!(format, ExternalFormat::Json | ExternalFormat::Parquet) {
            return self.read_named(origin);
        }
        let path = origin.path();
        let bytes = content::read(&origin)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let text = std::str::from_utf8(bytes)
            .map_err(|_| TableError::new(format!("cannot read {}: it is not UTF-8", path.display())))?;
        match format {
            ExternalFormat::Separated(delimiter) => self.read_separated(text, delimiter, &path),
            ExternalFormat::Lines => {
                let lines = text.lines().filter(|line| !line.is_empty());
                Ok(self.one_column(lines.skip(usize::from(self.ignore_first_record))))
            }
            ExternalFormat::Raw | ExternalFormat::Json | ExternalFormat::Parquet => {
                Ok(self.one_column(std::iter::once(text)))
            }
        }
    }

    fn origin(&self, place: &str) -> Result<Origin, TableError> {
        match network::is_address(place) {
            false => local_path(place).map(|path| Origin::File(Arc::new(path))),
            true if self.may_fetch => network::fetch(place),
            true => Err(TableError::new(format!(
                "externaldata would fetch {}, which a query may only do when it is run with --allow-net; save the data \
                 to a file and name its path instead",
                network::without_query(place)
            ))),
        }
    }

    fn read_separated(&self, text: &str, delimiter: u8, path: &Path) -> Result<Batch, TableError> {
        let names: Vec<String> = self.schema.fields.iter().map(|field| field.name.to_string()).collect();
        let wanted: Vec<ScanColumn> = self.schema.fields.iter().map(ScanColumn::whole).collect();
        let mut columns: Vec<Growing<'_>> =
            wanted.iter().map(|column| Growing::new(column, &names)).collect();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(self.ignore_first_record)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let mut record = csv::ByteRecord::new();
        let mut rows = 0;
        let failed = |error: csv::Error| TableError::new(format!("cannot read {}: {error}", path.display()));
        while reader.read_byte_record(&mut record).map_err(failed)? {
            columns.iter_mut().for_each(|column| column.push(&record));
            rows += 1;
        }
        let columns = columns.into_iter().map(Growing::finish).collect();
        Ok(Batch::new(self.schema.clone(), columns, rows))
    }

    /// Records of one value, for the first column.
    fn one_column<'t>(&self, values: impl Iterator<Item = &'t str>) -> Batch {
        let wanted: Vec<ScanColumn> = self.schema.fields.iter().map(ScanColumn::whole).collect();
        let names: Vec<String> = wanted.iter().take(1).map(|column| column.name.to_string()).collect();
        let mut columns: Vec<Growing<'_>> =
            wanted.iter().map(|column| Growing::new(column, &names)).collect();
        let mut rows = 0;
        for value in values {
            let record = csv::ByteRecord::from(vec![value]);
            columns.iter_mut().for_each(|column| column.push(&record));
            rows += 1;
        }
        Batch::new(self.schema.clone(), columns.into_iter().map(Growing::finish).collect(), rows)
    }

    /// Records whose values have names.
    fn read_named(&self, origin: Origin) -> Result<Batch, TableError> {
        let options = ReadOptions { threads: 1, ..ReadOptions::default() };
        let known = Some((*self.schema).clone());
        let table =
            FileTable::new(self.name().to_owned(), vec![origin], known, options, ScanReport::default(), None);
        let columns = self.schema.fields.iter().map(ScanColumn::whole).collect();
        let scan = table.scan(ScanRequest { columns, ..ScanRequest::default() })?;
        let mut batches = Vec::new();
        while let Some(morsel) = scan.next()? {
            batches.push(scan.read(morsel)?);
        }
        let rows = Batch::concat(&self.schema, &batches);
        let first = usize::from(self.ignore_first_record).min(rows.rows);
        Ok(rows.slice(first, rows.rows - first))
    }
}

impl Table for ExternalTable {
    fn name(&self) -> &str {
        "externaldata"
    }

    fn schema(&self) -> Arc<Schema> {
        self.schema.clone()
    }

    fn scan(&self, request: ScanRequest) -> Result<Arc<dyn Scan>, TableError> {
        self.rows()?.scan(request)
    }
}

/// The path of a local file.
fn local_path(place: &str) -> Result<PathBuf, TableError> {
    let scheme = place.split_once("://").map(|(scheme, _)| scheme);
    match scheme {
        None => Ok(PathBuf::from(place)),
        Some(scheme) if scheme.eq_ignore_ascii_case("file") => {
            let path = &place[scheme.len() + "://".len()..];
            let path = path.strip_prefix("localhost/").map_or(path, |_| &path["localhost".len()..]);
            Ok(PathBuf::from(path))
        }
        Some(_) => Err(TableError::new(format!(
            "externaldata cannot read {}: only paths, file: and http(s): addresses are supported",
            network::without_query(place)
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extension_tells_the_format() {
        for (path, format) in [
            ("a.csv", ExternalFormat::Separated(b',')),
            ("a.TSV.gz", ExternalFormat::Separated(b'\t')),
            ("a.txt", ExternalFormat::Lines),
            ("a.multijson", ExternalFormat::Json),
            ("a.jsonl", ExternalFormat::Json),
            ("a", ExternalFormat::Separated(b',')),
            ("https://a/b.json?c=d.txt", ExternalFormat::Json),
        ] {
            assert_eq!(ExternalFormat::of_place(path), format, "{path}");
        }
    }

    #[test]
    fn file_addresses_are_paths() {
        assert_eq!(local_path("a/b.csv"), Ok(PathBuf::from("a/b.csv")));
        assert_eq!(local_path("file:///tmp/b.csv"), Ok(PathBuf::from("/tmp/b.csv")));
        assert_eq!(local_path("file://localhost/tmp/b.csv"), Ok(PathBuf::from("/tmp/b.csv")));
        let error = local_path("abfss://example.com/b.csv?key").map_err(|error| error.message);
        assert!(error.is_err_and(|message| message.contains("cannot read abfss://example.com/b.csv:")));
    }
}
