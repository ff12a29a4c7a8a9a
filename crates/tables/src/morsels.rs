//! Cuts files into morsels. Where one begins depends on the data alone.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow_buffer::Buffer;

use crate::content::{self, Compression, Content, Origin, cannot_read};
use crate::json::Splitter;
use crate::layout::{Layout, detect};
use crate::morsel_reader::MorselReader;
use crate::parquet::{self, ParquetFile};
use crate::records::{Sequence, line_end};
use crate::separated;
use crate::{Morsel, MorselData, TableError};

/// About that many bytes make a morsel.
pub(crate) const MORSEL_BYTES: usize = 1 << 20;

/// An open file whose layout is known.
#[derive(Debug)]
pub(crate) struct OpenFile {
    /// Its path.
    pub path: Arc<PathBuf>,
    /// How its records follow one another.
    pub layout: Layout,
    /// Its bytes.
    pub body: Body,
    /// Reads its lines, where that is cheaper than to look at them through the map.
    reader: Option<MorselReader>,
    /// Whether nobody has written to it lately.
    rests: bool,
}

/// A file to which nobody has written for so long is taken for one to which nobody writes.
const AT_REST: Duration = Duration::from_secs(60);

/// The bytes of a file.
#[derive(Debug)]
pub(crate) enum Body {
    /// Mapped or in memory.
    Whole(Buffer),
    /// To be decompressed from the beginning each time.
    Stream(Compression),
    /// Rows in columns.
    Parquet(Arc<ParquetFile>),
}

impl OpenFile {
    /// Opens a file.
    pub(crate) fn open(origin: &Origin, splitter: Splitter) -> Result<Self, TableError> {
        let path = origin.path();
        let extension = format_extension(&path);
        let whole = |buffer: Buffer, file| match parquet::is_parquet(&buffer, &extension) {
            true => {
                let parquet = ParquetFile::open(&path, &buffer)?;
                Ok((Body::Parquet(Arc::new(parquet)), Layout::Parquet, None))
            }
            false => {
                let layout = detect(&buffer, &extension, splitter);
                Ok((Body::Whole(buffer), layout, file))
            }
        };
        let (body, layout, file) = match content::open(origin)? {
            Content::Whole(buffer, file) => whole(buffer, file)?,
            Content::Compressed { compression, head, complete } => {
                let layout = detect(&head, &extension, splitter);
                match layout {
                    Layout::Lines(_) if !complete && !parquet::begins_so(&head) => {
                        (Body::Stream(compression), layout, None)
                    }
                    _ => whole(content::read_all(&path, compression)?, None)?,
                }
            }
        };
        let file = file.filter(|_| matches!(layout, Layout::Lines(_)));
        let rests = file.as_ref().is_some_and(is_at_rest);
        Ok(Self { path, layout, body, reader: file.map(MorselReader::new), rests })
    }

    /// The bytes of a range, if not only a stream of them can be had.
    pub(crate) fn range(&self, range: Range<usize>) -> Result<Option<Buffer>, TableError> {
        if let Some(reader) = &self.reader {
            return reader.read(range).map(Some).map_err(|error| cannot_read(&self.path, &error));
        }
        Ok(self.mapped_range(range))
    }

    /// The same, where it is mapped, if nobody writes to it: what was looked at once must not become something else.
    pub(crate) fn resting_range(&self, range: Range<usize>) -> Result<Option<Buffer>, TableError> {
        if self.rests { Ok(self.mapped_range(range)) } else { self.range(range) }
    }

    /// The same, without reading it first.
    pub(crate) fn mapped_range(&self, range: Range<usize>) -> Option<Buffer> {
        self.whole().map(|whole| whole.slice_with_length(range.start, range.len()))
    }

    /// All bytes, if they are at hand.
    pub(crate) fn whole(&self) -> Option<&Buffer> {
        match &self.body {
            Body::Whole(buffer) => Some(buffer),
            Body::Stream(_) | Body::Parquet(_) => None,
        }
    }

    /// The Parquet file, if it is one.
    pub(crate) fn parquet(&self) -> Option<&Arc<ParquetFile>> {
        if let Body::Parquet(file) = &self.body { Some(file) } else { None }
    }
}

fn is_at_rest(file: &File) -> bool {
    let modified = file.metadata().and_then(|metadata| metadata.modified()).ok();
    modified.and_then(|modified| modified.elapsed().ok()).is_some_and(|age| age >= AT_REST)
}

/// The extension that names the format: `csv` of `a.csv.gz`.
fn format_extension(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_owned())
}

/// Hands out the morsels of some files, in order.
#[derive(Debug)]
pub(crate) struct Cutter {
    files: Arc<[Arc<OpenFile>]>,
    splitter: Splitter,
    position: Mutex<Position>,
}

#[derive(Debug, Default)]
struct Position {
    sequence: usize,
    file: usize,
    extent: usize,
    /// Where to go on in the file; `None` at its beginning.
    at: Option<usize>,
    stream: Option<LineStream>,
}

impl Cutter {
    /// Cuts these files.
    pub(crate) fn new(files: Arc<[Arc<OpenFile>]>, splitter: Splitter) -> Self {
        Self { files, splitter, position: Mutex::default() }
    }

    /// The next morsel.
    pub(crate) fn next(&self) -> Result<Option<Morsel>, TableError> {
        let mut position = self.position.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(file) = self.files.get(position.file) {
            match self.cut(file, &mut position)? {
                Some(data) => {
                    let sequence = position.sequence;
                    position.sequence += 1;
                    return Ok(Some(Morsel { sequence, data }));
                }
                None => {
                    *position = Position {
                        sequence: position.sequence,
                        file: position.file + 1,
                        ..Position::default()
                    }
                }
            }
        }
        Ok(None)
    }

    /// The next piece of a file, `None` at its end.
    fn cut(&self, file: &OpenFile, position: &mut Position) -> Result<Option<MorselData>, TableError> {
        let bytes = match &file.body {
            Body::Parquet(_) => return Ok(None),
            Body::Whole(bytes) => bytes,
            Body::Stream(compression) => {
                let start = if let Layout::Lines(start) = file.layout { start } else { 0 };
                let stream = match &mut position.stream {
                    Some(stream) => stream,
                    None => position.stream.insert(LineStream::open(file, *compression, start)?),
                };
                let lines = stream.next(&file.path)?;
                return Ok(lines.map(|(first_line, bytes)| MorselData::Bytes {
                    file: position.file,
                    first_line,
                    bytes,
                }));
            }
        };
        let range = match &file.layout {
            Layout::Parquet => return Ok(None),
            Layout::Lines(first) => {
                let start = position.at.unwrap_or(*first);
                let border = (start + MORSEL_BYTES).min(bytes.len());
                start..line_end(bytes, border, bytes.len())
            }
            Layout::Separated { start: header, .. } => {
                let start = match position.at {
                    Some(at) => at,
                    None => separated::cut(bytes, *header, 1, self.splitter),
                };
                start..separated::cut(bytes, start, MORSEL_BYTES, self.splitter)
            }
            Layout::Sequence { extents, columns } => {
                let sequence = Sequence { open: if columns.is_some() { b'[' } else { b'{' } };
                if let (Some(extent), Some(at)) = (extents.get(position.extent), position.at)
                    && at >= extent.end
                {
                    position.extent += 1;
                    position.at = None;
                }
                let Some(extent) = extents.get(position.extent) else { return Ok(None) };
                let start = position.at.unwrap_or(extent.start);
                start..sequence.cut(bytes, extent, start, MORSEL_BYTES, self.splitter)
            }
        };
        position.at = Some(range.end);
        let more = !range.is_empty() || matches!(file.layout, Layout::Sequence { .. });
        Ok(more.then_some(MorselData::Range { file: position.file, start: range.start, end: range.end }))
    }
}

/// Whole lines of a file that is decompressed on the way.
struct LineStream {
    reader: Box<dyn Read + Send>,
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    /// Number of the next line.
    line: usize,
}

impl std::fmt::Debug for LineStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LineStream").field("line", &self.line).finish_non_exhaustive()
    }
}

impl LineStream {
    fn open(file: &OpenFile, compression: Compression, skip: usize) -> Result<Self, TableError> {
        let mut reader = content::stream(&file.path, compression)?;
        let mut skipped = vec![0; skip];
        reader.read_exact(&mut skipped).map_err(|error| cannot_read(&file.path, &error))?;
        Ok(Self { reader, rest: Vec::new(), line: 1 + memchr::memchr_iter(b'\n', &skipped).count() })
    }

    /// The number of the first line, and the lines.
    fn next(&mut self, path: &std::path::Path) -> Result<Option<(usize, Vec<u8>)>, TableError> {
        let mut bytes = std::mem::take(&mut self.rest);
        loop {
            let before = bytes.len();
            let read = self.reader.by_ref().take(MORSEL_BYTES as u64).read_to_end(&mut bytes);
            let read = read.map_err(|error| cannot_read(path, &error))?;
            if read < MORSEL_BYTES {
                break;
            }
            if let Some(last) = memchr::memrchr(b'\n', &bytes[before..]) {
                self.rest = bytes.split_off(before + last + 1);
                break;
            }
        }
        let first = self.line;
        self.line += memchr::memchr_iter(b'\n', &bytes).count();
        Ok((!bytes.is_empty()).then_some((first, bytes)))
    }
}
