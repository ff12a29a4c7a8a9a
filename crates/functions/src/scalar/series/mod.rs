//! Arithmetic, statistics, filters, fitted lines and decomposition of series: dynamic arrays of numbers.

pub(super) mod aggregate;
pub(super) mod anomalies;
pub(super) mod binary;
pub(super) mod decompose;
pub(super) mod fill;
pub(super) mod filter;
pub(super) mod fit;
pub(super) mod fourier;
pub(super) mod outliers;
pub(super) mod periods;
pub(super) mod polynomial;
pub(super) mod stats;
pub(super) mod unary;
mod values;

#[cfg(test)]
mod tests;
