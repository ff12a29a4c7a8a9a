//! Decides everything before a row is read: syntax tree -> bound operator tree -> rewritten operator tree.
//!
//! - [`bind`]: resolves names and types.
//! - [`expr`], [`plan`]: what the executor runs. Fully typed, names resolved to positions.
//! - [`optimize`]: a list of small rewrite rules.
//! - [`explain`]: shows a tree.
//! - [`complete`]: what may be written at a place of an unfinished query, for editors.

mod bind;
mod bound;
pub mod complete;
mod explain;
pub mod expr;
mod library;
mod operator_help;
mod optimize;
pub mod plan;
mod same;
mod special;
mod walk;
mod whole_table;

pub use bind::{bind, query_now};
pub use bound::{Bound, BoundResult, Lookback, Surroundings, Visualization};
pub use explain::explain;
pub use expr::{Expr, ExprKind};
pub use library::{FunctionLibrary, StoredFunction};
pub use operator_help::{CHARTS, JOIN_KINDS, OPERATOR_HELP, OperatorHelp, OperatorPlace, ParameterHelp};
pub use optimize::optimize;
pub use plan::{Operator, Plan};
pub use special::{SPECIAL_FUNCTIONS, SpecialFunction};
