//! What `hll()` and `tdigest()` leave behind for other functions to merge and to read: a dynamic.
//!
//! The service keeps estimates in a form that it says may change at any time. These here are exact: they grow with the
//! number of distinct values, and `dcount_hll()` and `percentile_tdigest()` give what `dcount()` and `percentile()` give.
//! States that the service wrote are not read; functions of them give null.

pub(crate) mod digest;
pub(crate) mod hashes;
