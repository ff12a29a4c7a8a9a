//! Scalar functions and operators, one file a family.

mod strings;

use crate::ScalarFunction;

/// The families.
pub static FAMILIES: &[&[&ScalarFunction]] = &[strings::FUNCTIONS];
