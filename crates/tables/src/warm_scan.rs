//! A scan of columns that are all in memory.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_buffer::BooleanBuffer;
use kql_types::{Batch, Column, Schema};

use crate::column_cache::{Complete, Kept};
use crate::json_scan::Setting;
use crate::scan::RowCount;
use crate::{Morsel, MorselData, Scan, ScanRequest, TableError};

/// A scan of columns that are all in memory.
#[derive(Debug)]
pub(crate) struct WarmScan {
    request: ScanRequest,
    schema: Arc<Schema>,
    /// The first row of each morsel, and past the last row.
    rows: Vec<usize>,
    columns: Vec<Held>,
    next: AtomicUsize,
    scanned: RowCount,
}

/// A column of all morsels.
#[derive(Debug)]
enum Held {
    Pieces(Vec<Column>),
    Joined(Column),
}

impl WarmScan {
    /// `complete`: the places of records, then the columns.
    pub(crate) fn new(request: ScanRequest, complete: Vec<Complete>, setting: &Setting) -> Self {
        let mut rows = vec![0];
        let mut columns = Vec::with_capacity(request.columns.len());
        for (position, complete) in complete.into_iter().enumerate() {
            let Some(column) = position.checked_sub(1).and_then(|index| request.columns.get(index)) else {
                rows.extend(ends(&complete));
                continue;
            };
            let (held, misfits) = Held::of(complete);
            setting.report.add_misfits(&setting.table, &column.source, misfits);
            columns.push(held);
        }
        let schema = request.schema();
        Self { request, schema, rows, columns, next: AtomicUsize::new(0), scanned: RowCount::default() }
    }

    fn count(&self) -> usize {
        self.rows.len() - 1
    }

    /// The rows of these morsels that pass the filter, whose columns are looked at first.
    fn rows_of(&self, morsels: Range<usize>, count: usize) -> Result<Batch, TableError> {
        let all = |index: usize| self.columns[index].of_morsels(&morsels, &self.rows);
        let Some(filter) = &self.request.filter else {
            let columns = (0..self.columns.len()).map(all).collect();
            return Ok(Batch::new(self.schema.clone(), columns, count));
        };
        let read: Vec<Column> = filter.columns.iter().map(|&index| all(index)).collect();
        let keep = (filter.evaluate)(&read, count)?;
        let passed = keep.count_set_bits();
        if passed == 0 {
            return Ok(Batch::empty(self.schema.clone()));
        }
        let passing = |index: usize| match filter.columns.iter().position(|&column| column == index) {
            Some(place) if passed == count => read[place].clone(),
            Some(place) => read[place].filter(&keep),
            None if passed == count => all(index),
            None => self.columns[index].passing(&morsels, &self.rows, &keep),
        };
        let columns = (0..self.columns.len()).map(passing).collect();
        Ok(Batch::new(self.schema.clone(), columns, passed))
    }
}

/// Past the last row of each morsel.
fn ends(records: &Complete) -> Vec<usize> {
    let Complete::Pieces(pieces) = records else { return Vec::new() };
    let count = |piece: &Kept| if let Kept::Records(starts) = piece { starts.len() } else { 0 };
    let end = |end: &mut usize, piece: &Kept| {
        *end += count(piece);
        Some(*end)
    };
    pieces.iter().scan(0, end).collect()
}

impl Held {
    /// The column, and how many of its values did not fit the type.
    fn of(complete: Complete) -> (Self, usize) {
        match complete {
            Complete::Whole(column, misfits) => (Held::Joined(column), misfits),
            Complete::Pieces(pieces) => {
                let mut misfits = 0;
                let column = |piece| match piece {
                    Kept::Column(column, of_morsel) => {
                        misfits += of_morsel;
                        Some(column)
                    }
                    Kept::Records(_) | Kept::Malformed => None,
                };
                (Held::Pieces(pieces.into_iter().filter_map(column).collect()), misfits)
            }
        }
    }

    /// Its part in these morsels, of which there is at least one.
    fn of_morsels(&self, morsels: &Range<usize>, rows: &[usize]) -> Column {
        match self {
            Held::Joined(column) => {
                let (start, end) = (rows[morsels.start], rows[morsels.end]);
                column.slice(start, end - start)
            }
            Held::Pieces(pieces) => {
                let pieces: Vec<&Column> = pieces[morsels.clone()].iter().collect();
                Column::concat(pieces[0].data_type(), &pieces)
            }
        }
    }

    /// Those rows of the morsels that pass, of which there is at least one.
    fn passing(&self, morsels: &Range<usize>, rows: &[usize], keep: &BooleanBuffer) -> Column {
        let Held::Pieces(pieces) = self else { return self.of_morsels(morsels, rows).filter(keep) };
        let first = rows[morsels.start];
        let mut passing = Vec::new();
        for morsel in morsels.clone() {
            let keep = keep.slice(rows[morsel] - first, rows[morsel + 1] - rows[morsel]);
            if keep.count_set_bits() > 0 {
                passing.push(pieces[morsel].filter(&keep));
            }
        }
        Column::concat(pieces[morsels.start].data_type(), &passing.iter().collect::<Vec<_>>())
    }
}

impl Scan for WarmScan {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        let sequence = self.next.fetch_add(1, Ordering::Relaxed);
        let data = MorselData::Kept { morsels: 1 };
        Ok((sequence < self.count()).then_some(Morsel { sequence, data }))
    }

    fn extend(&self, morsel: &mut Morsel, count: usize) {
        let MorselData::Kept { morsels } = &mut morsel.data else { return };
        let end = self.count().min(morsel.sequence + count);
        let behind = morsel.sequence + *morsels;
        if end > behind
            && self.next.compare_exchange(behind, end, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        {
            *morsels = end - morsel.sequence;
        }
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        let morsels = match morsel.data {
            MorselData::Kept { morsels } => morsel.sequence..morsel.sequence + morsels,
            _ => 0..0,
        };
        if morsels.is_empty() || morsels.end > self.count() {
            return Err(TableError::new("a morsel of another scan"));
        }
        let count = self.rows[morsels.end] - self.rows[morsels.start];
        self.scanned.add(Some(count as u64));
        self.rows_of(morsels, count)
    }

    fn rows_scanned(&self) -> Option<u64> {
        self.scanned.get()
    }
}
