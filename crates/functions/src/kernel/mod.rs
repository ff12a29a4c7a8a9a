//! What kernels are built from.

pub(crate) mod dynamic;
pub mod rows;
