//! The ten scalar types of KQL: how they are stored, written, ordered and computed with.
//!
//! - [`ScalarType`], [`Schema`]: what a column is.
//! - [`Value`]: one value, for literals and at the edges; never in an inner loop.
//! - [`Column`], [`Operand`], [`Batch`]: whole columns over Arrow arrays.

mod batch;
mod builder;
mod column;
mod operand;
mod path;
mod scalar_type;
mod schema;
mod value;

pub use batch::Batch;
pub use builder::ColumnBuilder;
pub use column::{Column, DecimalArray, GuidArray};
pub use operand::{Bools, Decimals, Guids, Ints, Longs, Operand, Reals, Strings};
pub use path::PathStep;
pub use rust_decimal::Decimal;
pub use scalar_type::ScalarType;
pub use schema::{Field, Schema};
pub use value::Value;
