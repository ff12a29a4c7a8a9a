//! The bytes of a file: mapped, decompressed, or read from standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use arrow_buffer::Buffer;
use bytes::Bytes;

use crate::TableError;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    /// Not at all.
    None,
    /// gzip
    Gzip,
    /// Zstandard
    Zstd,
}

impl Compression {
    /// As the file's first bytes say.
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Compression::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
            _ => Compression::None,
        }
    }

    /// Reads what was compressed. Several streams behind one another count as one.
    fn decode(self, file: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Compression::None => Box::new(file),
            Compression::Gzip => {
                Box::new(flate2::bufread::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 18, file)))
            }
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(file)?),
        })
    }
}

/// Tells whether a file is still the one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    /// The file's stamp now.
    pub(crate) fn of(path: &Path) -> Result<Self, TableError> {
        let metadata = std::fs::metadata(path).map_err(|error| cannot_read(path, &error))?;
        Ok(Self { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// Where bytes come from.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// A file.
    File(Arc<PathBuf>),
    /// Standard input.
    Stdin,
    /// What was fetched from the network, decompressed.
    Fetched {
        /// From where.
        address: Arc<PathBuf>,
        /// All of it.
        body: Buffer,
    },
}

impl Origin {
    /// The file's path, `-` for standard input, or the address.
    pub(crate) fn path(&self) -> Arc<PathBuf> {
        match self {
            Origin::File(path) | Origin::Fetched { address: path, .. } => path.clone(),
            Origin::Stdin => Arc::new(PathBuf::from("-")),
        }
    }
}

/// What a file holds.
pub(crate) enum Content {
    /// All of it, mapped or in memory; the file, if these are its bytes as they are.
    Whole(Buffer, Option<File>),
    /// It is compressed; the beginning is known, all of it if `complete`.
    Compressed {
        /// How.
        compression: Compression,
        /// The first decompressed bytes.
        head: Vec<u8>,
        /// Whether that is all.
        complete: bool,
    },
}

/// So much of a compressed file is looked at to tell its format.
const HEAD: usize = 1 << 20;

/// Opens a file or reads standard input.
pub(crate) fn open(origin: &Origin) -> Result<Content, TableError> {
    let path = match origin {
        Origin::File(path) => path,
        Origin::Stdin => return Ok(Content::Whole(read_stdin()?, None)),
        Origin::Fetched { body, .. } => return Ok(Content::Whole(body.clone(), None)),
    };
    let (buffer, file) = map(path)?;
    match Compression::of(&buffer) {
        Compression::None if is_utf16(&buffer) => Ok(Content::Whole(as_utf8(buffer), None)),
        Compression::None => Ok(Content::Whole(buffer, file)),
        compression => {
            let mut head = Vec::new();
            let reader = stream(path, compression)?;
            reader.take(HEAD as u64).read_to_end(&mut head).map_err(|error| cannot_read(path, &error))?;
            let complete = head.len() < HEAD;
            Ok(Content::Compressed { compression, head, complete })
        }
    }
}

/// Decompresses a file bit by bit.
pub(crate) fn stream(path: &Path, compression: Compression) -> Result<Box<dyn Read + Send>, TableError> {
    let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    compression.decode(file).map_err(|error| cannot_read(path, &error))
}

/// Decompresses all of a file.
pub(crate) fn read_all(path: &Path, compression: Compression) -> Result<Buffer, TableError> {
    let mut bytes = Vec::new();
    stream(path, compression)?.read_to_end(&mut bytes).map_err(|error| cannot_read(path, &error))?;
    Ok(as_utf8(Buffer::from_vec(bytes)))
}

/// All that an origin holds, decompressed.
pub(crate) fn read(origin: &Origin) -> Result<Buffer, TableError> {
    match open(origin)? {
        Content::Whole(buffer, _) => Ok(buffer),
        Content::Compressed { compression, .. } => read_all(&origin.path(), compression),
    }
}

/// Bytes that are decompressed as they are read, if their beginning says that they are compressed.
pub(crate) fn decompressed(bytes: Vec<u8>) -> io::Result<Box<dyn Read + Send>> {
    Compression::of(&bytes).decode(io::Cursor::new(bytes))
}

/// An error that names the file.
pub(crate) fn cannot_read(path: &Path, error: &io::Error) -> TableError {
    TableError::new(format!("cannot read {}: {error}", path.display()))
}

/// The file's bytes, and the file if they are mapped.
fn map(path: &Path) -> Result<(Buffer, Option<File>), TableError> {
    let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
    let metadata = file.metadata().map_err(|error| cannot_read(path, &error))?;
    if metadata.is_dir() {
        return Err(TableError::new(format!("cannot read {}: it is a folder", path.display())));
    }
    if !metadata.is_file() || metadata.len() == 0 {
        // A pipe (`<(zcat x)`) or a file that says nothing of its length (`/proc`).
        let mut bytes = Vec::new();
        (&file).read_to_end(&mut bytes).map_err(|error| cannot_read(path, &error))?;
        return Ok((Buffer::from_vec(bytes), None));
    }
    // SAFETY: the map is only read. Whoever shortens the file meanwhile ends the program, as with every mapped file.
    let map = unsafe { memmap2::Mmap::map(&file) }.map_err(|error| cannot_read(path, &error))?;
    Ok((Buffer::from(Bytes::from_owner(map)), Some(file)))
}

fn read_stdin() -> Result<Buffer, TableError> {
    let mut bytes = Vec::new();
    let failed = |error: io::Error| cannot_read(Path::new("-"), &error);
    io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
    if Compression::of(&bytes) != Compression::None {
        let mut decoded = Vec::new();
        decompressed(bytes).and_then(|mut reader| reader.read_to_end(&mut decoded)).map_err(failed)?;
        bytes = decoded;
    }
    Ok(as_utf8(Buffer::from_vec(bytes)))
}

fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// Text in UTF-16, which begins with a byte order mark, is turned into UTF-8.
pub(crate) fn as_utf8(buffer: Buffer) -> Buffer {
    let decode = |unit: fn([u8; 2]) -> u16| {
        let units = buffer[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Buffer::from_vec(text.into_bytes())
    };
    match &buffer[..] {
        [0xff, 0xfe, ..] => decode(u16::from_le_bytes),
        [0xfe, 0xff, ..] => decode(u16::from_be_bytes),
        _ => buffer,
    }
}
