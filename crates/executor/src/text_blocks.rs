//! Text that is kept in blocks and referred to by Arrow string views.

use arrow_array::StringViewArray;
use arrow_array::builder::make_view;
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};

/// Longest text that a view holds itself.
pub(crate) const INLINE_BYTES: usize = 12;

const SMALLEST_BLOCK: usize = 4 << 10;
const LARGEST_BLOCK: usize = 1 << 20;

/// Blocks of text. A block is never moved once text stands in it; a new text goes to the last one if it fits.
#[derive(Debug, Default)]
pub(crate) struct TextBlocks {
    blocks: Vec<Vec<u8>>,
    /// How many buffers of other origin come before the blocks.
    first: usize,
}

impl TextBlocks {
    /// No text. The blocks will stand after `first` other buffers.
    pub(crate) fn after(first: usize) -> Self {
        Self { blocks: Vec::new(), first }
    }

    /// Adds a text; the view of it.
    #[inline]
    pub(crate) fn push(&mut self, text: &[u8]) -> u128 {
        match text.len() <= INLINE_BYTES {
            true => make_view(text, 0, 0),
            false => self.push_long(text),
        }
    }

    fn push_long(&mut self, text: &[u8]) -> u128 {
        let full = self.blocks.last().is_none_or(|block| block.capacity() - block.len() < text.len());
        if full {
            let larger = self.blocks.last().map_or(SMALLEST_BLOCK, |block| 2 * block.capacity());
            self.blocks.push(Vec::with_capacity(larger.min(LARGEST_BLOCK).max(text.len())));
        }
        let index = self.first + self.blocks.len() - 1;
        let Some(block) = self.blocks.last_mut() else { return 0 };
        let view = make_view(text, index as u32, block.len() as u32);
        block.extend_from_slice(text);
        view
    }

    /// The text behind the view of a long text that was pushed here.
    #[inline]
    pub(crate) fn long(&self, view: u128) -> &[u8] {
        let (length, index, offset) =
            (view as u32 as usize, (view >> 64) as u32, (view >> 96) as u32 as usize);
        &self.blocks[index as usize - self.first][offset..offset + length]
    }

    /// Bytes allocated.
    pub(crate) fn bytes(&self) -> usize {
        self.blocks.iter().map(Vec::capacity).sum()
    }

    /// A column of these views, which were made by [`TextBlocks::push`] from text, or point into `before`.
    ///
    /// # Safety
    /// Every view must have been made from valid UTF-8 at the place that it names: in `before`, which has as many buffers
    /// as [`TextBlocks::after`] was told, or in these blocks.
    pub(crate) unsafe fn into_array(
        self,
        before: &[Buffer],
        views: Vec<u128>,
        nulls: Option<NullBuffer>,
    ) -> StringViewArray {
        debug_assert_eq!(before.len(), self.first);
        let own = self.blocks.into_iter().map(Buffer::from_vec);
        let buffers: Vec<Buffer> = before.iter().cloned().chain(own).collect();
        // SAFETY: passed on to the caller.
        unsafe { StringViewArray::new_unchecked(ScalarBuffer::from(views), buffers.into(), nulls) }
    }
}
