//! Scalar functions and operators, one file a family.

pub mod conversion;
mod operators;
mod strings;

use crate::ScalarFunction;

/// The families.
#[rustfmt::skip]
pub static FAMILIES: &[&[&ScalarFunction]] = &[
    conversion::FUNCTIONS,
    operators::text::FUNCTIONS,
    operators::text_lists::FUNCTIONS,
    operators::regex::FUNCTIONS,
    strings::FUNCTIONS,
];
