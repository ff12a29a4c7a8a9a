//! Functions of numbers.

pub mod angles;
pub mod binning;
pub mod bits;
pub mod bytes;
pub mod chance;
pub mod distributions;
pub mod finite;
pub mod powers;
mod real;
pub mod rounding;
