//! What kernels are built from.

pub mod rows;
