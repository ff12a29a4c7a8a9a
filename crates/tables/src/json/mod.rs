//! Reading JSON text: structure by SIMD, then only the values that are wanted.

mod ahead;
mod block;
mod compact;
mod fault;
mod split;
mod text;
#[cfg(target_arch = "x86_64")]
mod utf8;
#[cfg(target_arch = "x86_64")]
mod vector;

#[cfg(target_arch = "x86_64")]
pub(crate) use ahead::fetch_ahead;
#[cfg(target_arch = "x86_64")]
pub(crate) use block::Classifier;
pub(crate) use compact::{Form, canonical, check};
pub(crate) use fault::Fault;
pub(crate) use split::Splitter;
pub(crate) use text::{blank, find_special, trim, unescape};
#[cfg(target_arch = "x86_64")]
pub(crate) use vector::Vector;
