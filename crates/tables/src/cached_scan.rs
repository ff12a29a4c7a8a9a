//! Scans of tables whose columns are kept: they fill the cache, or answer from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow_buffer::BooleanBuffer;
use kql_types::{Batch, Column, Schema};

use crate::column_cache::{ColumnCache, Complete, Kept, Key, Source};
use crate::extent::Extent;
use crate::json::Splitter;
use crate::json_scan::{JsonScan, Setting};
use crate::layout::Layout;
use crate::morsels::OpenFile;
use crate::piece::Piece;
use crate::warm_scan::WarmScan;
use crate::{
    Condition, Morsel, MorselData, Scan, ScanColumn, ScanFilter, ScanReport, ScanRequest, TableError,
};

/// If fewer than one in so many records pass, the columns that are only shown are read of these alone, and not kept.
const SELECTIVE: usize = 8;

/// A scan of files whose columns are kept in the cache, or in part.
pub(crate) fn scan(
    files: Arc<[Arc<OpenFile>]>,
    request: ScanRequest,
    setting: Setting,
    splitter: Splitter,
    (cache, source): (Arc<ColumnCache>, Source),
) -> Arc<dyn Scan> {
    if request.limit.is_some() || setting.strict {
        return Arc::new(JsonScan::new(files, request, setting, splitter));
    }
    let room = Room::of(&request.columns, cache, source);
    if let Some(pieces) = room.complete() {
        return Arc::new(WarmScan::new(request, pieces, &setting));
    }
    Arc::new(PreparingScan(FillingScan::new(files, request, setting, splitter, room)))
}

/// A batch of these columns, those rows only that pass the filter.
fn filtered(
    schema: &Arc<Schema>,
    columns: Vec<Column>,
    rows: usize,
    filter: Option<&ScanFilter>,
) -> Result<Batch, TableError> {
    let batch = Batch::new(schema.clone(), columns, rows);
    let Some(filter) = filter else { return Ok(batch) };
    let keep = evaluate(filter, &batch.columns.iter().map(Some).collect::<Vec<_>>(), rows)?;
    Ok(if keep.count_set_bits() == rows { batch } else { batch.filter(&keep) })
}

fn evaluate(
    filter: &ScanFilter,
    columns: &[Option<&Column>],
    rows: usize,
) -> Result<BooleanBuffer, TableError> {
    let read: Vec<Column> = filter.columns.iter().filter_map(|&index| columns[index].cloned()).collect();
    (filter.evaluate)(&read, rows)
}

/// Whether no row of a morsel can meet the conditions, as those of its columns say that are kept. Logs are written in the
/// order of time: so a question about an hour reads that hour, once the times are known.
fn ruled_out(conditions: &[Condition], kept: &[Option<Kept>]) -> bool {
    let extent = |column: usize| match kept.get(column).and_then(|piece| piece.as_ref()?.column()) {
        Some(column) => Extent::of_column(column),
        None => Extent::Unknown,
    };
    !conditions.iter().all(|condition| condition.may_hold(&extent))
}

/// Where a scan keeps what it reads.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) cache: Arc<ColumnCache>,
    pub(crate) source: Source,
    /// Which scan it is, for the cache.
    pub(crate) number: u64,
    /// The places of records, then the columns in the order of the request.
    pub(crate) keys: Vec<Key>,
}

impl Room {
    /// Room for what a request asks for.
    pub(crate) fn of(columns: &[ScanColumn], cache: Arc<ColumnCache>, source: Source) -> Self {
        let keys: Vec<Key> = std::iter::once(Key::Records).chain(columns.iter().map(Key::of)).collect();
        Self { number: cache.begin(source, &keys), cache, source, keys }
    }

    /// What is kept, if that is all morsels.
    pub(crate) fn complete(&self) -> Option<Vec<Complete>> {
        self.cache.complete(self.source, &self.keys)
    }
}

/// Not everything is in memory; what is read is kept.
#[derive(Debug)]
pub(crate) struct FillingScan {
    /// Reads morsels of which nothing is kept, because a record is malformed.
    direct: JsonScan,
    /// Reads all columns of records that have passed.
    survivors: JsonScan,
    files: Arc<[Arc<OpenFile>]>,
    setting: Setting,
    splitter: Splitter,
    room: Room,
    /// Whether there was no room for something.
    is_full: AtomicBool,
    /// How many morsels were handed out.
    morsels: AtomicUsize,
    /// Whether a morsel was met of which many records pass the filter.
    most_pass: AtomicBool,
}

impl Scan for FillingScan {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        let morsel = self.direct.next()?;
        match &morsel {
            Some(morsel) => {
                self.morsels.fetch_max(morsel.sequence + 1, Ordering::Relaxed);
            }
            None => self.room.cache.set_morsels(self.room.source, self.morsels.load(Ordering::Relaxed)),
        }
        Ok(morsel)
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        let mut bytes = MorselBytes { files: &self.files, data: Some(morsel.data), piece: None };
        let mut kept = self.room.cache.get(self.room.source, &self.room.keys, morsel.sequence);
        if matches!(kept[0], Some(Kept::Malformed)) {
            return self.direct.read_counted(bytes.read()?);
        }
        let request = self.direct.request();
        if ruled_out(&request.conditions, &kept[1..]) {
            return Ok(Batch::empty(self.direct.schema().clone()));
        }
        let at_once = request.filter.is_none()
            || self.most_pass.load(Ordering::Relaxed)
            || !bytes.has_separate_records();
        let first: Vec<usize> = match &request.filter {
            Some(filter) if !at_once => filter.columns.clone(),
            _ => (0..request.columns.len()).collect(),
        };
        if !self.load(&mut kept, &first, morsel.sequence, &mut bytes)? {
            return self.direct.read_counted(bytes.read()?);
        }
        let starts = match &kept[0] {
            Some(Kept::Records(starts)) => starts.clone(),
            _ => return Err(TableError::new("a morsel has no records")),
        };
        self.direct.count(starts.len());
        let Some(filter) = request.filter.as_ref().filter(|_| !at_once) else {
            return self.assemble(&kept, starts.len());
        };
        let columns: Vec<Option<&Column>> = kept[1..].iter().map(|piece| piece.as_ref()?.column()).collect();
        let keep = evaluate(filter, &columns, starts.len())?;
        let passed = keep.count_set_bits();
        if passed == 0 {
            return Ok(Batch::empty(self.direct.schema().clone()));
        }
        if passed * SELECTIVE < starts.len() && columns.iter().any(Option::is_none) {
            let places: Vec<u32> = keep.set_indices().map(|row| starts[row]).collect();
            return self.survivors.read_at(bytes.map()?, &places);
        }
        self.most_pass.store(true, Ordering::Relaxed);
        let all: Vec<usize> = (0..request.columns.len()).collect();
        if !self.load(&mut kept, &all, morsel.sequence, &mut bytes)? {
            return Ok(self.direct.read_piece(bytes.read()?)?.0);
        }
        self.assemble(&kept, starts.len())
    }

    fn rows_scanned(&self) -> Option<u64> {
        self.direct.rows_scanned()
    }
}

impl FillingScan {
    pub(crate) fn new(
        files: Arc<[Arc<OpenFile>]>,
        request: ScanRequest,
        setting: Setting,
        splitter: Splitter,
        room: Room,
    ) -> Self {
        let whole = ScanRequest { needles: Vec::new(), filter: None, ..request.clone() };
        Self {
            direct: JsonScan::new(files.clone(), request, setting.clone(), splitter),
            survivors: JsonScan::new(files.clone(), whole, setting.clone(), splitter),
            files,
            setting,
            splitter,
            room,
            is_full: AtomicBool::new(false),
            morsels: AtomicUsize::new(0),
            most_pass: AtomicBool::new(false),
        }
    }

    /// Whether there was no room for something that was read.
    pub(crate) fn is_full(&self) -> bool {
        self.is_full.load(Ordering::Relaxed)
    }

    /// Reads those of the columns that are missing, and keeps them. False if a record is malformed.
    fn load(
        &self,
        kept: &mut [Option<Kept>],
        wanted: &[usize],
        morsel: usize,
        bytes: &mut MorselBytes<'_>,
    ) -> Result<bool, TableError> {
        let missing: Vec<usize> = wanted.iter().copied().filter(|index| kept[index + 1].is_none()).collect();
        if missing.is_empty() && kept[0].is_some() {
            return Ok(true);
        }
        let columns = missing.iter().map(|&index| self.direct.request().columns[index].clone()).collect();
        let report = ScanReport::default();
        // What is malformed is reported by the scan that then reads the morsel.
        let setting = Setting { report: report.clone(), strict: false, ..self.setting.clone() };
        let request = ScanRequest { columns, ..ScanRequest::default() };
        let scan = JsonScan::new(self.files.clone(), request, setting, self.splitter);
        let (batch, mut starts) = scan.read_piece(bytes.read()?)?;
        if report.malformed_count() > 0 {
            self.keep(kept, 0, morsel, Kept::Malformed);
            return Ok(false);
        }
        if starts.is_empty() {
            // Of separated values only the number of records is of use.
            starts = vec![0; batch.rows];
        }
        self.keep(kept, 0, morsel, Kept::Records(starts.into()));
        let misfits = report.misfits();
        for (&index, column) in missing.iter().zip(batch.columns) {
            let source = &self.direct.request().columns[index].source;
            let count = misfits.iter().find(|found| *found.column == **source).map_or(0, |found| found.count);
            self.setting.report.add_misfits(&self.setting.table, source, count);
            self.keep(kept, index + 1, morsel, Kept::Column(column, count));
        }
        Ok(true)
    }

    fn keep(&self, kept: &mut [Option<Kept>], place: usize, morsel: usize, piece: Kept) {
        let Room { cache, source, number, keys } = &self.room;
        if !cache.put(*source, &keys[place], morsel, piece.clone(), *number) {
            self.is_full.store(true, Ordering::Relaxed);
        }
        kept[place] = Some(piece);
    }

    fn assemble(&self, kept: &[Option<Kept>], rows: usize) -> Result<Batch, TableError> {
        let columns: Option<Vec<Column>> =
            kept[1..].iter().map(|piece| piece.as_ref()?.column().cloned()).collect();
        let columns = columns.ok_or_else(|| TableError::new("a column of a morsel is missing"))?;
        filtered(self.direct.schema(), columns, rows, self.direct.request().filter.as_ref())
    }
}

/// The scan of a session, which prepares what was read in full for the next question.
#[derive(Debug)]
struct PreparingScan(FillingScan);

impl Scan for PreparingScan {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        self.0.next()
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        self.0.read(morsel)
    }

    fn rows_scanned(&self) -> Option<u64> {
        self.0.rows_scanned()
    }
}

impl Drop for PreparingScan {
    /// While nobody waits for it.
    fn drop(&mut self) {
        let Room { cache, source, keys, .. } = &mut self.0.room;
        let (cache, source, keys) = (cache.clone(), *source, std::mem::take(keys));
        // Without the thread the columns stay as they are.
        let _ = std::thread::Builder::new()
            .name("dictionaries".to_owned())
            .spawn(move || cache.settle(source, &keys));
    }
}

/// The bytes of a morsel, once they are needed.
struct MorselBytes<'a> {
    files: &'a [Arc<OpenFile>],
    /// Until they were read.
    data: Option<MorselData>,
    piece: Option<Piece>,
}

impl MorselBytes<'_> {
    /// All of them.
    fn read(&mut self) -> Result<&Piece, TableError> {
        self.piece(Piece::of)
    }

    /// As [`MorselBytes::read`], where only a few of them will be looked at.
    fn map(&mut self) -> Result<&Piece, TableError> {
        self.piece(Piece::mapped)
    }

    fn piece(
        &mut self,
        open: impl FnOnce(&[Arc<OpenFile>], MorselData) -> Result<Piece, TableError>,
    ) -> Result<&Piece, TableError> {
        let piece = match (self.piece.take(), self.data.take()) {
            (Some(piece), _) => piece,
            (None, Some(data)) => open(self.files, data)?,
            (None, None) => return Err(TableError::new("a morsel has no bytes")),
        };
        Ok(self.piece.insert(piece))
    }

    /// Whether each record can be read by itself, later.
    fn has_separate_records(&self) -> bool {
        let Some(MorselData::Range { file, .. }) = &self.data else { return false };
        match self.files.get(*file).map(|file| &file.layout) {
            Some(Layout::Lines(_)) => true,
            Some(Layout::Sequence { columns, .. }) => columns.is_none(),
            _ => false,
        }
    }
}
