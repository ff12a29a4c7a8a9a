//! IP addresses with the number of their bits that count, as in `10.1.2.3/8`.
//!
//! <https://learn.microsoft.com/kusto/query/parse-ipv6-function#ip-prefix-notation>

use std::net::{Ipv4Addr, Ipv6Addr};

use hashbrown::HashSet;

/// How many bits of the 128 come before an IPv4 address.
pub(crate) const V4_BITS: u32 = 96;

/// An address with the number of its bits that count. IPv4 stands within IPv6, as `::ffff:a.b.c.d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    pub(crate) address: u128,
    pub(crate) bits: u32,
}

impl Network {
    /// Reads `a.b.c.d` or `a.b.c.d/n`.
    pub(crate) fn of_v4(text: &str) -> Option<Self> {
        let (address, bits) = split_prefix(text)?;
        let address: Ipv4Addr = address.parse().ok()?;
        let bits = bits.unwrap_or(32);
        (bits <= 32).then(|| Self::from_v4(address.to_bits(), bits))
    }

    /// Reads an address of either version. Where an IPv6 address ends in dotted notation, up to 32 bits are counted from
    /// there: `::192.168.1.1/24` has 120 (measured).
    pub(crate) fn of_v6(text: &str) -> Option<Self> {
        let (address, bits) = split_prefix(text)?;
        let Ok(parsed) = address.parse::<Ipv6Addr>() else { return Self::of_v4(text) };
        let bits = match bits {
            Some(bits) if bits <= 32 && address.contains('.') => bits + V4_BITS,
            bits => bits.unwrap_or(128),
        };
        (bits <= 128).then(|| Self { address: parsed.to_bits(), bits })
    }

    /// Like [`Network::of_v6`], but `::a.b.c.d` is the IPv4 address: the engine finds `::192.168.1.1/30` equal to
    /// `192.168.1.255/24` (measured).
    pub(crate) fn of_either(text: &str) -> Option<Self> {
        let network = Self::of_v6(text)?;
        let is_v4 = network.address >> 32 == 0 && text.contains('.') && network.bits >= V4_BITS;
        Some(if is_v4 { Self::from_v4(network.address as u32, network.bits - V4_BITS) } else { network })
    }

    /// An IPv4 address of which `bits` bits count, at most 32.
    pub(crate) const fn from_v4(address: u32, bits: u32) -> Self {
        Self { address: 0xffff_0000_0000 | address as u128, bits: bits + V4_BITS }
    }

    /// The same with no more than that many bits.
    pub(crate) fn at_most(self, bits: u32) -> Self {
        Self { bits: self.bits.min(bits), ..self }
    }

    /// The address with all but the first `bits` bits cleared.
    #[inline]
    pub(crate) fn cut(self, bits: u32) -> u128 {
        if bits == 0 { 0 } else { self.address & (u128::MAX << (128 - bits)) }
    }

    /// The address with the bits that do not count cleared.
    pub(crate) fn base(self) -> u128 {
        self.cut(self.bits)
    }

    /// The base as IPv4 address.
    pub(crate) fn base_v4(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.base() as u32)
    }

    /// Whether the other's base lies in this network.
    #[inline]
    pub(crate) fn contains(self, other: Self) -> bool {
        Self { address: other.base(), bits: self.bits }.base() == self.base()
    }
}

fn split_prefix(text: &str) -> Option<(&str, Option<u32>)> {
    match text.trim().split_once('/') {
        None => Some((text.trim(), None)),
        Some((address, bits)) => Some((address, Some(bits.parse().ok()?))),
    }
}

/// Many networks: one hash look-up for each length of prefix that occurs.
#[derive(Debug, Default)]
pub(crate) struct NetworkSet {
    bases: HashSet<(u32, u128)>,
    lengths: Vec<u32>,
}

impl NetworkSet {
    /// Adds a network.
    pub(crate) fn insert(&mut self, network: Network) {
        self.bases.insert((network.bits, network.base()));
        if !self.lengths.contains(&network.bits) {
            self.lengths.push(network.bits);
        }
    }

    /// Whether one of the networks holds the address.
    pub(crate) fn contains(&self, address: Network) -> bool {
        let address = Network { address: address.base(), bits: 128 };
        self.lengths.iter().any(|bits| self.bases.contains(&(*bits, address.cut(*bits))))
    }

    /// Whether there is no network.
    pub(crate) fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_count_from_the_dotted_part() {
        let bits = |text| Network::of_v6(text).map(|network| network.bits);
        assert_eq!(bits("192.168.1.1/24"), Some(120));
        assert_eq!(bits("::192.168.1.1/24"), Some(120));
        assert_eq!(bits("fe80::1/64"), Some(64));
        assert_eq!(bits("fe80::1/129"), None);
        assert_eq!(bits("1.2.3.4/33"), None);
        assert_eq!(Network::of_v4("1.2.3"), None);
        assert_eq!(Network::of_v4("::1"), None);
        assert_eq!(Network::of_v4("1.2.3.4/-1"), None);
        assert_eq!(Network::of_v4("0.0.0.0/0").map(Network::base_v4), Some(Ipv4Addr::UNSPECIFIED));
    }

    #[test]
    fn sets_hold_what_their_networks_hold() {
        let mut set = NetworkSet::default();
        for text in ["10.0.0.1/8", "192.168.1.7/24", "1.2.3.4"] {
            set.insert(Network::of_v4(text).unwrap());
        }
        for (text, expected) in [
            ("10.255.0.1", true),
            ("192.168.1.255", true),
            ("192.168.2.1", false),
            ("1.2.3.4", true),
            ("1.2.3.5", false),
        ] {
            assert_eq!(set.contains(Network::of_v4(text).unwrap()), expected, "{text}");
        }
    }
}
