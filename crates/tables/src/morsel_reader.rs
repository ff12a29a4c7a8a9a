//! Reads morsels of a plain file into memory that is used again and again.
//!
//! A morsel that is read through a map costs the kernel a page table entry for each of its pages, and another visit when
//! the map goes away; copying it into memory that is warm may take less time than that (see `access`).

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use arrow_buffer::Buffer;
use bytes::Bytes;

/// No more free blocks than that are kept.
const MOST_FREE: usize = 64;

/// A file, and memory for its morsels.
#[derive(Debug)]
pub(crate) struct MorselReader {
    file: File,
    free: Arc<FreeBlocks>,
}

#[derive(Debug, Default)]
struct FreeBlocks(Mutex<Vec<Vec<u8>>>);

/// Bytes of a morsel; the memory goes back when nothing refers to it any more.
struct Block {
    bytes: Vec<u8>,
    free: Weak<FreeBlocks>,
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(free) = self.free.upgrade() {
            let mut free = free.0.lock().unwrap_or_else(PoisonError::into_inner);
            if free.len() < MOST_FREE {
                free.push(std::mem::take(&mut self.bytes));
            }
        }
    }
}

impl MorselReader {
    /// Reads this file.
    pub(crate) fn new(file: File) -> Self {
        Self { file, free: Arc::default() }
    }

    /// The bytes of that range; an error if the file has become shorter.
    pub(crate) fn read(&self, range: Range<usize>) -> io::Result<Buffer> {
        let taken = self.free.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut bytes = taken.unwrap_or_default();
        bytes.resize(range.len(), 0);
        read_exact_at(&self.file, &mut bytes, range.start as u64)?;
        Ok(Buffer::from(Bytes::from_owner(Block { bytes, free: Arc::downgrade(&self.free) })))
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut start: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, start)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                start += read as u64;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn memory_is_used_again_and_a_shorter_file_is_an_error() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        let reader = MorselReader::new(file);
        let first = reader.read(2..6).unwrap();
        assert_eq!(&first[..], b"2345");
        let part = first.slice(1);
        drop(first);
        assert!(reader.free.0.lock().unwrap().is_empty(), "a part is still in use");
        drop(part);
        assert_eq!(reader.free.0.lock().unwrap().len(), 1);
        assert_eq!(&reader.read(0..10).unwrap()[..], b"0123456789");
        assert_eq!(&reader.read(9..10).unwrap()[..], b"9");
        assert!(reader.read(5..11).is_err());
    }
}
