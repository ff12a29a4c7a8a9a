//! Functions of one column whose texts come from a dictionary: they are computed once for each code.

use std::sync::{Arc, Mutex};

use arrow_array::UInt32Array;
use kql_types::{Coded, Column, Dictionary, Operand, ScalarType};

use crate::QueryError;
use crate::query::locked;

/// What a function gave for the codes of a dictionary, kept from batch to batch.
#[derive(Default)]
pub(super) struct ByCode {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    dictionary: Option<Arc<Dictionary>>,
    /// Rows that were computed one by one so far.
    rows: usize,
    answers: Answers,
}

#[derive(Clone, Default)]
enum Answers {
    /// Too few rows came to make it worth it.
    #[default]
    NotYet,
    /// Over all codes the function fails, perhaps at one that no row has.
    Never,
    /// By code.
    Values(Column),
    /// By code, texts of that type; as a dictionary again.
    Texts(ScalarType, Arc<Dictionary>),
}

/// The argument that varies, if it is the only one and its texts come from a dictionary: its position, the column.
pub(super) fn varying(arguments: &[Operand]) -> Option<(usize, &Column)> {
    let mut columns = arguments.iter().enumerate().filter_map(|(position, argument)| match argument {
        Operand::Column(column) => Some((position, column)),
        Operand::Constant(_) => None,
    });
    let only = columns.next()?;
    (columns.next().is_none() && only.1.texts()?.as_coded().is_some()).then_some(only)
}

impl ByCode {
    /// What the function gives for each row of `column`. `compute` is called with a column of all texts of the dictionary,
    /// at most once. `None` if the rows had better be computed as they are.
    pub(super) fn answer(
        &self,
        column: &Column,
        compute: impl FnOnce(Column) -> Result<Column, QueryError>,
    ) -> Option<Column> {
        let coded = column.texts()?.as_coded()?;
        let mut state = locked(&self.state);
        if !state.dictionary.as_ref().is_some_and(|known| Arc::ptr_eq(known, &coded.dictionary)) {
            *state = State { dictionary: Some(coded.dictionary.clone()), ..State::default() };
        }
        if matches!(state.answers, Answers::NotYet) {
            state.rows += coded.codes.len();
            if state.rows < coded.dictionary.len() {
                return None;
            }
            state.answers = Answers::of(compute(coded.dictionary.column(column.data_type())));
        }
        let answers = state.answers.clone();
        drop(state);
        answers.spread(coded)
    }
}

impl Answers {
    fn of(outcome: Result<Column, QueryError>) -> Self {
        match outcome {
            Ok(column) => match column.texts() {
                Some(texts) => Answers::Texts(column.data_type(), Dictionary::new(texts.array().clone())),
                None => Answers::Values(column),
            },
            Err(_) => Answers::Never,
        }
    }

    fn spread(&self, coded: &Coded) -> Option<Column> {
        match self {
            Answers::NotYet | Answers::Never => None,
            Answers::Values(values) => Some(values.take(&UInt32Array::new(coded.codes.clone(), None))),
            Answers::Texts(data_type, dictionary) => Some(Column::coded(
                *data_type,
                Coded { dictionary: dictionary.clone(), codes: coded.codes.clone() },
            )),
        }
    }
}
