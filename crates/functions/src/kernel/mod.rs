//! What kernels are built from.

pub mod arithmetic;
pub(crate) mod dynamic;
pub mod equality;
pub mod members;
pub mod ordering;
pub mod rows;
pub mod selection;

use arrow_array::types::ArrowPrimitiveType;
use arrow_array::{Array, PrimitiveArray};

/// The value in `row`; `None` is null.
#[inline]
pub fn value_at<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}
