//! IPv4 addresses within texts.

use std::net::Ipv4Addr;

use hashbrown::HashSet;
use kql_types::dynamic::{Json, JsonKind, to_text};
use kql_types::{Column, ScalarType::Bool, Value};
use memchr::memchr;

use crate::kernel::rows::bools;
use crate::scalar::signature::{TEXT, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&HAS_IPV4, &HAS_ANY_IPV4, &HAS_IPV4_PREFIX, &HAS_ANY_IPV4_PREFIX];

scalar_function!(
    HAS_IPV4, ["has_ipv4"],
    "Whether the text has the IPv4 address, with no letter or digit next to it; false if it is no address. <https://learn.microsoft.com/kusto/query/has-ipv4-function>",
    [
        r#"print has_ipv4("05:04:54 127.0.0.1 GET /favicon.ico 404", "127.0.0.1")"# => "True",
        r#"print has_ipv4("05:04:54127.0.0.1 GET /favicon.ico 404", "127.0.0.1")"# => "False",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT], Bool, |arguments| Ok(bind(arguments, Wanted::add_address)))],
);
scalar_function!(
    HAS_ANY_IPV4, ["has_any_ipv4"],
    "Whether the text has one of the IPv4 addresses, given one by one or as arrays. <https://learn.microsoft.com/kusto/query/has-any-ipv4-function>",
    [
        r#"print has_any_ipv4("GET from 127.0.0.1", "127.0.0.1", "127.0.0.2")"# => "True",
        r#"print has_any_ipv4("GET from 127.0.0.256", dynamic(["127.0.0.256"]))"# => "False",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, ParameterType::Any], Bool, |arguments| Ok(bind(arguments, Wanted::add_address))).repeating(1, 2)],
);
scalar_function!(
    HAS_IPV4_PREFIX, ["has_ipv4_prefix"],
    "Whether the text has an IPv4 address that starts like this: a whole address, or one to three of its parts, each with a dot behind it. <https://learn.microsoft.com/kusto/query/has-ipv4-prefix-function>",
    [
        r#"print has_ipv4_prefix("05:04:54 127.0.0.1 GET /favicon.ico 404", "127.0.")"# => "True",
        r#"print has_ipv4_prefix("05:04:54 127.0.0.1 GET /favicon.ico 404", "127.0")"# => "False",
    ],
    ResultName::Generated,
    [prepared(&[TEXT, TEXT], Bool, |arguments| Ok(bind(arguments, Wanted::add_prefix)))],
);
scalar_function!(
    HAS_ANY_IPV4_PREFIX, ["has_any_ipv4_prefix"],
    "Whether the text has an IPv4 address with one of these beginnings, given one by one or as arrays. <https://learn.microsoft.com/kusto/query/has-any-ipv4-prefix-function>",
    [r#"print has_any_ipv4_prefix("GET from 127.0.0.1", dynamic(["192.168.", "127.0."]))"# => "True"],
    ResultName::Generated,
    [prepared(&[TEXT, ParameterType::Any], Bool, |arguments| Ok(bind(arguments, Wanted::add_prefix))).repeating(1, 2)],
);

/// The addresses looked for: for each number of leading bytes the values that these may have.
#[derive(Default)]
struct Wanted {
    by_length: [HashSet<u32>; 4],
}

impl Wanted {
    fn new<'a>(values: impl IntoIterator<Item = &'a Value>, add: fn(&mut Self, &str) -> Option<()>) -> Self {
        let mut wanted = Self::default();
        for value in values {
            match value {
                Value::Dynamic(json) if Json::new(json).kind() == JsonKind::Array => {
                    for element in Json::new(json).elements() {
                        add(&mut wanted, &to_text(element.text()));
                    }
                }
                value => {
                    add(&mut wanted, &value.to_text());
                }
            }
        }
        wanted
    }

    fn add_address(&mut self, text: &str) -> Option<()> {
        self.by_length[3].insert(text.parse::<Ipv4Addr>().ok()?.to_bits());
        Some(())
    }

    fn add_prefix(&mut self, text: &str) -> Option<()> {
        let Some(parts) = text.strip_suffix('.') else { return self.add_address(text) };
        let length = parts.split('.').count();
        let missing = 4usize.checked_sub(length).filter(|missing| *missing > 0)?;
        let address: Ipv4Addr = format!("{parts}{}", ".0".repeat(missing)).parse().ok()?;
        self.by_length[length - 1].insert(address.to_bits() >> (8 * missing));
        Some(())
    }

    fn has(&self, address: u32) -> bool {
        let mut shifts = [24, 16, 8, 0].into_iter().zip(&self.by_length);
        shifts.any(|(shift, values)| !values.is_empty() && values.contains(&(address >> shift)))
    }

    fn is_in(&self, text: &str) -> bool {
        AddressesIn { text, from: 0 }.any(|address| self.has(address))
    }
}

fn bind(arguments: &[ArgumentInfo<'_>], add: fn(&mut Wanted, &str) -> Option<()>) -> BoundKernel {
    let constants: Option<Vec<&Value>> = arguments[1..].iter().map(|argument| argument.constant).collect();
    let constant = constants.map(|values| Wanted::new(values, add));
    Box::new(move |call| {
        let texts = call.arguments[0].strings();
        Ok(Column::Bool(bools(call.rows, |row| match &constant {
            Some(wanted) => Some(wanted.is_in(texts.text(row))),
            None => {
                let values: Vec<Value> =
                    call.arguments[1..].iter().map(|argument| argument.value(row)).collect();
                Some(Wanted::new(&values, add).is_in(texts.text(row)))
            }
        })))
    })
}

/// The addresses in a text that have no letter or digit next to them. Jumps from dot to dot.
struct AddressesIn<'a> {
    text: &'a str,
    from: usize,
}

impl Iterator for AddressesIn<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let bytes = self.text.as_bytes();
        let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
        loop {
            let dot = self.from + memchr(b'.', &bytes[self.from..])?;
            let start = dot - bytes[self.from..dot].iter().rev().take_while(|byte| is_part(byte)).count();
            let end = dot + bytes[dot..].iter().take_while(|byte| is_part(byte)).count();
            self.from = end;
            let before = self.text[..start].chars().next_back();
            let after = self.text[end..].chars().next();
            if before.into_iter().chain(after).any(char::is_alphanumeric) {
                continue;
            }
            if let Ok(address) = self.text[start..end].trim_matches('.').parse::<Ipv4Addr>() {
                return Some(address.to_bits());
            }
        }
    }
}
