//! Joins of all kinds, against nested loops.

use super::*;
use kql_planner::plan::{Join, JoinKind, JoinOutput};

const KINDS: [JoinKind; 9] = [
    JoinKind::InnerUnique,
    JoinKind::Inner,
    JoinKind::LeftOuter,
    JoinKind::RightOuter,
    JoinKind::FullOuter,
    JoinKind::LeftSemi,
    JoinKind::RightSemi,
    JoinKind::LeftAnti,
    JoinKind::RightAnti,
];

type Row = Vec<Value>;

/// A table `k:long, v:string` of these keys; the values are different.
fn side(name: &str, keys: &[Option<i64>]) -> Batch {
    let values: Vec<Value> = (0..keys.len()).map(|row| Value::String(format!("{name} {row}"))).collect();
    let keys: Vec<Value> = keys.iter().map(|key| key.map_or(Value::Null(LONG), Value::Long)).collect();
    table(&[("k", LONG, &keys), ("v", STRING, &values)])
}

fn join(left: &Batch, right: &Batch, kind: JoinKind, keys: Vec<(Expr, Expr)>) -> Plan {
    let outputs = vec![JoinOutput::Left(0), JoinOutput::Left(1), JoinOutput::Right(0), JoinOutput::Right(1)];
    let operator = Operator::Join(Join {
        left: Box::new(scan(left.clone(), None)),
        right: Box::new(scan(right.clone(), None)),
        kind,
        keys,
        outputs,
    });
    match kind {
        JoinKind::LeftSemi | JoinKind::RightSemi | JoinKind::LeftAnti | JoinKind::RightAnti => {
            plan(operator, &[("k", LONG), ("v", STRING)])
        }
        _ => plan(operator, &[("k", LONG), ("v", STRING), ("k1", LONG), ("v1", STRING)]),
    }
}

fn expected(left: &[Row], right: &[Row], kind: JoinKind) -> Vec<Row> {
    let absent = || vec![Value::Null(LONG), Value::String(String::new())];
    let known = |rows: &[Row], row: &Row| rows.iter().any(|other| other[0] == row[0]);
    let kept = |rows: &[Row], others: &[Row], wanted: bool| {
        rows.iter().filter(|row| known(others, row) == wanted).cloned().collect::<Vec<Row>>()
    };
    match kind {
        JoinKind::LeftSemi => return kept(left, right, true),
        JoinKind::LeftAnti => return kept(left, right, false),
        JoinKind::RightSemi => return kept(right, left, true),
        JoinKind::RightAnti => return kept(right, left, false),
        _ => {}
    }
    let mut rows = Vec::new();
    for (index, row) in left.iter().enumerate() {
        if kind == JoinKind::InnerUnique && known(&left[..index], row) {
            continue;
        }
        let matches: Vec<&Row> = right.iter().filter(|other| other[0] == row[0]).collect();
        rows.extend(matches.iter().map(|other| [row.as_slice(), other.as_slice()].concat()));
        if matches.is_empty() && matches!(kind, JoinKind::LeftOuter | JoinKind::FullOuter) {
            rows.push([row.as_slice(), &absent()].concat());
        }
    }
    if matches!(kind, JoinKind::RightOuter | JoinKind::FullOuter) {
        let unmatched = kept(right, left, false);
        rows.extend(unmatched.iter().map(|other| [absent().as_slice(), other.as_slice()].concat()));
    }
    rows
}

#[test]
fn every_kind_gives_what_nested_loops_give() {
    let left = side("left", &[Some(1), None, Some(2), Some(2), Some(3), None, Some(0)]);
    let right = side("right", &[Some(2), Some(4), None, Some(2), Some(1), Some(0), Some(4)]);
    let empty = side("none", &[]);
    for (left, right) in [(&left, &right), (&left, &empty), (&empty, &right), (&empty, &empty)] {
        let (left_rows, right_rows) =
            (values(std::slice::from_ref(left)), values(std::slice::from_ref(right)));
        for kind in KINDS {
            let keys = vec![(column(0, LONG), column(0, LONG))];
            let found = run(&join(left, right, kind, keys));
            assert_eq!(found, expected(&left_rows, &right_rows, kind), "{kind:?}");
        }
    }
}

#[test]
fn many_rows_of_one_key_come_out_in_order() {
    let left = side("left", &[Some(1), Some(2), Some(1)]);
    let keys: Vec<Option<i64>> = (0..100_000).map(|row| Some(row % 2 + 1)).collect();
    let right = side("right", &keys);
    let found = run(&join(&left, &right, JoinKind::Inner, vec![(column(0, LONG), column(0, LONG))]));
    assert_eq!(found.len(), 150_000);
    let right_rows = values(std::slice::from_ref(&right));
    let of_key = |key: i64| right_rows.iter().filter(move |row| row[0] == Value::Long(key));
    let order = of_key(1).chain(of_key(2)).chain(of_key(1));
    assert!(found.iter().zip(order).all(|(pair, right)| pair[2..] == right[..]));
}

#[test]
fn several_keys_must_all_match() {
    let left = side("x", &[Some(1), Some(1), Some(2)]);
    let right = side("x", &[Some(1), Some(2), Some(2)]);
    let keys = vec![(column(0, LONG), column(0, LONG)), (column(1, STRING), column(1, STRING))];
    let found = run(&join(&left, &right, JoinKind::Inner, keys));
    let row = |key: i64, value: &str| {
        let half = vec![Value::Long(key), Value::String(value.to_owned())];
        [half.clone(), half].concat()
    };
    assert_eq!(found, [row(1, "x 0"), row(2, "x 2")]);
}
