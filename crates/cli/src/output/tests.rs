//! Every format over one result that holds every type.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;

use kql_types::{Batch, ColumnBuilder, Field, ScalarType, Schema, Value, datetime, decimal, guid};

use super::table::Screen;
use super::{Format, Output};
use crate::answer::ResultTable;

/// Bytes that the test can look at when the output is gone.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn written(format: Format, heading: Option<&str>, width: Option<usize>, results: &[ResultTable]) -> String {
    let file = Written::default();
    let screen = Screen { width, styled: false };
    let mut output =
        Output::new(Box::new(file.clone()), "test".to_owned(), format, heading.is_some(), screen);
    for result in results {
        output.result(heading, result).unwrap();
    }
    output.finish().unwrap();
    let bytes = file.0.borrow().clone();
    String::from_utf8(bytes).unwrap()
}

fn result(columns: &[(&str, &[Value])]) -> ResultTable {
    let rows = columns[0].1.len();
    let field = |(name, values): &(&str, &[Value])| Field::new(*name, values[0].data_type());
    let schema: Arc<Schema> = Arc::new(columns.iter().map(field).collect());
    let column = |(_, values): &(&str, &[Value])| {
        let mut builder = ColumnBuilder::new(values[0].data_type());
        values.iter().for_each(|value| builder.push(value));
        builder.finish()
    };
    let batch = Batch::new(schema.clone(), columns.iter().map(column).collect(), rows);
    ResultTable::new(schema, vec![batch])
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A row of values and one of nulls.
fn every_type() -> ResultTable {
    let time = datetime::parse("2015-12-31T23:59:59.9Z").unwrap();
    let pair = |value: Value| {
        let absent = Value::absent(value.data_type());
        [value, absent]
    };
    result(&[
        ("b", &pair(Value::Bool(true))),
        ("i", &pair(Value::Int(-5))),
        ("l", &pair(Value::Long(9_007_199_254_740_993))),
        ("r", &pair(Value::Real(f64::NEG_INFINITY))),
        ("m", &pair(Value::Decimal(decimal::parse("1.50").unwrap()))),
        ("t", &pair(Value::DateTime(time))),
        ("d", &pair(Value::Timespan(-864_000_000_001))),
        ("g", &pair(Value::Guid(guid::parse("74be27de1e4e49d9b579fe0b331d3642").unwrap()))),
        ("s", &pair(text("a \"q\", x\ny"))),
        ("j", &pair(Value::Dynamic("{\"a\":[1,\"b\"]}".to_owned()))),
    ])
}

#[test]
fn json_is_an_array_of_objects() {
    assert_eq!(
        written(Format::Json, None, None, &[every_type()]),
        concat!(
            r#"[{"b":true,"i":-5,"l":9007199254740993,"r":"-Infinity","m":"1.5","t":"2015-12-31T23:59:59.9Z","#,
            r#""d":"-1.00:00:00.0000001","g":"74be27de-1e4e-49d9-b579-fe0b331d3642","s":"a \"q\", x\ny","#,
            r#""j":{"a":[1,"b"]}},"#,
            "\n ",
            r#"{"b":null,"i":null,"l":null,"r":null,"m":null,"t":null,"d":null,"g":null,"s":"","j":null}]"#,
            "\n"
        )
    );
}

#[test]
fn kusto_is_the_reply_of_the_service() {
    assert_eq!(
        written(Format::Kusto, None, None, &[every_type()]),
        concat!(
            r#"{"Tables":[{"TableName":"Table_0","Columns":["#,
            r#"{"ColumnName":"b","DataType":"SByte","ColumnType":"bool"},"#,
            r#"{"ColumnName":"i","DataType":"Int32","ColumnType":"int"},"#,
            r#"{"ColumnName":"l","DataType":"Int64","ColumnType":"long"},"#,
            r#"{"ColumnName":"r","DataType":"Double","ColumnType":"real"},"#,
            r#"{"ColumnName":"m","DataType":"SqlDecimal","ColumnType":"decimal"},"#,
            r#"{"ColumnName":"t","DataType":"DateTime","ColumnType":"datetime"},"#,
            r#"{"ColumnName":"d","DataType":"TimeSpan","ColumnType":"timespan"},"#,
            r#"{"ColumnName":"g","DataType":"Guid","ColumnType":"guid"},"#,
            r#"{"ColumnName":"s","DataType":"String","ColumnType":"string"},"#,
            r#"{"ColumnName":"j","DataType":"Object","ColumnType":"dynamic"}],"#,
            r#""Rows":[[true,-5,9007199254740993,"-Infinity","1.5","2015-12-31T23:59:59.9Z","#,
            r#""-1.00:00:00.0000001","74be27de-1e4e-49d9-b579-fe0b331d3642","a \"q\", x\ny",{"a":[1,"b"]}],"#,
            "\n",
            r#"[null,null,null,null,null,null,null,null,"",null]]}]}"#,
            "\n"
        )
    );
    let no_rows = ResultTable::new(every_type().schema, Vec::new());
    assert!(written(Format::Kusto, None, None, &[no_rows]).ends_with("\"Rows\":[]}]}\n"));
    assert_eq!(written(Format::Kusto, None, None, &[]), "{\"Tables\":[]}\n");
}

#[test]
fn whole_seconds_keep_their_zeros() {
    let times = ["2018-07-01T00:00:00Z", "2018-07-01T00:00:10.0000010Z"];
    let values = times.map(|time| Value::DateTime(datetime::parse(time).unwrap()));
    assert_eq!(
        written(Format::Csv, None, None, &[result(&[("t", &values)])]),
        "t\n2018-07-01T00:00:00Z\n2018-07-01T00:00:10.000001Z\n"
    );
}

#[test]
fn separated_values_are_quoted_where_needed() {
    let result = result(&[
        ("a,b", &[text("x\"y"), text("")]),
        ("c", &[Value::Long(1), Value::Null(ScalarType::Long)]),
    ]);
    assert_eq!(
        written(Format::Csv, None, None, std::slice::from_ref(&result)),
        "\"a,b\",c\n\"x\"\"y\",1\n,\n"
    );
    assert_eq!(
        written(Format::Tsv, Some("Rule"), None, &[result.clone(), result]),
        "# Rule\na,b\tc\n\"x\"\"y\"\t1\n\t\n\n# Rule\na,b\tc\n\"x\"\"y\"\t1\n\t\n"
    );
}

#[test]
fn headings_show_in_every_format() {
    let rows = || result(&[("n", &[Value::Long(1), Value::Long(2)])]);
    let show = |format| written(format, Some("Rule"), None, &[rows()]);
    assert_eq!(
        show(Format::Ndjson),
        "{\"name\":\"Rule\",\"row\":{\"n\":1}}\n{\"name\":\"Rule\",\"row\":{\"n\":2}}\n"
    );
    assert_eq!(show(Format::Json), "[{\"name\":\"Rule\",\"rows\":[{\"n\":1},\n {\"n\":2}]}]\n");
    assert_eq!(show(Format::Markdown), "## Rule\n\n| n |\n| ---: |\n| 1 |\n| 2 |\n");
    assert_eq!(show(Format::Table), "Rule\nn\n─\n1\n2\n(2 rows)\n");
    assert_eq!(written(Format::Ndjson, None, None, &[rows()]), "{\"n\":1}\n{\"n\":2}\n");
}

#[test]
fn markdown_is_not_broken_by_its_cells() {
    let cells = result(&[("a|b", &[text("x | y\nz_*")])]);
    assert_eq!(
        written(Format::Markdown, None, None, &[cells]),
        "| a\\|b |\n| --- |\n| x \\| y<br>z\\_\\* |\n"
    );
}

#[test]
fn a_table_is_aligned_and_fits() {
    let long = "/very/long/path/that/goes/on/and/on";
    let table = result(&[
        ("Path", &[text(long), text("日本\u{1b}")]),
        ("Count", &[Value::Long(7), Value::Long(12_345_678)]),
        ("Note", &[text(""), text("x\ty")]),
    ]);
    assert_eq!(
        written(Format::Table, None, Some(36), std::slice::from_ref(&table)),
        "Path                   Count  Note\n\
         ──────────────────  ────────  ──────\n\
         /very/long/path/t…         7\n\
         日本\\u{1b}          12345678  x    y\n\
         (2 rows)\n"
    );
    let whole = written(Format::Table, None, None, std::slice::from_ref(&table));
    assert!(whole.contains(long), "{whole}");
    let narrow = written(Format::Table, None, Some(20), &[table]);
    assert!(narrow.ends_with("(2 rows, 2 of 3 columns)\n"), "{narrow}");
}
