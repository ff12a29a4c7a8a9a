//! Operators with one input.

use super::*;
use kql_planner::plan::{ExpandedColumn, MvExpand, SortKey};

/// More than one morsel.
const MANY: i64 = 150_000;

fn numbers() -> Batch {
    table(&[("n", LONG, &longs(0..MANY)), ("m", LONG, &longs((0..MANY).map(|n| n % 7)))])
}

fn filter(input: Plan, predicate: Expr) -> Plan {
    let schema = input.schema.clone();
    Plan { operator: Operator::Filter { input: Box::new(input), predicate }, schema }
}

fn take(input: Plan, count: u64) -> Plan {
    let schema = input.schema.clone();
    Plan { operator: Operator::Take { input: Box::new(input), count }, schema }
}

fn bools(values: &[Option<bool>]) -> Vec<Value> {
    values.iter().map(|value| value.map_or(Value::Null(BOOL), Value::Bool)).collect()
}

#[test]
fn and_or_have_three_truth_values() {
    let values = [Some(true), Some(false), None];
    let left: Vec<Option<bool>> = values.iter().flat_map(|value| [*value; 3]).collect();
    let right: Vec<Option<bool>> = values.iter().cycle().take(9).copied().collect();
    let input = table(&[("a", BOOL, &bools(&left)), ("b", BOOL, &bools(&right))]);
    let operands = || vec![column(0, BOOL), column(1, BOOL)];
    let and = Expr::new(ExprKind::And(operands()), BOOL, Span::default());
    let or = Expr::new(ExprKind::Or(operands()), BOOL, Span::default());
    let columns = vec![and, or];
    let project =
        plan(Operator::Project { input: Box::new(rows(input)), columns }, &[("and", BOOL), ("or", BOOL)]);
    let found = run(&project);
    for (row, (left, right)) in left.iter().zip(&right).enumerate() {
        let and = match (left, right) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        };
        let or = match (left, right) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
        assert_eq!(found[row], bools(&[and, or]), "{left:?} {right:?}");
    }
}

#[test]
fn a_filter_keeps_what_is_true_in_order() {
    let input = table(&[
        ("a", BOOL, &bools(&[Some(true), None, Some(false), Some(true)])),
        ("n", LONG, &longs(0..4)),
    ]);
    let found = run(&filter(rows(input.clone()), column(0, BOOL)));
    assert_eq!(found.iter().map(|row| row[1].clone()).collect::<Vec<_>>(), longs([0, 3]));
    assert_eq!(run(&scan(input, Some(column(0, BOOL)))), found);
}

#[test]
fn take_gives_the_first_rows_whatever_the_morsels() {
    for count in [0, 1, 70_000, MANY as u64 + 5] {
        let found = run(&take(scan(numbers(), None), count));
        let expected = longs(0..MANY.min(count as i64));
        assert_eq!(found.into_iter().map(|mut row| row.swap_remove(0)).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn range_is_inclusive_and_counts_down() {
    let range = |from: i64, to: i64, step: i64| {
        let bound = |value: i64| constant(Value::Long(value));
        plan(Operator::Range { from: bound(from), to: bound(to), step: bound(step) }, &[("x", LONG)])
    };
    assert_eq!(run(&range(1, 8, 3)).concat(), longs([1, 4, 7]));
    assert_eq!(run(&range(3, 1, -1)).concat(), longs([3, 2, 1]));
    assert_eq!(run(&range(1, 200_000, 1)).concat(), longs(1..=200_000));
    assert!(matches!(fails(&range(1, 2, 0)), QueryError::Evaluation { .. }));
}

#[test]
fn a_huge_range_streams() {
    let bound = |value: i64| constant(Value::Long(value));
    let range = plan(Operator::Range { from: bound(0), to: bound(i64::MAX), step: bound(1) }, &[("x", LONG)]);
    assert_eq!(run(&take(range, 3)).concat(), longs([0, 1, 2]));
}

#[test]
fn union_keeps_the_order_of_its_inputs() {
    let part = |from: i64, to: i64| rows(table(&[("n", LONG, &longs(from..to))]));
    let inputs = vec![part(0, 70_000), part(70_000, 70_000), part(70_000, 90_000), part(90_000, MANY)];
    let union = plan(Operator::Union(inputs), &[("n", LONG)]);
    assert_eq!(run(&union).concat(), longs(0..MANY));
}

fn sorted(count: Option<u64>) -> Plan {
    let key =
        |index, ascending| SortKey { expression: column(index, LONG), ascending, nulls_first: ascending };
    let (input, keys) = (Box::new(scan(numbers(), None)), vec![key(1, false), key(0, true)]);
    let operator = match count {
        Some(count) => Operator::Top { input, keys, count },
        None => Operator::Sort { input, keys },
    };
    plan(operator, &[("n", LONG), ("m", LONG)])
}

#[test]
fn top_is_a_prefix_of_sort() {
    let mut expected: Vec<Vec<Value>> = (0..MANY).map(|n| longs([n, n % 7])).collect();
    expected.sort_by_key(|row| match (&row[0], &row[1]) {
        (Value::Long(n), Value::Long(m)) => (-m, *n),
        _ => (0, 0),
    });
    assert_eq!(run(&sorted(None)), expected);
    for count in [0, 1, 10, 30_000, 149_999, 500_000] {
        assert_eq!(run(&sorted(Some(count))), expected[..expected.len().min(count as usize)]);
    }
}

#[test]
fn a_shared_plan_gives_its_rows_to_each_use() {
    let input = Arc::new(take(scan(numbers(), None), 2));
    let shared = |_| plan(Operator::Shared { id: 0, input: input.clone() }, &[("n", LONG), ("m", LONG)]);
    let union = plan(Operator::Union((0..3).map(shared).collect()), &[("n", LONG), ("m", LONG)]);
    assert_eq!(run(&union).len(), 6);
}

#[test]
fn expands_in_lockstep() {
    let dynamics =
        |texts: &[&str]| texts.iter().map(|text| Value::Dynamic((*text).to_owned())).collect::<Vec<_>>();
    let null = Value::Null(DYNAMIC);
    let mut first = dynamics(&["[1,2,3]", "[]", "[]"]);
    first.push(null.clone());
    let second = dynamics(&["[\"x\"]", "[\"y\"]", "[]", "[]"]);
    let input = table(&[("n", LONG, &longs(0..4)), ("a", DYNAMIC, &first), ("b", DYNAMIC, &second)]);
    let expanded =
        |output, data_type| ExpandedColumn { expression: column(output, DYNAMIC), output, data_type };
    let expand = |limit| {
        let operator = Operator::MvExpand(MvExpand {
            input: Box::new(rows(input.clone())),
            columns: vec![expanded(1, DYNAMIC), expanded(2, STRING)],
            item_index: true,
            limit,
            bags_as_arrays: false,
        });
        plan(operator, &[("n", LONG), ("a", DYNAMIC), ("b", STRING), ("i", LONG)])
    };
    let row = |n: i64, a: Option<&str>, b: &str, i: i64| {
        let a = a.map_or(null.clone(), |text| Value::Dynamic(text.to_owned()));
        vec![Value::Long(n), a, Value::String(b.to_owned()), Value::Long(i)]
    };
    let all = [
        row(0, Some("1"), "x", 0),
        row(0, Some("2"), "", 1),
        row(0, Some("3"), "", 2),
        row(1, None, "y", 0),
        row(3, None, "", 0),
    ];
    assert_eq!(run(&expand(None)), all);
    assert_eq!(run(&expand(Some(2))), [&all[..2], &all[3..]].concat());
}

#[test]
fn a_cancelled_query_ends_with_that_error() {
    let options = options(2);
    options.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(execute(&sorted(None), &options).unwrap_err(), QueryError::Cancelled);
}

#[test]
fn too_much_memory_is_refused_by_the_operators_name() {
    let options = Options { memory_limit: 1 << 20, ..options(2) };
    let error = execute(&sorted(None), &options).unwrap_err();
    assert_eq!(error, QueryError::MemoryLimit { operator: "sort", limit: 1 << 20 });
    assert!(execute(&sorted(Some(5)), &Options { memory_limit: 8 << 20, ..options }).is_ok());
}

#[test]
fn the_scalar_query_is_the_first_cell_and_null_without_rows() {
    let scalar = |count: u64| {
        let sub = Arc::new(take(rows(numbers()), count));
        let cell = Expr::new(ExprKind::ScalarQuery(sub), LONG, Span::default());
        run(&plan(Operator::Print(vec![cell]), &[("x", LONG)]))
    };
    assert_eq!(scalar(5), [longs([0])]);
    assert_eq!(scalar(0), [[Value::Null(LONG)]]);
}

#[test]
fn a_failing_kernel_tells_where_it_stands() {
    let kernel_error = call("strlen", vec![column(0, STRING)], LONG);
    let input = rows(table(&[("s", STRING, &strings(["a", "bc"]))]));
    let found =
        run(&plan(Operator::Project { input: Box::new(input), columns: vec![kernel_error] }, &[("n", LONG)]));
    assert_eq!(found.concat(), longs([1, 2]));
}
