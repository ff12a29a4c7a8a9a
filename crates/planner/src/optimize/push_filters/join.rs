//! Which filters above a join may be applied to its inputs.

use std::collections::BTreeSet;

use super::super::expression::{as_part, columns_read, renumber};
use super::{has_one_form, push};
use crate::plan::{Join, JoinKind, JoinOutput};
use crate::{Expr, Operator};

/// Where conjuncts go.
#[derive(Debug, Default)]
pub(super) struct Sides {
    /// Over the left input.
    pub left: Vec<Expr>,
    /// Over the right input.
    pub right: Vec<Expr>,
    /// Over the result.
    pub above: Vec<Expr>,
}

/// The join over inputs that are filtered.
pub(super) fn with_filters(join: Join, left: Vec<Expr>, right: Vec<Expr>) -> Operator {
    Operator::Join(Join {
        left: Box::new(push(*join.left, left)),
        right: Box::new(push(*join.right, right)),
        ..join
    })
}

/// Distributes the conjuncts.
///
/// A side may be filtered before the join unless the join makes up rows of that side: the rows without a partner of an
/// outer join have nulls there, which a filter must see. Of `innerunique` the left side is reduced to one row for each
/// key first, and a filter before that must not change which row it is. What holds for the key of one side holds for the
/// other's: rows there that fail have no partner.
pub(super) fn sides(conjuncts: Vec<Expr>, join: &Join) -> Sides {
    let outputs = outputs(join);
    let mut sides = Sides::default();
    for conjunct in conjuncts {
        let read = columns_read(&conjunct);
        let of_left = positions(&read, &outputs, |output| match output {
            JoinOutput::Left(index) => Some(index),
            JoinOutput::Right(_) => None,
        });
        let of_right = positions(&read, &outputs, |output| match output {
            JoinOutput::Right(index) => Some(index),
            JoinOutput::Left(_) => None,
        });
        let (left_keys, right_keys) = plain_keys(join);
        match (of_left, of_right) {
            (Some(columns), None) if may_filter_left(join.kind, &columns, &left_keys) => {
                let left = over_input(conjunct, &outputs);
                sides.right.extend(across(&left, &columns, &left_keys, &right_keys));
                sides.left.push(left);
            }
            (None, Some(columns)) if may_filter_right(join.kind) => {
                let right = over_input(conjunct, &outputs);
                sides.left.extend(across(&right, &columns, &right_keys, &left_keys));
                sides.right.push(right);
            }
            _ => sides.above.push(conjunct),
        }
    }
    sides
}

/// What the columns of the result are.
fn outputs(join: &Join) -> Vec<JoinOutput> {
    match join.kind {
        JoinKind::LeftSemi | JoinKind::LeftAnti => {
            (0..join.left.schema.len()).map(JoinOutput::Left).collect()
        }
        JoinKind::RightSemi | JoinKind::RightAnti => {
            (0..join.right.schema.len()).map(JoinOutput::Right).collect()
        }
        _ => join.outputs.clone(),
    }
}

/// The columns of an input that the result's columns `read` are, if all are of that input and there is one at all.
fn positions(
    read: &BTreeSet<usize>,
    outputs: &[JoinOutput],
    of_side: impl Fn(JoinOutput) -> Option<usize>,
) -> Option<BTreeSet<usize>> {
    let columns: BTreeSet<usize> = read
        .iter()
        .map(|&index| outputs.get(index).and_then(|output| of_side(*output)))
        .collect::<Option<_>>()?;
    (!columns.is_empty()).then_some(columns)
}

fn may_filter_left(kind: JoinKind, columns: &BTreeSet<usize>, keys: &[Option<usize>]) -> bool {
    match kind {
        JoinKind::Inner | JoinKind::LeftOuter | JoinKind::LeftSemi | JoinKind::LeftAnti => true,
        JoinKind::InnerUnique => are_keys(columns, keys),
        JoinKind::RightOuter | JoinKind::FullOuter | JoinKind::RightSemi | JoinKind::RightAnti => false,
    }
}

fn may_filter_right(kind: JoinKind) -> bool {
    match kind {
        JoinKind::Inner
        | JoinKind::InnerUnique
        | JoinKind::RightOuter
        | JoinKind::RightSemi
        | JoinKind::RightAnti => true,
        JoinKind::LeftOuter | JoinKind::FullOuter | JoinKind::LeftSemi | JoinKind::LeftAnti => false,
    }
}

/// The column that each key is, on the left and on the right, where equal keys are also written alike.
fn plain_keys(join: &Join) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let column = |key: &Expr| match as_part(key) {
        Some((index, [])) if has_one_form(key.data_type) => Some(index),
        _ => None,
    };
    join.keys.iter().map(|(left, right)| (column(left), column(right))).unzip()
}

fn are_keys(columns: &BTreeSet<usize>, keys: &[Option<usize>]) -> bool {
    columns.iter().all(|column| keys.contains(&Some(*column)))
}

fn over_input(conjunct: Expr, outputs: &[JoinOutput]) -> Expr {
    renumber(conjunct, &|index| match outputs[index] {
        JoinOutput::Left(position) | JoinOutput::Right(position) => position,
    })
}

/// The conjunct over the other input, if it reads nothing but keys.
fn across(
    conjunct: &Expr,
    columns: &BTreeSet<usize>,
    keys: &[Option<usize>],
    other_keys: &[Option<usize>],
) -> Option<Expr> {
    let other = |column: usize| {
        keys.iter().zip(other_keys).find_map(|(key, other)| other.filter(|_| *key == Some(column)))
    };
    if !columns.iter().all(|column| other(*column).is_some()) {
        return None;
    }
    Some(renumber(conjunct.clone(), &|column| other(column).unwrap_or(column)))
}

#[cfg(test)]
mod tests {
    use kql_types::ScalarType::String;

    use super::*;
    use crate::optimize::testing::*;

    /// `L(k, a) join R(k, b)` with the result's columns `k, a, k1, b`, filtered.
    fn filtered(kind: JoinKind, predicate: Expr) -> Vec<std::string::String> {
        let (left, right) =
            (scan("L", &[("k", String), ("a", String)]), scan("R", &[("k", String), ("b", String)]));
        shown(super::super::push_filters(filter(join(left, right, kind), predicate)))
    }

    /// The lines of the filters above the join, left of it and right of it.
    fn places(kind: JoinKind, position: usize) -> (bool, bool, bool) {
        let lines = filtered(kind, equals(position, "x"));
        let filtered = |start: &str| {
            lines.iter().any(|line| line.trim_start().starts_with(start) && line.contains(r#"== "x""#))
        };
        (filtered("where"), filtered("scan L"), filtered("scan R"))
    }

    const ABOVE: (bool, bool, bool) = (true, false, false);
    const LEFT: (bool, bool, bool) = (false, true, false);
    const RIGHT: (bool, bool, bool) = (false, false, true);
    const BOTH: (bool, bool, bool) = (false, true, true);

    #[test]
    fn values_are_filtered_on_the_side_that_is_never_made_up() {
        for (kind, left, right) in [
            (JoinKind::Inner, LEFT, RIGHT),
            (JoinKind::InnerUnique, ABOVE, RIGHT),
            (JoinKind::LeftOuter, LEFT, ABOVE),
            (JoinKind::RightOuter, ABOVE, RIGHT),
            (JoinKind::FullOuter, ABOVE, ABOVE),
        ] {
            assert_eq!(places(kind, 1), left, "{kind:?}");
            assert_eq!(places(kind, 3), right, "{kind:?}");
        }
        assert_eq!(places(JoinKind::LeftSemi, 1), LEFT);
        assert_eq!(places(JoinKind::LeftAnti, 1), LEFT);
        assert_eq!(places(JoinKind::RightSemi, 1), RIGHT);
        assert_eq!(places(JoinKind::RightAnti, 1), RIGHT);
    }

    #[test]
    fn keys_are_filtered_on_both_sides() {
        for (kind, left, right) in [
            (JoinKind::Inner, BOTH, BOTH),
            (JoinKind::InnerUnique, BOTH, BOTH),
            (JoinKind::LeftOuter, BOTH, ABOVE),
            (JoinKind::RightOuter, ABOVE, BOTH),
            (JoinKind::FullOuter, ABOVE, ABOVE),
        ] {
            assert_eq!(places(kind, 0), left, "{kind:?}");
            assert_eq!(places(kind, 2), right, "{kind:?}");
        }
        assert_eq!(places(JoinKind::LeftAnti, 0), BOTH);
        assert_eq!(places(JoinKind::RightSemi, 0), BOTH);
    }

    #[test]
    fn a_conjunct_over_both_sides_stays() {
        let both = call("==", vec![column(1, String), column(3, String)]);
        assert_eq!(filtered(JoinKind::Inner, both)[0], "where a == b");
    }
}
