//! Operators, listed by their symbol.

pub mod access;
pub(super) mod arithmetic;
pub(super) mod equality;
pub(super) mod logic;
pub(super) mod membership;
pub(super) mod ordering;
pub(super) mod regex;
pub(super) mod text;
pub(super) mod text_lists;
