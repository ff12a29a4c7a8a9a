//! Where the rows of a pipeline come from.

use std::collections::VecDeque;
use std::sync::Arc;

use kql_tables::{Morsel, MorselData};
use kql_types::{Batch, Column, Schema};

use super::{Segment, Stages};
use crate::QueryError;
use crate::query::Progress;
use crate::scan::TableScan;

/// Rows of a morsel that is cut from rows in memory.
pub(crate) const PIECE_ROWS: usize = 1 << 16;

/// Where rows come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A table.
    Scan(Arc<TableScan>),
    /// Rows in memory, none of the batches longer than [`PIECE_ROWS`].
    Batches(VecDeque<Batch>),
    /// The values of `range`, made as they are needed.
    Series(Series),
}

/// The values of `range`.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) schema: Arc<Schema>,
    /// How many values there are.
    pub(crate) length: u64,
    /// How many have been handed out.
    pub(crate) done: u64,
    /// Makes values from this position on.
    pub(crate) values: SeriesValues,
}

/// First value and distance, by the type's representation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SeriesValues {
    Int(i32, i32),
    Long(i64, i64),
    Real(f64, f64),
    DateTime(i64, i64),
    Timespan(i64, i64),
}

impl SeriesValues {
    fn column(self, start: u64, rows: usize) -> Column {
        let at = |row: usize| start.wrapping_add(row as u64);
        let long = |first: i64, step: i64| {
            (0..rows)
                .map(move |row| first.wrapping_add(step.wrapping_mul(at(row) as i64)))
                .collect::<Vec<_>>()
        };
        match self {
            SeriesValues::Int(first, step) => {
                let value = move |row| first.wrapping_add(step.wrapping_mul(at(row) as i32));
                Column::Int((0..rows).map(value).collect::<Vec<_>>().into())
            }
            SeriesValues::Long(first, step) => Column::Long(long(first, step).into()),
            SeriesValues::DateTime(first, step) => Column::DateTime(long(first, step).into()),
            SeriesValues::Timespan(first, step) => Column::Timespan(long(first, step).into()),
            SeriesValues::Real(first, step) => {
                let value = move |row| first + step * at(row) as f64;
                Column::Real((0..rows).map(value).collect::<Vec<_>>().into())
            }
        }
    }
}

impl Source {
    /// Rows that are in memory.
    pub(crate) fn batches(batches: Vec<Batch>) -> Self {
        let pieces = batches.into_iter().flat_map(|batch| {
            (0..batch.rows).step_by(PIECE_ROWS).map(move |start| match batch.rows <= PIECE_ROWS {
                true => batch.clone(),
                false => batch.slice(start, PIECE_ROWS.min(batch.rows - start)),
            })
        });
        Source::Batches(pieces.collect())
    }

    fn next(&mut self) -> Result<Option<(usize, Work)>, QueryError> {
        Ok(match self {
            Source::Scan(scan) => {
                scan.next()?.map(|morsel| (morsel.sequence, Work::Morsel(scan.clone(), morsel)))
            }
            Source::Batches(batches) => batches.pop_front().map(|batch| (usize::MAX, Work::Rows(batch))),
            Source::Series(series) => series.next().map(|batch| (usize::MAX, Work::Rows(batch))),
        })
    }
}

impl Series {
    fn next(&mut self) -> Option<Batch> {
        let rows = (self.length - self.done).min(PIECE_ROWS as u64) as usize;
        if rows == 0 {
            return None;
        }
        let column = self.values.column(self.done, rows);
        self.done += rows as u64;
        Some(Batch::new(self.schema.clone(), vec![column], rows))
    }
}

/// The rest of a pipeline's input.
#[derive(Debug)]
pub(super) struct Feed {
    segments: VecDeque<Segment>,
    /// Stages of the first segment.
    stages: Stages,
    /// Sequence number of the first segment's first morsel.
    base: usize,
    /// Sequence number past the last morsel handed out.
    next: usize,
}

impl Feed {
    pub(super) fn new(segments: Vec<Segment>) -> Self {
        let segments = VecDeque::from(segments);
        let stages = first_stages(&segments);
        Self { segments, stages, base: 0, next: 0 }
    }

    /// The piece of work that was handed out last, so many morsels long where they are in memory.
    pub(super) fn extended(&mut self, mut unit: Unit, length: usize) -> Unit {
        unit.extend(length);
        self.next = self.next.max(unit.sequence + unit.morsels());
        unit
    }

    /// The next piece of work. Sequence numbers have no gaps.
    pub(super) fn next(&mut self) -> Result<Option<Unit>, QueryError> {
        while let Some(segment) = self.segments.front_mut() {
            if let Some((within, work)) = segment.source.next()? {
                let sequence = if within == usize::MAX { self.next } else { self.base + within };
                self.next = self.next.max(sequence + 1);
                return Ok(Some(Unit { sequence, work, stages: self.stages.clone() }));
            }
            self.segments.pop_front();
            self.stages = first_stages(&self.segments);
            self.base = self.next;
        }
        Ok(None)
    }
}

fn first_stages(segments: &VecDeque<Segment>) -> Stages {
    segments.front().map_or_else(|| Arc::from([]), |segment| Arc::from(segment.stages.as_slice()))
}

/// A morsel on its way to a worker.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) sequence: usize,
    work: Work,
    pub(super) stages: Stages,
}

#[derive(Debug)]
enum Work {
    Morsel(Arc<TableScan>, Morsel),
    Rows(Batch),
}

impl Unit {
    /// How many morsels it stands for.
    pub(super) fn morsels(&self) -> usize {
        match &self.work {
            Work::Morsel(_, Morsel { data: MorselData::Kept { morsels }, .. }) => *morsels,
            _ => 1,
        }
    }

    /// Lets it stand for so many morsels, if their rows are in memory.
    fn extend(&mut self, count: usize) {
        if let Work::Morsel(scan, morsel) = &mut self.work {
            scan.extend(morsel, count);
        }
    }

    /// The rows of the morsel, and the stages that they must pass.
    pub(super) fn read(self, progress: &Progress) -> Result<(Batch, Stages), QueryError> {
        let batch = match self.work {
            Work::Rows(batch) => batch,
            Work::Morsel(scan, morsel) => {
                let bytes = morsel.data.bytes();
                let batch = scan.read(morsel)?;
                progress.add(batch.rows, bytes);
                batch
            }
        };
        Ok((batch, self.stages))
    }
}
