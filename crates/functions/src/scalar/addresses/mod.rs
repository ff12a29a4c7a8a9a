//! IPv4 and IPv6 addresses: reading, comparing, finding them in networks, in texts and on the map.

pub(super) mod compare;
pub(super) mod location;
pub(super) mod parse;
pub(super) mod ranges;
pub(super) mod search;

use kql_types::{Operand, Strings};

use crate::network::Network;

/// Reads the text form of an address; `None` if it is none.
type Parse = fn(&str) -> Option<Network>;

/// Reads an argument as addresses. A constant is parsed once.
enum Addresses<'a> {
    Texts(Strings<'a>, Parse),
    Constant(Option<Network>),
}

impl<'a> Addresses<'a> {
    fn new(operand: &'a Operand, parse: Parse) -> Self {
        match operand.strings() {
            Strings::Constant(text) => Self::Constant(text.and_then(parse)),
            texts => Self::Texts(texts, parse),
        }
    }

    /// The address in `row`; `None` if the text is none.
    #[inline]
    fn get(&self, row: usize) -> Option<Network> {
        match self {
            Self::Texts(texts, parse) => texts.get(row).and_then(parse),
            Self::Constant(network) => *network,
        }
    }
}

#[cfg(test)]
mod tests;
