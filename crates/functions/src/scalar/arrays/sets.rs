//! Arrays as sets. Equal values have equal compact JSON text; order is that of first appearance.

use arrow_array::{BooleanArray, Float64Array};
use hashbrown::HashSet;
use kql_types::Column;
use kql_types::ScalarType::{Bool, Real};

use super::{ARRAY, DYNAMIC};
use crate::kernel::dynamic::{Arrays, dynamic_column, write_array};
use crate::{Call, Example, Overload, ResultName, Returns, ScalarFunction, Support};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&SET_UNION, &SET_INTERSECT, &SET_DIFFERENCE, &SET_EQUALS, &JACCARD_INDEX];

static SET_UNION: ScalarFunction = ScalarFunction {
    names: &["set_union"],
    doc: "The distinct elements of all arrays; null if an argument is no array.",
    examples: &[Example { query: "print set_union(dynamic([1, 2, 1]), dynamic([2, 3]))", result: "[1,2,3]" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY], DYNAMIC, |call| {
        Ok(combine(call, |arrays, seen| {
            arrays
                .iter()
                .flat_map(|array| array.iter().copied())
                .filter(|element| seen.insert(element))
                .collect()
        }))
    })
    .repeating(1, 2)],
    support: Support::Rows,
};

static SET_INTERSECT: ScalarFunction = ScalarFunction {
    names: &["set_intersect"],
    doc: "The distinct elements that all arrays have; null if an argument is no array.",
    examples: &[Example {
        query: "print set_intersect(dynamic([1, 2, 3]), dynamic([3, 2]))",
        result: "[2,3]",
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY], DYNAMIC, |call| {
        Ok(combine(call, |arrays, seen| {
            let (first, others) =
                arrays.split_first().map_or((&[][..], arrays), |(first, others)| (*first, others));
            let mut common: HashSet<&str> = first.iter().copied().collect();
            for other in others {
                let other: HashSet<&str> = other.iter().copied().collect();
                common.retain(|element| other.contains(element));
            }
            let kept = first.iter().copied().filter(|element| common.contains(element));
            kept.filter(|element| seen.insert(element)).collect()
        }))
    })
    .repeating(1, 2)],
    support: Support::Rows,
};

static SET_DIFFERENCE: ScalarFunction = ScalarFunction {
    names: &["set_difference"],
    doc: "The distinct elements of the first array that no other has; null if an argument is no array.",
    examples: &[Example { query: "print set_difference(dynamic([1, 2, 3]), dynamic([2]))", result: "[1,3]" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY], DYNAMIC, |call| {
        Ok(combine(call, |arrays, seen| {
            let (first, others) =
                arrays.split_first().map_or((&[][..], arrays), |(first, others)| (*first, others));
            seen.extend(others.iter().flat_map(|other| other.iter().copied()));
            first.iter().copied().filter(|element| seen.insert(element)).collect()
        }))
    })
    .repeating(1, 2)],
    support: Support::Rows,
};

/// An array of what `choose` takes from each row's arrays, given an empty set to note elements in.
fn combine(
    call: &Call<'_>,
    choose: impl for<'t> Fn(&[&[&'t str]], &mut HashSet<&'t str>) -> Vec<&'t str>,
) -> Column {
    let mut arrays: Vec<Arrays<'_>> = call.arguments.iter().map(Arrays::new).collect();
    dynamic_column(call.rows, |row, out| {
        let arrays: Vec<&[&str]> = arrays.iter_mut().map(|array| array.get(row)).collect::<Option<_>>()?;
        write_array(out, choose(&arrays, &mut HashSet::new()));
        Some(())
    })
}

static SET_EQUALS: ScalarFunction = ScalarFunction {
    names: &["set_equals"],
    doc: "Whether two arrays have the same distinct elements; null if an argument is no array.",
    examples: &[Example { query: "print set_equals(dynamic([1, 2]), dynamic([2, 1, 1]))", result: "True" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY, ARRAY], Returns::Exact(Bool), |call| {
        let equal = with_two_sets(call, |left, right| left == right);
        Ok(Column::Bool(equal.into_iter().collect::<BooleanArray>()))
    })],
    support: Support::Rows,
};

static JACCARD_INDEX: ScalarFunction = ScalarFunction {
    names: &["jaccard_index"],
    doc: "The number of distinct elements that two arrays share, divided by the number that either has.",
    examples: &[Example {
        query: "print jaccard_index(dynamic([1, 2, 3]), dynamic([1, 2, 3, 4]))",
        result: "0.75",
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY, ARRAY], Returns::Exact(Real), |call| {
        let index = with_two_sets(call, |left, right| {
            let shared = left.intersection(right).count();
            shared as f64 / (left.len() + right.len() - shared) as f64
        });
        Ok(Column::Real(index.into_iter().collect::<Float64Array>()))
    })],
    support: Support::Rows,
};

fn with_two_sets<T>(
    call: &Call<'_>,
    compare: impl Fn(&HashSet<&str>, &HashSet<&str>) -> T,
) -> Vec<Option<T>> {
    let (mut left, mut right) = (Arrays::new(&call.arguments[0]), Arrays::new(&call.arguments[1]));
    let results = (0..call.rows).map(|row| {
        let left: HashSet<&str> = left.get(row)?.iter().copied().collect();
        let right: HashSet<&str> = right.get(row)?.iter().copied().collect();
        Some(compare(&left, &right))
    });
    results.collect()
}
