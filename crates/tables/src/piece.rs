//! The bytes of a morsel, and where they come from.

use std::ops::Range;
use std::sync::Arc;

use arrow_buffer::Buffer;

use crate::access::Access;
use crate::morsels::OpenFile;
use crate::report::Line;
use crate::{MorselData, TableError};

/// The bytes of a morsel.
pub(crate) struct Piece {
    /// Its file.
    pub file: Arc<OpenFile>,
    /// The bytes.
    pub bytes: Buffer,
    /// Where they begin in the file.
    pub base: usize,
    /// The number of their first line, if the file is a stream.
    first_line: Option<usize>,
}

impl Piece {
    /// The bytes of a morsel of these files, all of which will be looked at.
    pub(crate) fn of(files: &[Arc<OpenFile>], data: MorselData) -> Result<Self, TableError> {
        Self::open(files, data, OpenFile::range)
    }

    /// The bytes of a morsel of these files, all of which will be looked at, in that way if there are two.
    pub(crate) fn by(access: Access, files: &[Arc<OpenFile>], data: MorselData) -> Result<Self, TableError> {
        match access {
            Access::Read => Self::of(files, data),
            Access::Map => Self::open(files, data, OpenFile::resting_range),
        }
    }

    /// The bytes of a morsel of these files, few of which will be looked at.
    pub(crate) fn mapped(files: &[Arc<OpenFile>], data: MorselData) -> Result<Self, TableError> {
        Self::open(files, data, |file, range| Ok(file.mapped_range(range)))
    }

    fn open(
        files: &[Arc<OpenFile>],
        data: MorselData,
        read: impl FnOnce(&OpenFile, Range<usize>) -> Result<Option<Buffer>, TableError>,
    ) -> Result<Self, TableError> {
        let (file, range, streamed) = match data {
            MorselData::Range { file, start, end } => (file, start..end, None),
            MorselData::Bytes { file, first_line, bytes } => {
                (file, 0..bytes.len(), Some((first_line, bytes)))
            }
            MorselData::Batch(_) | MorselData::Kept { .. } | MorselData::Rows { .. } => {
                return Err(TableError::new("a morsel of another scan"));
            }
        };
        let file = files.get(file).cloned().ok_or_else(|| TableError::new("a morsel of another scan"))?;
        let base = range.start;
        Ok(match streamed {
            // The place of a record in a stream is only used to tell records apart: lines do that as well.
            Some((first_line, bytes)) => Self {
                file,
                bytes: Buffer::from_vec(bytes),
                base: first_line << 32,
                first_line: Some(first_line),
            },
            None => {
                let bytes = read(&file, range)?.ok_or_else(|| TableError::new("a range of a stream"))?;
                Self { bytes, file, base, first_line: None }
            }
        })
    }

    /// In which line the record at that place begins.
    pub(crate) fn line(&self, at: usize) -> Line {
        match (self.first_line, self.file.whole()) {
            (Some(first), _) => Line::Number(first + memchr::memchr_iter(b'\n', &self.bytes[..at]).count()),
            (None, Some(whole)) => Line::In(whole.clone()),
            (None, None) => Line::Number(0),
        }
    }
}
