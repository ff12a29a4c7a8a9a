//! Scalar functions and operators, one file a family.

mod arrays;
pub mod conversion;
pub mod operators;
mod strings;

use crate::ScalarFunction;

/// The families.
#[rustfmt::skip]
pub static FAMILIES: &[&[&ScalarFunction]] = &[
    arrays::build::FUNCTIONS,
    arrays::reorder::FUNCTIONS,
    arrays::search::FUNCTIONS,
    arrays::sets::FUNCTIONS,
    arrays::slice::FUNCTIONS,
    arrays::sort::FUNCTIONS,
    conversion::FUNCTIONS,
    operators::access::FUNCTIONS,
    operators::text::FUNCTIONS,
    operators::text_lists::FUNCTIONS,
    operators::regex::FUNCTIONS,
    strings::FUNCTIONS,
];
