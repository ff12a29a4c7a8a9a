//! Finds the texts that a column has many times over.

use std::hash::BuildHasher;

use arrow_array::builder::StringViewBuilder;
use arrow_array::{Array, StringViewArray};
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashTable};
use kql_types::{Coded, Column, Dictionary};

/// The search is given up where after so many rows more than half of them had a text of their own. Accounts and addresses
/// by the ten thousand show late that they repeat.
const PATIENCE: [usize; 2] = [1 << 16, 1 << 19];

/// The pieces of a column one below the other, with their texts in one dictionary. `None` if it is not a column of texts,
/// or they do not repeat often enough.
pub(crate) fn encode(pieces: &[&Column]) -> Option<Column> {
    let data_type = pieces.first()?.data_type();
    let mut search = Search::default();
    let mut codes = Vec::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    for piece in pieces {
        search.add_codes(piece.texts()?, &mut codes)?;
    }
    if search.repeats_too_little() {
        return None;
    }
    let dictionary = Dictionary::new(search.texts());
    Some(Column::coded(data_type, Coded { dictionary, codes: codes.into() }))
}

#[derive(Default)]
struct Search {
    known: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Where each text ends, by code.
    ends: Vec<usize>,
    bytes: String,
    null: Option<u32>,
    rows: usize,
}

impl Search {
    /// `None` if they do not repeat.
    fn add_codes(&mut self, texts: &StringViewArray, codes: &mut Vec<u32>) -> Option<()> {
        for row in 0..texts.len() {
            if PATIENCE.contains(&self.rows) && self.repeats_too_little() {
                return None;
            }
            self.rows += 1;
            codes.push(if texts.is_null(row) { self.null() } else { self.code(texts.value(row)) });
        }
        Some(())
    }

    fn repeats_too_little(&self) -> bool {
        2 * self.ends.len() > self.rows
    }

    fn null(&mut self) -> u32 {
        if let Some(code) = self.null {
            return code;
        }
        let code = self.ends.len() as u32;
        self.ends.push(self.bytes.len());
        self.null = Some(code);
        code
    }

    fn code(&mut self, text: &str) -> u32 {
        let Self { known, hasher, ends, bytes, null, .. } = self;
        let stored = |code: u32| {
            let end = ends[code as usize];
            &bytes[code.checked_sub(1).map_or(0, |before| ends[before as usize])..end]
        };
        let same = |code: &u32| Some(*code) != *null && stored(*code) == text;
        match known.entry(hasher.hash_one(text), same, |code| hasher.hash_one(stored(*code))) {
            Entry::Occupied(found) => *found.get(),
            Entry::Vacant(free) => {
                let code = ends.len() as u32;
                free.insert(code);
                bytes.push_str(text);
                ends.push(bytes.len());
                code
            }
        }
    }

    fn texts(&self) -> StringViewArray {
        let mut builder = StringViewBuilder::with_capacity(self.ends.len());
        let mut start = 0;
        for (code, &end) in self.ends.iter().enumerate() {
            match self.null == Some(code as u32) {
                true => builder.append_null(),
                false => builder.append_value(&self.bytes[start..end]),
            }
            start = end;
        }
        // Without the room that the builder keeps ahead.
        builder.finish().gc()
    }
}

/// Bytes that a column of codes holds by itself, and those of its dictionary; `None` if it has no codes.
pub(crate) fn bytes(column: &Column) -> Option<(usize, usize)> {
    let coded = column.texts()?.as_coded()?;
    Some((4 * coded.codes.len(), coded.dictionary.texts().get_array_memory_size()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[Option<&str>]) -> Column {
        Column::Dynamic(texts.iter().copied().collect())
    }

    fn values(columns: &[&Column]) -> Vec<String> {
        let value = |column: &Column, row| format!("{:?}", column.value(row));
        columns
            .iter()
            .copied()
            .flat_map(|column| (0..column.len()).map(move |row| value(column, row)))
            .collect()
    }

    #[test]
    fn pieces_are_joined_and_keep_their_texts() {
        let pieces = [
            texts(&[Some("1"), None, Some("\"a text that is longer than a view\""), Some("1")]),
            texts(&[None, Some("\"a text that is longer than a view\""), Some(""), Some("1")]),
        ];
        let pieces: Vec<&Column> = pieces.iter().collect();
        let encoded = encode(&pieces).unwrap();
        assert_eq!(values(&[&encoded]), values(&pieces));
        assert_eq!(encoded.texts().unwrap().as_coded().unwrap().dictionary.len(), 4);
    }

    #[test]
    fn what_hardly_repeats_stays_as_it_is() {
        let different: Vec<String> = (0..100_000).map(|number| format!("text {number}")).collect();
        let column = Column::String(different.iter().map(Some).collect());
        assert!(encode(&[&column]).is_none());
        assert!(encode(&[&Column::Long(vec![1, 1, 1].into())]).is_none());
    }
}
