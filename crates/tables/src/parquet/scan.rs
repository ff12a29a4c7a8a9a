//! The scan of Parquet files: row groups, or pieces of large ones, are morsels.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_buffer::BooleanBuffer;
use kql_types::{Batch, Column, ScalarType, Schema};
use parquet::arrow::arrow_reader::RowSelection;

use super::coerce::coerce;
use super::convert::native;
use super::file::ParquetFile;
use super::prune::{Place, Pruner, intersection};
use crate::json_scan::{Naming, Setting};
use crate::locate::{Duplicates, Keys, Rank};
use crate::scan::RowCount;
use crate::{Morsel, MorselData, Scan, ScanColumn, ScanRequest, TableError};

/// More rows are several morsels, so that a file of one row group is read by several workers.
const MORSEL_ROWS: usize = 1 << 16;

/// So are more bytes, as they are before compression, of the columns that are read.
const MORSEL_BYTES: usize = 64 << 20;

/// Of columns that the filter does not read, rows that did not pass are left out while decoding if no more than one in so
/// many did; else all are decoded, which is faster, and those are dropped.
const FEW: usize = 4;

/// A running scan.
#[derive(Debug)]
pub(crate) struct ParquetScan {
    files: Vec<Mapped>,
    request: ScanRequest,
    schema: Arc<Schema>,
    setting: Setting,
    position: Mutex<Position>,
    /// Rows that morsels gave so far. Enough of them end the scan: morsels are handed out in order.
    rows: AtomicUsize,
    scanned: RowCount,
}

/// A file, and where the columns of the request are in it.
#[derive(Debug)]
struct Mapped {
    file: Arc<ParquetFile>,
    columns: Vec<(ScalarType, Place)>,
}

#[derive(Debug, Default)]
struct Position {
    sequence: usize,
    file: usize,
    group: usize,
    /// The first row of the group that was not handed out yet.
    row: usize,
    /// Bytes of row groups that were ruled out since the last morsel: passed, for who watches the progress.
    passed: usize,
}

impl ParquetScan {
    /// A scan over these files.
    pub(crate) fn new(files: Vec<Arc<ParquetFile>>, request: ScanRequest, setting: Setting) -> Self {
        let files = files.into_iter().map(|file| Mapped::new(file, &request.columns, setting.naming));
        Self {
            files: files.collect(),
            schema: request.schema(),
            request,
            setting,
            position: Mutex::default(),
            rows: AtomicUsize::new(0),
            scanned: RowCount::default(),
        }
    }

    fn pruner<'s>(&'s self, mapped: &'s Mapped) -> Pruner<'s> {
        Pruner { file: &mapped.file, conditions: &self.request.conditions, columns: &mapped.columns }
    }
}

impl Mapped {
    fn new(file: Arc<ParquetFile>, wanted: &[ScanColumn], naming: Naming) -> Self {
        let sources = wanted.iter().map(|column| &*column.source);
        let keys = match naming {
            Naming::Exact => Keys::exact(sources.clone(), Duplicates::First),
            Naming::Loose => Keys::loose(sources.clone()),
        };
        // Of several columns that fit, the one that fits best, and of those the first.
        let mut found = vec![(Rank::None, Place::Absent); wanted.len()];
        for (place, stored) in file.columns().iter().enumerate() {
            if let Some((slot, rank)) = keys.find(stored.name.as_bytes())
                && rank > found[slot].0
            {
                found[slot] = (rank, Place::At(place));
            }
        }
        // Several columns may be of one source, and have the slot of the first of them.
        let slot =
            |source: &str| keys.find(source.as_bytes()).map_or(Place::Absent, |(slot, _)| found[slot].1);
        let columns = wanted.iter().map(|column| (column.data_type, slot(&column.source))).collect();
        Self { file, columns }
    }

    /// The places of columns of the request in the file, each once, in order.
    fn places(&self, columns: impl IntoIterator<Item = usize>) -> Vec<usize> {
        let mut places: Vec<usize> = columns
            .into_iter()
            .filter_map(|column| match self.columns[column].1 {
                Place::At(place) => Some(place),
                Place::Absent => None,
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// How many rows a morsel of a row group has, given the bytes of the columns that are read.
    fn morsel_rows(&self, group: usize) -> usize {
        let group = self.file.metadata().row_group(group);
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let places = self.places(0..self.columns.len());
        let descriptor = group.schema_descr();
        let is_read = |leaf: &usize| places.binary_search(&descriptor.get_column_root_idx(*leaf)).is_ok();
        let bytes =
            (0..group.num_columns()).filter(is_read).map(|leaf| group.column(leaf).uncompressed_size());
        let bytes = bytes.fold(0_usize, |sum, size| sum.saturating_add(usize::try_from(size).unwrap_or(0)));
        let pieces = rows.div_ceil(MORSEL_ROWS).max(bytes.div_ceil(MORSEL_BYTES)).max(1);
        rows.div_ceil(pieces).max(1)
    }
}

impl Scan for ParquetScan {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        if self.request.limit.is_some_and(|limit| self.rows.load(Ordering::Relaxed) >= limit) {
            return Ok(None);
        }
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(mapped) = self.files.get(position.file) {
            let metadata = mapped.file.metadata();
            let Some(group) = metadata.row_groups().get(position.group) else {
                position.file += 1;
                position.group = 0;
                continue;
            };
            let rows = usize::try_from(group.num_rows()).unwrap_or(0);
            let size = usize::try_from(group.compressed_size()).unwrap_or(0);
            if position.row == 0 && rows > 0 {
                let admitted = self.pruner(mapped).admits_group(position.group);
                self.setting.report.add_row_group(admitted);
                if !admitted {
                    position.passed += size;
                    position.row = rows;
                }
            }
            if position.row >= rows {
                position.group += 1;
                position.row = 0;
                continue;
            }
            let start = position.row;
            let end = rows.min(start + mapped.morsel_rows(position.group));
            let share = (size as u128 * (end - start) as u128 / rows as u128) as usize;
            let bytes = share + std::mem::take(&mut position.passed);
            let data =
                MorselData::Rows { file: position.file, group: position.group, rows: start..end, bytes };
            position.row = end;
            let sequence = position.sequence;
            position.sequence += 1;
            return Ok(Some(Morsel { sequence, data }));
        }
        Ok(None)
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        let MorselData::Rows { file, group, rows, .. } = morsel.data else {
            return Err(TableError::new("a Parquet file gives rows"));
        };
        let mapped = self.files.get(file).ok_or_else(|| TableError::new("a morsel of another scan"))?;
        self.scanned.add(Some(rows.len() as u64));
        let batch = match &self.request.filter {
            None => self.read_all(mapped, group, rows)?,
            Some(_) => self.read_filtered(mapped, group, rows)?,
        };
        self.rows.fetch_add(batch.rows, Ordering::Relaxed);
        Ok(batch)
    }

    fn rows_scanned(&self) -> Option<u64> {
        self.scanned.get()
    }
}

/// Columns of the request that were made, by their position there.
type Made = Vec<Option<Column>>;

impl ParquetScan {
    fn read_all(&self, mapped: &Mapped, group: usize, rows: Range<usize>) -> Result<Batch, TableError> {
        // What lies behind the first rows that are wanted is never needed.
        let length = rows.len().min(self.request.limit.unwrap_or(usize::MAX));
        let first = rows.start..rows.start + length;
        let selected = Selected::new(mapped, group, std::iter::once(first).collect());
        let mut made: Made = vec![None; self.request.columns.len()];
        self.make(&selected, None, 0..self.request.columns.len(), &mut made)?;
        Ok(self.batch(made, length))
    }

    fn read_filtered(&self, mapped: &Mapped, group: usize, rows: Range<usize>) -> Result<Batch, TableError> {
        let Some(filter) = &self.request.filter else { return self.read_all(mapped, group, rows) };
        let mut made: Made = vec![None; self.request.columns.len()];
        let admitted = match self.request.conditions.is_empty() {
            true => vec![rows.clone()],
            false => intersection(&self.pruner(mapped).admitted_rows(group), std::slice::from_ref(&rows)),
        };
        let selected = Selected::new(mapped, group, admitted);
        self.setting.report.add_rows_passed_over(rows.len() - selected.count);
        self.make(&selected, None, filter.columns.iter().copied(), &mut made)?;
        let read: Vec<Column> = filter.columns.iter().filter_map(|&index| made[index].clone()).collect();
        let keep = (filter.evaluate)(&read, selected.count)?;
        let count = keep.count_set_bits();
        if count < selected.count {
            for column in made.iter_mut().flatten() {
                *column = column.filter(&keep);
            }
        }
        let rest = (0..made.len()).filter(|&index| made[index].is_none()).collect::<Vec<_>>();
        self.make(&selected, Some((&keep, count)), rest, &mut made)?;
        Ok(self.batch(made, count))
    }

    fn batch(&self, made: Made, rows: usize) -> Batch {
        Batch::new(self.schema.clone(), made.into_iter().flatten().collect(), rows)
    }

    /// Makes columns of the selected rows, or of those of them that are kept.
    fn make(
        &self,
        selected: &Selected<'_>,
        keep: Option<(&BooleanBuffer, usize)>,
        columns: impl IntoIterator<Item = usize>,
        made: &mut Made,
    ) -> Result<(), TableError> {
        let columns: Vec<usize> = columns.into_iter().collect();
        let count = keep.map_or(selected.count, |(_, count)| count);
        let mapped = selected.mapped;
        let places = mapped.places(columns.iter().copied());
        let arrays =
            if places.is_empty() || count == 0 { Vec::new() } else { selected.read(&places, keep)? };
        for index in columns {
            let wanted = &self.request.columns[index];
            let array = match mapped.columns[index].1 {
                Place::At(place) => {
                    places.binary_search(&place).ok().and_then(|at| Some((place, arrays.get(at)?)))
                }
                Place::Absent => None,
            };
            made[index] = Some(match array {
                None => Column::absent(wanted.data_type, count),
                Some((place, array)) => self.column(&mapped.file, place, array, wanted),
            });
        }
        Ok(())
    }

    /// The column that is wanted, from what the file has.
    fn column(&self, file: &ParquetFile, place: usize, array: &ArrayRef, wanted: &ScanColumn) -> Column {
        let stored = &file.columns()[place];
        let found = native(array, stored.data_type, stored.meaning);
        // A path leads into a dynamic.
        let wanted_type = if wanted.path.is_empty() { wanted.data_type } else { ScalarType::Dynamic };
        let coerced = coerce(found.column, wanted_type);
        let misfits = found.misfits + coerced.misfits;
        self.setting.report.add_misfits(&self.setting.table, &wanted.source, misfits);
        match &coerced.column {
            Column::Dynamic(texts) if !wanted.path.is_empty() => crate::path::extract(texts, &wanted.path),
            _ => coerced.column,
        }
    }
}

/// Rows of a row group.
struct Selected<'m> {
    mapped: &'m Mapped,
    group: usize,
    ranges: Vec<Range<usize>>,
    count: usize,
}

impl<'m> Selected<'m> {
    fn new(mapped: &'m Mapped, group: usize, ranges: Vec<Range<usize>>) -> Self {
        let count = ranges.iter().map(ExactSizeIterator::len).sum();
        Self { mapped, group, ranges, count }
    }

    fn read(
        &self,
        places: &[usize],
        keep: Option<(&BooleanBuffer, usize)>,
    ) -> Result<Vec<ArrayRef>, TableError> {
        let rows = self.mapped.file.metadata().row_group(self.group).num_rows();
        let rows = usize::try_from(rows).unwrap_or(0);
        let selection = RowSelection::from_consecutive_ranges(self.ranges.iter().cloned(), rows);
        let read = |selection| self.mapped.file.read(self.group, places, selection);
        match keep {
            None => read(selection),
            Some((_, count)) if count == self.count => read(selection),
            Some((keep, count)) if count * FEW <= self.count => {
                let kept = BooleanArray::new(keep.clone(), None);
                read(selection.and_then(&RowSelection::from_filters(&[kept])))
            }
            Some((keep, _)) => {
                let kept = BooleanArray::new(keep.clone(), None);
                let filter =
                    |array: ArrayRef| arrow_select::filter::filter(array.as_ref() as &dyn Array, &kept);
                let filtered: Result<Vec<ArrayRef>, _> = read(selection)?.into_iter().map(filter).collect();
                filtered.map_err(|error| TableError::new(error.to_string()))
            }
        }
    }
}
