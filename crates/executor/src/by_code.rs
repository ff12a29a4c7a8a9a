//! What was found out about the texts of a dictionary, kept from batch to batch.

use std::sync::{Arc, Mutex};

use kql_types::{Coded, Dictionary};

use crate::query::locked;

/// What was found out about the dictionary that was met last.
#[derive(Debug)]
pub(crate) struct ByCode<T> {
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    dictionary: Option<Arc<Dictionary>>,
    /// Rows that came before it was worth it to look at all codes.
    rows: usize,
    found: Option<Arc<T>>,
}

impl<T> Default for State<T> {
    fn default() -> Self {
        Self { dictionary: None, rows: 0, found: None }
    }
}

impl<T> Default for ByCode<T> {
    fn default() -> Self {
        Self { state: Mutex::default() }
    }
}

impl<T> ByCode<T> {
    /// What `find` gives for the dictionary, which is asked once. `None` as long as fewer rows came than there are codes:
    /// these had better be looked at as they are.
    pub(crate) fn found(&self, coded: &Coded, find: impl FnOnce(&Dictionary) -> T) -> Option<Arc<T>> {
        let mut state = locked(&self.state);
        if !state.dictionary.as_ref().is_some_and(|known| Arc::ptr_eq(known, &coded.dictionary)) {
            *state = State { dictionary: Some(coded.dictionary.clone()), ..State::default() };
        }
        if state.found.is_none() {
            state.rows += coded.codes.len();
            if state.rows < coded.dictionary.len() {
                return None;
            }
            state.found = Some(Arc::new(find(&coded.dictionary)));
        }
        state.found.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_is_looked_at_once_when_enough_rows_came() {
        let coded = || Coded {
            dictionary: Dictionary::new(["a", "b", "c"].into_iter().map(Some).collect()),
            codes: vec![0, 2].into(),
        };
        let (first, second, by_code) = (coded(), coded(), ByCode::default());
        assert_eq!(by_code.found(&first, |dictionary| dictionary.len()), None);
        assert_eq!(by_code.found(&first, |dictionary| dictionary.len()).as_deref(), Some(&3));
        assert_eq!(by_code.found(&first, |_| 0).as_deref(), Some(&3));
        assert_eq!(by_code.found(&second, |_| 0), None, "another dictionary");
    }
}
