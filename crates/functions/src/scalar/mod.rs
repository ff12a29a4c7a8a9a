//! Scalar functions and operators, one file a family.

mod operators;
mod strings;

use crate::ScalarFunction;

/// The families.
pub static FAMILIES: &[&[&ScalarFunction]] = &[
    operators::text::FUNCTIONS,
    operators::text_lists::FUNCTIONS,
    operators::regex::FUNCTIONS,
    strings::FUNCTIONS,
];
