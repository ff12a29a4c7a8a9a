//! An open Parquet file.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow_array::ArrayRef;
use arrow_buffer::Buffer;
use arrow_schema::{Field as ArrowField, Schema as ArrowSchema};
use bytes::Bytes;
use kql_types::{Field, ScalarType, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::basic::{CompressionCodec, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::guard::guarded;
use super::storage;
use super::stored::{Meaning, StoredColumn, as_read, can_be_own, kql_type};
use super::{MAGIC, begins_so};
use crate::TableError;

/// A Parquet file whose footer was read.
pub(crate) struct ParquetFile {
    path: Arc<PathBuf>,
    bytes: Bytes,
    footer: ArrowReaderMetadata,
    /// The same with least and greatest values of pages, read when a scan first has a use for them.
    with_pages: OnceLock<ArrowReaderMetadata>,
    columns: Vec<StoredColumn>,
}

impl std::fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl ParquetFile {
    /// Reads the footer of a file that holds these bytes.
    pub(crate) fn open(path: &Arc<PathBuf>, buffer: &Buffer) -> Result<Self, TableError> {
        check_ends(path, buffer)?;
        let bytes = Bytes::from_owner(buffer.clone());
        let failed = |error: ParquetError| cannot_read(path, &error);
        let parsed = guarded(|| ParquetMetaDataReader::new().parse_and_finish(&bytes));
        let metadata = Arc::new(parsed.map_err(failed)?);
        check_groups(path, &metadata)?;
        let (footer, columns) = guarded(|| describe(metadata)).map_err(failed)?;
        Ok(Self { path: path.clone(), bytes, footer, with_pages: OnceLock::new(), columns })
    }

    /// Its columns.
    pub(crate) fn columns(&self) -> &[StoredColumn] {
        &self.columns
    }

    /// Names and types of its columns.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field> {
        self.columns.iter().map(|column| Field::new(column.name.clone(), column.data_type))
    }

    /// What its footer says.
    pub(crate) fn metadata(&self) -> &ParquetMetaData {
        self.footer.metadata()
    }

    /// The same, with what is known of pages.
    pub(crate) fn metadata_with_pages(&self) -> &ParquetMetaData {
        self.paged().metadata()
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    fn paged(&self) -> &ArrowReaderMetadata {
        self.with_pages.get_or_init(|| {
            // Where the index cannot be read the file is read without.
            guarded(|| {
                let mut reader = ParquetMetaDataReader::new_with_metadata(self.metadata().clone())
                    .with_page_index_policy(PageIndexPolicy::Optional);
                reader.read_page_indexes(&self.bytes)?;
                let options = ArrowReaderOptions::new().with_schema(self.footer.schema().clone());
                ArrowReaderMetadata::try_new(Arc::new(reader.finish()?), options)
            })
            .unwrap_or_else(|_| self.footer.clone())
        })
    }

    /// Reads columns of a row group, given by their places in ascending order: of the rows that are selected.
    pub(crate) fn read(
        &self,
        group: usize,
        places: &[usize],
        selection: RowSelection,
    ) -> Result<Vec<ArrayRef>, TableError> {
        let failed = |error: &dyn std::fmt::Display| {
            TableError::new(format!("cannot read {}: row group {group}: {error}", self.path.display()))
        };
        self.check_compression(group, places).map_err(|error| failed(&error))?;
        let rows = selection.row_count();
        let mask = ProjectionMask::roots(self.footer.parquet_schema(), places.iter().copied());
        let batches = guarded(|| {
            let reader =
                ParquetRecordBatchReaderBuilder::new_with_metadata(self.bytes.clone(), self.paged().clone())
                    .with_row_groups(vec![group])
                    .with_projection(mask)
                    .with_row_selection(selection)
                    .with_batch_size(rows.max(1))
                    .build()?;
            Ok(reader.collect::<Result<Vec<_>, _>>()?)
        })
        .map_err(|error| failed(&error))?;
        let found: usize = batches.iter().map(|batch| batch.num_rows()).sum();
        if found != rows || batches.iter().any(|batch| batch.num_columns() != places.len()) {
            return Err(failed(&format_args!("it has {found} rows where {rows} are announced")));
        }
        (0..places.len())
            .map(|index| match batches.as_slice() {
                [only] => Ok(only.column(index).clone()),
                [] => Ok(arrow_array::new_empty_array(&self.columns[places[index]].arrow)),
                many => {
                    let parts: Vec<&dyn arrow_array::Array> =
                        many.iter().map(|batch| batch.column(index).as_ref()).collect();
                    arrow_select::concat::concat(&parts).map_err(|error| failed(&error))
                }
            })
            .collect()
    }

    fn check_compression(&self, group: usize, places: &[usize]) -> Result<(), String> {
        let descriptor = self.footer.parquet_schema();
        for (leaf, column) in self.metadata().row_group(group).columns().iter().enumerate() {
            let codec = column.compression_codec();
            if matches!(codec, CompressionCodec::BROTLI | CompressionCodec::LZO)
                && places.contains(&descriptor.get_column_root_idx(leaf))
            {
                let name = column.column_path().string();
                return Err(format!(
                    "the column {name} is compressed with {codec:?}, which is not supported"
                ));
            }
        }
        Ok(())
    }
}

/// The columns of some files, in order of appearance, each with a type that holds the values of all files.
pub(crate) fn merged_fields<'f>(files: impl IntoIterator<Item = &'f ParquetFile>) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    for field in files.into_iter().flat_map(ParquetFile::fields) {
        match fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => known.data_type = common_type(known.data_type, field.data_type),
            None => fields.push(field),
        }
    }
    fields
}

/// As of JSON: long and real make real, other mixtures dynamic.
fn common_type(one: ScalarType, other: ScalarType) -> ScalarType {
    let is_number = |data_type: ScalarType| data_type.is_integer() || data_type == ScalarType::Real;
    match (one, other) {
        _ if one == other => one,
        _ if one.is_integer() && other.is_integer() => ScalarType::Long,
        _ if is_number(one) && is_number(other) => ScalarType::Real,
        _ => ScalarType::Dynamic,
    }
}

fn cannot_read(path: &Path, error: &dyn std::fmt::Display) -> TableError {
    TableError::new(format!("cannot read {}: {error}", path.display()))
}

/// A file that was cut off has no footer. The library would say so in words of the format.
fn check_ends(path: &Path, bytes: &[u8]) -> Result<(), TableError> {
    let problem = if bytes.ends_with(b"PARE") {
        "it is an encrypted Parquet file, which is not supported"
    } else if !begins_so(bytes) {
        "it is no Parquet file: it does not begin with PAR1"
    } else if !bytes.ends_with(MAGIC) {
        "the Parquet file is cut off: it does not end with PAR1"
    } else {
        return Ok(());
    };
    Err(cannot_read(path, &problem))
}

/// Numbers of rows and lengths that no file can have.
fn check_groups(path: &Path, metadata: &ParquetMetaData) -> Result<(), TableError> {
    let columns = metadata.file_metadata().schema_descr().num_columns();
    let sound = metadata.row_groups().iter().all(|group| {
        let lengths = group.columns().iter();
        (0..=i64::from(u32::MAX)).contains(&group.num_rows())
            && group.num_columns() == columns
            && lengths
                .into_iter()
                .all(|column| column.uncompressed_size() >= 0 && column.compressed_size() >= 0)
    });
    if sound {
        Ok(())
    } else {
        Err(cannot_read(path, &"a row group of the Parquet file is described wrongly"))
    }
}

/// How the columns are read, and what they hold.
fn describe(
    metadata: Arc<ParquetMetaData>,
) -> Result<(ArrowReaderMetadata, Vec<StoredColumn>), ParquetError> {
    let plain = |skip| ArrowReaderOptions::new().with_skip_arrow_metadata(skip);
    // The Arrow types that a writer left are a hint; where they do not fit the file they are left out.
    let inferred = ArrowReaderMetadata::try_new(metadata.clone(), plain(false))
        .or_else(|_| ArrowReaderMetadata::try_new(metadata.clone(), plain(true)))?;
    let descriptor = metadata.file_metadata().schema_descr();
    let stored = descriptor.root_schema().get_fields();
    let fields = inferred.schema().fields().iter().zip(stored).map(|(field, stored)| {
        let is_int96 = stored.is_primitive() && stored.get_physical_type() == Physical::INT96;
        ArrowField::clone(field).with_data_type(as_read(field.data_type(), is_int96))
    });
    let schema =
        ArrowSchema::new_with_metadata(fields.collect::<Vec<_>>(), inferred.schema().metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    let footer = ArrowReaderMetadata::try_new(metadata.clone(), options)?;

    let own = own_schema(&metadata).unwrap_or_default();
    let mut leaves =
        (0..descriptor.num_columns()).map(|leaf| (descriptor.get_column_root_idx(leaf), leaf)).peekable();
    let mut columns = Vec::with_capacity(stored.len());
    for (place, (field, stored)) in footer.schema().fields().iter().zip(stored).enumerate() {
        let leaf = leaves.peek().filter(|(root, _)| *root == place).map(|(_, leaf)| *leaf);
        while leaves.next_if(|(root, _)| *root == place).is_some() {}
        let arrow = field.data_type().clone();
        let said = own.index_of(field.name()).map(|at| own.fields[at].data_type);
        let (data_type, meaning) = match said.filter(|said| can_be_own(*said, &arrow)) {
            Some(said) => (said, Meaning::Own),
            None => {
                let meaning = Meaning::of(stored);
                (kql_type(&arrow, meaning), meaning)
            }
        };
        let leaf = leaf.filter(|_| stored.is_primitive());
        columns.push(StoredColumn { name: field.name().as_str().into(), data_type, meaning, arrow, leaf });
    }
    Ok((footer, columns))
}

/// What this program left in a file that it wrote itself. Of one that went through other hands it may no longer hold.
fn own_schema(metadata: &ParquetMetaData) -> Option<Schema> {
    let metadata = metadata.file_metadata();
    if !metadata.created_by()?.starts_with(storage::CREATED_BY) {
        return None;
    }
    let mut entries = metadata.key_value_metadata()?.iter();
    let entry = entries.find(|entry| entry.key == storage::SCHEMA_KEY)?;
    storage::parse_schema(entry.value.as_deref()?)
}
