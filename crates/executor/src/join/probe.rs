//! The side of a join that streams.

use std::sync::Arc;

use arrow_array::UInt32Array;
use arrow_buffer::{BooleanBuffer, NullBuffer};
use kql_functions::Context;
use kql_planner::plan::{Join, JoinKind, JoinOutput};
use kql_types::{Batch, Column, Schema};

use super::build::{BuildSide, DistinctKeys, key_columns};
use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::grouping::NO_GROUP;
use crate::pipeline::{Emit, Stage};
use crate::query::Query;

/// Rows of output that are made at once.
const OUTPUT_ROWS: usize = 1 << 14;

/// Stands for no row.
const NO_ROW: u32 = u32::MAX;

/// Keeps the rows whose key is among known ones, or the others.
#[derive(Debug)]
pub(super) struct Semi {
    keys: Vec<CompiledExpr>,
    known: Arc<DistinctKeys>,
    with_match: bool,
    context: Arc<Context>,
}

impl Semi {
    pub(super) fn new(
        keys: Vec<CompiledExpr>,
        known: Arc<DistinctKeys>,
        with_match: bool,
        query: &Query,
    ) -> Self {
        Self { keys, known, with_match, context: query.context.clone() }
    }
}

impl Stage for Semi {
    fn push(&self, batch: Batch, emit: &mut Emit<'_>) -> Result<(), QueryError> {
        let columns = key_columns(&self.keys, &batch, &self.context)?;
        let mut found = Vec::new();
        self.known.groups.find(&columns, batch.rows, &mut found);
        let keep: BooleanBuffer = found.iter().map(|&key| (key != NO_GROUP) == self.with_match).collect();
        emit(if keep.count_set_bits() == batch.rows { batch } else { batch.filter(&keep) })
    }
}

/// Pairs left rows with the right rows of their key.
#[derive(Debug)]
pub(super) struct Probe {
    keys: Vec<CompiledExpr>,
    build: BuildSide,
    kind: JoinKind,
    outputs: Vec<JoinOutput>,
    left: Arc<Schema>,
    schema: Arc<Schema>,
    context: Arc<Context>,
}

impl Probe {
    pub(super) fn new(
        keys: Vec<CompiledExpr>,
        build: BuildSide,
        join: &Join,
        schema: Arc<Schema>,
        query: &Query,
    ) -> Self {
        Self {
            keys,
            build,
            kind: join.kind,
            outputs: join.outputs.clone(),
            left: join.left.schema.clone(),
            schema,
            context: query.context.clone(),
        }
    }

    fn pairs(&self, left: &Batch, left_rows: &[u32], right_rows: &[u32]) -> Batch {
        let whole = left_rows.len() == left.rows
            && left_rows.iter().enumerate().all(|(row, &from)| row == from as usize);
        let left_rows = UInt32Array::from(left_rows.to_vec());
        let right_rows = optional_rows(right_rows);
        let column = |output: &JoinOutput| match *output {
            JoinOutput::Left(index) if whole => left.columns[index].clone(),
            JoinOutput::Left(index) => left.columns[index].take(&left_rows),
            JoinOutput::Right(index) => self.build.rows.columns[index].take(&right_rows),
        };
        let columns = self.outputs.iter().map(column).collect();
        Batch::new(self.schema.clone(), columns, arrow_array::Array::len(&right_rows))
    }

    /// The right rows without a match, after all left rows have come.
    pub(super) fn unmatched_right(&self) -> Batch {
        let rows = UInt32Array::from(self.build.unmatched());
        let count = arrow_array::Array::len(&rows);
        let column = |output: &JoinOutput| match *output {
            JoinOutput::Left(index) => Column::absent(self.left.fields[index].data_type, count),
            JoinOutput::Right(index) => self.build.rows.columns[index].take(&rows),
        };
        Batch::new(self.schema.clone(), self.outputs.iter().map(column).collect(), count)
    }
}

fn optional_rows(rows: &[u32]) -> UInt32Array {
    let nulls = rows.contains(&NO_ROW).then(|| rows.iter().map(|&row| row != NO_ROW).collect::<NullBuffer>());
    let rows: Vec<u32> = rows.iter().map(|&row| if row == NO_ROW { 0 } else { row }).collect();
    UInt32Array::new(rows.into(), nulls)
}

impl Stage for Probe {
    fn push(&self, batch: Batch, emit: &mut Emit<'_>) -> Result<(), QueryError> {
        let columns = key_columns(&self.keys, &batch, &self.context)?;
        let mut found = Vec::new();
        self.build.keys.find(&columns, batch.rows, &mut found);
        if matches!(self.kind, JoinKind::RightOuter | JoinKind::FullOuter) {
            self.build.mark(&found);
        }
        let keeps_left = matches!(self.kind, JoinKind::LeftOuter | JoinKind::FullOuter);
        let (mut left_rows, mut right_rows) = (Vec::new(), Vec::new());
        for (row, &key) in found.iter().enumerate() {
            let mut matches = self.build.rows_of(key);
            if matches.is_empty() && keeps_left {
                left_rows.push(row as u32);
                right_rows.push(NO_ROW);
            }
            while !matches.is_empty() {
                let room = OUTPUT_ROWS.saturating_sub(right_rows.len()).max(1);
                let (now, later) = matches.split_at(room.min(matches.len()));
                left_rows.extend(std::iter::repeat_n(row as u32, now.len()));
                right_rows.extend_from_slice(now);
                matches = later;
                if right_rows.len() >= OUTPUT_ROWS && (!matches.is_empty() || row + 1 < found.len()) {
                    emit(self.pairs(&batch, &left_rows, &right_rows))?;
                    left_rows.clear();
                    right_rows.clear();
                }
            }
        }
        match right_rows.is_empty() {
            true => Ok(()),
            false => emit(self.pairs(&batch, &left_rows, &right_rows)),
        }
    }
}
