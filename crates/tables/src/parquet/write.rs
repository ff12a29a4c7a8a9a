//! Writes Parquet files.
//!
//! zstd; dictionaries where values repeat; timestamps as differences; least and greatest values of row groups and pages;
//! bloom filters for what is asked for by equality: strings and guids. Their size follows the number of distinct values.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Array, ArrayRef};
use arrow_schema::{FieldRef, Schema as ArrowSchema};
use arrow_select::interleave::interleave;
use kql_types::{Batch, Column, ScalarType, Schema};
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};

use super::storage::{self, Storage, Survey};

/// Rows of a row group: enough that columns compress well, few enough that several workers find work in a file of some
/// hundred thousand rows and that the columns of one fit in memory several times.
pub const GROUP_ROWS: usize = 1 << 16;

/// Rows of a page at most, so that a page is worth skipping.
const PAGE_ROWS: usize = 8192;

/// The share of values that a bloom filter takes for its own though it never saw them.
const FALSE_POSITIVES: f64 = 0.01;

/// What a file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be kept, and searched.
    Keep {
        /// The column by whose values the rows are sorted, ascending, nulls first.
        sorted_by: Option<usize>,
    },
    /// To be read once, in order.
    PassOn,
}

/// A Parquet file that is being written.
pub(crate) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    factory: ArrowRowGroupWriterFactory,
    columns: Vec<(Storage, FieldRef)>,
    groups: usize,
    threads: usize,
}

/// A row: which batch it is in, and where.
pub(crate) type Pick = (usize, usize);

impl<W: Write + Send> ParquetWriter<W> {
    /// Begins a file with these columns, whose values were surveyed.
    pub(crate) fn new(
        sink: W,
        schema: &Schema,
        surveys: &[Survey],
        purpose: Purpose,
        threads: usize,
    ) -> Result<Self, ParquetError> {
        let fields = schema.fields.iter().zip(surveys);
        let columns: Vec<(Storage, FieldRef)> = fields
            .map(|(field, survey)| {
                let storage = Storage::choose(field.data_type, *survey);
                (storage, Arc::new(storage.arrow_field(&field.name)))
            })
            .collect();
        let types = columns.iter().map(|(storage, field)| storage.parquet_type(field.name()));
        let root =
            Type::group_type_builder("schema").with_fields(types.collect::<Result<_, _>>()?).build()?;
        let file = SerializedFileWriter::new(sink, Arc::new(root), Arc::new(properties(schema, purpose)))?;
        let fields: Vec<FieldRef> = columns.iter().map(|(_, field)| field.clone()).collect();
        let factory = ArrowRowGroupWriterFactory::new(&file, Arc::new(ArrowSchema::new(fields)));
        Ok(Self { file, factory, columns, groups: 0, threads })
    }

    /// Writes these rows, in this order, as a row group. The columns are encoded in parallel.
    pub(crate) fn write(&mut self, batches: &[Batch], picks: &[Pick]) -> Result<(), ParquetError> {
        if picks.is_empty() {
            return Ok(());
        }
        let writers = self.factory.create_column_writers(self.groups)?;
        self.groups += 1;
        let jobs: Vec<Mutex<Option<ArrowColumnWriter>>> =
            writers.into_iter().map(|writer| Mutex::new(Some(writer))).collect();
        let chunks: Vec<Mutex<Option<Result<ArrowColumnChunk, ParquetError>>>> =
            jobs.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(index) else { return };
                let Some(writer) = taken(job) else { return };
                let (storage, field) = &self.columns[index];
                let chunk = encode(writer, *storage, field, batches, picks, index);
                *chunks[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(chunk);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.threads.min(jobs.len()) {
                scope.spawn(work);
            }
            work();
        });
        let mut group = self.file.next_row_group()?;
        for chunk in &chunks {
            let chunk =
                taken(chunk).unwrap_or_else(|| Err(ParquetError::General("a column is missing".to_owned())));
            chunk?.append_to_row_group(&mut group)?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn finish(self) -> Result<W, ParquetError> {
        self.file.into_inner()
    }
}

fn taken<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// One column of a row group.
fn encode(
    mut writer: ArrowColumnWriter,
    storage: Storage,
    field: &FieldRef,
    batches: &[Batch],
    picks: &[Pick],
    index: usize,
) -> Result<ArrowColumnChunk, ParquetError> {
    let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.columns[index].array()).collect();
    let rows: ArrayRef = interleave(&parts, picks)?;
    let data_type = batches[0].columns[index].data_type();
    let stored = storage.store(&Column::from_array(data_type, &rows));
    for leaf in compute_leaves(field, &stored)? {
        writer.write(&leaf)?;
    }
    writer.close()
}

fn properties(schema: &Schema, purpose: Purpose) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_created_by(format!("{}{}", storage::CREATED_BY, env!("CARGO_PKG_VERSION")))
        .set_key_value_metadata(Some(vec![KeyValue::new(
            storage::SCHEMA_KEY.to_owned(),
            storage::schema_text(schema),
        )]))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_data_page_row_count_limit(PAGE_ROWS);
    for field in &schema.fields {
        let path = || ColumnPath::new(vec![field.name.to_string()]);
        match field.data_type {
            ScalarType::DateTime | ScalarType::Timespan => {
                builder = builder
                    .set_column_dictionary_enabled(path(), false)
                    .set_column_encoding(path(), Encoding::DELTA_BINARY_PACKED);
            }
            ScalarType::String | ScalarType::Guid if purpose != Purpose::PassOn => {
                builder = builder
                    .set_column_bloom_filter_fpp(path(), FALSE_POSITIVES)
                    .set_column_bloom_filter_max_ndv(path(), GROUP_ROWS as u64);
            }
            // Nobody compares whole objects.
            ScalarType::Dynamic => {
                builder = builder.set_column_statistics_enabled(path(), EnabledStatistics::None);
            }
            _ => {}
        }
    }
    if let Purpose::Keep { sorted_by: Some(column) } = purpose {
        let column_idx = i32::try_from(column).unwrap_or(i32::MAX);
        let sorting = SortingColumn { column_idx, descending: false, nulls_first: true };
        builder = builder.set_sorting_columns(Some(vec![sorting]));
    }
    if purpose == Purpose::PassOn {
        builder = builder
            .set_compression(Compression::LZ4_RAW)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_dictionary_enabled(false);
    }
    builder.build()
}

/// Writes a result as a Parquet file.
pub fn write_parquet(sink: impl Write + Send, schema: &Schema, batches: &[Batch]) -> std::io::Result<()> {
    let mut surveys: Vec<Survey> = schema.fields.iter().map(|field| Survey::new(field.data_type)).collect();
    for batch in batches {
        surveys.iter_mut().zip(&batch.columns).for_each(|(survey, column)| survey.add(column));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let written = || {
        let purpose = Purpose::Keep { sorted_by: None };
        let mut writer = ParquetWriter::new(sink, schema, &surveys, purpose, threads)?;
        let rows =
            batches.iter().enumerate().flat_map(|(at, batch)| (0..batch.rows).map(move |row| (at, row)));
        let picks: Vec<Pick> = rows.collect();
        picks.chunks(GROUP_ROWS).try_for_each(|picks| writer.write(batches, picks))?;
        writer.finish()
    };
    written().map(|_| ()).map_err(std::io::Error::other)
}
