//! Columns of parts of JSON texts, which share the bytes of the whole.

use arrow_array::builder::make_view;
use arrow_array::{Array, StringViewArray};
use arrow_buffer::NullBufferBuilder;

use crate::text_blocks::{INLINE_BYTES, TextBlocks};

/// Builds a string column of which most values are parts of the values of another.
#[derive(Debug)]
pub(crate) struct JsonParts<'a> {
    source: &'a StringViewArray,
    views: Vec<u128>,
    nulls: NullBufferBuilder,
    own: TextBlocks,
}

impl<'a> JsonParts<'a> {
    /// Parts of the values of `source`; room for `rows` of them.
    pub(crate) fn of(source: &'a StringViewArray, rows: usize) -> Self {
        Self {
            source,
            views: Vec::with_capacity(rows),
            nulls: NullBufferBuilder::new(rows),
            own: TextBlocks::after(source.data_buffers().len()),
        }
    }

    /// The whole text in `row` of the source.
    pub(crate) fn text(&self, row: usize) -> Option<&'a str> {
        (!self.source.is_null(row)).then(|| self.source.value(row))
    }

    /// Appends a part of the text in `row` of the source.
    pub(crate) fn push_part(&mut self, row: usize, part: &str) {
        let whole = self.source.value(row);
        let start = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
        let inside = start.checked_add(part.len()).is_some_and(|end| end <= whole.len());
        if !inside || part.len() <= INLINE_BYTES {
            return self.push_own(part);
        }
        // The whole is at least as long as the part, so its view has a buffer and an offset.
        let view = self.source.views()[row];
        let (buffer, offset) = ((view >> 64) as u32, (view >> 96) as u32);
        self.views.push(make_view(part.as_bytes(), buffer, offset + start as u32));
        self.nulls.append_non_null();
    }

    /// Appends text that is not part of the source.
    pub(crate) fn push_own(&mut self, text: &str) {
        self.views.push(self.own.push(text.as_bytes()));
        self.nulls.append_non_null();
    }

    /// Appends null.
    pub(crate) fn push_null(&mut self) {
        self.views.push(0);
        self.nulls.append_null();
    }

    /// The column.
    pub(crate) fn finish(mut self) -> StringViewArray {
        // SAFETY: every view was made from a `&str`: by `own`, or as the place of that very text in one of the source's
        // buffers; a `&str` starts and ends at character borders.
        unsafe { self.own.into_array(self.source.data_buffers(), self.views, self.nulls.finish()) }
    }
}
