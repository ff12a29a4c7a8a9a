//! Rows on their way into a file.

use std::io::Write;

use arrow_array::{Array, Int64Array, StringViewArray};
use kql_types::{Batch, Column};
use parquet::errors::ParquetError;

use super::write::{ParquetWriter, Pick};

/// A row group has no more than so many bytes of values, as they are before they are encoded.
pub(crate) const GROUP_BYTES: usize = 128 << 20;

/// The values of a column, if it holds times.
pub(crate) fn times(column: &Column) -> Option<&Int64Array> {
    if let Column::DateTime(values) = column { Some(values) } else { None }
}

/// Rows in memory.
#[derive(Default)]
pub(crate) struct Gathered {
    /// In the order in which they came, none of them empty.
    pub batches: Vec<Batch>,
    /// How many there are.
    pub rows: usize,
    /// What they need.
    pub bytes: usize,
}

impl Gathered {
    /// Adds rows at the end.
    pub(crate) fn add(&mut self, batch: Batch) {
        if batch.rows > 0 {
            self.rows += batch.rows;
            self.bytes += batch_bytes(&batch);
            self.batches.push(batch);
        }
    }

    /// How many of these rows make a row group, if it has no more than `most`.
    pub(crate) fn group_rows(&self, most: usize) -> usize {
        match self.bytes.checked_div(self.rows) {
            None | Some(0) => most,
            Some(bytes) => (GROUP_BYTES / bytes).clamp(1, most),
        }
    }

    /// Writes the first rows as a row group, and forgets them.
    pub(crate) fn write_first<W: Write + Send>(
        &mut self,
        writer: &mut ParquetWriter<W>,
        most: usize,
    ) -> Result<(), ParquetError> {
        let wanted = self.rows.min(most);
        let picks: Vec<Pick> = places(&self.batches).take(wanted).collect();
        writer.write(&self.batches, &picks)?;
        let mut rest = Gathered::default();
        let mut before = 0;
        for batch in self.batches.drain(..) {
            let written = wanted.saturating_sub(before).min(batch.rows);
            before += batch.rows;
            rest.add(batch.slice(written, batch.rows - written));
        }
        *self = rest;
        Ok(())
    }

    /// The rows in the order of their time, those without one first.
    pub(crate) fn sorted(&self, time: usize) -> Vec<Pick> {
        let columns: Vec<Option<&Int64Array>> =
            self.batches.iter().map(|batch| times(&batch.columns[time])).collect();
        let key = |&(batch, row): &Pick| {
            columns[batch].filter(|values| values.is_valid(row)).map(|values| values.value(row))
        };
        let mut keyed: Vec<(Option<i64>, Pick)> =
            places(&self.batches).map(|pick| (key(&pick), pick)).collect();
        keyed.sort_by_key(|(key, _)| *key);
        keyed.into_iter().map(|(_, pick)| pick).collect()
    }
}

/// All rows of some batches, in order.
fn places(batches: &[Batch]) -> impl Iterator<Item = Pick> {
    batches.iter().enumerate().flat_map(|(at, batch)| (0..batch.rows).map(move |row| (at, row)))
}

/// The bytes that the values of a batch need.
pub(crate) fn batch_bytes(batch: &Batch) -> usize {
    let outside = |column: &Column| texts(column).map_or(0, outside_bytes);
    batch.columns.iter().map(|column| 16 * column.len() + outside(column)).sum()
}

fn texts(column: &Column) -> Option<&StringViewArray> {
    if let Column::String(texts) | Column::Dynamic(texts) = column { Some(texts) } else { None }
}

/// The bytes of texts that are not part of their view.
fn outside_bytes(texts: &StringViewArray) -> usize {
    let lengths = texts.views().iter().map(|&view| view as u32 as usize);
    lengths.filter(|&length| length > 12).sum()
}

/// The batch with its texts copied together, so that it does not keep the records alive in which they stand.
pub(crate) fn on_its_own(batch: Batch) -> Batch {
    let columns = batch.columns.into_iter().map(|column| {
        let held =
            |texts: &StringViewArray| texts.data_buffers().iter().map(|buffer| buffer.len()).sum::<usize>();
        match &column {
            Column::String(texts) if held(texts) > outside_bytes(texts) => Column::String(texts.gc().into()),
            Column::Dynamic(texts) if held(texts) > outside_bytes(texts) => {
                Column::Dynamic(texts.gc().into())
            }
            _ => column,
        }
    });
    Batch { columns: columns.collect(), schema: batch.schema, rows: batch.rows }
}
