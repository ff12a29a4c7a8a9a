//! Whether addresses lie in networks.

use kql_types::dynamic::{Json, JsonKind, to_text};
use kql_types::{Column, ScalarType::Bool, Value};

use super::{Addresses, Parse};
use crate::kernel::rows::bools;
use crate::network::{Network, NetworkSet};
use crate::scalar::signature::{TEXT, columns, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&IPV4_IS_IN_RANGE, &IPV4_IS_IN_ANY_RANGE, &IPV4_IS_PRIVATE, &IPV6_IS_IN_RANGE, &IPV6_IS_IN_ANY_RANGE];

scalar_function!(
    IPV4_IS_IN_RANGE, ["ipv4_is_in_range"],
    "Whether the IPv4 address lies in the network; null if one of them is no address. <https://learn.microsoft.com/kusto/query/ipv4-is-in-range-function>",
    [
        r#"print ipv4_is_in_range("192.168.1.6", "192.168.1.1/24")"# => "True",
        r#"print ipv4_is_in_range("192.168.2.6", "192.168.1.1/24")"# => "False",
    ],
    ResultName::Generated,
    [columns(&[TEXT, TEXT], Bool, |call| Ok(in_range(call, Network::of_v4)))],
);
scalar_function!(
    IPV4_IS_IN_ANY_RANGE, ["ipv4_is_in_any_range"],
    "Whether the IPv4 address lies in one of the networks, given one by one or as arrays; null if it is no address or none of them is a network. <https://learn.microsoft.com/kusto/query/ipv4-is-in-any-range-function>",
    [
        r#"print ipv4_is_in_any_range("192.168.1.6", "10.0.0.1/8", "192.168.1.1/24")"# => "True",
        r#"print ipv4_is_in_any_range("1.1.1.1", dynamic(["127.0.0.1/8", "10.0.0.1/8"]))"# => "False",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, ParameterType::Any], Bool, |arguments| bind_any_range(arguments, Network::of_v4))
        .repeating(1, 2)],
);
scalar_function!(
    IPV4_IS_PRIVATE, ["ipv4_is_private"],
    "Whether the IPv4 address belongs to a private network: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; null if it is no address. <https://learn.microsoft.com/kusto/query/ipv4-is-private-function>",
    [
        r#"print ipv4_is_private("192.168.1.1/24")"# => "True",
        r#"print ipv4_is_private("127.0.0.1")"# => "False",
    ],
    ResultName::Generated,
    [columns(&[TEXT], Bool, is_private)],
);
scalar_function!(
    IPV6_IS_IN_RANGE, ["ipv6_is_in_range"],
    "Whether the address, IPv6 or IPv4, lies in the network; null if one of them is no address. <https://learn.microsoft.com/kusto/query/ipv6-is-in-range-function>",
    [r#"print ipv6_is_in_range("a5e:f127::abcd", "a5e:f127::/112")"# => "True"],
    ResultName::Generated,
    [columns(&[TEXT, TEXT], Bool, |call| Ok(in_range(call, Network::of_either)))],
);
scalar_function!(
    IPV6_IS_IN_ANY_RANGE, ["ipv6_is_in_any_range"],
    "Whether the address, IPv6 or IPv4, lies in one of the networks, given one by one or as arrays; null if it is no address or none of them is a network. <https://learn.microsoft.com/kusto/query/ipv6-is-in-any-range-function>",
    [r#"print ipv6_is_in_any_range("a5e:f127::abcd", dynamic(["10.0.0.0/8", "a5e:f127::/112"]))"# => "True"],
    ResultName::Generated,
    [prepared(&[TEXT, ParameterType::Any], Bool, |arguments| bind_any_range(arguments, Network::of_either))
        .repeating(1, 2)],
);

const PRIVATE: [Network; 3] =
    [Network::from_v4(0x0a00_0000, 8), Network::from_v4(0xac10_0000, 12), Network::from_v4(0xc0a8_0000, 16)];

fn is_private(call: &Call<'_>) -> Result<Column, KernelError> {
    let addresses = Addresses::new(&call.arguments[0], Network::of_v4);
    Ok(Column::Bool(bools(call.rows, |row| {
        let address = addresses.get(row)?;
        Some(PRIVATE.iter().any(|network| network.contains(address)))
    })))
}

fn in_range(call: &Call<'_>, parse: Parse) -> Column {
    let addresses = Addresses::new(&call.arguments[0], parse);
    let networks = Addresses::new(&call.arguments[1], parse);
    Column::Bool(bools(call.rows, |row| {
        let (network, address) = (networks.get(row)?, addresses.get(row)?);
        Some(network.contains(address))
    }))
}

fn bind_any_range(arguments: &[ArgumentInfo<'_>], parse: Parse) -> Result<BoundKernel, KernelError> {
    let constants: Option<Vec<&Value>> = arguments[1..].iter().map(|argument| argument.constant).collect();
    let constant = constants.map(|values| network_set(values, parse));
    Ok(Box::new(move |call| {
        let addresses = Addresses::new(&call.arguments[0], parse);
        Ok(Column::Bool(bools(call.rows, |row| {
            let address = addresses.get(row)?;
            let of_row;
            let networks = match &constant {
                Some(networks) => networks,
                None => {
                    let values: Vec<Value> =
                        call.arguments[1..].iter().map(|argument| argument.value(row)).collect();
                    of_row = network_set(&values, parse);
                    &of_row
                }
            };
            (!networks.is_empty()).then(|| networks.contains(address))
        })))
    }))
}

/// The networks among the values; an array stands for its elements.
fn network_set<'a>(values: impl IntoIterator<Item = &'a Value>, parse: Parse) -> NetworkSet {
    let mut networks = NetworkSet::default();
    for value in values {
        match value {
            Value::Dynamic(json) if Json::new(json).kind() == JsonKind::Array => {
                let elements = Json::new(json).elements();
                elements
                    .filter_map(|element| parse(&to_text(element.text())))
                    .for_each(|network| networks.insert(network));
            }
            value => parse(&value.to_text()).into_iter().for_each(|network| networks.insert(network)),
        }
    }
    networks
}
