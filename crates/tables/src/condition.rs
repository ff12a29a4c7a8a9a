//! What must hold of a row's values for it to be able to pass the filter, so plainly said that a scan can tell from the
//! least and the greatest value of a column that none of many rows will pass.

use kql_types::Value;

/// A condition on the values of a row that is wanted. A null, and a value that is not of the constant's kind, does not meet it.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A column compared with a constant that is not null. Ints, longs and reals are compared as numbers.
    Compare {
        /// Position in [`crate::ScanRequest::columns`], of a column without a path.
        column: usize,
        /// How.
        comparison: Comparison,
        /// With what: of the column's type, or another number where that is one.
        value: Value,
    },
    /// A column equals one of some constants, which are as above.
    OneOf {
        /// Position in [`crate::ScanRequest::columns`], of a column without a path.
        column: usize,
        /// The constants.
        values: Vec<Value>,
    },
    /// All of these hold.
    All(Vec<Condition>),
    /// One of these holds.
    Any(Vec<Condition>),
}

impl Condition {
    /// The condition where the columns stand in other places: column `i` in `places[i]`.
    pub fn moved(&self, places: &[usize]) -> Self {
        let all = |conditions: &[Condition]| conditions.iter().map(|one| one.moved(places)).collect();
        match self {
            Condition::Compare { column, comparison, value } => {
                Condition::Compare { column: places[*column], comparison: *comparison, value: value.clone() }
            }
            Condition::OneOf { column, values } => {
                Condition::OneOf { column: places[*column], values: values.clone() }
            }
            Condition::All(conditions) => Condition::All(all(conditions)),
            Condition::Any(conditions) => Condition::Any(all(conditions)),
        }
    }
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison that holds when the sides change places.
    pub fn swapped(self) -> Self {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        }
    }
}
