//! What `parse`, `parse-where` and `parse-kv` find in texts.
//!
//! To the planner these operators are projections. One call, [`PARSE`] or [`PARSE_KV`], finds all captures of a row and
//! gives their places in the text, itself as a short text (see [`spans`]) that is empty where nothing matches;
//! [`CAPTURED`] takes one capture out of the text, without copying it. None of them is in a family's list, because the
//! language has no name for them.

mod captured;
mod expression;
mod key_values;
mod literals;
mod parse;
mod parse_kv;
mod pattern;
mod shapes;
mod spans;

pub use captured::CAPTURED;
pub use parse::PARSE;
pub use parse_kv::PARSE_KV;
pub use pattern::{KIND_REGEX, KIND_RELAXED, KIND_SIMPLE, PART_SKIP, PART_TEXT};
