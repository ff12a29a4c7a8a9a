//! How fast NDJSON is read, with one thread: `cargo bench -p kql-tables --bench scan`.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark fails by panicking, and documents no API")]

use std::io::Write;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kql_tables::{Catalog, DataCatalog, Needle, NeedleGroup, ReadOptions, ScanColumn, ScanRequest, Table};
use kql_types::{PathStep, ScalarType};

const RECORDS: usize = 20_000;

/// What is wanted of each record, from nothing to a needle that few of them hold.
fn requests() -> [(&'static str, ScanRequest); 5] {
    let columns = |columns: Vec<ScanColumn>| ScanRequest { columns, ..ScanRequest::default() };
    let account = || column("UserPrincipalName", ScalarType::String, &[]);
    let needle = Needle { text: "user00042@contoso.com".to_owned(), case_sensitive: false };
    [
        ("no column", columns(Vec::new())),
        ("a time and a string", columns(vec![column("TimeGenerated", ScalarType::DateTime, &[]), account()])),
        ("a member of an object", columns(vec![column("DeviceDetail", ScalarType::Dynamic, &["browser"])])),
        ("an array", columns(vec![column("ConditionalAccessPolicies", ScalarType::Dynamic, &[])])),
        (
            "a needle",
            ScanRequest { needles: vec![NeedleGroup { any: vec![needle] }], ..columns(vec![account()]) },
        ),
    ]
}

fn column(source: &str, data_type: ScalarType, path: &[&str]) -> ScanColumn {
    let path = path.iter().map(|name| PathStep::Key((*name).into())).collect();
    ScanColumn { name: source.into(), source: source.into(), path, data_type }
}

/// A sign-in of about 1.5 KB.
fn record(number: usize) -> String {
    let filler =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0 ";
    let policy = |name: &str| {
        format!(
            r#"{{"id":"{number:08x}-7c4e-4a2f","displayName":"{name}","result":"success","grants":["Mfa"]}}"#
        )
    };
    format!(
        concat!(
            r#"{{"TenantId":"cd613e30-d8f1-6adf-91b7-584a2265b1f5","TimeGenerated":"2024-01-{:02}T{:02}:00:11.5027012Z","#,
            r#""ResultType":"0","UserAgent":"{}","AuthenticationDetails":"[{{\"method\":\"Password\",\"text\":\"{}\"}}]","#,
            r#""ConditionalAccessPolicies":[{},{}],"DeviceDetail":{{"deviceId":"{:032x}","operatingSystem":"Windows 10","#,
            r#""browser":"Edge 110.0"}},"Status":{{"errorCode":0,"details":"{}"}},"UserPrincipalName":"user{:05}@contoso.com","#,
            r#""ResourceDisplayName":"{}","FlaggedForReview":null}}"#
        ),
        number % 28 + 1,
        number % 24,
        filler.repeat(2),
        filler,
        policy("Require MFA for all users"),
        policy("Terms of use"),
        number,
        filler,
        number % 4_000,
        filler.repeat(3),
    )
}

/// Reads all of it; how many rows there were.
fn rows(table: &Arc<dyn Table>, request: &ScanRequest) -> usize {
    let scan = table.scan(request.clone()).unwrap();
    let mut rows = 0;
    while let Some(morsel) = scan.next().unwrap() {
        rows += scan.read(morsel).unwrap().rows;
    }
    rows
}

fn scan(criterion: &mut Criterion) {
    let mut file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    (0..RECORDS).for_each(|number| writeln!(file, "{}", record(number)).unwrap());
    let mut catalog = DataCatalog::new(ReadOptions { threads: 1, ..ReadOptions::default() });
    catalog.add_table("SigninLogs", file.path().to_str().unwrap()).unwrap();
    let table = catalog.table("SigninLogs").unwrap();
    let mut group = criterion.benchmark_group("scan");
    group.sample_size(20).throughput(Throughput::Bytes(file.as_file().metadata().unwrap().len()));
    for (name, request) in requests() {
        assert!(rows(&table, &request) > 0, "{name}");
        group.bench_function(name, |bencher| bencher.iter(|| rows(&table, &request)));
    }
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
