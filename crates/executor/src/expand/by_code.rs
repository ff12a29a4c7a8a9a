//! Elements of dynamics that come from a dictionary: they are found once for each code, and kept from batch to batch.

use std::ops::Range;
use std::sync::{Arc, Mutex};

use arrow_array::UInt32Array;
use kql_types::{Coded, Column, Dictionary, ScalarType};

use super::Elements;
use crate::query::locked;

/// The elements of the dictionary that was met last.
#[derive(Debug, Default)]
pub(super) struct ByCode {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    dictionary: Option<Arc<Dictionary>>,
    /// Rows that were expanded one by one so far.
    rows: usize,
    expanded: Option<Arc<ExpandedDictionary>>,
}

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

impl ByCode {
    /// The elements, unless so few rows came that these had better be expanded one by one.
    pub(super) fn elements(
        &self,
        coded: &Coded,
        expand: impl FnOnce(&Dictionary) -> ExpandedDictionary,
    ) -> Option<Arc<ExpandedDictionary>> {
        let mut state = locked(&self.state);
        if !state.dictionary.as_ref().is_some_and(|known| Arc::ptr_eq(known, &coded.dictionary)) {
            *state = State { dictionary: Some(coded.dictionary.clone()), ..State::default() };
        }
        if state.expanded.is_none() {
            state.rows += coded.codes.len();
            if state.rows < coded.dictionary.len() {
                return None;
            }
            state.expanded = Some(Arc::new(expand(&coded.dictionary)));
        }
        state.expanded.clone()
    }
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
