//! Aggregates, one file a family.
//!
//! Every family keeps its state in vectors indexed by group and runs typed loops over whole arguments ([`rows`]); what
//! is the same for all of them stands in [`state`].

mod bags;
mod binary;
mod counting;
mod distinct;
mod double_double;
mod extremes;
mod grouped_set;
mod interner;
mod json_rows;
mod lists;
mod percentiles;
mod picking;
mod rows;
mod sets;
mod sketches;
mod spread;
mod state;
mod sums;

use crate::AggregateFunction;

pub(crate) use percentiles::rank;

/// The families.
pub static FAMILIES: &[&[&AggregateFunction]] = &[
    counting::FUNCTIONS,
    sums::FUNCTIONS,
    extremes::FUNCTIONS,
    distinct::FUNCTIONS,
    sets::FUNCTIONS,
    lists::FUNCTIONS,
    spread::FUNCTIONS,
    percentiles::FUNCTIONS,
    bags::FUNCTIONS,
    binary::FUNCTIONS,
    picking::FUNCTIONS,
    sketches::FUNCTIONS,
];
