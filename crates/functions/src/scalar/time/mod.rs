//! Functions of datetimes and timespans.

pub mod build;
pub mod calendar;
pub mod clock;
pub mod format;
pub mod parts;
mod pattern;
mod period;
pub mod periods;
mod week;
pub mod zones;
