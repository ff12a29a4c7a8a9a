//! Aggregation.

use super::*;
use kql_planner::plan::{Aggregate, AggregateCall};

pub(super) fn count() -> Aggregate {
    function("count", Vec::new(), LONG)
}

pub(super) fn function(name: &str, arguments: Vec<Expr>, returns: ScalarType) -> Aggregate {
    let function = registry::aggregate(name).unwrap_or_else(|| panic!("no aggregate {name}"));
    let overload = function.overloads.iter().find(|overload| overload.parameters.len() >= arguments.len());
    let overload = overload.unwrap_or_else(|| panic!("no overload of {name}"));
    let call = AggregateCall::Function { function, overload, arguments };
    Aggregate { call, condition: None, outputs: vec![returns], span: Span::default() }
}

pub(super) fn aggregate(input: Plan, keys: Vec<Expr>, aggregates: Vec<Aggregate>) -> Plan {
    let mut types: Vec<ScalarType> = keys.iter().map(|key| key.data_type).collect();
    types.extend(aggregates.iter().flat_map(|aggregate| aggregate.outputs.iter().copied()));
    let schema = types.into_iter().map(|data_type| Field::new("x", data_type)).collect();
    Plan {
        operator: Operator::Aggregate { input: Box::new(input), keys, aggregates },
        schema: Arc::new(schema),
    }
}

#[test]
fn groups_come_in_the_order_of_their_first_row() {
    let words = ["b", "a", "", "a", "a text that is longer than a view", "b"];
    let many: Vec<Value> = strings(words.iter().copied().cycle().take(200_000));
    let input = scan(table(&[("s", STRING, &many)]), None);
    let found = run(&aggregate(input, vec![column(0, STRING)], vec![count()]));
    let group = |word: &str, rows: usize| vec![Value::String(word.to_owned()), Value::Long(rows as i64)];
    let of = |word: &str| (0..200_000).filter(|row| words[row % 6] == word).count();
    let expected = ["b", "a", "", "a text that is longer than a view"].map(|word| group(word, of(word)));
    assert_eq!(found, expected);
}

#[test]
fn distinct_keeps_many_groups_apart() {
    let numbers = longs((0..200_000).map(|n| n / 2));
    let texts: Vec<Value> =
        (0..200_000).map(|n| Value::String(format!("some user number {}", n % 3))).collect();
    let input = scan(table(&[("n", LONG, &numbers), ("s", STRING, &texts)]), None);
    let found = run(&aggregate(input, vec![column(0, LONG), column(1, STRING)], Vec::new()));
    assert_eq!(found.len(), 200_000);
    assert_eq!(found[123_457], [numbers[123_457].clone(), texts[123_457].clone()]);
}

#[test]
fn no_rows_give_one_row_without_keys_and_none_with_keys() {
    let empty = || rows(table(&[("n", LONG, &[])]));
    assert_eq!(run(&aggregate(empty(), Vec::new(), vec![count()])), [longs([0])]);
    assert_eq!(run(&aggregate(empty(), vec![column(0, LONG)], vec![count()])), Vec::<Vec<Value>>::new());
}

#[test]
fn a_condition_leaves_rows_out() {
    let flags: Vec<Value> =
        (0..100_000).map(|n| if n % 3 == 0 { Value::Null(BOOL) } else { Value::Bool(n % 3 == 1) }).collect();
    let input = scan(table(&[("f", BOOL, &flags)]), None);
    let counted = Aggregate { condition: Some(column(0, BOOL)), ..count() };
    assert_eq!(run(&aggregate(input, Vec::new(), vec![counted, count()])), [longs([33_333, 100_000])]);
}

#[test]
fn arg_max_takes_the_whole_row_of_the_first_largest() {
    let numbers = longs((0..200_000).map(|n| n % 1000));
    let names: Vec<Value> = (0..200_000).map(|n| Value::String(format!("the name of row {n}"))).collect();
    let input = || scan(table(&[("n", LONG, &numbers), ("s", STRING, &names)]), None);
    let pick = |largest| Aggregate {
        call: AggregateCall::Extreme { largest, by: column(0, LONG), values: vec![column(1, STRING)] },
        condition: None,
        outputs: vec![LONG, STRING],
        span: Span::default(),
    };
    let found = run(&aggregate(input(), Vec::new(), vec![pick(true), pick(false)]));
    assert_eq!(found, [[Value::Long(999), names[999].clone(), Value::Long(0), names[0].clone()]]);
    let first = Aggregate {
        call: AggregateCall::First { values: vec![column(1, STRING)] },
        condition: None,
        outputs: vec![STRING],
        span: Span::default(),
    };
    let found = run(&aggregate(input(), vec![column(0, LONG)], vec![first]));
    assert_eq!(found.len(), 1000);
    assert_eq!(found[7], [Value::Long(7), names[7].clone()]);
}

#[test]
fn sums_of_reals_do_not_depend_on_threads() {
    let reals: Vec<Value> = (0..200_000).map(|n| Value::Real(1.0 / f64::from(n + 1))).collect();
    let input = scan(table(&[("r", ScalarType::Real, &reals)]), None);
    let sum = function("sum", vec![column(0, ScalarType::Real)], ScalarType::Real);
    // `run` compares the results of several numbers of threads to the last bit.
    assert_eq!(run(&aggregate(input, Vec::new(), vec![sum])).len(), 1);
}
