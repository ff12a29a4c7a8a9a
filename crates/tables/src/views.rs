//! Builds string columns whose values stay where they are: in the mapped file. Only what had to be written anew
//! (escapes resolved, JSON made compact) goes to a buffer of its own.

use arrow_array::StringViewArray;
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};

use crate::extract::embedded;
use crate::json::{Fault, Form, canonical, check, find_special, unescape};
use crate::locate::Span;
use crate::scalar;

/// A growing column of strings.
pub(crate) struct Views<'a> {
    bytes: &'a [u8],
    views: Vec<u128>,
    side: Vec<u8>,
    present: Vec<bool>,
    nulls: usize,
}

/// The buffers of the array: the morsel, and what was written anew.
const MORSEL: u32 = 0;
const SIDE: u32 = 1;

/// A view is the text itself if that is no longer than this.
const INLINE: usize = 12;

impl<'a> Views<'a> {
    /// An empty column over these bytes, which must be UTF-8 wherever a value is taken from.
    pub(crate) fn new(bytes: &'a [u8], rows: usize) -> Self {
        Self {
            bytes,
            views: Vec::with_capacity(rows),
            side: Vec::new(),
            present: Vec::with_capacity(rows),
            nulls: 0,
        }
    }

    /// The morsel.
    pub(crate) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Appends `""`.
    pub(crate) fn push_empty(&mut self) {
        self.push_view(0);
    }

    /// Appends a null.
    pub(crate) fn push_null(&mut self) {
        self.views.push(0);
        self.present.push(false);
        self.nulls += 1;
    }

    /// Appends text that stands nowhere in the morsel.
    pub(crate) fn push_text(&mut self, text: &str) -> Result<(), Fault> {
        let start = self.side.len();
        self.side.extend_from_slice(text.as_bytes());
        self.push_side(start)
    }

    /// Appends a JSON value as a string: that of a JSON string its characters, of a number or bool its text, of an
    /// object or array its compact text, `""` for null or nothing.
    #[inline]
    pub(crate) fn push_as_string(&mut self, span: Span) -> Result<(), Fault> {
        let value = span.of(self.bytes);
        if let [b'"', ..] = value {
            return self.push_string(span);
        }
        match value {
            [] | b"null" => self.push_empty(),
            b"true" | b"false" => self.push_here(span.start as usize, value.len()),
            [b'{' | b'[', ..] => self.push_json(span)?,
            number => {
                scalar::number(number)?;
                self.push_here(span.start as usize, number.len());
            }
        }
        Ok(())
    }

    /// Appends a JSON value as a dynamic. A string that holds an object or array becomes that.
    #[inline]
    pub(crate) fn push_as_dynamic(&mut self, span: Span) -> Result<(), Fault> {
        match span.of(self.bytes) {
            [] | b"null" => self.push_null(),
            quoted @ [b'"', ..] => match embedded(quoted)? {
                Some(text) => self.push_text(&text)?,
                None => self.push_json(span)?,
            },
            _ => self.push_json(span)?,
        }
        Ok(())
    }

    /// Appends a part of a dynamic value. A string in there is a string.
    #[inline]
    pub(crate) fn push_as_member(&mut self, span: Span) -> Result<(), Fault> {
        match span.of(self.bytes) {
            [] | b"null" => {
                self.push_null();
                Ok(())
            }
            _ => self.push_json(span),
        }
    }

    fn push_string(&mut self, span: Span) -> Result<(), Fault> {
        let quoted = span.of(self.bytes);
        let special = find_special(quoted, 1);
        if special + 1 == quoted.len() && quoted[special] == b'"' {
            self.push_here(span.start as usize + 1, quoted.len() - 2);
            return Ok(());
        }
        let content = match quoted {
            [b'"', content @ .., b'"'] => content,
            _ => return Err(Fault::Value),
        };
        let start = self.side.len();
        match unescape(content, &mut self.side) {
            Ok(()) => self.push_side(start),
            Err(fault) => {
                self.side.truncate(start);
                Err(fault)
            }
        }
    }

    /// Appends JSON in its canonical text.
    fn push_json(&mut self, span: Span) -> Result<(), Fault> {
        let value = span.of(self.bytes);
        match check(value)? {
            Form::Canonical => {
                self.push_here(span.start as usize, value.len());
                Ok(())
            }
            Form::Other => {
                let text = std::str::from_utf8(value).map_err(|_| Fault::Encoding)?;
                self.push_text(&canonical(text).ok_or(Fault::Value)?)
            }
        }
    }

    /// Appends text that stands in the morsel.
    #[inline(always)]
    fn push_here(&mut self, start: usize, length: usize) {
        self.push_view(view(self.bytes, start, length, MORSEL));
    }

    /// Appends what was written behind `start` in the side buffer.
    fn push_side(&mut self, start: usize) -> Result<(), Fault> {
        if self.side.len() > i32::MAX as usize {
            self.side.truncate(start);
            return Err(Fault::TooLong);
        }
        self.push_view(view(&self.side, start, self.side.len() - start, SIDE));
        Ok(())
    }

    #[inline(always)]
    fn push_view(&mut self, view: u128) {
        self.views.push(view);
        self.present.push(true);
    }

    /// The column. `buffer` has the bytes that the column was made over.
    pub(crate) fn finish(self, buffer: &Buffer) -> StringViewArray {
        let nulls = (self.nulls > 0).then(|| NullBuffer::from(self.present));
        let buffers = [buffer.clone(), Buffer::from_vec(self.side)];
        // SAFETY: each view is inline or points into one of the two buffers, and what it shows was checked to be
        // UTF-8: the morsel's records when they were cut, the side buffer by those who wrote to it.
        unsafe { StringViewArray::new_unchecked(ScalarBuffer::from(self.views), buffers.into(), nulls) }
    }
}

/// The view of `length` bytes at `start`.
#[inline(always)]
fn view(bytes: &[u8], start: usize, length: usize, buffer: u32) -> u128 {
    let text = &bytes[start..start + length];
    let mut head = [0; 16];
    head[..4].copy_from_slice(&(length as u32).to_le_bytes());
    if length <= INLINE {
        // Sixteen bytes are copied and the rest masked off, where there are as many: cheaper than a copy by length.
        if let Some(sixteen) = bytes.get(start..start + 16).and_then(|bytes| bytes.first_chunk::<16>()) {
            let kept = u128::from_le_bytes(*sixteen) & ((1u128 << (8 * length)) - 1);
            return kept << 32 | length as u128;
        }
        head[4..4 + length].copy_from_slice(text);
    } else {
        head[4..8].copy_from_slice(&text[..4]);
        head[8..12].copy_from_slice(&buffer.to_le_bytes());
        head[12..].copy_from_slice(&(start as u32).to_le_bytes());
    }
    u128::from_le_bytes(head)
}
