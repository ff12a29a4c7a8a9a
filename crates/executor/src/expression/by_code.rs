//! Functions of one column whose texts come from a dictionary: they are computed once for each code.

use std::sync::Arc;

use arrow_array::UInt32Array;
use kql_types::{Coded, Column, Dictionary, Operand, ScalarType};

use crate::QueryError;
use crate::by_code::ByCode;

/// What a function gave for each code.
#[derive(Debug)]
pub(super) enum Answers {
    /// It fails over all codes, perhaps at one that no row has.
    None,
    /// Values.
    Values(Column),
    /// Texts of that type; as a dictionary again.
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

/// What the function gives for each row of `column`. `compute` is called with a column of all texts of the dictionary, at
/// most once. `None` if the rows had better be computed as they are.
pub(super) fn answer(
    by_code: &ByCode<Answers>,
    column: &Column,
    compute: impl FnOnce(Column) -> Result<Column, QueryError>,
) -> Option<Column> {
    let coded = column.texts()?.as_coded()?;
    let answers = |dictionary: &Dictionary| Answers::of(compute(dictionary.column(column.data_type())));
    by_code.found(coded, answers)?.spread(coded)
}

impl Answers {
    fn of(outcome: Result<Column, QueryError>) -> Self {
        match outcome {
            Ok(column) => match column.texts() {
                Some(texts) => Answers::Texts(column.data_type(), Dictionary::new(texts.array().clone())),
                None => Answers::Values(column),
            },
            Err(_) => Answers::None,
        }
    }

    fn spread(&self, coded: &Coded) -> Option<Column> {
        match self {
            Answers::None => None,
            Answers::Values(values) => Some(values.take(&UInt32Array::new(coded.codes.clone(), None))),
            Answers::Texts(data_type, dictionary) => Some(Column::coded(
                *data_type,
                Coded { dictionary: dictionary.clone(), codes: coded.codes.clone() },
            )),
        }
    }
}
