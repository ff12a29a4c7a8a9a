//! What is known of the values of a column over many rows, to tell that none of them can meet a condition.

use std::cmp::Ordering;

use arrow_array::Int64Array;
use kql_types::{Column, Value};

use crate::{Comparison, Condition};

/// A value in an order that its type has in files too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Extreme {
    /// A whole number, or ticks.
    Number(i64),
    /// A real.
    Real(f64),
    /// Text, or the bytes of a guid.
    Bytes(Vec<u8>),
}

impl Extreme {
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Int(number) => Extreme::Number((*number).into()),
            Value::Long(number) | Value::DateTime(number) | Value::Timespan(number) => {
                Extreme::Number(*number)
            }
            Value::Real(number) if !number.is_nan() => Extreme::Real(*number),
            Value::String(text) => Extreme::Bytes(text.clone().into_bytes()),
            Value::Guid(guid) => Extreme::Bytes(guid.to_be_bytes().to_vec()),
            _ => return None,
        })
    }

    /// How it stands to another, `None` where that is not known. A whole number beside a real may be rounded.
    fn compare(&self, other: &Self) -> Option<(Ordering, bool)> {
        match (self, other) {
            (Extreme::Number(left), Extreme::Number(right)) => Some((left.cmp(right), true)),
            (Extreme::Bytes(left), Extreme::Bytes(right)) => Some((left.cmp(right), true)),
            (Extreme::Real(left), Extreme::Real(right)) => Some((left.partial_cmp(right)?, true)),
            (Extreme::Number(left), Extreme::Real(right)) => {
                Some(((*left as f64).partial_cmp(right)?, false))
            }
            (Extreme::Real(left), Extreme::Number(right)) => {
                Some((left.partial_cmp(&(*right as f64))?, false))
            }
            _ => None,
        }
    }
}

/// What is known of the values of a column in some rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Extent {
    /// Nothing.
    Unknown,
    /// All are null.
    Nulls,
    /// None is less than the first or greater than the second, where these are known.
    Between(Option<Extreme>, Option<Extreme>),
}

impl Extent {
    /// Whether one of the values may compare so.
    pub(crate) fn admits(&self, comparison: Comparison, value: &Value) -> bool {
        let (least, greatest) = match self {
            Extent::Unknown => return true,
            Extent::Nulls => return false,
            Extent::Between(least, greatest) => (least, greatest),
        };
        let (end, wanted) = match comparison {
            Comparison::Less | Comparison::LessOrEqual => (least, Ordering::Less),
            Comparison::Greater | Comparison::GreaterOrEqual => (greatest, Ordering::Greater),
        };
        let (Some(end), Some(value)) = (end, Extreme::of(value)) else { return true };
        match end.compare(&value) {
            None => true,
            Some((Ordering::Equal, is_exact)) => {
                !is_exact || matches!(comparison, Comparison::LessOrEqual | Comparison::GreaterOrEqual)
            }
            Some((order, _)) => order == wanted,
        }
    }

    pub(crate) fn admits_equal(&self, value: &Value) -> bool {
        self.admits(Comparison::GreaterOrEqual, value) && self.admits(Comparison::LessOrEqual, value)
    }

    pub(crate) fn admits_one_of(&self, values: &[Value]) -> bool {
        values.iter().any(|value| self.admits_equal(value))
    }
}

impl Extent {
    /// The extent of a column of whole numbers or times; of others nothing is known.
    pub(crate) fn of_column(column: &Column) -> Self {
        let extremes = |values: &Int64Array| {
            let present = || values.iter().flatten();
            match (present().min(), present().max()) {
                (Some(least), Some(greatest)) => {
                    Extent::Between(Some(Extreme::Number(least)), Some(Extreme::Number(greatest)))
                }
                _ => Extent::Nulls,
            }
        };
        match column {
            Column::Long(values) | Column::DateTime(values) | Column::Timespan(values) => extremes(values),
            _ => Extent::Unknown,
        }
    }
}

impl Condition {
    /// Whether one of many rows may meet it, given the extent of each column over these.
    pub(crate) fn may_hold(&self, extent: &impl Fn(usize) -> Extent) -> bool {
        match self {
            Condition::Compare { column, comparison, value } => extent(*column).admits(*comparison, value),
            Condition::OneOf { column, values } => extent(*column).admits_one_of(values),
            Condition::All(all) => all.iter().all(|one| one.may_hold(extent)),
            Condition::Any(any) => any.iter().any(|one| one.may_hold(extent)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_rule_out_what_lies_beyond() {
        let extent = Extent::Between(Some(Extreme::Number(5)), Some(Extreme::Number(9)));
        let long = |number| Value::Long(number);
        assert!(!extent.admits(Comparison::Less, &long(5)));
        assert!(extent.admits(Comparison::LessOrEqual, &long(5)));
        assert!(!extent.admits(Comparison::Greater, &long(9)));
        assert!(extent.admits(Comparison::GreaterOrEqual, &long(9)));
        assert!(
            extent.admits_equal(&long(7))
                && !extent.admits_equal(&long(4))
                && !extent.admits_equal(&long(10))
        );
        assert!(extent.admits(Comparison::Greater, &Value::Real(9.0)), "a rounded number may be greater");
        assert!(!extent.admits(Comparison::Greater, &Value::Real(9.5)));
        assert!(!Extent::Nulls.admits_equal(&long(7)));
        let half = Extent::Between(None, Some(Extreme::Bytes(b"m".to_vec())));
        assert!(half.admits_equal(&Value::String("a".to_owned())));
        assert!(!half.admits_equal(&Value::String("n".to_owned())));
    }

    #[test]
    fn a_column_of_times_has_its_first_and_last() {
        let column = |values: Vec<Option<i64>>| Column::DateTime(values.into());
        let extent = Extent::of_column(&column(vec![Some(7), None, Some(3)]));
        assert_eq!(extent, Extent::Between(Some(Extreme::Number(3)), Some(Extreme::Number(7))));
        assert_eq!(Extent::of_column(&column(vec![None])), Extent::Nulls);
        let later =
            Condition::Compare { column: 0, comparison: Comparison::Greater, value: Value::DateTime(7) };
        assert!(!later.may_hold(&|_| extent.clone()));
        assert!(
            Condition::Any(vec![later.clone(), Condition::All(Vec::new())]).may_hold(&|_| extent.clone())
        );
    }
}
