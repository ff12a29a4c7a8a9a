//! Columns that a session has extracted and keeps, so that the next question about them does not read the files again.
//!
//! What is kept is a column of a morsel: the same pieces in which the files are read, so that an answer does not depend
//! on what was asked before, not even in the last digit of a sum. Columns that were not used for longest go first.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow_array::{Array, StringViewArray};
use arrow_buffer::{Buffer, ScalarBuffer};
use hashbrown::hash_table::Entry as Place;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use kql_types::{Column, PathStep, ScalarType};
use std::hash::BuildHasher;

use crate::{ScanColumn, dictionaries};

/// Which files, as they were when they were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source(u64);

/// What is kept of a morsel.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    /// The places of its records; every column has their values in this order.
    Records(Arc<[u32]>),
    /// A record of it is malformed. What is left out then depends on the columns that are asked for, so nothing is kept.
    Malformed,
    /// A column, and how many of its values did not fit the type.
    Column(Column, usize),
}

/// Of which a piece is kept for each morsel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// The places of records.
    Records,
    /// A column.
    Column {
        /// Its name in the table.
        source: Arc<str>,
        /// Steps below it.
        path: Vec<PathStep>,
        /// Its type.
        data_type: ScalarType,
    },
}

impl Key {
    /// The key of a column of a request.
    pub(crate) fn of(column: &ScanColumn) -> Self {
        Key::Column { source: column.source.clone(), path: column.path.clone(), data_type: column.data_type }
    }
}

/// Keeps columns up to a limit.
#[derive(Debug)]
pub(crate) struct ColumnCache {
    /// In bytes.
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    entries: HashMap<(Source, Key), Entry>,
    /// How many morsels the files have, once a scan has come to their end.
    morsels: HashMap<Source, usize>,
    /// Bytes of all entries.
    used: usize,
    /// Counts scans.
    clock: u64,
    sources: u64,
}

/// What is kept in full.
#[derive(Debug)]
pub(crate) enum Complete {
    /// A piece for each morsel.
    Pieces(Vec<Kept>),
    /// The column of all morsels, and how many of its values did not fit the type.
    Whole(Column, usize),
}

#[derive(Debug, Default)]
struct Entry {
    pieces: Vec<Option<Kept>>,
    /// All of the column, of which the pieces are slices.
    whole: Option<Column>,
    bytes: usize,
    /// The last scan that asked for it.
    used_by: u64,
    /// Whether it was settled.
    settled: bool,
}

impl ColumnCache {
    /// Keeps up to so many bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A name for files that were opened now.
    pub(crate) fn source(&self) -> Source {
        let mut state = self.lock();
        state.sources += 1;
        Source(state.sources)
    }

    /// Forgets all about files that have changed.
    pub(crate) fn forget(&self, source: Source) {
        let mut state = self.lock();
        state.entries.retain(|(of, _), _| *of != source);
        state.morsels.remove(&source);
        state.used = state.entries.values().map(|entry| entry.bytes).sum();
    }

    /// Whether anything of these files is kept.
    pub(crate) fn knows(&self, source: Source) -> bool {
        self.lock().entries.keys().any(|(of, _)| *of == source)
    }

    /// Begins a scan that asks for these; gives its number. What it asks for stays while it runs.
    pub(crate) fn begin(&self, source: Source, keys: &[Key]) -> u64 {
        let mut state = self.lock();
        state.clock += 1;
        let number = state.clock;
        for key in keys {
            if let Some(entry) = state.entries.get_mut(&(source, key.clone())) {
                entry.used_by = number;
            }
        }
        number
    }

    /// For each of these keys what is kept, if that is all morsels.
    pub(crate) fn complete(&self, source: Source, keys: &[Key]) -> Option<Vec<Complete>> {
        let state = self.lock();
        let morsels = *state.morsels.get(&source)?;
        keys.iter().map(|key| state.entries.get(&(source, key.clone()))?.complete(morsels)).collect()
    }

    /// How many records the files have, if the places of all are kept.
    pub(crate) fn records(&self, source: Source) -> Option<u64> {
        let state = self.lock();
        let morsels = *state.morsels.get(&source)?;
        let pieces = &state.entries.get(&(source, Key::Records))?.pieces;
        let count = |piece: &Option<Kept>| match piece {
            Some(Kept::Records(starts)) => Some(starts.len() as u64),
            _ => None,
        };
        if pieces.len() == morsels { pieces.iter().map(count).sum() } else { None }
    }

    /// Gives what is kept of these columns, if that is all morsels, the form in which it is read fastest: texts that repeat
    /// go into dictionaries, so that what is found out about one serves for all its rows, and pieces are joined.
    pub(crate) fn settle(&self, source: Source, keys: &[Key]) {
        for key in keys {
            let Some(pieces) = self.unsettled(source, key) else { continue };
            let columns: Option<Vec<&Column>> = pieces.iter().map(Kept::column).collect();
            if let Some(whole) = columns.and_then(|columns| joined(&columns)) {
                self.replace(source, key, whole);
            }
        }
    }

    /// The pieces of a column that is kept in full and was not looked at yet.
    fn unsettled(&self, source: Source, key: &Key) -> Option<Vec<Kept>> {
        let mut state = self.lock();
        let morsels = *state.morsels.get(&source)?;
        let entry = state.entries.get_mut(&(source, key.clone()))?;
        if entry.settled {
            return None;
        }
        let Some(Complete::Pieces(pieces)) = entry.complete(morsels) else { return None };
        pieces.first()?.column()?;
        entry.settled = true;
        Some(pieces)
    }

    fn replace(&self, source: Source, key: &Key, whole: Column) {
        let mut state = self.lock();
        let Some(entry) = state.entries.get_mut(&(source, key.clone())) else { return };
        let pieces = entry.pieces.iter().flatten().filter_map(Kept::column);
        if pieces.map(Column::len).sum::<usize>() != whole.len() {
            return;
        }
        let mut start = 0;
        for piece in &mut entry.pieces {
            if let Some(Kept::Column(piece, _)) = piece {
                let length = piece.len();
                *piece = whole.slice(start, length);
                start += length;
            }
        }
        let now = match dictionaries::bytes(&whole) {
            Some((codes, dictionary)) => codes + dictionary,
            None => whole.array().get_array_memory_size(),
        };
        entry.whole = Some(whole);
        let before = std::mem::replace(&mut entry.bytes, now);
        state.used = state.used - before + now;
    }

    /// Says how many morsels the files have.
    pub(crate) fn set_morsels(&self, source: Source, count: usize) {
        self.lock().morsels.insert(source, count);
    }

    /// What is kept of a morsel for each of these keys.
    pub(crate) fn get(&self, source: Source, keys: &[Key], morsel: usize) -> Vec<Option<Kept>> {
        let state = self.lock();
        let piece = |key: &Key| state.entries.get(&(source, key.clone()))?.pieces.get(morsel)?.clone();
        keys.iter().map(piece).collect()
    }

    /// Keeps a piece for the scan of that number, if there is room or what other scans asked for can make room. Says
    /// whether it did.
    pub(crate) fn put(&self, source: Source, key: &Key, morsel: usize, piece: Kept, scan: u64) -> bool {
        let piece = match piece {
            Kept::Column(column, misfits) => Kept::Column(owned(column), misfits),
            other => other,
        };
        let bytes = piece.bytes();
        let mut state = self.lock();
        while state.used + bytes > self.limit {
            let others = state.entries.iter().filter(|(_, entry)| entry.used_by < scan);
            let Some(oldest) = others.min_by_key(|(_, entry)| entry.used_by).map(|(key, _)| key.clone())
            else {
                return false;
            };
            let freed = state.entries.remove(&oldest).map_or(0, |entry| entry.bytes);
            state.used -= freed;
        }
        let entry = state.entries.entry((source, key.clone())).or_default();
        entry.used_by = entry.used_by.max(scan);
        if entry.pieces.len() <= morsel {
            entry.pieces.resize(morsel + 1, None);
        }
        if entry.pieces[morsel].is_none() {
            entry.pieces[morsel] = Some(piece);
            entry.bytes += bytes;
            state.used += bytes;
        }
        true
    }
}

impl Entry {
    fn complete(&self, morsels: usize) -> Option<Complete> {
        if self.pieces.len() != morsels {
            return None;
        }
        let misfits = |piece: &Option<Kept>| match piece {
            Some(Kept::Column(_, misfits)) => *misfits,
            _ => 0,
        };
        if let Some(whole) = &self.whole {
            return Some(Complete::Whole(whole.clone(), self.pieces.iter().map(misfits).sum()));
        }
        let pieces: Option<Vec<Kept>> = self.pieces.iter().cloned().collect();
        let pieces = pieces?;
        let is_whole = !pieces.iter().any(|piece| matches!(piece, Kept::Malformed));
        is_whole.then_some(Complete::Pieces(pieces))
    }
}

/// The pieces of a column as one, where that is worth it: views of texts that do not repeat stay where their texts are.
fn joined(pieces: &[&Column]) -> Option<Column> {
    let first = pieces.first()?;
    match first.texts() {
        Some(_) => dictionaries::encode(pieces),
        None => Some(Column::concat(first.data_type(), pieces)),
    }
}

impl Kept {
    /// The column, if it is one.
    pub(crate) fn column(&self) -> Option<&Column> {
        match self {
            Kept::Column(column, _) => Some(column),
            Kept::Records(_) | Kept::Malformed => None,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Kept::Records(starts) => 4 * starts.len(),
            Kept::Malformed => 0,
            Kept::Column(column, _) => match dictionaries::bytes(column) {
                Some((codes, _)) => codes,
                None => column.array().get_array_memory_size(),
            },
        }
    }
}

/// The column with text of its own, so that it does not hold on to the morsel. Text that occurs several times is there
/// once.
fn owned(column: Column) -> Column {
    match column {
        Column::String(texts) => Column::String(owned_texts(&texts).into()),
        Column::Dynamic(texts) => Column::Dynamic(owned_texts(&texts).into()),
        other => other,
    }
}

/// Bytes of text that a view holds itself.
const INLINE: u32 = 12;

fn owned_texts(texts: &StringViewArray) -> StringViewArray {
    let hasher = DefaultHashBuilder::default();
    let mut text: Vec<u8> = Vec::new();
    let mut known: HashTable<u128> = HashTable::new();
    let mut views = Vec::with_capacity(texts.len());
    for (row, &view) in texts.views().iter().enumerate() {
        let length = view as u32;
        if length <= INLINE {
            views.push(view);
            continue;
        }
        let value = texts.value(row).as_bytes();
        let stored = |view: &u128| {
            let start = (view >> 96) as usize;
            start..start + *view as u32 as usize
        };
        let same = |other: &u128| text[stored(other)] == *value;
        let hash = |other: &u128| hasher.hash_one(&text[stored(other)]);
        match known.entry(hasher.hash_one(value), same, hash) {
            Place::Occupied(found) => views.push(*found.get()),
            Place::Vacant(free) => {
                // Length and first bytes as they were, then buffer 0 and the place in it. A morsel's text is far below
                // what a view can address.
                let own = view & u128::from(u64::MAX) | (text.len() as u128) << 96;
                free.insert(own);
                views.push(own);
                text.extend_from_slice(value);
            }
        }
    }
    text.shrink_to_fit();
    let nulls = texts.nulls().cloned();
    // SAFETY: each view is inline, or shows text of a string column that was copied to where it points.
    unsafe {
        StringViewArray::new_unchecked(ScalarBuffer::from(views), [Buffer::from_vec(text)].into(), nulls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        Key::Column { source: name.into(), path: Vec::new(), data_type: ScalarType::Long }
    }

    fn longs(count: i64) -> Kept {
        Kept::Column(Column::Long((0..count).collect::<Vec<_>>().into()), 0)
    }

    #[test]
    fn text_is_kept_once_and_by_itself() {
        let texts = StringViewArray::from_iter([
            Some("short"),
            Some("longer than a view"),
            None,
            Some("longer than a view"),
            Some("日本語の長い文字列"),
            Some(""),
        ]);
        let own = owned_texts(&texts);
        assert_eq!(own, texts);
        assert_eq!(own.data_buffers()[0].len(), "longer than a view日本語の長い文字列".len());
        assert!(own.to_data().validate_full().is_ok());
    }

    #[test]
    fn what_was_not_asked_for_longest_goes_first() {
        let cache = ColumnCache::new(3 * longs(100).bytes());
        let source = cache.source();
        let keys = [key("a"), key("b"), key("c"), key("d")];
        for key in &keys[..3] {
            let scan = cache.begin(source, &[]);
            cache.put(source, key, 0, longs(100), scan);
        }
        let scan = cache.begin(source, &keys[..1]);
        cache.put(source, &keys[3], 0, longs(100), scan);
        let kept = cache.get(source, &keys, 0).iter().map(Option::is_some).collect::<Vec<_>>();
        assert_eq!(kept, [true, false, true, true]);
    }

    #[test]
    fn a_scan_does_not_displace_what_it_needs_itself() {
        let cache = ColumnCache::new(longs(100).bytes());
        let source = cache.source();
        let scan = cache.begin(source, &[]);
        cache.put(source, &key("a"), 0, longs(100), scan);
        cache.put(source, &key("a"), 1, longs(100), scan);
        assert!(cache.get(source, &[key("a")], 0)[0].is_some());
        assert!(cache.get(source, &[key("a")], 1)[0].is_none());
    }

    #[test]
    fn texts_that_repeat_are_put_into_a_dictionary() {
        let cache = ColumnCache::new(1 << 20);
        let source = cache.source();
        let scan = cache.begin(source, &[]);
        let keys = [key("a")];
        let texts = || (0..100).map(|row| Some(format!("a text that is rather long {}", row % 3)));
        for morsel in 0..2 {
            cache.put(source, &keys[0], morsel, Kept::Column(Column::String(texts().collect()), 0), scan);
        }
        cache.settle(source, &keys);
        assert!(!cache.lock().entries[&(source, keys[0].clone())].settled, "not all morsels are there");
        cache.set_morsels(source, 2);
        let before = cache.lock().used;
        cache.settle(source, &keys);
        assert!(cache.lock().used < before);
        let pieces = cache.get(source, &keys, 1);
        let column = pieces[0].as_ref().and_then(Kept::column).unwrap();
        assert!(column.texts().unwrap().as_coded().is_some());
        let whole = cache.complete(source, &keys).unwrap();
        assert!(matches!(&whole[0], Complete::Whole(column, 0) if column.len() == 200));
        let shown: Vec<String> = column.texts().unwrap().iter().flatten().map(str::to_owned).collect();
        assert_eq!(shown, texts().flatten().collect::<Vec<_>>());
        cache.forget(source);
        assert_eq!(cache.lock().used, 0);
    }

    #[test]
    fn a_column_is_complete_with_the_last_morsel() {
        let cache = ColumnCache::new(1 << 20);
        let source = cache.source();
        let scan = cache.begin(source, &[]);
        let keys = [key("a")];
        cache.put(source, &keys[0], 1, longs(5), scan);
        cache.set_morsels(source, 2);
        assert!(cache.complete(source, &keys).is_none());
        cache.put(source, &Key::Records, 0, Kept::Records([1, 2, 3].into()), scan);
        assert_eq!(cache.records(source), None);
        cache.put(source, &Key::Records, 1, Kept::Records([7].into()), scan);
        assert_eq!(cache.records(source), Some(4));
        cache.put(source, &keys[0], 0, longs(7), scan);
        let complete = cache.complete(source, &keys).unwrap();
        assert!(matches!(&complete[0], Complete::Pieces(pieces) if pieces.len() == 2));
        cache.settle(source, &keys);
        let complete = cache.complete(source, &keys).unwrap();
        assert!(matches!(&complete[0], Complete::Whole(Column::Long(column), 0) if column.len() == 12));
        cache.forget(source);
        assert!(cache.complete(source, &keys).is_none());
        assert_eq!(cache.lock().used, 0);
    }
}
