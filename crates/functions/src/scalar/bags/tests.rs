//! Edges: null, empty, no bag, names that need escapes, paths.

use kql_types::{ScalarType, Value};

use crate::testing::{d, l, s, text};

const NULL: Value = Value::Null(ScalarType::Dynamic);

#[track_caller]
fn check(name: &str, values: &[Value], expected: &str) {
    assert_eq!(text(name, values), expected, "{name}{values:?}");
}

#[test]
fn packing() {
    check("bag_pack", &[s("a\"b"), l(1), s("n"), Value::Null(ScalarType::Long)], r#"{"a\"b":1,"n":null}"#);
    check("bag_pack", &[s("a"), l(1), s("b"), l(2), s("a"), l(3)], r#"{"b":2,"a":3}"#);
    check("bag_pack", &[d("\"k\""), d("[1]")], r#"{"k":[1]}"#);
    check("pack_all", &[Value::Bool(true), s("a"), s(""), s("b"), NULL, s("c"), l(0)], r#"{"c":0}"#);
    check("pack_all", &[s("a"), s("")], r#"{"a":""}"#);
}

#[test]
fn merging() {
    check("bag_merge", &[d(r#"{"A1":12,"B1":2}"#), d(r#"{"A2":81,"A1":1}"#)], r#"{"A1":12,"B1":2,"A2":81}"#);
    check("bag_merge", &[NULL, d(r#"{"a":1}"#), d("[1]")], r#"{"a":1}"#);
    check("bag_merge", &[NULL, NULL], "");
    check("bag_zip", &[d(r#"["a","b"]"#), d("[1,\"2\",2.5]")], r#"{"a":1,"b":"2"}"#);
    check("bag_zip", &[d(r#"["a",8]"#), d("1")], r#"{"a":null}"#);
    check("bag_zip", &[NULL, d("[]")], "");
}

#[test]
fn inspecting() {
    check("bag_keys", &[d("{}")], "[]");
    check("bag_keys", &[d("[]")], "");
    check("bag_keys", &[NULL], "");
    let bag = || d(r#"{"key1":123,"key2":{"prop1":"abc"},"key3":[1]}"#);
    check("bag_has_key", &[bag(), s("key1")], "True");
    check("bag_has_key", &[bag(), s("prop1")], "False");
    check("bag_has_key", &[bag(), s("$.key2.prop1")], "True");
    check("bag_has_key", &[bag(), s("$['key2'][\"prop1\"]")], "True");
    check("bag_has_key", &[bag(), s("$.key3[0]")], "False");
    check("bag_has_key", &[NULL, s("a")], "");
    check(
        "treepath",
        &[d(r#"{"prop1":[1,2,3,4],"prop2":"value2"}"#)],
        r#"["['prop1']","['prop1'][0]","['prop2']"]"#,
    );
    check("treepath", &[d("1")], "[]");
}

#[test]
fn changing() {
    let bag = || d(r#"{"key1":123,"key2":{"prop1":"abc","prop2":"xyz"},"key3":[100,200]}"#);
    check(
        "bag_remove_keys",
        &[bag(), d(r#"["$.key2.prop1","key3",7]"#)],
        r#"{"key1":123,"key2":{"prop2":"xyz"}}"#,
    );
    check("bag_remove_keys", &[d(r#"{"a":1}"#), NULL], r#"{"a":1}"#);
    check("bag_remove_keys", &[d("[1]"), d("[\"a\"]")], "");
    check("bag_set_key", &[d(r#"{"key1":1,"key3":"abc"}"#), s("key3"), l(3)], r#"{"key1":1,"key3":3}"#);
    check("bag_set_key", &[d(r#"{"k":{"p":1,"q":2}}"#), s("$.k.p"), s("x")], r#"{"k":{"p":"x","q":2}}"#);
    check("bag_set_key", &[d(r#"{"k":1}"#), s("$.k.p"), s("x")], r#"{"k":{"p":"x"}}"#);
    check("bag_set_key", &[NULL, s("a"), l(1)], "");
    check("bag_set_key", &[d("{}"), s("$"), l(1)], "");
}

#[test]
fn canonical_text() {
    check("dynamic_to_json", &[d(r#"{"b":[{"z":1,"y":2}],"a":"x"}"#)], r#"{"a":"x","b":[{"y":2,"z":1}]}"#);
    check("dynamic_to_json", &[l(5)], "5");
    check("dynamic_to_json", &[NULL], "");
}
