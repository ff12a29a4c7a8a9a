//! Elements of dynamics that come from a dictionary: they are found once for each code.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::UInt32Array;
use kql_types::{Coded, Column, Dictionary, ScalarType};

use super::Elements;

/// The elements of all texts of a dictionary.
#[derive(Debug)]
pub(super) struct ExpandedDictionary {
    /// The elements of code `c` are `starts[c]..starts[c + 1]`.
    starts: Vec<u32>,
    elements: ElementColumn,
}

#[derive(Debug)]
enum ElementColumn {
    Values(Column),
    Texts(ScalarType, Arc<Dictionary>),
}

impl ExpandedDictionary {
    /// The elements of each text as values of that type.
    pub(super) fn new(
        dictionary: &Dictionary,
        data_type: ScalarType,
        limit: usize,
        bags_as_arrays: bool,
    ) -> Self {
        let elements = Elements::find_each(dictionary.texts(), limit);
        let texts = dictionary.len();
        let lengths: Vec<usize> = (0..texts).map(|text| elements.length(text)).collect();
        let mut starts = vec![0];
        let mut total = 0;
        for length in &lengths {
            total += *length as u32;
            starts.push(total);
        }
        let column = elements.column(data_type, 0..texts, &lengths, bags_as_arrays);
        let elements = match column.texts() {
            Some(texts) => ElementColumn::Texts(data_type, Dictionary::new(texts.array().clone())),
            None => ElementColumn::Values(column),
        };
        Self { starts, elements }
    }

    fn of_code(&self, code: u32) -> Range<u32> {
        self.starts[code as usize]..self.starts[code as usize + 1]
    }

    /// How many elements the text of that code has.
    pub(super) fn length(&self, code: u32) -> usize {
        self.of_code(code).len()
    }

    /// The elements of rows of these codes, one after the other.
    pub(super) fn column(&self, codes: &[u32]) -> Column {
        let places: Vec<u32> = codes.iter().flat_map(|&code| self.of_code(code)).collect();
        match &self.elements {
            ElementColumn::Values(values) => values.take(&UInt32Array::from(places)),
            ElementColumn::Texts(data_type, dictionary) => {
                Column::coded(*data_type, Coded { dictionary: dictionary.clone(), codes: places.into() })
            }
        }
    }
}
