//! Comparing two addresses in the bits that count in both.

use kql_types::{Column, ScalarType::Bool, ScalarType::Long};

use super::{Addresses, Parse};
use crate::kernel::rows::{bools, longs};
use crate::network::{Network, V4_BITS};
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&IPV4_COMPARE, &IPV4_IS_MATCH, &IPV6_COMPARE, &IPV6_IS_MATCH];

const PARAMETERS: &[ParameterType] = &[TEXT, TEXT, ParameterType::Integer];

scalar_function!(
    IPV4_COMPARE, ["ipv4_compare"],
    "-1, 0 or 1 as the first IPv4 address comes before, equals or comes after the second, in the bits that both prefixes and the third argument leave; null if one is no address. <https://learn.microsoft.com/kusto/query/ipv4-compare-function>",
    [
        r#"print ipv4_compare("192.168.1.1/24", "192.168.1.255")"# => "0",
        r#"print ipv4_compare("192.168.1.1", "192.168.1.255", 31)"# => "-1",
    ],
    ResultName::Generated,
    [columns(PARAMETERS, Long, |call| Ok(order(call, Network::of_v4, V4_BITS))).at_least(2)],
);
scalar_function!(
    IPV4_IS_MATCH, ["ipv4_is_match"],
    "Whether two IPv4 addresses are equal in the bits that both prefixes and the third argument leave; null if one is no address. <https://learn.microsoft.com/kusto/query/ipv4-is-match-function>",
    [
        r#"print ipv4_is_match("192.168.1.1", "192.168.1.255/24")"# => "True",
        r#"print ipv4_is_match("192.168.1.1", "192.168.2.1")"# => "False",
    ],
    ResultName::Generated,
    [columns(PARAMETERS, Bool, |call| Ok(equality(call, Network::of_v4, V4_BITS))).at_least(2)],
);
scalar_function!(
    IPV6_COMPARE, ["ipv6_compare"],
    "-1, 0 or 1 as the first address, IPv6 or IPv4, comes before, equals or comes after the second, in the bits that both prefixes and the third argument (of 128) leave; null if one is no address. <https://learn.microsoft.com/kusto/query/ipv6-compare-function>",
    [
        r#"print ipv6_compare("fe80::85d:e82c:9446:7994/120", "fe80::85d:e82c:9446:7998")"# => "0",
        r#"print ipv6_compare("192.168.1.1", "::ffff:c0a8:0102")"# => "-1",
    ],
    ResultName::Generated,
    [columns(PARAMETERS, Long, |call| Ok(order(call, Network::of_either, 0))).at_least(2)],
);
scalar_function!(
    IPV6_IS_MATCH, ["ipv6_is_match"],
    "Whether two addresses, IPv6 or IPv4, are equal in the bits that both prefixes and the third argument (of 128) leave; null if one is no address. <https://learn.microsoft.com/kusto/query/ipv6-is-match-function>",
    [r#"print ipv6_is_match("192.168.1.1", "::ffff:c0a8:01ff/120")"# => "True"],
    ResultName::Generated,
    [columns(PARAMETERS, Bool, |call| Ok(equality(call, Network::of_either, 0))).at_least(2)],
);

fn order(call: &Call<'_>, parse: Parse, before: u32) -> Column {
    let pairs = Pairs::new(call, parse, before);
    Column::Long(longs(call.rows, |row| pairs.get(row).map(|(left, right)| left.cmp(&right) as i64)))
}

fn equality(call: &Call<'_>, parse: Parse, before: u32) -> Column {
    let pairs = Pairs::new(call, parse, before);
    Column::Bool(bools(call.rows, |row| pairs.get(row).map(|(left, right)| left == right)))
}

/// The two addresses of each row, both cut to the bits that count.
struct Pairs<'a> {
    left: Addresses<'a>,
    right: Addresses<'a>,
    bits: Option<kql_types::Longs<'a>>,
    /// How many bits of 128 come before those that the third argument counts.
    before: u32,
}

impl<'a> Pairs<'a> {
    fn new(call: &'a Call<'_>, parse: Parse, before: u32) -> Self {
        Self {
            left: Addresses::new(&call.arguments[0], parse),
            right: Addresses::new(&call.arguments[1], parse),
            bits: call.arguments.get(2).map(|bits| bits.longs()),
            before,
        }
    }

    #[inline]
    fn get(&self, row: usize) -> Option<(u128, u128)> {
        let (left, right) = (self.left.get(row)?, self.right.get(row)?);
        let bits = left.bits.min(right.bits);
        let bits = match &self.bits {
            Some(wanted) => bits.min(prefix_length(wanted.get(row)?, self.before)?),
            None => bits,
        };
        Some((left.cut(bits), right.cut(bits)))
    }
}

/// A prefix length given as an argument, as a number of 128 bits; `None` if it is out of range.
pub(super) fn prefix_length(bits: i64, before: u32) -> Option<u32> {
    u32::try_from(bits).ok()?.checked_add(before).filter(|bits| *bits <= 128)
}
