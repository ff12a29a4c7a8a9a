//! Several parts of plans that read one table.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kql_executor::{execute_all, execute_all_watched};
use kql_tables::{MemoryTable, Morsel, Scan, ScanRequest, Table, TableError};

use super::summarize::{aggregate, count, function};
use super::*;

/// A table that counts how often its morsels are read.
#[derive(Debug)]
struct Counting {
    table: MemoryTable,
    reads: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct CountingScan {
    scan: Arc<dyn Scan>,
    reads: Arc<AtomicUsize>,
}

impl Table for Counting {
    fn name(&self) -> &str {
        self.table.name()
    }

    fn schema(&self) -> Arc<Schema> {
        self.table.schema()
    }

    fn scan(&self, request: ScanRequest) -> Result<Arc<dyn Scan>, TableError> {
        Ok(Arc::new(CountingScan { scan: self.table.scan(request)?, reads: self.reads.clone() }))
    }
}

impl Scan for CountingScan {
    fn next(&self) -> Result<Option<Morsel>, TableError> {
        self.scan.next()
    }

    fn read(&self, morsel: Morsel) -> Result<Batch, TableError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.scan.read(morsel)
    }
}

/// A table `k: long, s: string` of so many rows, and how often it was read.
struct Fixture {
    table: Arc<Counting>,
    reads: Arc<AtomicUsize>,
}

impl Fixture {
    fn new(rows: i64) -> Self {
        let texts: Vec<String> = (0..rows).map(|row| format!("s{}", row % 7)).collect();
        let batch =
            table(&[("k", LONG, &longs(0..rows)), ("s", STRING, &strings(texts.iter().map(String::as_str)))]);
        let reads = Arc::new(AtomicUsize::new(0));
        let table = MemoryTable::new("T", batch);
        Self { table: Arc::new(Counting { table, reads: reads.clone() }), reads }
    }

    fn scan(&self, columns: &[(&str, ScalarType)], predicate: Option<Expr>) -> Plan {
        let wanted = columns.iter().map(|(name, data_type)| ScanColumn {
            name: (*name).into(),
            source: (*name).into(),
            path: Vec::new(),
            data_type: *data_type,
        });
        let scan = plan::Scan {
            table: self.table.clone(),
            columns: wanted.collect(),
            predicate,
            needles: Vec::new(),
            conditions: Vec::new(),
            limit: None,
        };
        plan(Operator::Scan(scan), columns)
    }

    fn reads(&self) -> usize {
        self.reads.swap(0, Ordering::Relaxed)
    }
}

/// The distinct values of the input's first column.
fn distinct(input: Plan) -> Plan {
    let (name, data_type) = (input.schema.fields[0].name.clone(), input.schema.fields[0].data_type);
    let keys = vec![column(0, data_type)];
    plan(Operator::Aggregate { input: Box::new(input), keys, aggregates: Vec::new() }, &[(&name, data_type)])
}

fn equals(index: usize, data_type: ScalarType, value: Value) -> Expr {
    call("==", vec![column(index, data_type), constant(value)], BOOL)
}

#[test]
fn both_sides_of_a_join_are_read_in_one_pass() {
    let fixture = Fixture::new(1000);
    let left = fixture.scan(&[("s", STRING)], Some(equals(0, STRING, Value::String("s3".into()))));
    let right = fixture.scan(&[("s", STRING), ("k", LONG)], None);
    let keys = vec![(column(0, STRING), column(0, STRING))];
    let join = plan::Join {
        left: Box::new(distinct(left)),
        right: Box::new(distinct(right)),
        kind: plan::JoinKind::Inner,
        keys,
        outputs: vec![plan::JoinOutput::Left(0), plan::JoinOutput::Right(0)],
    };
    let joined = plan(Operator::Join(join), &[("s", STRING), ("s1", STRING)]);
    let rows = values(&execute(&joined, &options(2)).unwrap());
    assert_eq!(rows, [strings(["s3", "s3"])]);
    assert_eq!(fixture.reads(), 1);
}

#[test]
fn plans_give_together_what_they_give_alone() {
    let fixture = Fixture::new(100_000);
    let wide = &[("s", STRING), ("k", LONG)][..];
    let plans = [
        distinct(fixture.scan(&[("s", STRING)], None)),
        fixture.scan(wide, Some(equals(1, LONG, Value::Long(77)))),
        distinct(fixture.scan(wide, Some(equals(0, STRING, Value::String("none".into()))))),
        fixture.scan(&[("k", LONG)], Some(equals(0, LONG, Value::Long(99_999)))),
    ];
    let alone: Vec<_> = plans.iter().map(|plan| values(&execute(plan, &options(1)).unwrap())).collect();
    let each = fixture.reads() / plans.len();
    for threads in [1, 2, 5] {
        let options = options(threads);
        let jobs: Vec<_> = plans.iter().map(|plan| (plan, &options)).collect();
        let together: Vec<_> =
            execute_all(&jobs, |_| {}).into_iter().map(|rows| values(&rows.unwrap())).collect();
        assert_eq!(together, alone, "{threads} threads");
        assert_eq!(fixture.reads(), each, "{threads} threads");
    }
}

#[test]
fn rows_are_shown_in_their_order_before_all_are_there() {
    let fixture = Fixture::new(100_000);
    let scan = fixture.scan(&[("k", LONG)], None);
    for threads in [1, 4] {
        let options = options(threads);
        let shown = Mutex::new(Vec::new());
        let rows = execute_all_watched(&[(&scan, &options)], |_| {}, &|at, batch| {
            assert_eq!(at, 0);
            shown.lock().unwrap().push(batch.clone());
        });
        let (rows, shown) = (rows[0].as_ref().unwrap(), shown.into_inner().unwrap());
        assert!(shown.len() > 1 && values(rows) == values(&shown), "{threads} threads");
    }
}

#[test]
fn a_plan_that_fails_leaves_the_others_alone() {
    let fixture = Fixture::new(1000);
    let beyond_range = call("/", vec![constant(Value::Long(1)), constant(Value::Long(0))], LONG);
    let bad = call("==", vec![beyond_range, column(1, LONG)], BOOL);
    let wide = &[("s", STRING), ("k", LONG)][..];
    let limited = Options { memory_limit: 8, ..options(2) };
    let usual = options(2);
    let plans = [
        (fixture.scan(wide, Some(equals(1, LONG, Value::Long(5)))), &usual),
        (distinct(fixture.scan(wide, None)), &limited),
        (fixture.scan(wide, Some(bad)), &usual),
    ];
    let jobs: Vec<_> = plans.iter().map(|(plan, options)| (plan, *options)).collect();
    let outcomes = execute_all(&jobs, |_| {});
    assert_eq!(values(outcomes[0].as_ref().unwrap()).len(), 1);
    assert!(matches!(outcomes[1], Err(QueryError::MemoryLimit { .. })), "{:?}", outcomes[1]);
    assert!(outcomes[2].is_ok() || matches!(outcomes[2], Err(QueryError::Evaluation { .. })));
}

/// `Union` of plans with one schema.
fn union(legs: Vec<Plan>) -> Plan {
    let schema = legs[0].schema.clone();
    Plan { operator: Operator::Union(legs), schema }
}

/// Counts rows by the input's first column, and gathers the second.
fn gathered(input: Plan) -> Plan {
    let keys = vec![column(0, STRING)];
    aggregate(input, keys, vec![count(), function("make_list", vec![column(1, LONG)], DYNAMIC)])
}

/// The rows of each plan alone, and of all together by several numbers of threads, with how often the table is read.
fn is_read_once(fixture: &Fixture, plans: &[Plan], passes: usize) {
    let alone: Vec<_> = plans.iter().map(|plan| values(&execute(plan, &options(1)).unwrap())).collect();
    fixture.reads();
    execute(&fixture.scan(&[("k", LONG)], None), &options(1)).unwrap();
    let morsels = fixture.reads();
    for threads in [1, 2, 5] {
        let options = options(threads);
        let jobs: Vec<_> = plans.iter().map(|plan| (plan, &options)).collect();
        let together: Vec<_> =
            execute_all(&jobs, |_| {}).into_iter().map(|rows| values(&rows.unwrap())).collect();
        assert_eq!(together, alone, "{threads} threads");
        assert_eq!(fixture.reads(), passes * morsels, "{threads} threads");
    }
}

#[test]
fn the_legs_of_unions_are_read_in_one_pass() {
    let fixture = Fixture::new(200_000);
    let wide = &[("s", STRING), ("k", LONG)][..];
    let leg = |text: &str| fixture.scan(wide, Some(equals(0, STRING, Value::String(text.into()))));
    let above = |input: Plan| {
        let schema = input.schema.clone();
        let keep = call("<", vec![column(1, LONG), constant(Value::Long(150_000))], BOOL);
        Plan { operator: Operator::Filter { input: Box::new(input), predicate: keep }, schema }
    };
    let plans = [
        // Aggregated: groups come in the order of the legs, not in that of the table.
        distinct(union(vec![leg("s3"), leg("s1"), leg("s2")])),
        gathered(above(union(vec![leg("s6"), union(vec![leg("s1"), leg("s6")])]))),
        // Kept as they are.
        union(vec![leg("s5"), leg("s0")]),
    ];
    let first = values(&execute(&plans[0], &options(2)).unwrap());
    assert_eq!(first, ["s3", "s1", "s2"].map(|text| strings([text])));
    is_read_once(&fixture, &plans, 1);
}

#[test]
fn what_asks_for_other_plans_comes_in_a_later_pass() {
    let fixture = Fixture::new(100_000);
    let wide = &[("s", STRING), ("k", LONG)][..];
    let is = |other: Expr| call("==", vec![column(0, STRING), other], BOOL);
    let seen = |text: &str| {
        let seen = fixture.scan(&[("s", STRING)], Some(is(constant(Value::String(text.into())))));
        is(Expr::new(ExprKind::ScalarQuery(Arc::new(distinct(seen))), STRING, Span::new(0, 1)))
    };
    let plans = [
        gathered(fixture.scan(wide, Some(seen("s2")))),
        distinct(fixture.scan(wide, Some(seen("s4")))),
        fixture.scan(wide, Some(seen("s5"))),
    ];
    is_read_once(&fixture, &plans, 2);
}
