//! Runs operator trees: vectorised, in parallel over morsels, with the same result whatever the number of threads.

mod aggregate;
mod by_code;
mod distinct_texts;
mod error;
mod expand;
mod expression;
mod grouping;
mod join;
mod json_parts;
mod lower;
mod memory;
mod order;
mod parallel;
mod passes;
mod pipeline;
mod query;
mod scan;
mod series;
mod session;
mod sort;
mod stages;
mod text_blocks;

pub use error::QueryError;
pub use query::{Progress, evaluator, execute, execute_all, execute_all_watched};
pub use session::Options;
