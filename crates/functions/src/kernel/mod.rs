//! What kernels are built from.

pub(crate) mod dynamic;
pub mod equality;
pub mod members;
pub mod ordering;
pub mod rows;
