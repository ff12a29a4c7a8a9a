//! Addresses as numbers and in canonical text form.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use kql_types::{Column, Longs, ScalarType::Dynamic, ScalarType::Long, ScalarType::String};

use super::compare::prefix_length;
use super::{Addresses, Parse};
use crate::kernel::dynamic::dynamic_column;
use crate::kernel::rows::{longs, strings};
use crate::network::{Network, V4_BITS};
use crate::scalar::signature::{TEXT, columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &PARSE_IPV4,
    &PARSE_IPV4_MASK,
    &PARSE_IPV6,
    &PARSE_IPV6_MASK,
    &FORMAT_IPV4,
    &FORMAT_IPV4_MASK,
    &IPV4_NETMASK_SUFFIX,
    &IPV4_RANGE_TO_CIDR_LIST,
];

const INTEGER: ParameterType = ParameterType::Integer;

scalar_function!(
    PARSE_IPV4, ["parse_ipv4"],
    "The IPv4 address as a number, its first byte the highest, with the bits behind its prefix cleared; null if it is none. <https://learn.microsoft.com/kusto/query/parse-ipv4-function>",
    [
        r#"print parse_ipv4("192.168.1.1")"# => "3232235777",
        r#"print parse_ipv4("192.168.1.1/24")"# => "3232235776",
    ],
    ResultName::Generated,
    [columns(&[TEXT], Long, parse_ipv4)],
);
scalar_function!(
    PARSE_IPV4_MASK, ["parse_ipv4_mask"],
    "The IPv4 address as a number, with all but that many of its first bits cleared; null if it is no address or they are not 0 to 32. <https://learn.microsoft.com/kusto/query/parse-ipv4-mask-function>",
    [r#"print parse_ipv4_mask("127.0.0.1", 24)"# => "2130706432"],
    ResultName::Generated,
    [columns(&[TEXT, INTEGER], Long, parse_ipv4)],
);
scalar_function!(
    PARSE_IPV6, ["parse_ipv6"],
    "The address, IPv6 or IPv4, as eight groups of four hex digits, with the bits behind its prefix cleared; empty if it is none. <https://learn.microsoft.com/kusto/query/parse-ipv6-function>",
    [r#"print parse_ipv6("192.168.255.255/24")"# => "0000:0000:0000:0000:0000:ffff:c0a8:ff00"],
    ResultName::Generated,
    [columns(&[TEXT], String, parse_ipv6)],
);
scalar_function!(
    PARSE_IPV6_MASK, ["parse_ipv6_mask"],
    "The address, IPv6 or IPv4, as eight groups of four hex digits, with all but that many of its first bits (of 128) cleared; empty if it is none. <https://learn.microsoft.com/kusto/query/parse-ipv6-mask-function>",
    [r#"print parse_ipv6_mask("fe80::85d:e82c:9446:7994", 120)"# => "fe80:0000:0000:0000:085d:e82c:9446:7900"],
    ResultName::Generated,
    [columns(&[TEXT, INTEGER], String, parse_ipv6)],
);
scalar_function!(
    FORMAT_IPV4, ["format_ipv4"],
    "The IPv4 address, given as text or number, with all but that many of its first bits (32) cleared; empty if it is none. <https://learn.microsoft.com/kusto/query/format-ipv4-function>",
    [
        r#"print format_ipv4("192.168.1.255", 24)"# => "192.168.1.0",
        "print format_ipv4(3232236031)" => "192.168.1.255",
    ],
    ResultName::Generated,
    [
        columns(&[TEXT, INTEGER], String, |call| Ok(format_texts(call, false))).at_least(1),
        columns(&[INTEGER, INTEGER], String, |call| Ok(format_numbers(call, false))).at_least(1),
    ],
);
scalar_function!(
    FORMAT_IPV4_MASK, ["format_ipv4_mask"],
    "The IPv4 address, given as text or number, with all but that many of its first bits (32) cleared, and with its prefix; empty if it is none. <https://learn.microsoft.com/kusto/query/format-ipv4-mask-function>",
    [
        r#"print format_ipv4_mask("192.168.1.255", 24)"# => "192.168.1.0/24",
        "print format_ipv4_mask(3232236031, 24)" => "192.168.1.0/24",
    ],
    ResultName::Generated,
    [
        columns(&[TEXT, INTEGER], String, |call| Ok(format_texts(call, true))).at_least(1),
        columns(&[INTEGER, INTEGER], String, |call| Ok(format_numbers(call, true))).at_least(1),
    ],
);
scalar_function!(
    IPV4_NETMASK_SUFFIX, ["ipv4_netmask_suffix"],
    "How many bits of the IPv4 address its prefix counts, 32 without one; null if it is no address. <https://learn.microsoft.com/kusto/query/ipv4-netmask-suffix-function>",
    [r#"print ipv4_netmask_suffix("192.168.1.1/24")"# => "24", r#"print ipv4_netmask_suffix("10.1.2.3")"# => "32"],
    ResultName::Generated,
    [columns(&[TEXT], Long, netmask_suffix)],
);
scalar_function!(
    IPV4_RANGE_TO_CIDR_LIST, ["ipv4_range_to_cidr_list"],
    "The largest networks that together are the IPv4 addresses from the first to the second; null if one is no address. <https://learn.microsoft.com/kusto/query/ipv4-range-to-cidr-list-function>",
    [r#"print ipv4_range_to_cidr_list("1.1.128.0", "1.1.140.255")"# => r#"["1.1.128.0/21","1.1.136.0/22","1.1.140.0/24"]"#],
    ResultName::Generated,
    [columns(&[TEXT, TEXT], Dynamic, range_to_networks)],
);

/// Reads addresses, cut to the length of prefix that the second argument gives, if there is one.
struct Masked<'a> {
    addresses: Addresses<'a>,
    lengths: Option<Longs<'a>>,
    before: u32,
}

impl<'a> Masked<'a> {
    fn new(call: &'a Call<'_>, parse: Parse, before: u32) -> Self {
        let lengths = call.arguments.get(1).map(|lengths| lengths.longs());
        Self { addresses: Addresses::new(&call.arguments[0], parse), lengths, before }
    }

    fn get(&self, row: usize) -> Option<Network> {
        cut(self.addresses.get(row)?, &self.lengths, row, self.before)
    }
}

fn cut(address: Network, lengths: &Option<Longs<'_>>, row: usize, before: u32) -> Option<Network> {
    match lengths {
        Some(lengths) => Some(address.at_most(prefix_length(lengths.get(row)?, before)?)),
        None => Some(address),
    }
}

fn parse_ipv4(call: &Call<'_>) -> Result<Column, KernelError> {
    let addresses = Masked::new(call, Network::of_v4, V4_BITS);
    Ok(Column::Long(longs(call.rows, |row| Some(i64::from(addresses.get(row)?.base_v4().to_bits())))))
}

fn parse_ipv6(call: &Call<'_>) -> Result<Column, KernelError> {
    let addresses = Masked::new(call, Network::of_v6, 0);
    Ok(Column::String(
        strings(call.rows, |row, out| {
            let Some(address) = addresses.get(row) else { return };
            for (position, group) in Ipv6Addr::from_bits(address.base()).segments().iter().enumerate() {
                // Writing to a string cannot fail.
                let _ = write!(out, "{}{group:04x}", if position == 0 { "" } else { ":" });
            }
        })
        .into(),
    ))
}

fn format_texts(call: &Call<'_>, with_prefix: bool) -> Column {
    let addresses = Masked::new(call, Network::of_v4, V4_BITS);
    Column::String(strings(call.rows, |row, out| write_v4(out, addresses.get(row), with_prefix)).into())
}

fn format_numbers(call: &Call<'_>, with_prefix: bool) -> Column {
    let (numbers, lengths) =
        (call.arguments[0].longs(), call.arguments.get(1).map(|lengths| lengths.longs()));
    Column::String(
        strings(call.rows, |row, out| {
            let address = numbers.get(row).and_then(|number| u32::try_from(number).ok());
            let address =
                address.and_then(|address| cut(Network::from_v4(address, 32), &lengths, row, V4_BITS));
            write_v4(out, address, with_prefix);
        })
        .into(),
    )
}

fn write_v4(out: &mut std::string::String, address: Option<Network>, with_prefix: bool) {
    let Some(address) = address else { return };
    // Writing to a string cannot fail.
    let _ = match with_prefix {
        true => write!(out, "{}/{}", address.base_v4(), address.bits - V4_BITS),
        false => write!(out, "{}", address.base_v4()),
    };
}

fn netmask_suffix(call: &Call<'_>) -> Result<Column, KernelError> {
    let addresses = Addresses::new(&call.arguments[0], Network::of_v4);
    Ok(Column::Long(longs(call.rows, |row| Some(i64::from(addresses.get(row)?.bits - V4_BITS)))))
}

fn range_to_networks(call: &Call<'_>) -> Result<Column, KernelError> {
    let firsts = Addresses::new(&call.arguments[0], Network::of_v4);
    let lasts = Addresses::new(&call.arguments[1], Network::of_v4);
    Ok(dynamic_column(call.rows, |row, out| {
        let (first, last) = (firsts.get(row)?.base_v4().to_bits(), lasts.get(row)?.base_v4().to_bits());
        out.push('[');
        write_networks(out, first, last);
        out.push(']');
        Some(())
    }))
}

/// Takes the largest network that starts at the first address and does not pass the last one, again and again.
fn write_networks(out: &mut std::string::String, first: u32, last: u32) {
    let mut next = u64::from(first);
    while next <= u64::from(last) {
        let aligned = if next == 0 { 32 } else { next.trailing_zeros().min(32) };
        let fitting = (u64::from(last) - next + 1).ilog2();
        let bits = aligned.min(fitting);
        let comma = if out.len() > 1 { "," } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(out, "{comma}\"{}/{}\"", Ipv4Addr::from_bits(next as u32), 32 - bits);
        next += 1 << bits;
    }
}
