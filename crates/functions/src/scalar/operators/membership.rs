//! `in`, `!in`, `in~`, `!in~`: whether a list has a value.

use std::ops::Not;

use arrow_array::{Array, BooleanArray};
use arrow_buffer::BooleanBuffer;
use kql_types::dynamic::{Json, JsonKind};
use kql_types::{Column, Operand, ScalarType, Value, convert::to_long};

use crate::kernel::equality::{equality, whole_number};
use crate::kernel::members::{Members, TextSet, json_value, list_elements};
use crate::kernel::rows;
use crate::text::Texts;
use crate::{
    ArgumentInfo, Arity, BoundKernel, Call, Example, Kernel, KernelError, Overload, ParameterType,
    ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&IN, &NOT_IN, &IN_TILDE, &NOT_IN_TILDE];

static IN: ScalarFunction = ScalarFunction {
    names: &["in"],
    doc: "Whether the value equals one of the listed ones; a dynamic array in the list stands for its elements.",
    examples: &[
        Example { query: r#"print "a" in ("b", "a")"#, result: "True" },
        Example { query: r#"print "50126" in (0, 50126)"#, result: "True" },
        Example { query: "print 3 in (dynamic([1, 2]))", result: "False" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Any, ParameterType::Any],
        arity: Arity::Repeat { group: 1, least: 1 },
        returns: Returns::Exact(ScalarType::Bool),
        kernel: Kernel::Prepared(|arguments| Ok(bind(arguments, false))),
    }],
    support: Support::Rows,
};

static NOT_IN: ScalarFunction = ScalarFunction {
    names: &["!in", "notin"],
    doc: "Whether the value equals none of the listed ones.",
    examples: &[Example { query: r#"print "a" !in ("b", "c")"#, result: "True" }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Any, ParameterType::Any],
        arity: Arity::Repeat { group: 1, least: 1 },
        returns: Returns::Exact(ScalarType::Bool),
        kernel: Kernel::Prepared(|arguments| Ok(bind(arguments, true))),
    }],
    support: Support::Rows,
};

static IN_TILDE: ScalarFunction = ScalarFunction {
    names: &["in~"],
    doc: "Whether the text equals one of the listed ones, case ignored.",
    examples: &[Example { query: r#"print "A" in~ ("b", "a")"#, result: "True" }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::ExactOrDynamic(ScalarType::String), ParameterType::Any],
        arity: Arity::Repeat { group: 1, least: 1 },
        returns: Returns::Exact(ScalarType::Bool),
        kernel: Kernel::Prepared(|arguments| Ok(bind_ignoring_case(arguments, false))),
    }],
    support: Support::Rows,
};

static NOT_IN_TILDE: ScalarFunction = ScalarFunction {
    names: &["!in~"],
    doc: "Whether the text equals none of the listed ones, case ignored.",
    examples: &[Example { query: r#"print "A" !in~ ("b", "a")"#, result: "False" }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::ExactOrDynamic(ScalarType::String), ParameterType::Any],
        arity: Arity::Repeat { group: 1, least: 1 },
        returns: Returns::Exact(ScalarType::Bool),
        kernel: Kernel::Prepared(|arguments| Ok(bind_ignoring_case(arguments, true))),
    }],
    support: Support::Rows,
};

/// The listed values, if all are constant.
fn constant_list(arguments: &[ArgumentInfo<'_>]) -> Option<Vec<Value>> {
    let values: Option<Vec<&Value>> = arguments.iter().skip(1).map(|argument| argument.constant).collect();
    values.map(list_elements)
}

fn bind(arguments: &[ArgumentInfo<'_>], negated: bool) -> BoundKernel {
    let Some(elements) = constant_list(arguments) else {
        return Box::new(move |call| Ok(answer(&any_equal(call), negated)));
    };
    let members = Members::new(arguments[0].data_type, &elements);
    Box::new(move |call| Ok(answer(&members_have(&members, &call.arguments[0], call.rows), negated)))
}

/// Null is in no list: `in` is false and `!in` true for it (measured).
fn answer(found: &BooleanBuffer, negated: bool) -> Column {
    Column::Bool(BooleanArray::new(if negated { found.not() } else { found.clone() }, None))
}

fn members_have(members: &Members, value: &Operand, row_count: usize) -> BooleanBuffer {
    match (members, value.data_type()) {
        (Members::Texts { texts, has_empty, longs, others }, data_type) => {
            let values = value.strings();
            let read_long = if data_type == ScalarType::Dynamic { whole_number } else { to_long };
            let by_text = BooleanBuffer::collect_bool(row_count, |row| match values.get(row) {
                Some(text) => {
                    texts.contains(text)
                        || (!longs.is_empty() && read_long(text).is_some_and(|long| longs.contains(&long)))
                }
                None => *has_empty,
            });
            others.iter().fold(by_text, |found, other| {
                &found | equality(value, &Operand::Constant(other.clone()), row_count, false).values()
            })
        }
        (Members::Longs(longs), ScalarType::Int) => {
            let values = value.ints();
            BooleanBuffer::collect_bool(row_count, |row| {
                values.get(row).is_some_and(|int| longs.contains(&i64::from(int)))
            })
        }
        (Members::Longs(longs), _) => {
            let values = value.longs();
            BooleanBuffer::collect_bool(row_count, |row| {
                values.get(row).is_some_and(|long| longs.contains(&long))
            })
        }
        (Members::Guids(guids), _) => {
            let values = value.guids();
            BooleanBuffer::collect_bool(row_count, |row| {
                values.get(row).is_some_and(|guid| guids.contains(&guid))
            })
        }
        (Members::Few(elements), _) => {
            elements.iter().fold(BooleanBuffer::new_unset(row_count), |found, element| {
                let equal = equality(value, &Operand::Constant(element.clone()), row_count, false);
                &found | &certain(&equal)
            })
        }
    }
}

/// The rows that are true and not null.
fn certain(array: &BooleanArray) -> BooleanBuffer {
    match array.nulls() {
        Some(nulls) => array.values() & nulls.inner(),
        None => array.values().clone(),
    }
}

/// For lists whose elements differ from row to row.
fn any_equal(call: &Call<'_>) -> BooleanBuffer {
    let value = &call.arguments[0];
    call.arguments[1..].iter().fold(BooleanBuffer::new_unset(call.rows), |found, element| {
        let equal = match element.data_type() {
            ScalarType::Dynamic => equals_element(value, element, call.rows),
            _ => certain(&equality(value, element, call.rows, false)),
        };
        &found | &equal
    })
}

/// Row by row whether the dynamic, or an element of it if it is an array, equals the value.
fn equals_element(value: &Operand, list: &Operand, row_count: usize) -> BooleanBuffer {
    let lists = list.strings();
    BooleanBuffer::collect_bool(row_count, |row| {
        let Some(json) = lists.get(row).map(Json::new) else { return false };
        let value = Operand::Constant(match value.value(row) {
            Value::Dynamic(json) => json_value(Json::new(&json)),
            other => other,
        });
        let equals = |element: Json<'_>| {
            certain(&equality(&value, &Operand::Constant(json_value(element)), 1, false)).value(0)
        };
        match json.kind() {
            JsonKind::Array => json.elements().any(equals),
            _ => equals(json),
        }
    })
}

fn bind_ignoring_case(arguments: &[ArgumentInfo<'_>], negated: bool) -> BoundKernel {
    let Some(elements) = constant_list(arguments) else {
        return Box::new(move |call| any_equal_ignoring_case(call, negated));
    };
    let mut folded = TextSet::default();
    let mut text = String::new();
    for element in &elements {
        text.clear();
        fold(&mut text, &element.to_text());
        folded.insert(&text);
    }
    Box::new(move |call| {
        let values = Texts::of(&call.arguments[0]);
        let mut text = String::new();
        let found = rows::bools(call.rows, |row| {
            text.clear();
            fold(&mut text, &values.get(row).unwrap_or_default());
            Some(folded.contains(&text))
        });
        Ok(answer(found.values(), negated))
    })
}

fn any_equal_ignoring_case(call: &Call<'_>, negated: bool) -> Result<Column, KernelError> {
    let values = Texts::of(&call.arguments[0]);
    let (mut text, mut other) = (String::new(), String::new());
    let found = rows::bools(call.rows, |row| {
        text.clear();
        fold(&mut text, &values.get(row).unwrap_or_default());
        let listed: Vec<Value> = call.arguments[1..].iter().map(|element| element.value(row)).collect();
        let found = list_elements(&listed).iter().any(|element| {
            other.clear();
            fold(&mut other, &element.to_text());
            other == text
        });
        Some(found)
    });
    Ok(answer(found.values(), negated))
}

/// Appends the text with the differences of case taken out.
fn fold(out: &mut String, text: &str) {
    if text.is_ascii() {
        out.push_str(text);
        out.make_ascii_uppercase();
    } else {
        out.extend(text.chars().map(crate::text::upper));
    }
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, d, l, s};

    fn is_in(values: &[Value], expected: bool) {
        assert_eq!(call("in", values), Ok(Value::Bool(expected)), "in {values:?}");
        assert_eq!(call("!in", values), Ok(Value::Bool(!expected)), "!in {values:?}");
    }

    #[test]
    fn values_of_every_type() {
        is_in(&[s("a"), s("b"), s("a")], true);
        is_in(&[s("a"), s("b"), s("A")], false);
        is_in(&[l(5), l(4), Value::Int(5)], true);
        is_in(&[Value::Int(5), l(5 + (1 << 32))], false);
        is_in(&[Value::Real(1.5), l(1), Value::Real(1.5)], true);
        is_in(&[Value::Bool(true), Value::Bool(true)], true);
        is_in(&[Value::Guid(7), s("00000000-0000-0000-0000-000000000007")], true);
        is_in(&[Value::DateTime(638_396_640_000_000_000), s("2024-01-01")], true);
        is_in(&[Value::Decimal(2.into()), l(2)], true);
        is_in(&[s("a")], false);
    }

    #[test]
    fn types_may_differ() {
        is_in(&[s("50126"), l(0), l(50126)], true);
        is_in(&[s("x"), l(0)], false);
        is_in(&[l(5), s("5"), s("6")], true);
        is_in(&[l(1), Value::Real(1.5)], false);
        is_in(&[l(1), Value::Real(1.0)], true);
        is_in(&[s("1.5"), Value::Real(1.5)], true);
        is_in(&[s("True"), Value::Bool(true)], true);
    }

    #[test]
    fn arrays_stand_for_their_elements() {
        is_in(&[s("0"), d("[0,50126]")], true);
        is_in(&[l(0), d("[0,50126]")], true);
        is_in(&[s("b"), d(r#"["a"]"#), s("b")], true);
        is_in(&[s("c"), d(r#"["a",["c"]]"#)], false);
        is_in(&[l(1), d("[]")], false);
    }

    #[test]
    fn dynamics_are_looked_up_by_what_they_hold() {
        is_in(&[d(r#""a""#), s("a")], true);
        is_in(&[d("5"), l(5)], true);
        is_in(&[d("5.0"), l(5)], true);
        is_in(&[d(r#""x""#), d(r#"["y","x"]"#)], true);
    }

    #[test]
    fn null_is_in_no_list() {
        is_in(&[Value::Null(ScalarType::Long), l(1)], false);
        is_in(&[Value::Null(ScalarType::Real), Value::Real(1.0)], false);
    }

    #[test]
    fn case_may_be_ignored() {
        assert_eq!(call("in~", &[s("ÄBC"), s("x"), s("äbc")]), Ok(Value::Bool(true)));
        assert_eq!(call("in~", &[s("ABC"), d(r#"["abc"]"#)]), Ok(Value::Bool(true)));
        assert_eq!(call("!in~", &[s("ABC"), s("abcd")]), Ok(Value::Bool(true)));
    }
}
