//! Edges: null, empty, wrong kind, positions out of range; and what the emulator answered.

use kql_types::{ScalarType, Value};

use crate::testing::{d, l, s, text};

const NULL: Value = Value::Null(ScalarType::Dynamic);

#[track_caller]
fn check(name: &str, values: &[Value], expected: &str) {
    assert_eq!(text(name, values), expected, "{name}{values:?}");
}

#[test]
fn building() {
    check(
        "pack_array",
        &[l(1), s("a\"b"), Value::Null(ScalarType::Int), NULL, d("[]")],
        r#"[1,"a\"b",null,null,[]]"#,
    );
    check("array_concat", &[d("[]"), d("[1,2]"), d("[]"), d("[3]")], "[1,2,3]");
    check("array_concat", &[d("[]"), d("[]")], "[]");
    check("array_concat", &[d("[1]"), NULL], "");
    check("array_concat", &[d("[1]"), d("{\"a\":1}")], "");
    check("zip", &[d("[\"A\",1,1.5]"), d("[{},\"B\"]")], r#"[["A",{}],[1,"B"],[1.5,null]]"#);
    check("zip", &[d("[]"), d("[]")], "[]");
    check("repeat", &[s("a"), l(2)], r#"["a","a"]"#);
    check("repeat", &[l(1), l(0)], "[]");
    check("repeat", &[l(1), l(-1)], "");
}

#[test]
fn ranges() {
    check("range", &[l(1), l(3)], "[1,2,3]");
    check("range", &[l(3), l(1)], "[]");
    check("range", &[l(3), l(1), l(-1)], "[3,2,1]");
    check("range", &[l(1), l(3), l(0)], "");
    check("range", &[Value::Real(0.5), l(2)], "[0.5,1.5]");
    check("range", &[l(i64::MAX - 1), l(i64::MAX)], "[9223372036854775806,9223372036854775807]");
    check("array_length", &[d(&text("range", &[l(1), l(1_000_000_000)]))], "1048576");
    check(
        "range",
        &[Value::DateTime(0), Value::DateTime(1), Value::Timespan(1)],
        r#"["0001-01-01T00:00:00.0000000Z","0001-01-01T00:00:00.0000001Z"]"#,
    );
}

#[test]
fn to_strings() {
    check("strcat_array", &[d("[1,\"a\",null,[2],true]"), s("\"")], "1\"a\"\"[2]\"true");
    check("strcat_array", &[d("[]"), s(",")], "");
    check("strcat_array", &[NULL, s(",")], "");
}

#[test]
fn slicing() {
    check("array_length", &[d("[]")], "0");
    check("array_length", &[NULL], "");
    check("array_length", &[d("\"a\"")], "");
    for (first, last, expected) in [
        (1, 2, "[2,3]"),
        (2, -1, "[3,4,5]"),
        (-3, -2, "[3,4]"),
        (-9, 1, "[1,2]"),
        (3, 1, "[]"),
        (9, 12, "[]"),
        (0, i64::MAX, "[1,2,3,4,5]"),
        (0, -9, "[]"),
    ] {
        check("array_slice", &[d("[1,2,3,4,5]"), l(first), l(last)], expected);
    }
    check("array_slice", &[d("{}"), l(0), l(1)], "");
    check("array_split", &[d("[1,2,3,4,5]"), l(-1)], "[[1,2,3,4],[5]]");
    check("array_split", &[d("[1,2,3]"), d("[2,1,9]")], "[[1,2],[],[3],[]]");
    check("array_split", &[d("[1,2,3]"), d("[\"x\"]")], "");
}

#[test]
fn moving() {
    check("array_reverse", &[d("[]")], "[]");
    check("array_reverse", &[d("{}")], "");
    for (name, count, expected) in [
        ("array_rotate_left", 2, "[3,4,5,1,2]"),
        ("array_rotate_left", -2, "[4,5,1,2,3]"),
        ("array_rotate_left", 7, "[3,4,5,1,2]"),
        ("array_rotate_right", 2, "[4,5,1,2,3]"),
        ("array_rotate_right", i64::MIN, "[4,5,1,2,3]"),
        ("array_shift_left", 2, "[3,4,5,null,null]"),
        ("array_shift_left", -2, "[null,null,1,2,3]"),
        ("array_shift_right", 2, "[null,null,1,2,3]"),
        ("array_shift_right", 9, "[null,null,null,null,null]"),
        ("array_shift_left", i64::MIN, "[null,null,null,null,null]"),
    ] {
        check(name, &[d("[1,2,3,4,5]"), l(count)], expected);
    }
    check("array_rotate_left", &[d("[]"), l(3)], "[]");
    check("array_shift_left", &[d("[1,2,3]"), l(2), s("x")], r#"[3,"x","x"]"#);
    check("array_shift_left", &[d("[\"a\",\"b\"]"), l(1)], r#"["b",""]"#);
}

#[test]
fn choosing() {
    check("array_iff", &[d("[true,false,true]"), d("[1,2,3]"), d("[4,5,6]")], "[1,5,3]");
    check("array_iff", &[d("[1,0,50]"), s("yes"), s("no")], r#"["yes","no","yes"]"#);
    check("array_iff", &[d("[\"x\",null]"), l(1), l(0)], "[null,null]");
    check("array_iff", &[d("[true,true,true]"), d("[1,2]"), d("[3,4]")], "[1,2,null]");
    check("array_iff", &[NULL, l(1), l(0)], "");
}

#[test]
fn searching() {
    let words = || d(r#"["this","is","an","example","an","example"]"#);
    let check = |rest: &[Value], expected: &str| {
        check("array_index_of", &[&[words()], rest].concat(), expected);
    };
    check(&[s("an")], "2");
    check(&[s("example"), l(1), l(3)], "3");
    check(&[s("example"), l(1), l(2)], "-1");
    check(&[s("is"), l(2), l(4)], "-1");
    check(&[s("an"), l(1), l(-1), l(2)], "4");
    check(&[s("an"), l(1), l(-1), l(3)], "-1");
    check(&[s("an"), l(-3)], "4");
    check(&[s("is"), l(-4)], "-1");
    check(&[s("this"), l(-99)], "0");
    check(&[s("an"), l(0), l(-2)], "");
    check(&[s("an"), l(0), l(-1), l(-1)], "");
    check(&[d("\"an\"")], "2");
}

#[test]
fn membership() {
    check("set_has_element", &[d("[1,2.0]"), l(2)], "True");
    check("set_has_element", &[d("[\"1\"]"), l(1)], "False");
    check("set_has_element", &[NULL, l(1)], "");
    check("set_union", &[d("[1,2,1]"), d("[2]"), d("[8]")], "[1,2,8]");
    check("set_intersect", &[d("[1,2,1,4]"), d("[2,1]"), d("[8,1]")], "[1]");
    check("set_intersect", &[d("[1]"), NULL], "");
    check("set_difference", &[d("[1,2,1,4]"), d("[1,2]"), d("[8]")], "[4]");
    check("set_difference", &[d("[1]"), d("[1]")], "[]");
    check("set_equals", &[d("[]"), d("[1]")], "False");
    check("jaccard_index", &[d("[1,2,2]"), d("[2,3]")], "0.3333333333333333");
    check("jaccard_index", &[d("[]"), d("[]")], "NaN");
}

#[test]
fn sorting() {
    check(
        "array_sort_asc",
        &[d("[1,3,4,5,2]"), d(r#"["a","b","c","d","e"]"#)],
        r#"[[1,2,3,4,5],["a","e","b","c","d"]]"#,
    );
    check(
        "array_sort_desc",
        &[d("[1,3,4,5,2]"), d(r#"["a","b","c","d","e"]"#)],
        r#"[[5,4,3,2,1],["d","c","b","e","a"]]"#,
    );
    check("array_sort_asc", &[d("[2,1]"), d("[1]")], "[[1,2],null]");
    let colours = || d(r#"[null,"blue","yellow","green",null]"#);
    check("array_sort_asc", &[colours()], r#"["blue","green","yellow",null,null]"#);
    check("array_sort_asc", &[colours(), Value::Bool(false)], r#"[null,null,"blue","green","yellow"]"#);
    check("array_sort_desc", &[colours()], r#"["yellow","green","blue",null,null]"#);
    check("array_sort_desc", &[colours(), Value::Bool(false)], r#"[null,null,"yellow","green","blue"]"#);
    check("array_sort_asc", &[d(r#"[[1],"b","a",10,9.5]"#)], r#"[9.5,10,"a","b",[1]]"#);
    check("array_sort_asc", &[NULL], "");
}
