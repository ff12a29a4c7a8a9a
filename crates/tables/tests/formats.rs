//! Every shape of file that a table may have, down to the values.

#![allow(clippy::unwrap_used, reason = "a test that cannot write its file has failed")]

mod reading;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use kql_tables::{Catalog, DataCatalog, ReadOptions};
use kql_types::ScalarType;
use reading::{read, show, type_of};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("kql-tables-{}-{test}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn catalog(&self) -> DataCatalog {
        self.catalog_with(ReadOptions::default())
    }

    fn catalog_with(&self, options: ReadOptions) -> DataCatalog {
        let mut catalog = DataCatalog::new(options);
        catalog.add_folder(&self.0).unwrap();
        catalog
    }

    /// The rows of a table `T` in a file of that name.
    fn shown(test: &str, file: &str, bytes: impl AsRef<[u8]>) -> String {
        let folder = Self::new(test);
        folder.write(file, bytes);
        show(&read(&folder.catalog(), "T"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const TWO_ROWS: &str = "a:long | b:string\n1 | \"x\"\n2 | \"\"";

#[test]
fn records_may_follow_one_another_in_any_way() {
    let forms = [
        ("lines", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}"),
        ("crlf", "\u{feff}{\"a\":1,\"b\":\"x\"}\r\n\r\n{\"a\":2,\"b\":null}\r\n"),
        ("spaced", "  {\"a\": 1, \"b\": \"x\"}\n\t{ \"a\" : 2 }  \n"),
        ("array", "[{\"a\":1,\"b\":\"x\"},{\"a\":2}]"),
        ("array-lines", "[\n{\"a\":1,\"b\":\"x\"},\n{\"a\":2}\n]\n"),
        ("pretty", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}\n{\n  \"a\": 2\n}\n"),
        ("pretty-array", "[\n  {\n    \"a\": 1,\n    \"b\": \"x\"\n  },\n  {\n    \"a\": 2\n  }\n]\n"),
        ("records", "{\"records\":[{\"a\":1,\"b\":\"x\"},{\"a\":2}]}"),
        (
            "records-lines",
            "{\"records\":[{\"a\":1,\"b\":\"x\"}]}\n{\"records\":[]}\n{\"records\":[{\"a\":2}]}\n",
        ),
        ("cloudtrail", "{\n \"Records\": [\n {\"a\":1,\"b\":\"x\"}, {\"a\":2}\n ]\n}"),
        ("odata", "{\"@odata.context\":\"u\",\"value\":[{\"a\":1,\"b\":\"x\"},{\"a\":2}]}"),
        ("arrays-lines", "[{\"a\":1,\"b\":\"x\"}]\n[{\"a\":2}]\n"),
    ];
    for (test, text) in forms {
        assert_eq!(Folder::shown(test, "T.json", text), TWO_ROWS, "{test}");
    }
}

#[test]
fn replies_of_the_services_are_tables() {
    let expected = "a:long | b:string\n1 | \"x\"\n2 | \"\"";
    let forms = [
        r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"a","type":"long"},{"name":"b","type":"string"}],"rows":[[1,"x"],[2,null]]}]}"#,
        r#"{"Tables":[{"TableName":"Table_0","Columns":[{"ColumnName":"a","DataType":"Int64"},{"ColumnName":"b","DataType":"String"}],"Rows":[[1,"x"],[2,""]]},{"TableName":"Table_1","Columns":[],"Rows":[]}]}"#,
        r#"[{"FrameType":"DataSetHeader"},{"FrameType":"DataTable","TableKind":"QueryProperties","Columns":[],"Rows":[]},
            {"FrameType":"DataTable","TableKind":"PrimaryResult","Columns":[{"ColumnName":"a","ColumnType":"long"},{"ColumnName":"b","ColumnType":"string"}],"Rows":[[1,"x"],[2,""]]}]"#,
    ];
    for (number, text) in forms.into_iter().enumerate() {
        assert_eq!(Folder::shown(&format!("reply{number}"), "T.json", text), expected, "{text}");
    }
}

#[test]
fn separated_values_have_types() {
    let text = "a,b,c,d\r\n1,\"x, \"\"y\"\"\nz\",1.5,2024-01-01T00:00:00Z\r\n2,,2,\r\n";
    let expected = "a:long | b:string | c:real | d:datetime\n\
                    1 | \"x, \\\"y\\\"\\nz\" | 1.5 | 2024-01-01T00:00:00.0000000Z\n\
                    2 | \"\" | 2.0 | null";
    assert_eq!(Folder::shown("csv", "T.csv", text), expected);
    assert_eq!(Folder::shown("tsv", "T.tsv", "a\tb\n1\tx\n2\t\n"), TWO_ROWS);
    assert_eq!(Folder::shown("csv-log", "T.log", "a,b\n1,x\n2,\n"), TWO_ROWS);
}

#[test]
fn compressed_files_are_read_as_they_are() {
    let lines = "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(lines.as_bytes()).unwrap();
    assert_eq!(Folder::shown("gz", "T.json.gz", gzip.finish().unwrap()), TWO_ROWS);
    let zstd = zstd::encode_all(lines.as_bytes(), 1).unwrap();
    assert_eq!(Folder::shown("zst", "T.ndjson.zst", zstd), TWO_ROWS);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"[{\"a\":1,\"b\":\"x\"},\n{\"a\":2}]").unwrap();
    assert_eq!(Folder::shown("gz-array", "T.json.gz", gzip.finish().unwrap()), TWO_ROWS);
}

#[test]
fn a_long_compressed_stream_keeps_lines_whole() {
    let folder = Folder::new("stream");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let rows = 60_000;
    for row in 0..rows {
        writeln!(gzip, "{{\"a\":{row},\"b\":\"{}\"}}", "x".repeat(row % 300)).unwrap();
    }
    folder.write("T.json.gz", gzip.finish().unwrap());
    let batch = read(&folder.catalog(), "T");
    assert_eq!(batch.rows, rows);
    for row in [0, 1, 4097, rows - 1] {
        assert_eq!(batch.columns[0].value(row), kql_types::Value::Long(row as i64));
        assert_eq!(batch.columns[1].value(row), kql_types::Value::String("x".repeat(row % 300)));
    }
}

#[test]
fn folders_are_tables_read_in_the_order_of_paths() {
    let folder = Folder::new("folders");
    folder.write("T/2024/02/a.json", "{\"a\":2}");
    folder.write("T/2024/01/z.json", "{\"a\":1,\"b\":\"x\"}");
    folder.write("T/README.md", "not data");
    folder.write("Other.json", "{}");
    let catalog = folder.catalog();
    assert_eq!(catalog.names(), ["Other", "T"]);
    assert_eq!(show(&read(&catalog, "T")), TWO_ROWS);
    let mut globbed = DataCatalog::new(ReadOptions::default());
    globbed.add_table("T", &format!("{}/T/2024/*/*.json", folder.0.display())).unwrap();
    assert_eq!(show(&read(&globbed, "T")), TWO_ROWS);
    let mut single = DataCatalog::new(ReadOptions::default());
    assert_eq!(single.add_file(&folder.0.join("Other.json").to_string_lossy()), Ok("Other".to_owned()));
    assert!(single.add_file("/nowhere/at/all.json").is_err());
}

#[test]
fn known_tables_give_their_columns_and_types() {
    let folder = Folder::new("known");
    folder.write(
        "SigninLogs.json",
        "{\"TimeGenerated\":\"2024-01-01T00:00:00Z\",\"ResultType\":0,\"Extra\":1}",
    );
    let catalog = folder.catalog();
    let batch = read(&catalog, "SigninLogs");
    assert_eq!(type_of(&batch.schema, "DeviceDetail"), Some(ScalarType::Dynamic));
    assert_eq!(type_of(&batch.schema, "Extra"), Some(ScalarType::Long));
    let value = |name: &str| batch.schema.index_of(name).map(|at| reading::text(&batch.columns[at].value(0)));
    assert_eq!(value("ResultType").as_deref(), Some("\"0\""));
    assert_eq!(value("TimeGenerated").as_deref(), Some("2024-01-01T00:00:00.0000000Z"));
    assert_eq!(value("DeviceDetail").as_deref(), Some("null"));
    assert_eq!(value("IPAddress").as_deref(), Some("\"\""));
    let table = catalog.table("SigninLogs").unwrap();
    assert!(table.has_data());
    assert_eq!(table.hidden_column("_ItemId").map(|field| field.data_type), Some(ScalarType::String));
    assert_eq!(table.hidden_column("NoSuchColumn"), None);
    let absent = catalog.table("AuditLogs").unwrap();
    assert!(!absent.has_data());
    assert_eq!(read(&catalog, "AuditLogs").rows, 0);
    assert!(catalog.table("NoSuchTable").is_none());
}

#[test]
fn records_of_diagnostic_settings_are_known_tables() {
    let folder = Folder::new("diagnostics");
    let records = [
        r#"{"time":"2024-01-01T00:00:00Z","resultType":"50126","category":"SignInLogs","properties":{"userPrincipalName":"a@b.c","ipAddress":"1.2.3.4","status":{"errorCode":50126}}}"#,
        r#"{"time":"2024-01-02T00:00:00Z","resulttype":0,"category":"SignInLogs","properties":{"UserPrincipalName":"d@e.f"}}"#,
    ];
    folder.write("SigninLogs.json", records.join("\n"));
    folder.write("Other.json", records.join("\n"));
    let catalog = folder.catalog();
    let batch = read(&catalog, "SigninLogs");
    let column = |name: &str| -> Vec<String> {
        let at = batch.schema.index_of(name).unwrap();
        (0..batch.rows).map(|row| reading::text(&batch.columns[at].value(row))).collect()
    };
    assert_eq!(column("TimeGenerated"), ["2024-01-01T00:00:00.0000000Z", "2024-01-02T00:00:00.0000000Z"]);
    assert_eq!(column("ResultType"), ["\"50126\"", "\"0\""]);
    assert_eq!(column("UserPrincipalName"), ["\"a@b.c\"", "\"d@e.f\""]);
    assert_eq!(column("IPAddress"), ["\"1.2.3.4\"", "\"\""]);
    assert_eq!(column("Status"), ["{\"errorCode\":50126}", "null"]);
    let other = catalog.table("Other").unwrap().schema();
    assert_eq!(type_of(&other, "TimeGenerated"), Some(ScalarType::DateTime));
    assert_eq!(type_of(&other, "userPrincipalName"), Some(ScalarType::String));
}

#[test]
fn schemas_can_be_given() {
    let folder = Folder::new("given");
    folder.write("T.json", "{\"a\":1}");
    let mut catalog = DataCatalog::new(ReadOptions::default());
    catalog.add_schemas(r#"{"T":{"a":"string","z":"real"},"Empty":{"x":"guid"}}"#).unwrap();
    catalog.add_folder(&folder.0).unwrap();
    assert_eq!(show(&read(&catalog, "T")), "a:string | z:real\n\"1\" | null");
    assert_eq!(show(&read(&catalog, "Empty")), "x:guid");
}

#[test]
fn values_become_their_columns_type_or_null() {
    let folder = Folder::new("values");
    let mut catalog = DataCatalog::new(ReadOptions::default());
    let schema = r#"{"T":{"b":"bool","i":"int","l":"long","r":"real","m":"decimal","d":"datetime","t":"timespan","g":"guid","s":"string","y":"dynamic"}}"#;
    catalog.add_schemas(schema).unwrap();
    let lines = [
        r#"{"b":true,"i":1,"l":2,"r":3,"m":4.5,"d":"2024-01-01T00:00:00+01:00","t":"1.02:03:04","g":"74be27de-1e4e-49d9-b579-fe0b331d3642","s":"é\u00e9\n","y":{"a" : [1, 2.50]}}"#,
        r#"{"b":"false","i":"1","l":72192.0,"r":"1e3","m":"4.5","d":"","t":"","g":"","s":1.50,"y":"{\"a\":1}"}"#,
        r#"{"b":0,"i":null,"l":5.0057e4,"r":null,"m":null,"d":null,"t":null,"g":null,"s":{"a": 1},"y":"text \u00e9"}"#,
        r#"{"b":"x","i":3000000000,"l":1.5,"r":true,"m":"x","d":5,"t":[],"g":"x","s":false,"y":null}"#,
    ];
    folder.write("T.json", lines.join("\n"));
    catalog.add_folder(&folder.0).unwrap();
    let expected = [
        "b:bool | i:int | l:long | r:real | m:decimal | d:datetime | t:timespan | g:guid | s:string | y:dynamic",
        "True | 1 | 2 | 3.0 | 4.5 | 2023-12-31T23:00:00.0000000Z | 1.02:03:04 | 74be27de-1e4e-49d9-b579-fe0b331d3642 | \"éé\\n\" | {\"a\":[1,2.5]}",
        "False | 1 | 72192 | 1000.0 | 4.5 | null | null | null | \"1.50\" | {\"a\":1}",
        "False | null | 50057 | null | null | null | null | null | \"{\\\"a\\\":1}\" | text é",
        "null | null | null | null | null | null | null | null | \"false\" | null",
    ];
    assert_eq!(show(&read(&catalog, "T")), expected.join("\n"));
    let misfits: Vec<String> = catalog.report().misfits().into_iter().map(|misfit| misfit.column).collect();
    assert_eq!(misfits, ["b", "d", "g", "i", "l", "m", "r", "t"]);
    assert!(catalog.report().misfits().iter().all(|misfit| misfit.count == 1));
}

#[test]
fn malformed_records_are_named_and_left_out() {
    let folder = Folder::new("malformed");
    let mut bytes = b"{\"a\":1,\"b\":\"x\"}\nnot json at all\n{\"a\":3,}\n{\"a\":4\n\n{\"b\":\"\xff\xfe\"}\n{\"a\":\"open}\n".to_vec();
    bytes.extend_from_slice(b"{\"a\":01}\n{\"b\":\"\\x\"}\n}{\n{\"a\":1}{\"a\":1}\n{\"a\":2}");
    folder.write("T.json", bytes);
    let catalog = folder.catalog();
    assert_eq!(show(&read(&catalog, "T")), TWO_ROWS);
    read(&catalog, "T");
    let malformed: Vec<String> = catalog
        .report()
        .malformed()
        .iter()
        .map(|record| format!("{} {}", record.line, record.reason))
        .collect();
    assert_eq!(
        malformed,
        [
            "2 no JSON record",
            "3 a comma with nothing after it",
            "4 a bracket is not closed",
            "6 not UTF-8",
            "7 not a list of \"key\": value",
            "8 a: a value is not JSON",
            "9 b: a value is not JSON",
            "10 no JSON record",
            "11 text after the end of the record",
        ]
    );
    let strict = folder.catalog_with(ReadOptions { strict: true, ..ReadOptions::default() });
    let table = strict.table("T").unwrap();
    let scan = table.scan(reading::everything(&*table)).unwrap();
    let morsel = scan.next().unwrap().unwrap();
    let error = scan.read(morsel).unwrap_err();
    assert!(error.message.ends_with("T.json:2: no JSON record"), "{error}");
}

#[test]
fn a_malformed_record_in_an_array_is_left_out() {
    let text = "[\n{\"a\":1,\"b\":\"x\"},\nnot json at all,\n{\"b\":\"unterminated,\n{\"a\":2}\n]";
    let folder = Folder::new("malformed-array");
    folder.write("T.json", text);
    let catalog = folder.catalog();
    assert_eq!(show(&read(&catalog, "T")), TWO_ROWS);
    let lines: Vec<usize> = catalog.report().malformed().iter().map(|record| record.line).collect();
    assert_eq!(lines, [3, 4]);
}

#[test]
fn hard_cases_do_not_crash() {
    let long = "y".repeat(1 << 20);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases: Vec<(String, usize)> = vec![
        (String::new(), 0),
        ("\n\n\r\n".to_owned(), 0),
        ("[]".to_owned(), 0),
        ("[".to_owned(), 0),
        ("{".to_owned(), 0),
        ("\"".to_owned(), 0),
        ("null".to_owned(), 0),
        (format!("{{\"a\":\"{long}\"}}\n{{\"a\":\"{long}\"}}"), 2),
        (format!("{{\"a\":{deep}}}\n{{\"b\":1}}"), 1),
        (format!("{{\"a\":1,\"a\":2}}\n{{\"{long}\":1}}"), 2),
        ("{}\n{}\n".to_owned(), 2),
    ];
    for (number, (text, rows)) in cases.into_iter().enumerate() {
        let folder = Folder::new(&format!("hard{number}"));
        folder.write("T.json", text);
        assert_eq!(read(&folder.catalog(), "T").rows, rows, "case {number}");
    }
}

#[test]
fn a_file_that_changes_is_read_again() {
    let folder = Folder::new("changes");
    folder.write("T.json", "{\"a\":1}");
    let catalog = folder.catalog();
    assert_eq!(read(&catalog, "T").rows, 1);
    folder.write("T.json", "{\"a\":1,\"b\":\"x\"}\n{\"a\":2}");
    assert_eq!(show(&read(&catalog, "T")), TWO_ROWS);
}

/// The shared samples, where they are at hand.
fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/real");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no real samples in {}", folder.display());
    None
}

#[test]
fn real_samples_have_the_records_they_should() {
    let Some(folder) = samples() else { return };
    let expected = [
        ("AADAuditEvents.json", "AuditLogs", 4),
        ("OfficeActivityEvents.json", "OfficeActivity", 1),
        ("WindowsEvents.json", "SecurityEvent", 38),
        ("Microsoft365DefenderEvents.json", "DeviceEvents", 9),
        (
            "securityauditing_log4shell_cve2021_44228_java_serialized_object_2022-05-13045400.json",
            "SecurityEvent",
            39,
        ),
        ("sysmon_log4shell_cve2021_44228_java_serialized_object_2022-05-13045800.json", "WindowsEvent", 487),
        ("syslog_auoms_auditd_log4shell_cve2021_44228_jndi_reference_2022-05-11181020.json", "Syslog", 50),
        ("syslog_sysmon_log4shell_cve2021_44228_jndi_reference_2022-05-11181020.json", "Syslog", 93),
        (
            "vminsights_vmconnection_log4shell_cve2021_44228_jndi_reference_2022-05-11181020.json",
            "VMConnection",
            5,
        ),
        ("aad_logons.ndjson", "SigninLogs", 86),
        ("alerts_list.ndjson", "SecurityAlert", 25),
        ("all_events_df.ndjson", "SecurityEvent", 25),
        ("mde_proc_pub.ndjson", "DeviceProcessEvents", 200),
        ("az_mon_raw_query.json", "SecurityAlert", 3),
        ("kusto_raw_resp.json", "raw", 10),
        ("processes_on_host.ndjson", "SecurityEvent", 22_979),
        ("host_logons.ndjson", "SecurityEvent", 164),
        ("218007301253_CloudTrail_us-east-1_20230710T1205Z_zs3JGxETHr59VpkX.json", "AWSCloudTrail", 196),
        ("Fortigate.json", "CommonSecurityLog", 2),
        ("panther_azure_audit_tests.ndjson", "SigninLogs", 47),
        ("panther_azure_monitoractivity_tests.ndjson", "AzureActivity", 214),
        ("signin_diagnostics_docs_example.json", "SigninLogs", 1),
    ];
    for (file, table, rows) in expected {
        for name in [table, "Unknown_CL"] {
            let mut catalog = DataCatalog::new(ReadOptions::default());
            catalog.add_table(name, &folder.join(file).to_string_lossy()).unwrap();
            let batch = read(&catalog, name);
            assert_eq!(batch.rows, rows, "{file} as {name}");
            assert_eq!(catalog.report().malformed(), [], "{file} as {name}");
            for misfit in catalog.report().misfits() {
                println!(
                    "{file}: {} values of {} in {} are of another type",
                    misfit.count, misfit.column, name
                );
            }
        }
    }
}

#[test]
fn embedded_json_of_real_exports_is_dynamic() {
    let Some(folder) = samples() else { return };
    let mut catalog = DataCatalog::new(ReadOptions::default());
    catalog.add_table("AuditLogs", &folder.join("AADAuditEvents.json").to_string_lossy()).unwrap();
    let batch = read(&catalog, "AuditLogs");
    let at = batch.schema.index_of("TargetResources").unwrap();
    let first = batch.columns[at].value(0).to_text();
    assert!(first.starts_with("[{\""), "{first}");
}
