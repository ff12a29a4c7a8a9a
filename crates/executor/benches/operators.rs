//! How fast single operators are, over a table in memory and with one thread: `cargo bench -p kql-executor --bench operators`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark fails by panicking, and documents no API")]

use std::collections::BTreeMap;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kql_executor::{Options, execute};
use kql_planner::{FunctionLibrary, Plan, Surroundings};
use kql_tables::{MemoryCatalog, MemoryTable};
use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Value};

const ROWS: u64 = 200_000;

const QUERIES: [(&str, &str); 9] = [
    ("filter by a string", "T | where Code == '50126' | count"),
    ("filter by a needle in a string", "T | where User contains 'er01234' | count"),
    ("aggregate by two keys", "T | summarize count(), max(Time) by bin(Time, 1h), Code"),
    ("aggregate by many keys", "T | summarize count() by User, Address"),
    ("count distinct by key", "T | summarize dcount(User) by Address"),
    ("sets by key", "T | summarize make_set(User, 15) by Address"),
    (
        "join on a string",
        "T | where Code != '0' | join kind=inner (T | summarize n = count() by User) on User | count",
    ),
    ("sort by a string and a time", "T | sort by User asc, Time desc"),
    ("top 10 by a time", "T | top 10 by Time"),
];

/// Sign-ins in the order of time, of 4,000 users from 10,000 addresses, of which the first ones come most often.
fn sign_ins() -> Batch {
    let fields = [
        ("Time", ScalarType::DateTime),
        ("User", ScalarType::String),
        ("Address", ScalarType::String),
        ("Code", ScalarType::String),
    ];
    let mut columns = fields.map(|(_, data_type)| ColumnBuilder::new(data_type));
    let mut state = 1;
    for row in 0..ROWS {
        let (user, address) = (skewed(&mut state, 4_000), skewed(&mut state, 10_000));
        let code = if random(&mut state) < 0.9 { "0" } else { "50126" };
        let values = [
            Value::DateTime(638_000_000_000_000_000 + row.cast_signed() * 60_000_000),
            Value::String(format!("user{user:05}@contoso.com")),
            Value::String(format!("10.0.{}.{}", address / 256, address % 256)),
            Value::String(code.to_owned()),
        ];
        columns.iter_mut().zip(&values).for_each(|(column, value)| column.push(value));
    }
    let schema = fields.into_iter().map(|(name, data_type)| Field::new(name, data_type)).collect();
    Batch::new(Arc::new(schema), columns.map(ColumnBuilder::finish).into(), ROWS as usize)
}

/// The next number of SplitMix64, from 0 to below 1.
fn random(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number below the count, small ones more often.
fn skewed(state: &mut u64, count: u64) -> u64 {
    (random(state).powi(3) * count as f64) as u64
}

fn plan(text: &str, catalog: &MemoryCatalog, options: &Options) -> Plan {
    let surroundings = Surroundings {
        catalog,
        context: &options.context(),
        parameters: BTreeMap::new(),
        library: &FunctionLibrary::default(),
        evaluator: None,
        lookback: None,
    };
    let mut bound = kql_planner::bind(&kql_parser::parse(text).query, text, &surroundings);
    assert!(!bound.has_errors(), "{:?}", bound.diagnostics);
    kql_planner::optimize(bound.results.remove(0).plan)
}

fn operators(criterion: &mut Criterion) {
    let catalog = MemoryCatalog::new([MemoryTable::new("T", sign_ins())]);
    let options = Options { threads: 1, ..Options::default() };
    let mut group = criterion.benchmark_group("operators");
    group.sample_size(20).throughput(Throughput::Elements(ROWS));
    for (name, query) in QUERIES {
        let plan = plan(query, &catalog, &options);
        group.bench_function(name, |bencher| bencher.iter(|| execute(&plan, &options).unwrap()));
    }
    group.finish();
}

criterion_group!(benches, operators);
criterion_main!(benches);
