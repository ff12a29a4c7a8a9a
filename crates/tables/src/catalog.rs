//! The tables of a run: folders, files, standard input, and the known tables that have no data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use kql_types::Schema;

use crate::column_cache::ColumnCache;
use crate::content::Origin;
use crate::file_table::{FileTable, ReadOptions};
use crate::parquet::{EXTENSION, ImportOptions, Imported, import};
use crate::schema_file::SchemaFile;
use crate::{Catalog, KnownTable, MemoryTable, ScanReport, Table, TableError, known_schema};

/// Tables in files. Files are opened when a query names their table.
#[derive(Clone, Debug, Default)]
pub struct DataCatalog {
    /// In the order in which they were added.
    tables: Vec<Arc<FileTable>>,
    schemas: BTreeMap<String, Schema>,
    /// Tables in memory, by name.
    kept: BTreeMap<String, Arc<MemoryTable>>,
    options: ReadOptions,
    report: ScanReport,
    /// Where the tables keep columns, if they do.
    cache: Option<Arc<ColumnCache>>,
}

impl DataCatalog {
    /// Without tables but those that are known. Options apply to what is added later.
    pub fn new(options: ReadOptions) -> Self {
        let cache = (options.column_cache > 0).then(|| Arc::new(ColumnCache::new(options.column_cache)));
        Self { options, cache, ..Self::default() }
    }

    /// What scans of these tables met so far.
    pub fn report(&self) -> &ScanReport {
        &self.report
    }

    /// Adds or overrides schemas, as `--schema FILE` does. For tables that are added later.
    pub fn add_schemas(&mut self, text: &str) -> Result<(), TableError> {
        self.schemas.extend(SchemaFile::parse(text)?.tables);
        Ok(())
    }

    /// Adds the files and folders in a folder, each a table by its name: `SigninLogs.json`, `SigninLogs.csv.gz`,
    /// `SigninLogs/`. Several files of one stem are one table. Names that begin with a dot are left out. Files in a folder
    /// `watchlists` are not tables of their own: [`WATCHLIST`] and the file's stem name them.
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), TableError> {
        let mut tables: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
        for path in entries(folder)? {
            let name = if path.is_dir() { file_name(&path) } else { table_name(&path) };
            if path.is_dir() && name == WATCHLISTS {
                for list in entries(&path)?.into_iter().filter(|path| is_data(path)) {
                    tables.entry(format!("{WATCHLIST}{}", table_name(&list))).or_default().push(list);
                }
            } else if path.is_dir() {
                let mut files = Vec::new();
                collect(&path, &mut files)?;
                if !files.is_empty() {
                    tables.entry(name).or_default().extend(files);
                }
            } else if is_data(&path) {
                tables.entry(name).or_default().push(path);
            }
        }
        for (name, files) in tables {
            self.add_files(&name, files);
        }
        Ok(())
    }

    /// Adds a table of what a pattern names: a file, a folder, or a glob (`logs/2024-*/*.json`).
    pub fn add_table(&mut self, name: &str, pattern: &str) -> Result<(), TableError> {
        if pattern == "-" {
            self.add_stdin(name);
            return Ok(());
        }
        let path = Path::new(pattern);
        let files = if path.is_dir() {
            let mut files = Vec::new();
            collect(path, &mut files)?;
            files
        } else if path.exists() || !pattern.contains(['*', '?', '[', '{']) {
            std::fs::metadata(path).map_err(|error| crate::content::cannot_read(path, &error))?;
            vec![path.to_owned()]
        } else {
            expand(pattern)?
        };
        if files.is_empty() {
            return Err(TableError::new(format!("no file matches {pattern}")));
        }
        self.add_files(name, files);
        Ok(())
    }

    /// Adds a file as a table by its stem; gives that name. `-` is standard input, the table `stdin`.
    pub fn add_file(&mut self, path: &str) -> Result<String, TableError> {
        let name = match path {
            "-" => "stdin".to_owned(),
            path if Path::new(path).is_dir() => file_name(Path::new(path)),
            path => table_name(Path::new(path)),
        };
        self.add_table(&name, path)?;
        Ok(name)
    }

    /// Adds standard input as a table. It is read when a query first names the table.
    pub fn add_stdin(&mut self, name: &str) {
        self.add_origins(name, vec![Origin::Stdin]);
    }

    /// Adds a table that is in memory, in place of any other of that name. `union *` does not take it.
    pub fn keep(&mut self, table: MemoryTable) {
        self.kept.insert(table.name().to_owned(), Arc::new(table));
    }

    /// Forgets the table in memory of that name.
    pub fn forget(&mut self, name: &str) {
        self.kept.remove(name);
    }

    /// The names of the tables in memory, in alphabetical order.
    pub fn kept_names(&self) -> impl Iterator<Item = &str> {
        self.kept.keys().map(String::as_str)
    }

    /// The files of each table that has data, in the order of [`Catalog::names`].
    pub fn files(&self) -> Vec<(String, Vec<PathBuf>)> {
        self.tables.iter().map(|table| (table.name().to_owned(), table.paths())).collect()
    }

    /// Writes a table that has data as a Parquet file.
    pub fn import(
        &self,
        name: &str,
        target: &Path,
        options: &ImportOptions<'_>,
    ) -> Result<Imported, TableError> {
        let table = self.tables.iter().find(|table| table.name() == name);
        let table = table.ok_or_else(|| TableError::new(format!("there is no data for {name}")))?;
        import(&**table, &table.whole_schema()?, target, options)
    }

    fn add_files(&mut self, name: &str, files: Vec<PathBuf>) {
        self.add_origins(name, files.into_iter().map(|path| Origin::File(Arc::new(path))).collect());
    }

    /// A table of that name replaces one that was there.
    fn add_origins(&mut self, name: &str, origins: Vec<Origin>) {
        let schema = self.schema_of(name);
        let (options, report) = (self.options.clone(), self.report.clone());
        let table = FileTable::new(name.to_owned(), origins, schema, options, report, self.cache.clone());
        let table = Arc::new(table);
        match self.tables.iter_mut().find(|other| other.name() == name) {
            Some(other) => *other = table,
            None => self.tables.push(table),
        }
    }

    fn schema_of(&self, name: &str) -> Option<Schema> {
        let Some(given) = self.schemas.get(name) else { return known_schema(name) };
        let mut schema = known_schema(name).unwrap_or_default();
        for field in &given.fields {
            match schema.index_of(&field.name) {
                Some(at) => schema.fields[at] = field.clone(),
                None => schema.fields.push(field.clone()),
            }
        }
        Some(schema)
    }
}

impl Catalog for DataCatalog {
    /// A table with data, or else a known one, which then has no rows.
    fn table(&self, name: &str) -> Option<Arc<dyn Table>> {
        if let Some(table) = self.kept.get(name) {
            return Some(table.clone());
        }
        if let Some(table) = self.tables.iter().find(|table| table.name() == name) {
            return Some(table.clone());
        }
        let table = KnownTable::new(name, self.schema_of(name)?);
        Some(Arc::new(table))
    }

    fn names(&self) -> Vec<String> {
        let names = self.tables.iter().map(|table| table.name());
        names.filter(|name| !name.starts_with(WATCHLIST)).map(str::to_owned).collect()
    }

    fn watchlists(&self) -> Vec<String> {
        let names = self.tables.iter().filter_map(|table| table.name().strip_prefix(WATCHLIST));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort();
        names
    }
}

/// What comes before a watchlist's name in the name of its table. `_GetWatchlist('name')` reads it.
pub const WATCHLIST: &str = "watchlist:";

/// The folder of watchlists beside the data.
const WATCHLISTS: &str = "watchlists";

/// Extensions of data, compressed or not.
const EXTENSIONS: &[&str] = &["json", "ndjson", "jsonl", "csv", "tsv", "log", EXTENSION];

/// The name without the extensions of data and compression.
fn table_name(path: &Path) -> String {
    let mut name = file_name(path);
    for extensions in [&["gz", "zst"], EXTENSIONS] {
        if let Some((stem, extension)) = name.rsplit_once('.')
            && !stem.is_empty()
            && extensions.contains(&extension.to_ascii_lowercase().as_str())
        {
            name.truncate(stem.len());
        }
    }
    name
}

fn is_data(path: &Path) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, extension)| EXTENSIONS.contains(&extension))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// What a folder holds, sorted by path, without hidden names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, TableError> {
    let failed = |error: std::io::Error| crate::content::cannot_read(folder, &error);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if !file_name(&path).starts_with('.') {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// All data files below a folder, sorted by path.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), TableError> {
    for path in entries(folder)? {
        if path.is_dir() {
            collect(&path, files)?;
        } else if is_data(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// The files that a glob names, sorted by path.
fn expand(pattern: &str) -> Result<Vec<PathBuf>, TableError> {
    let glob = GlobBuilder::new(pattern.strip_prefix("./").unwrap_or(pattern))
        .literal_separator(true)
        .build()
        .map_err(|error| TableError::new(format!("{pattern}: {error}")))?;
    let wild = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    let root =
        pattern[..wild].rsplit_once('/').map_or(".", |(root, _)| if root.is_empty() { "/" } else { root });
    let mut files = Vec::new();
    matching(Path::new(root), &glob.compile_matcher(), &mut files)?;
    files.sort();
    Ok(files)
}

fn matching(folder: &Path, glob: &GlobMatcher, files: &mut Vec<PathBuf>) -> Result<(), TableError> {
    for path in entries(folder)? {
        if path.is_dir() {
            matching(&path, glob, files)?;
        } else if glob.is_match(path.strip_prefix("./").unwrap_or(&path)) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_after_their_files() {
        for (path, name) in [
            ("a/SigninLogs.json", "SigninLogs"),
            ("SigninLogs.ndjson.gz", "SigninLogs"),
            ("My.Table.CSV", "My.Table"),
            ("plain", "plain"),
            (".json", ".json"),
        ] {
            assert_eq!(table_name(Path::new(path)), name);
        }
    }
}
