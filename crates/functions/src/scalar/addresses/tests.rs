//! What the emulator answered, and edges.

use kql_types::{ScalarType, Value};

use crate::testing::{d, l, s, text};

#[track_caller]
fn check(name: &str, values: &[Value], expected: &str) {
    assert_eq!(text(name, values), expected, "{name}{values:?}");
}

#[test]
fn addresses_become_numbers() {
    check("parse_ipv4", &[s("255.255.255.255/31")], "4294967294");
    check("parse_ipv4", &[s("1.2.3.4/0")], "0");
    check("parse_ipv4", &[s("fe80::1")], "");
    check("parse_ipv4", &[s("")], "");
    check("parse_ipv4", &[d(r#""1.2.3.4""#)], "16909060");
    check("parse_ipv4_mask", &[s("127.0.0.1"), l(33)], "");
    check("parse_ipv4_mask", &[s("127.0.0.1/8"), l(24)], "2130706432");
    check("parse_ipv4_mask", &[s("127.0.0.1"), Value::Null(ScalarType::Long)], "");
    check("ipv4_netmask_suffix", &[s("x")], "");
}

#[test]
fn addresses_in_canonical_form() {
    for (address, bits, expected) in [
        ("192.168.255.255/24", 124, "0000:0000:0000:0000:0000:ffff:c0a8:ff00"),
        ("fe80::85d:e82c:9446:7994/120", 124, "fe80:0000:0000:0000:085d:e82c:9446:7900"),
        ("::192.168.255.255", 128, "0000:0000:0000:0000:0000:0000:c0a8:ffff"),
        ("::192.168.255.255/24", 128, "0000:0000:0000:0000:0000:0000:c0a8:ff00"),
        ("192.168.255.255", 129, ""),
        ("a.b.c.d", 128, ""),
    ] {
        check("parse_ipv6_mask", &[s(address), l(bits)], expected);
    }
    check("parse_ipv6", &[s("::1")], "0000:0000:0000:0000:0000:0000:0000:0001");
}

#[test]
fn addresses_are_written() {
    check("format_ipv4", &[s("192.168.1.1/24"), l(32)], "192.168.1.0");
    check("format_ipv4_mask", &[s("192.168.1.1/24"), l(32)], "192.168.1.0/24");
    check("format_ipv4", &[s("192.168.1.1/24"), l(-1)], "");
    check("format_ipv4_mask", &[s("192.168.1.1/24"), l(-1)], "");
    check("format_ipv4", &[l(-1)], "");
    check("format_ipv4_mask", &[l(0)], "0.0.0.0/32");
}

#[test]
fn ranges_become_networks() {
    let list = |first, last| text("ipv4_range_to_cidr_list", &[s(first), s(last)]);
    assert_eq!(list("0.0.0.0", "255.255.255.255"), r#"["0.0.0.0/0"]"#);
    assert_eq!(list("255.255.255.255", "255.255.255.255"), r#"["255.255.255.255/32"]"#);
    assert_eq!(list("1.1.1.1", "1.1.1.3"), r#"["1.1.1.1/32","1.1.1.2/31"]"#);
    assert_eq!(list("1.1.1.2", "1.1.1.1"), "[]");
    assert_eq!(list("1.1.1.2", ""), "");
}

#[test]
fn pairs_are_compared_in_the_bits_of_both() {
    check("ipv4_compare", &[s("192.168.1.1/30"), s("192.168.1.255/24")], "0");
    check("ipv4_compare", &[s("192.168.1.1"), s("192.168.1.0"), l(31)], "0");
    check("ipv4_compare", &[s("192.168.1.2"), s("192.168.1.1")], "1");
    check("ipv4_compare", &[s("192.168.1.2"), s("nowhere")], "");
    check("ipv4_is_match", &[s("192.168.1.1"), s("192.168.1.255"), l(24)], "True");
    check("ipv4_is_match", &[s("192.168.1.1"), s("192.168.1.255"), l(40)], "");
    check("ipv6_compare", &[s("fe80::85d:e82c:9446:7994"), s("fe80::85d:e82c:9446:7995"), l(127)], "0");
    check("ipv6_compare", &[s("::192.168.1.1/30"), s("192.168.1.255/24"), l(127)], "0");
    check("ipv6_compare", &[s("::1"), s("0.0.0.1")], "-1");
    check("ipv6_is_match", &[s("::ffff:c0a8:0101"), s("192.168.1.255/24")], "True");
}

#[test]
fn networks_hold_addresses() {
    let v6 = "a5e:f127:8a9d:146d:e102:b5d3:c755:abcd";
    check("ipv4_is_in_range", &[s("192.168.1.1"), s("192.168.1.1")], "True");
    check("ipv4_is_in_range", &[s("192.168.1.1"), s("x")], "");
    check("ipv6_is_in_range", &[s(v6), s("a5e:f127:8a9d:146d:e102:b5d3:c755:0000/112")], "True");
    check("ipv6_is_in_range", &[s(v6), s("0:0:0:0:0:ffff:c0a8:ac/60")], "False");
    check(
        "ipv4_is_in_any_range",
        &[s("10.1.2.3"), s("bad"), d(r#"["192.168.1.1/16","10.0.0.1/8"]"#)],
        "True",
    );
    check("ipv4_is_in_any_range", &[s("x"), d(r#"["10.0.0.1/8"]"#)], "");
    check("ipv4_is_in_any_range", &[s("10.1.2.3"), d("[]")], "");
    for (address, expected) in [
        ("10.255.0.1", "True"),
        ("172.15.0.1", "False"),
        ("172.31.9.9", "True"),
        ("172.32.0.1", "False"),
        ("", ""),
    ] {
        check("ipv4_is_private", &[s(address)], expected);
    }
}

#[test]
fn texts_hold_addresses() {
    for (source, address, expected) in [
        ("127.0.0.1", "127.0.0.1", "True"),
        ("from 127.0.0.1.", "127.0.0.1", "True"),
        ("127.0.0.1:80", "127.0.0.1", "True"),
        ("é127.0.0.1", "127.0.0.1", "False"),
        ("127.0.0.1a", "127.0.0.1", "False"),
        ("127.0.0.11", "127.0.0.1", "False"),
        ("1.127.0.0.1", "127.0.0.1", "False"),
        ("v1.2.3 then 127.0.0.1", "127.0.0.1", "True"),
        ("no dots", "127.0.0.1", "False"),
        ("...", "", "False"),
    ] {
        check("has_ipv4", &[s(source), s(address)], expected);
    }
    check("has_ipv4_prefix", &[s("a 127.0.0.256 b"), s("127.0.")], "False");
    check("has_ipv4_prefix", &[s("a 127.0.0.1 b"), s("127.")], "True");
    check("has_ipv4_prefix", &[s("a 127.0.0.1 b"), s("127.0.0.1")], "True");
    check("has_ipv4_prefix", &[s("a 127.0.0.1 b"), s("127.0.0.1.")], "False");
    check("has_ipv4_prefix", &[s("a 127.0.0.1 b"), s(".")], "False");
    check("has_any_ipv4_prefix", &[s("a 127.0.0.1 b"), s("12."), s("127.0.")], "True");
    check("has_any_ipv4", &[s("a 127.0.0.1 b"), d(r#"["1.1.1.1"]"#), s("127.0.0.1")], "True");
}
