//! Decides everything before a row is read: syntax tree -> bound operator tree -> rewritten operator tree.
//!
//! - [`expr`], [`plan`]: what the executor runs. Fully typed, names resolved to positions.

pub mod expr;
pub mod plan;

pub use expr::{Expr, ExprKind};
pub use plan::{Operator, Plan};
