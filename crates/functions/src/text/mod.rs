//! Searching and comparing text the way Kusto does.

mod case;
mod finder;
mod pattern;
mod texts;

pub(crate) use case::{lower, upper};
pub(crate) use finder::{Finder, Search};
pub(crate) use pattern::{Pattern, Place};
pub(crate) use texts::{Texts, text_of};
