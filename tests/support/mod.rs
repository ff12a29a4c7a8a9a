//! Runs the `kql` binary and reads its replies, for the tests that judge answers.

mod program;
mod reply;

pub use program::{Outcome, run};
pub use reply::{Column, Reply, ResultTable};
