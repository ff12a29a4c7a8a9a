//! A table made of files.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kql_types::{Field, Schema};

use crate::cached_scan::{self, Room};
use crate::census::{Census, Findings};
use crate::chain::Chain;
use crate::column_cache::{ColumnCache, Source};
use crate::content::{Origin, Stamp};
use crate::json::{Splitter, trim};
use crate::json_scan::{JsonScan, Naming, Setting};
use crate::known::standard_column;
use crate::layout::Layout;
use crate::locate::Keys;
use crate::morsels::{Cutter, OpenFile};
use crate::parquet::{self, ParquetScan};
use crate::piece::Piece;
use crate::read_ahead::read_ahead;
use crate::records::{Sequence, line_end};
use crate::{MorselData, Scan, ScanColumn, ScanReport, ScanRequest, Table, TableError, separated};

/// How files are read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// Whether the first malformed record is an error, and every record is checked in full.
    pub strict: bool,
    /// How many threads look at the data to find out about columns.
    pub threads: usize,
    /// Bytes of memory for columns that are kept for later queries; 0 keeps none.
    pub column_cache: usize,
    /// Which columns are kept.
    pub keep: Keep,
}

/// Which columns are kept for later queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keep {
    /// What any query reads.
    #[default]
    Scanned,
    /// What [`Table::read_ahead`] reads.
    ReadAhead,
}

impl Default for ReadOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { strict: false, threads, column_cache: 0, keep: Keep::Scanned }
    }
}

/// A table whose rows are in files.
#[derive(Debug)]
pub(crate) struct FileTable {
    name: String,
    origins: Vec<Origin>,
    /// The columns that the table is known to have, whatever the files hold.
    known: Option<Schema>,
    options: ReadOptions,
    report: ScanReport,
    /// Where columns are kept, if they are.
    cache: Option<Arc<ColumnCache>>,
    splitter: Splitter,
    state: Mutex<State>,
}

/// What is known of the files as they were when last looked at.
#[derive(Debug, Default)]
struct State {
    opened: Option<Opened>,
    columns: Option<Columns>,
    /// All columns, of a known table of which [`State::columns`] has seen but the beginning.
    all: Option<Findings>,
}

#[derive(Clone, Debug)]
struct Opened {
    files: Arc<[Arc<OpenFile>]>,
    stamps: Vec<Option<Stamp>>,
    /// Under which name their columns are kept.
    cached: Option<Source>,
}

#[derive(Clone, Debug)]
struct Columns {
    schema: Arc<Schema>,
    naming: Naming,
    /// Whether all records were looked at.
    complete: bool,
}

/// Of a known table the records in so many morsels are looked at for columns that are not known.
const MORSELS_SAMPLED: usize = 8;

impl FileTable {
    pub(crate) fn new(
        name: String,
        origins: Vec<Origin>,
        known: Option<Schema>,
        options: ReadOptions,
        report: ScanReport,
        cache: Option<Arc<ColumnCache>>,
    ) -> Self {
        let splitter = Splitter::detect();
        Self { name, origins, known, options, report, cache, splitter, state: Mutex::default() }
    }

    /// The paths of its files.
    pub(crate) fn paths(&self) -> Vec<std::path::PathBuf> {
        self.origins.iter().map(|origin| origin.path().as_ref().clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The files, opened again if one has changed.
    fn open(&self, state: &mut State) -> Result<Opened, TableError> {
        let stamp = |origin: &Origin| match origin {
            Origin::File(path) => Stamp::of(path).map(Some),
            Origin::Stdin | Origin::Fetched { .. } => Ok(None),
        };
        let stamps: Vec<Option<Stamp>> = self.origins.iter().map(stamp).collect::<Result<_, _>>()?;
        if let Some(opened) = &state.opened
            && opened.stamps == stamps
        {
            return Ok(opened.clone());
        }
        let open = |origin: &Origin| OpenFile::open(origin, self.splitter).map(Arc::new);
        let files: Arc<[Arc<OpenFile>]> = self.origins.iter().map(open).collect::<Result<_, _>>()?;
        if let (Some(cache), Some(Opened { cached: Some(source), .. })) = (&self.cache, &state.opened) {
            cache.forget(*source);
        }
        let cached = self.cache.as_ref().map(|cache| cache.source());
        let opened = Opened { files, stamps, cached };
        *state = State { opened: Some(opened.clone()), columns: None, all: None };
        Ok(opened)
    }

    fn columns(&self) -> Result<(Opened, Columns), TableError> {
        let mut state = self.lock();
        let opened = self.open(&mut state)?;
        if let Some(columns) = &state.columns {
            return Ok((opened, columns.clone()));
        }
        let limit = self.known.as_ref().map(|_| MORSELS_SAMPLED);
        let (findings, complete) = self.look(&opened.files, limit)?;
        let columns = self.decide(&opened.files, &findings, complete);
        state.columns = Some(columns.clone());
        Ok((opened, columns))
    }

    /// Looks at the records of all morsels, or of the first ones; gives whether these were all.
    fn look(
        &self,
        files: &Arc<[Arc<OpenFile>]>,
        limit: Option<usize>,
    ) -> Result<(Findings, bool), TableError> {
        let cutter = Cutter::new(files.clone(), self.splitter);
        let parts: Mutex<Vec<(usize, Findings)>> = Mutex::default();
        let rest = std::sync::atomic::AtomicBool::new(false);
        let work = || -> Result<(), TableError> {
            while let Some(morsel) = cutter.next()? {
                if limit.is_some_and(|limit| morsel.sequence >= limit) {
                    rest.store(true, std::sync::atomic::Ordering::Relaxed);
                    break;
                }
                let findings = self.look_at(files, morsel.data)?;
                parts.lock().unwrap_or_else(PoisonError::into_inner).push((morsel.sequence, findings));
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let helpers: Vec<_> = (1..self.options.threads).map(|_| scope.spawn(work)).collect();
            let mut outcome = work();
            for helper in helpers {
                let joined = helper
                    .join()
                    .unwrap_or_else(|_| Err(TableError::new("a thread that reads columns failed")));
                outcome = outcome.and(joined);
            }
            outcome
        })?;
        let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
        parts.sort_by_key(|(sequence, _)| *sequence);
        let mut all = Findings::default();
        for (_, findings) in parts {
            all.merge(findings);
        }
        Ok((all, !rest.into_inner()))
    }

    fn look_at(&self, files: &[Arc<OpenFile>], data: MorselData) -> Result<Findings, TableError> {
        let piece = Piece::of(files, data)?;
        let bytes = &piece.bytes[..];
        let mut census = Census::new(self.splitter);
        match &piece.file.layout {
            Layout::Lines(_) => {
                let mut at = 0;
                while at < bytes.len() {
                    let next = line_end(bytes, at, bytes.len());
                    let (start, end) = trim(bytes, at, next);
                    // Malformed records are reported when they are read.
                    let _ = census.add(bytes, start, end);
                    at = next;
                }
            }
            Layout::Sequence { columns: Some(_), .. } | Layout::Parquet => {}
            Layout::Sequence { columns: None, .. } => {
                let sequence = Sequence { open: b'{' };
                let mut at = 0;
                while let Some(start) = sequence.next(bytes, at, bytes.len()) {
                    at = census
                        .add(bytes, start, bytes.len())
                        .unwrap_or_else(|_| sequence.resume(bytes, start, bytes.len()));
                }
            }
            Layout::Separated { delimiter, start } => {
                let Some(whole) = piece.file.whole() else { return Ok(Findings::default()) };
                let header = separated::header(whole, *start, *delimiter);
                let columns = separated::census(bytes, &header, *delimiter);
                return Ok(Findings { columns, ..Findings::default() });
            }
        }
        Ok(census.finish())
    }

    /// The schema: known columns first, then what else the data has.
    fn decide(&self, files: &[Arc<OpenFile>], findings: &Findings, complete: bool) -> Columns {
        let naming = if self.known.is_some() || findings.diagnostics { Naming::Loose } else { Naming::Exact };
        let mut schema = self.known.clone().unwrap_or_default();
        if self.known.is_none() && findings.diagnostics {
            schema.fields.push(Field::new("TimeGenerated", kql_types::ScalarType::DateTime));
        }
        let known = schema.clone();
        let names = known.fields.iter().map(|field| &*field.name);
        let keys = if naming == Naming::Loose {
            Keys::loose(names)
        } else {
            Keys::exact(names, crate::locate::Duplicates::Last)
        };
        for field in self.seen(files, findings) {
            let is_known = keys.find(field.name.as_bytes()).is_some();
            if !is_known && schema.index_of(&field.name).is_none() {
                schema.fields.push(field);
            }
        }
        Columns { schema: Arc::new(schema), naming, complete }
    }

    /// The columns of the data, in order of appearance.
    fn seen(&self, files: &[Arc<OpenFile>], findings: &Findings) -> Vec<Field> {
        let mut fields =
            parquet::merged_fields(files.iter().filter_map(|file| file.parquet()).map(|file| &**file));
        for file in files {
            if let Layout::Sequence { columns: Some(columns), .. } = &file.layout {
                fields.extend(columns.iter().cloned());
            }
        }
        let mut texts = files.iter().filter(|file| file.parquet().is_none());
        let separated = texts.all(|file| matches!(file.layout, Layout::Separated { .. }));
        let inside = if findings.diagnostics { &findings.properties[..] } else { &[] };
        for seen in findings.columns.iter().chain(inside) {
            let data_type = if separated { seen.kinds.text_type() } else { seen.kinds.data_type() };
            fields.push(Field::new(seen.name.as_str(), data_type));
        }
        fields
    }

    fn setting(&self, columns: &Columns) -> Setting {
        Setting {
            table: self.name.clone(),
            naming: columns.naming,
            strict: self.options.strict,
            report: self.report.clone(),
        }
    }

    /// All columns that the table has, those included that a look at the beginning did not show.
    pub(crate) fn whole_schema(&self) -> Result<Arc<Schema>, TableError> {
        let (opened, columns) = self.columns()?;
        if columns.complete {
            return Ok(columns.schema);
        }
        let mut state = self.lock();
        if state.all.is_none() {
            state.all = Some(self.look(&opened.files, None)?.0);
        }
        let schema = state.all.as_ref().map(|all| self.decide(&opened.files, all, true).schema);
        Ok(schema.unwrap_or(columns.schema))
    }

    /// The column of that name among those that a look at the beginning did not show.
    fn find_in_all(&self, name: &str) -> Result<Option<Field>, TableError> {
        let (opened, columns) = self.columns()?;
        if columns.complete {
            return Ok(None);
        }
        let mut state = self.lock();
        if state.all.is_none() {
            state.all = Some(self.look(&opened.files, None)?.0);
        }
        let fields = state.all.as_ref().map(|all| self.seen(&opened.files, all)).unwrap_or_default();
        Ok(fields.into_iter().find(|field| &*field.name == name))
    }
}

impl Table for FileTable {
    fn name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> Arc<Schema> {
        match self.columns() {
            Ok((_, columns)) => columns.schema,
            // The error comes again, and is reported, when the table is read.
            Err(_) => Arc::new(self.known.clone().unwrap_or_default()),
        }
    }

    fn hidden_column(&self, name: &str) -> Option<Field> {
        if self.known.is_some()
            && let Some(standard) = standard_column(name)
        {
            return Some(standard);
        }
        self.find_in_all(name).ok().flatten()
    }

    fn scan(&self, request: ScanRequest) -> Result<Arc<dyn Scan>, TableError> {
        let (opened, columns) = self.columns()?;
        let setting = self.setting(&columns);
        if has_no_parquet(&opened.files) {
            let uses = |(cache, source): &(Arc<ColumnCache>, Source)| {
                self.options.keep == Keep::Scanned || cache.knows(*source)
            };
            return Ok(match self.cache.clone().zip(opened.cached).filter(uses) {
                Some(cache) => cached_scan::scan(opened.files, request, setting, self.splitter, cache),
                None => Arc::new(JsonScan::new(opened.files, request, setting, self.splitter).with_codes()),
            });
        }
        let scan = |files: &[Arc<OpenFile>]| -> Arc<dyn Scan> {
            let parquet: Vec<_> = files.iter().filter_map(|file| file.parquet().cloned()).collect();
            let (request, setting) = (request.clone(), setting.clone());
            match parquet.is_empty() {
                false => Arc::new(ParquetScan::new(parquet, request, setting)),
                true => Arc::new(JsonScan::new(files.into(), request, setting, self.splitter).with_codes()),
            }
        };
        // Files of one kind that follow one another are one scan.
        let kinds = opened.files.chunk_by(|one, other| one.parquet().is_some() == other.parquet().is_some());
        let mut scans: Vec<Arc<dyn Scan>> = kinds.map(scan).collect();
        Ok(match scans.pop() {
            Some(only) if scans.is_empty() => only,
            last => {
                scans.extend(last);
                Arc::new(Chain::new(scans, request.limit))
            }
        })
    }

    fn row_count(&self) -> Option<u64> {
        let (opened, _) = self.columns().ok()?;
        let (cache, source) = self.cache.as_ref().zip(opened.cached)?;
        (!self.options.strict && has_no_parquet(&opened.files)).then(|| cache.records(source))?
    }

    fn read_ahead(&self, columns: &[ScanColumn], threads: usize, watch: &(dyn Fn(usize) -> bool + Sync)) {
        let Ok((opened, known)) = self.columns() else { return };
        let Some((cache, source)) = self.cache.clone().zip(opened.cached) else { return };
        if self.options.strict || !has_no_parquet(&opened.files) {
            return;
        }
        let room = Room::of(columns, cache, source);
        if room.complete().is_none() {
            let setting = self.setting(&known);
            read_ahead(opened.files, columns, setting, self.splitter, room, threads, watch);
        }
    }
}

fn has_no_parquet(files: &[Arc<OpenFile>]) -> bool {
    files.iter().all(|file| file.parquet().is_none())
}
