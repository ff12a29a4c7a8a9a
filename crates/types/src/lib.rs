//! The ten scalar types of KQL: how they are stored, written, ordered and computed with.
//!
//! - [`ScalarType`], [`Schema`]: what a column is.
//! - [`Value`]: one value, for literals and at the edges; never in an inner loop.
//! - [`datetime`], [`timespan`], [`guid`], [`decimal`], [`real`], [`dynamic`], [`convert`]: text forms.
//! - [`Column`], [`Operand`], [`Batch`]: whole columns over Arrow arrays.

mod batch;
mod builder;
mod column;
pub mod convert;
pub mod datetime;
pub mod decimal;
mod digits;
pub mod dynamic;
pub mod guid;
mod operand;
mod path;
pub mod real;
mod scalar_type;
mod schema;
mod texts;
pub mod timespan;
mod to_text;
mod value;

pub use batch::Batch;
pub use builder::ColumnBuilder;
pub use column::{Column, DecimalArray, GuidArray};
pub use operand::{Bools, Decimals, Guids, Ints, Longs, Operand, Reals, Strings};
pub use path::PathStep;
pub use rust_decimal::{Decimal, RoundingStrategy};
pub use scalar_type::ScalarType;
pub use schema::{Field, Schema};
pub use texts::{Coded, Dictionary, Texts};
pub use value::Value;
