//! The scan of JSON files: finds the wanted members of a morsel's records, makes columns of those that the filter
//! reads, and of the others only for the records that pass.

mod lines;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use kql_types::{Batch, Column, Field, Schema};
use simdutf8::basic::from_utf8;

use crate::access::AccessTrial;
use crate::extract::{Findings, Values, extract};
use crate::finder::{Finder, LearntOfRecords};
use crate::json::{Fault, Splitter};
use crate::layout::Layout;
use crate::locate::{Keys, Span};
use crate::look::Looker;
use crate::morsels::{Cutter, OpenFile};
use crate::needles::NeedleFilter;
use crate::piece::Piece;
use crate::records::Sequence;
use crate::repeats::Repeats;
use crate::report::Line;
use crate::scan::RowCount;
use crate::{Morsel, Scan, ScanReport, ScanRequest, TableError};

/// How keys of records find their columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Naming {
    /// As they are written.
    Exact,
    /// In any letter case, also inside `properties`, and `time` for TimeGenerated: as diagnostic settings write them.
    Loose,
}

/// The key whose object holds further columns in the records of diagnostic settings.
pub(crate) const PROPERTIES: &str = "properties";

/// What the records of a table are searched for.
#[derive(Debug)]
pub(crate) struct Plan {
    request: ScanRequest,
    schema: Arc<Schema>,
    /// For each column of the request its slot.
    slots: Vec<usize>,
    /// The source of each slot.
    pub sources: Vec<Arc<str>>,
    pub keys: Keys,
    /// The slot of `properties`, and what is wanted inside.
    pub properties: Option<(usize, Keys)>,
    /// What records must hold.
    needles: Option<NeedleFilter>,
}

impl Plan {
    fn new(request: ScanRequest, naming: Naming) -> Self {
        let mut sources: Vec<Arc<str>> = Vec::new();
        let mut slots = Vec::with_capacity(request.columns.len());
        for column in &request.columns {
            let slot = sources.iter().position(|source| *source == column.source);
            slots.push(slot.unwrap_or(sources.len()));
            if slot.is_none() {
                sources.push(column.source.clone());
            }
        }
        let names = |sources: &[Arc<str>]| sources.iter().map(|name| name.to_string()).collect::<Vec<_>>();
        let (keys, properties) = match naming {
            Naming::Exact => (
                Keys::exact(names(&sources).iter().map(String::as_str), crate::locate::Duplicates::Last),
                None,
            ),
            Naming::Loose if sources.is_empty() => (Keys::loose([]), None),
            Naming::Loose => {
                let inside = Keys::loose(names(&sources).iter().map(String::as_str));
                let slot = sources.iter().position(|source| source.eq_ignore_ascii_case(PROPERTIES));
                let slot = slot.unwrap_or_else(|| {
                    sources.push(PROPERTIES.into());
                    sources.len() - 1
                });
                (Keys::loose(names(&sources).iter().map(String::as_str)), Some((slot, inside)))
            }
        };
        let needles = NeedleFilter::new(&request.needles);
        Self { schema: request.schema(), request, slots, sources, keys, properties, needles }
    }
}

/// What a scan needs to know of its table.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// The table's name, for reports.
    pub table: String,
    /// How keys find columns.
    pub naming: Naming,
    /// Whether the first malformed record is an error.
    pub strict: bool,
    /// Where to note what goes wrong.
    pub report: ScanReport,
}

/// A running scan.
#[derive(Debug)]
pub(crate) struct JsonScan {
    files: Arc<[Arc<OpenFile>]>,
    cutter: Cutter,
    splitter: Splitter,
    looker: Looker,
    plan: Plan,
    setting: Setting,
    /// Rows that morsels gave so far. Enough of them end the scan: morsels are handed out in order.
    rows: AtomicUsize,
    /// Records that were looked at.
    scanned: RowCount,
    /// What workers have learnt of the records and no worker has in use.
    learnt: Mutex<Vec<LearntOfRecords>>,
    access: AccessTrial,
    /// For each column what is known of its values; empty where that is not asked for.
    repeats: Vec<Repeats>,
}

impl JsonScan {
    /// A scan over these files.
    pub(crate) fn new(
        files: Arc<[Arc<OpenFile>]>,
        request: ScanRequest,
        setting: Setting,
        splitter: Splitter,
    ) -> Self {
        let plan = Plan::new(request, setting.naming);
        let cutter = Cutter::new(files.clone(), splitter);
        Self {
            files,
            cutter,
            splitter,
            looker: Looker::detect(),
            plan,
            setting,
            rows: AtomicUsize::new(0),
            scanned: RowCount::default(),
            learnt: Mutex::default(),
            access: AccessTrial::default(),
            repeats: Vec::new(),
        }
    }

    /// Gives values that come again and again as codes of a dictionary. That is worth it where one scan reads all of the
    /// files, and each of their columns once.
    pub(crate) fn with_codes(mut self) -> Self {
        self.repeats.resize_with(self.plan.request.columns.len(), Repeats::default);
        self
    }
}

impl Scan for JsonScan {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        if self.plan.request.limit.is_some_and(|limit| self.rows.load(Ordering::Relaxed) >= limit) {
            return Ok(None);
        }
        self.cutter.next()
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        let started = Instant::now();
        let access = self.access.choose(morsel.sequence);
        let piece = Piece::by(access, &self.files, morsel.data)?;
        let batch = self.read_counted(&piece)?;
        self.access.note(morsel.sequence, access, piece.bytes.len(), started.elapsed());
        self.rows.fetch_add(batch.rows, Ordering::Relaxed);
        Ok(batch)
    }

    fn rows_scanned(&self) -> Option<u64> {
        self.scanned.get()
    }
}

/// The records of a morsel.
#[derive(Default)]
pub(crate) struct Records {
    /// Where each begins.
    pub starts: Vec<u32>,
    /// Where its values stand, one for each slot.
    pub spans: Vec<Span>,
}

impl JsonScan {
    /// The plan's request.
    pub(crate) fn request(&self) -> &ScanRequest {
        &self.plan.request
    }

    /// The schema of batches.
    pub(crate) fn schema(&self) -> &Arc<Schema> {
        &self.plan.schema
    }

    /// The table's name, and where to note what goes wrong.
    pub(crate) fn setting(&self) -> &Setting {
        &self.setting
    }

    /// Notes a malformed record, or gives up.
    pub(crate) fn malformed(&self, piece: &Piece, at: usize, reason: &str) -> Result<(), TableError> {
        if self.setting.strict {
            let line = match piece.line(at) {
                Line::Number(line) => line,
                Line::In(whole) => 1 + memchr::memchr_iter(b'\n', &whole[..piece.base + at]).count(),
            };
            return Err(TableError::new(format!("{}:{line}: {reason}", piece.file.path.display())));
        }
        self.setting.report.add_malformed(
            &piece.file.path,
            piece.base + at,
            piece.line(at),
            reason.to_owned(),
        );
        Ok(())
    }

    /// Notes records that were looked at elsewhere.
    pub(crate) fn count(&self, records: usize) {
        self.scanned.add(Some(records as u64));
    }

    /// The rows of a morsel; its records are counted.
    pub(crate) fn read_counted(&self, piece: &Piece) -> Result<Batch, TableError> {
        let (batch, starts) = self.read_piece(piece)?;
        let request = &self.plan.request;
        let count = match &piece.file.layout {
            Layout::Separated { .. } => request.filter.is_none().then_some(batch.rows),
            _ => request.needles.is_empty().then_some(starts.len()),
        };
        self.scanned.add(count.map(|count| count as u64));
        Ok(batch)
    }

    /// The rows of a morsel, and where the records begin that needles did not rule out; of separated values that is not
    /// told.
    pub(crate) fn read_piece(&self, piece: &Piece) -> Result<(Batch, Vec<u32>), TableError> {
        let mut records = Records::default();
        match &piece.file.layout {
            Layout::Separated { delimiter, start } => {
                let batch = crate::separated::read(self, piece, *delimiter, *start)?;
                return Ok((batch, Vec::new()));
            }
            Layout::Sequence { columns, .. } => self.sequence(piece, columns.as_deref(), &mut records)?,
            Layout::Lines(_) => self.lines(piece, &mut records)?,
            Layout::Parquet => return Err(TableError::new("a Parquet file has no records of text")),
        }
        Ok((self.columns(piece, &records)?, records.starts))
    }

    /// The rows of the objects that begin at these places of a morsel.
    pub(crate) fn read_at(&self, piece: &Piece, starts: &[u32]) -> Result<Batch, TableError> {
        let bytes = &piece.bytes[..];
        let mut finder = self.finder();
        let mut records = Records::default();
        for &start in starts {
            let start = start as usize;
            // They were well-formed when they were found; the file may have been written to since.
            let found = finder.any_object(bytes, start, bytes.len(), &mut records);
            let found = found.and_then(|end| match from_utf8(&bytes[start..end]) {
                Ok(_) => Ok(()),
                Err(_) => {
                    records.starts.pop();
                    records.spans.truncate(records.starts.len() * self.plan.sources.len());
                    Err(Fault::Encoding)
                }
            });
            if let Err(fault) = found {
                self.malformed(piece, start, &fault.to_string())?;
            }
        }
        self.keep(finder);
        self.columns(piece, &records)
    }

    fn finder(&self) -> Finder<'_> {
        let learnt = self.learnt.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Finder::new(&self.plan, self.splitter, learnt.unwrap_or_default())
    }

    /// Keeps what a finder has learnt for the next morsel.
    fn keep(&self, finder: Finder<'_>) {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner).push(finder.into_learnt());
    }

    fn sequence(
        &self,
        piece: &Piece,
        columns: Option<&[Field]>,
        records: &mut Records,
    ) -> Result<(), TableError> {
        let bytes = &piece.bytes[..];
        let mut finder = self.finder();
        let places = columns.map(|columns| finder.places(columns));
        let sequence = Sequence { open: if columns.is_some() { b'[' } else { b'{' } };
        let all_utf8 = from_utf8(bytes).is_ok();
        let mut at = 0;
        while let Some(start) = sequence.next(bytes, at, bytes.len()) {
            let length = records.starts.len();
            let found = match &places {
                Some(places) => finder.row(bytes, start, bytes.len(), places, records),
                None => finder.any_object(bytes, start, bytes.len(), records),
            };
            let found = found.and_then(|end| {
                let record = &bytes[start..end];
                let utf8 = all_utf8 || from_utf8(record).is_ok();
                if utf8 { self.validate(record).map(|()| end) } else { Err(Fault::Encoding) }
            });
            at = match found {
                Ok(end) => end,
                Err(fault) => {
                    records.starts.truncate(length);
                    records.spans.truncate(length * self.plan.sources.len());
                    self.malformed(piece, start, &fault.to_string())?;
                    sequence.resume(bytes, start, bytes.len())
                }
            };
        }
        self.keep(finder);
        Ok(())
    }

    /// With `--strict` everything is looked at, not only what is read.
    fn validate(&self, record: &[u8]) -> Result<(), Fault> {
        if self.setting.strict { crate::json::check(record).map(|_| ()) } else { Ok(()) }
    }

    /// The columns of the records that pass.
    fn columns(&self, piece: &Piece, records: &Records) -> Result<Batch, TableError> {
        let count = records.starts.len();
        let mut survivors: Vec<u32> = (0..count as u32).collect();
        let mut columns: Vec<Option<Column>> = vec![None; self.plan.request.columns.len()];
        if let Some(filter) = &self.plan.request.filter {
            let mut rejected = Vec::new();
            for &index in &filter.columns {
                columns[index] = Some(self.column(piece, records, &survivors, index, &mut rejected)?);
            }
            let read: Vec<Column> =
                filter.columns.iter().filter_map(|&index| columns[index].clone()).collect();
            let keep = without((filter.evaluate)(&read, count)?, &rejected);
            survivors = keep.set_indices_u32().collect();
            for &index in &filter.columns {
                columns[index] = columns[index].take().map(|column| column.filter(&keep));
            }
        }
        let mut rejected = Vec::new();
        for (index, column) in columns.iter_mut().enumerate() {
            if column.is_none() {
                *column = Some(self.column(piece, records, &survivors, index, &mut rejected)?);
            }
        }
        let batch =
            Batch::new(self.plan.schema.clone(), columns.into_iter().flatten().collect(), survivors.len());
        if rejected.is_empty() {
            return Ok(batch);
        }
        let rows = batch.rows;
        Ok(batch.filter(&without(BooleanBuffer::new_set(rows), &rejected)))
    }

    /// One column of these records. Those whose value is malformed are added to `rejected`, by row.
    fn column(
        &self,
        piece: &Piece,
        records: &Records,
        rows: &[u32],
        index: usize,
        rejected: &mut Vec<usize>,
    ) -> Result<Column, TableError> {
        let wanted = &self.plan.request.columns[index];
        let values = Values {
            bytes: &piece.bytes,
            buffer: &piece.bytes,
            spans: &records.spans,
            slots: self.plan.sources.len(),
            slot: self.plan.slots[index],
            records: rows,
        };
        let repeats = self.repeats.get(index).filter(|_| Repeats::can_be_of(wanted.data_type));
        if let Some(column) = repeats.and_then(|repeats| repeats.coded(&values, wanted.data_type)) {
            return Ok(column);
        }
        let mut findings = Findings::default();
        let column = extract(&values, wanted.data_type, &wanted.path, self.splitter, &mut findings);
        if let Some(repeats) = repeats {
            let faulty: Vec<usize> = findings.faults.iter().map(|(row, _)| *row).collect();
            repeats.learn(&values, &column, &faulty);
        }
        self.setting.report.add_misfits(&self.setting.table, &wanted.source, findings.misfits);
        for (row, fault) in findings.faults {
            let start = records.starts[rows[row] as usize] as usize;
            self.malformed(piece, start, &format!("{}: {fault}", wanted.source))?;
            rejected.push(row);
        }
        Ok(column)
    }
}

/// The rows that are kept and not rejected.
fn without(keep: BooleanBuffer, rejected: &[usize]) -> BooleanBuffer {
    if rejected.is_empty() {
        return keep;
    }
    let mut builder = BooleanBufferBuilder::new(keep.len());
    builder.append_buffer(&keep);
    for &row in rejected {
        builder.set_bit(row, false);
    }
    builder.finish()
}
