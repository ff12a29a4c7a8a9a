//! Writes a table as a Parquet file, sorted by time.
//!
//! The table is read twice: once its datetimes and decimals, to choose how they are stored and to see whether the rows are
//! in order already, then all of it. Rows in order go straight into row groups. Others are gathered until they need the
//! memory that is allowed, sorted, and, where they are not all, written beside the file in a form that is read back
//! quickly; at the end these runs are merged. So in memory are at most: the rows of one run (a quarter of the memory limit,
//! and no more than [`RUN_BYTES`]), the row group that is encoded, and for each run a 32nd of its rows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use arrow_array::{Array, Int64Array};
use arrow_buffer::Buffer;
use bytes::Bytes;
use kql_types::{Batch, Field, ScalarType, Schema};

use super::file::ParquetFile;
use super::gathered::{GROUP_BYTES, Gathered, batch_bytes, on_its_own, times};
use super::scan::ParquetScan;
use super::storage::Survey;
use super::write::{GROUP_ROWS, ParquetWriter, Pick, Purpose};
use crate::content::cannot_read;
use crate::json_scan::{Naming, Setting};
use crate::{Scan, ScanColumn, ScanReport, ScanRequest, Table, TableError};

/// The column by which rows are sorted.
const TIME: &str = "TimeGenerated";

/// More rows than need so much memory are sorted in several runs.
const RUN_BYTES: usize = 1 << 30;

/// Less memory does not make the runs shorter, as each is a file.
const SMALLEST_RUN: usize = 1 << 20;

/// Into so many row groups a run is cut that is put aside.
const PARTS_OF_RUN: usize = 32;

/// How a table is written.
#[derive(Clone, Copy)]
pub struct ImportOptions<'a> {
    /// Number of threads that read and encode.
    pub threads: usize,
    /// Rows of a row group at most; [`GROUP_ROWS`] is a good number.
    pub group_rows: usize,
    /// Whether rows stay in the order of the files.
    pub keep_order: bool,
    /// Bytes of memory that may be used, roughly.
    pub memory_limit: usize,
    /// Set it to stop.
    pub cancel: &'a AtomicBool,
    /// Told of rows and bytes as they are read.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Number of rows.
    pub rows: usize,
    /// Length of the file in bytes.
    pub bytes: u64,
}

/// Writes the table's rows as a Parquet file with these columns. The file is there when it is complete, not before.
pub(crate) fn import(
    table: &dyn Table,
    schema: &Arc<Schema>,
    target: &Path,
    options: &ImportOptions<'_>,
) -> Result<Imported, TableError> {
    let failed = |error: &dyn std::fmt::Display| cannot_write(target, error);
    if target.exists() && !target.is_file() {
        return Err(failed(&"it is there, and no file"));
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = new_file(folder).map_err(|error| failed(&error))?;
    let survey = Surveyed::look(table, schema, options)?;
    let mut import = Import { table, schema, target, folder, options, survey };
    let rows = import.run(BufWriter::new(file.as_file()))?;
    let file = file.persist(target).map_err(|error| failed(&error.error))?;
    let bytes = file.metadata().map_err(|error| failed(&error))?.len();
    Ok(Imported { rows, bytes })
}

fn cannot_write(target: &Path, error: &dyn std::fmt::Display) -> TableError {
    TableError::new(format!("cannot write {}: {error}", target.display()))
}

/// A file that gets its name when it is complete. Until then it has one that is no table's.
fn new_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".kql-import-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file; who may read it is for the umask to say.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// What a first look at the values has shown.
struct Surveyed {
    /// For each column how its values can be stored.
    surveys: Vec<Survey>,
    /// The column by which the rows are to be sorted.
    time: Option<usize>,
    /// Whether they are.
    in_order: bool,
}

impl Surveyed {
    fn look(table: &dyn Table, schema: &Schema, options: &ImportOptions<'_>) -> Result<Self, TableError> {
        let mut surveys: Vec<Survey> =
            schema.fields.iter().map(|field| Survey::new(field.data_type)).collect();
        let time = schema.index_of(TIME).filter(|&at| schema.fields[at].data_type == ScalarType::DateTime);
        let looked_at: Vec<usize> =
            (0..surveys.len()).filter(|&at| !matches!(surveys[at], Survey::None)).collect();
        let mut in_order = true;
        if !looked_at.is_empty() {
            let scan = table.scan(request(looked_at.iter().map(|&at| &schema.fields[at])))?;
            let mut last = None;
            let silent = ImportOptions { progress: &|_, _| {}, ..*options };
            read_in_order(&*scan, &silent, &mut |batch| {
                for (&at, column) in looked_at.iter().zip(&batch.columns) {
                    surveys[at].add(column);
                    if Some(at) == time {
                        in_order = in_order && goes_on_from(&mut last, times(column));
                    }
                }
                Ok(())
            })?;
        }
        Ok(Self { surveys, time, in_order })
    }
}

/// Whether values do not fall, after the last ones; null comes first.
fn goes_on_from(last: &mut Option<i64>, values: Option<&Int64Array>) -> bool {
    values.into_iter().flatten().all(|value| value >= std::mem::replace(last, value))
}

fn request<'f>(fields: impl Iterator<Item = &'f Field>) -> ScanRequest {
    ScanRequest { columns: fields.map(ScanColumn::whole).collect(), ..ScanRequest::default() }
}

/// Hands the batches of a scan to `take`, in the order of the table. Others are read meanwhile, a few ahead.
fn read_in_order(
    scan: &dyn Scan,
    options: &ImportOptions<'_>,
    take: &mut dyn FnMut(Batch) -> Result<(), TableError>,
) -> Result<(), TableError> {
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(options.threads);
        for _ in 0..options.threads {
            let sender = sender.clone();
            scope.spawn(move || {
                while let Some((sequence, read)) = next_batch(scan, options) {
                    let failed = read.is_err();
                    // Nobody listens any more where the other side has failed.
                    if sender.send((sequence, read)).is_err() || failed {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        for (sequence, read) in receiver {
            if options.cancel.load(Ordering::Relaxed) {
                return Err(TableError::new("the import was stopped"));
            }
            waiting.insert(sequence, read?);
            while let Some(batch) = waiting.remove(&next) {
                next += 1;
                take(batch)?;
            }
        }
        Ok(())
    })
}

fn next_batch(scan: &dyn Scan, options: &ImportOptions<'_>) -> Option<(usize, Result<Batch, TableError>)> {
    let morsel = match scan.next() {
        Ok(morsel) => morsel?,
        Err(error) => return Some((usize::MAX, Err(error))),
    };
    let bytes = morsel.data.bytes();
    let sequence = morsel.sequence;
    let read = scan.read(morsel).map(on_its_own);
    if let Ok(batch) = &read {
        (options.progress)(batch.rows, bytes);
    }
    Some((sequence, read))
}

/// A table on its way into a file.
struct Import<'a> {
    table: &'a dyn Table,
    schema: &'a Arc<Schema>,
    target: &'a Path,
    folder: &'a Path,
    options: &'a ImportOptions<'a>,
    survey: Surveyed,
}

impl Import<'_> {
    fn failed(&self, error: &dyn std::fmt::Display) -> TableError {
        cannot_write(self.target, error)
    }

    /// Writes all rows; gives their number.
    fn run(&mut self, sink: impl Write + Send) -> Result<usize, TableError> {
        let sort = self.survey.time.filter(|_| !self.options.keep_order);
        let writer = self.writer(sink, Purpose::Keep { sorted_by: sort })?;
        match sort {
            Some(time) if !self.survey.in_order => self.sort(writer, time),
            _ => self.pass_through(writer),
        }
    }

    fn writer<W: Write + Send>(&self, sink: W, purpose: Purpose) -> Result<ParquetWriter<W>, TableError> {
        ParquetWriter::new(sink, self.schema, &self.survey.surveys, purpose, self.options.threads)
            .map_err(|error| self.failed(&error))
    }

    fn scan(&self) -> Result<Arc<dyn Scan>, TableError> {
        self.table.scan(request(self.schema.fields.iter()))
    }

    /// Rows in the order in which they come.
    fn pass_through<W: Write + Send>(&self, mut writer: ParquetWriter<W>) -> Result<usize, TableError> {
        let mut gathered = Gathered::default();
        let mut rows = 0;
        read_in_order(&*self.scan()?, self.options, &mut |batch| {
            rows += batch.rows;
            gathered.add(batch);
            while gathered.rows >= self.options.group_rows || gathered.bytes >= GROUP_BYTES {
                gathered
                    .write_first(&mut writer, self.options.group_rows)
                    .map_err(|error| self.failed(&error))?;
            }
            Ok(())
        })?;
        while gathered.rows > 0 {
            gathered
                .write_first(&mut writer, self.options.group_rows)
                .map_err(|error| self.failed(&error))?;
        }
        self.finish(writer)?;
        Ok(rows)
    }

    fn finish<W: Write + Send>(&self, writer: ParquetWriter<W>) -> Result<(), TableError> {
        let mut sink = writer.finish().map_err(|error| self.failed(&error))?;
        sink.flush().map_err(|error| self.failed(&error))
    }

    /// Rows sorted by a column, those of the same value in the order in which they come.
    fn sort<W: Write + Send>(&self, mut writer: ParquetWriter<W>, time: usize) -> Result<usize, TableError> {
        let allowed = (self.options.memory_limit / 4).clamp(SMALLEST_RUN, RUN_BYTES);
        let mut gathered = Gathered::default();
        let mut runs = Vec::new();
        let mut rows = 0;
        read_in_order(&*self.scan()?, self.options, &mut |batch| {
            rows += batch.rows;
            gathered.add(batch);
            if gathered.bytes >= allowed {
                runs.push(self.put_aside(std::mem::take(&mut gathered), time)?);
            }
            Ok(())
        })?;
        let group_rows = gathered.group_rows(self.options.group_rows);
        if runs.is_empty() {
            let picks = gathered.sorted(time);
            for picks in picks.chunks(group_rows) {
                writer.write(&gathered.batches, picks).map_err(|error| self.failed(&error))?;
            }
        } else {
            runs.push(self.put_aside(gathered, time)?);
            self.merge(runs, time, &mut writer)?;
        }
        self.finish(writer)?;
        Ok(rows)
    }

    /// Writes a sorted run to a file that has no name and goes away by itself.
    fn put_aside(&self, gathered: Gathered, time: usize) -> Result<File, TableError> {
        let file = tempfile::tempfile_in(self.folder).map_err(|error| self.failed(&error))?;
        let mut writer = self.writer(BufWriter::new(&file), Purpose::PassOn)?;
        let part = gathered.rows.div_ceil(PARTS_OF_RUN).clamp(1, GROUP_ROWS);
        for picks in gathered.sorted(time).chunks(part) {
            writer.write(&gathered.batches, picks).map_err(|error| self.failed(&error))?;
        }
        self.finish(writer)?;
        Ok(file)
    }

    fn merge<W: Write + Send>(
        &self,
        runs: Vec<File>,
        time: usize,
        writer: &mut ParquetWriter<W>,
    ) -> Result<(), TableError> {
        let mut runs: Vec<Run> =
            runs.iter().map(|file| Run::open(file, self.schema, self.target)).collect::<Result<_, _>>()?;
        let mut heap = BinaryHeap::new();
        for (at, run) in runs.iter_mut().enumerate() {
            heap.extend(run.next_time(time)?.map(|value| Reverse((value, at))));
        }
        let mut batches: Vec<Batch> = Vec::new();
        let mut picks: Vec<Pick> = Vec::new();
        let mut bytes = 0;
        while let Some(Reverse((_, at))) = heap.pop() {
            let run = &mut runs[at];
            let place = *run.place.get_or_insert_with(|| {
                bytes += batch_bytes(&run.batch);
                batches.push(run.batch.clone());
                batches.len() - 1
            });
            picks.push((place, run.row));
            run.row += 1;
            heap.extend(run.next_time(time)?.map(|value| Reverse((value, at))));
            if picks.len() == self.options.group_rows || bytes >= GROUP_BYTES && run.place.is_none() {
                writer.write(&batches, &picks).map_err(|error| self.failed(&error))?;
                batches.clear();
                picks.clear();
                bytes = 0;
                runs.iter_mut().for_each(|run| run.place = None);
            }
            if picks.is_empty() && self.options.cancel.load(Ordering::Relaxed) {
                return Err(TableError::new("the import was stopped"));
            }
        }
        writer.write(&batches, &picks).map_err(|error| self.failed(&error))
    }
}

/// A run that was put aside, while it is read.
struct Run {
    scan: ParquetScan,
    batch: Batch,
    row: usize,
    /// Where the batch is among those of the row group that is put together.
    place: Option<usize>,
}

impl Run {
    fn open(file: &File, schema: &Arc<Schema>, target: &Path) -> Result<Self, TableError> {
        // SAFETY: the map is only read, and the file has no name by which others could shorten it.
        let map = unsafe { memmap2::Mmap::map(file) }.map_err(|error| cannot_read(target, &error))?;
        let buffer = Buffer::from(Bytes::from_owner(map));
        let file = ParquetFile::open(&Arc::new(target.to_owned()), &buffer)?;
        let setting = Setting {
            table: String::new(),
            naming: Naming::Exact,
            strict: false,
            report: ScanReport::default(),
        };
        let scan = ParquetScan::new(vec![Arc::new(file)], request(schema.fields.iter()), setting);
        Ok(Self { scan, batch: Batch::empty(schema.clone()), row: 0, place: None })
    }

    /// The time of the next row, `None` at the end.
    fn next_time(&mut self, time: usize) -> Result<Option<Option<i64>>, TableError> {
        while self.row == self.batch.rows {
            let Some(morsel) = self.scan.next()? else { return Ok(None) };
            self.batch = self.scan.read(morsel)?;
            self.row = 0;
            self.place = None;
        }
        let values = times(&self.batch.columns[time]);
        Ok(Some(values.filter(|values| values.is_valid(self.row)).map(|values| values.value(self.row))))
    }
}
