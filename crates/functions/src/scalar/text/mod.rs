//! Functions over strings.

pub(super) mod characters;
pub(super) mod concatenation;
pub(super) mod extract;
pub(super) mod replace;
pub(super) mod search;
pub(super) mod split;
pub(super) mod strings;
pub(super) mod trim;
