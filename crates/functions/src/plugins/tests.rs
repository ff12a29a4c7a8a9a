//! Plugins called as the planner would call them.

use std::sync::Arc;

use kql_types::{Batch, Column, ColumnBuilder, Field, ScalarType, Schema, Value};

use super::{PluginArgument, PluginCall, PluginSchema, PluginShape};
use crate::testing::{d, l, s};
use crate::{Context, registry};

/// A table of columns with name, type and values.
fn table(columns: &[(&str, ScalarType, &[Value])]) -> Batch {
    let rows = columns.first().map_or(0, |(_, _, values)| values.len());
    let fields = columns.iter().map(|(name, data_type, _)| Field::new(*name, *data_type)).collect();
    let columns = columns.iter().map(|(_, data_type, values)| {
        let mut builder = ColumnBuilder::new(*data_type);
        values.iter().for_each(|value| builder.push(value));
        builder.finish()
    });
    Batch::new(Arc::new(Schema::new(fields)), columns.collect(), rows)
}

/// The result, a line each: names with types, then the rows as text. Where the schema is known before it must be that.
fn run(
    name: &str,
    inputs: &[Batch],
    arguments: &[Vec<PluginArgument>],
    expressions: &[Column],
) -> Vec<String> {
    let plugin = registry::plugin(name).unwrap_or_else(|| panic!("no plugin {name}"));
    assert_eq!(plugin.parameters.len(), arguments.len(), "an entry for each parameter");
    let context = Context::default();
    let call = PluginCall { inputs, arguments, expressions, declared: None, context: &context };
    let result = match plugin.evaluate(&call) {
        Ok(result) => result,
        Err(error) => return vec![error.to_string()],
    };
    if let PluginSchema::Known(schema) = plugin.schema {
        let schemas: Vec<&Schema> = inputs.iter().map(|input| &*input.schema).collect();
        assert_eq!(schema(&PluginShape { inputs: &schemas, arguments }).as_ref(), Ok(&*result.schema));
    }
    lines(&result)
}

fn lines(batch: &Batch) -> Vec<String> {
    let header = batch.schema.fields.iter().map(|field| format!("{}:{}", field.name, field.data_type));
    let mut lines = vec![header.collect::<Vec<_>>().join(" ")];
    for row in 0..batch.rows {
        let cells = batch.columns.iter().map(|column| column.value(row).to_text());
        lines.push(cells.collect::<Vec<_>>().join(" "));
    }
    lines
}

fn column(index: usize) -> Vec<PluginArgument> {
    vec![PluginArgument::Column(index)]
}

fn constant(value: Value) -> Vec<PluginArgument> {
    vec![PluginArgument::Constant(value)]
}

fn people() -> Batch {
    let bags = [
        d(r#"{"Name":"John","Age":20}"#),
        d(r#"{"Age":40,"Height":1.5,"Name":null}"#),
        Value::Null(ScalarType::Dynamic),
        d(r#"{"Name":"Jasmine","Age":"old","Tags":[1]}"#),
    ];
    let names = [s("a"), s("b"), s("c"), s("e")];
    table(&[("Name", ScalarType::String, &names), ("d", ScalarType::Dynamic, &bags)])
}

#[test]
fn bag_unpack_types_and_order() {
    let arguments = [column(1), constant(s("p_")), vec![], vec![]];
    assert_eq!(
        run("bag_unpack", &[people()], &arguments, &[]),
        [
            "Name:string p_Age:dynamic p_Height:real p_Name:string p_Tags:dynamic",
            "a 20  John ",
            "b 40 1.5  ",
            "c    ",
            "e old  Jasmine [1]",
        ]
    );
}

#[test]
fn bag_unpack_conflicts() {
    let unpack = |conflict: &str| {
        let ignored = constant(d(r#"["Age","Height","Tags"]"#));
        run("bag_unpack", &[people()], &[column(1), vec![], constant(s(conflict)), ignored], &[])
    };
    assert_eq!(unpack("replace_source"), ["Name:string", "John", "", "", "Jasmine"]);
    assert_eq!(unpack("keep_source"), ["Name:string", "a", "b", "c", "e"]);
    assert!(unpack("error")[0].contains("'Name'"));
    assert!(unpack("x")[0].contains("'x'"));
}

#[test]
fn declared_schemas_convert() {
    let plugin = registry::plugin("bag_unpack").expect("it is defined");
    let declared = Schema::new(vec![
        Field::new("Name", ScalarType::String),
        Field::new("Age", ScalarType::Long),
        Field::new("Other", ScalarType::String),
    ]);
    let arguments = [column(1), vec![], constant(s("replace_source")), vec![]];
    let context = Context::default();
    let call = PluginCall {
        inputs: &[people()],
        arguments: &arguments,
        expressions: &[],
        declared: Some(&declared),
        context: &context,
    };
    let result = plugin.evaluate(&call).expect("it runs");
    assert_eq!(lines(&result), ["Name:string Age:long Other:string", "John 20 ", " 40 ", "  ", "Jasmine  "]);
}

#[test]
fn pivot_fills_what_is_absent() {
    let input = table(&[
        ("k", ScalarType::String, &[s("x"), s("y"), s("x")]),
        ("v", ScalarType::String, &[s("b"), s("a"), s("k")]),
        ("value", ScalarType::Long, &[l(1), l(2), l(3)]),
    ]);
    let arguments = [column(1), vec![PluginArgument::Aggregate(l(0))], vec![]];
    assert_eq!(
        run("pivot", &[input], &arguments, &[]),
        ["k:string b:long a:long k1:long", "x 1 0 3", "y 0 2 0"]
    );
}

#[test]
fn lookups_match_by_prefix() {
    let networks = ["10.0.0.0/8", "10.1.0.0/16", "5.8.0.0/19", "no address", "2.20.183.12"].map(s);
    let codes = ["a", "b", "c", "d", "e"].map(s);
    let networks = table(&[("net", ScalarType::String, &networks), ("ip", ScalarType::String, &codes)]);
    let sources = ["10.1.2.3", "5.8.1.2", "1.1.1.1", "2.20.183.0/24", ""].map(s);
    let sources = table(&[("ip", ScalarType::String, &sources)]);
    let arguments = |unmatched| {
        [
            vec![PluginArgument::Table(1)],
            column(0),
            vec![PluginArgument::TableColumn(0)],
            vec![],
            constant(Value::Bool(unmatched)),
        ]
    };
    let inputs = [sources, networks];
    let matched = [
        "ip:string net:string ip1:string",
        "10.1.2.3 10.0.0.0/8 a",
        "10.1.2.3 10.1.0.0/16 b",
        "5.8.1.2 5.8.0.0/19 c",
        "2.20.183.0/24 2.20.183.12 e",
    ];
    assert_eq!(run("ipv4_lookup", &inputs, &arguments(false), &[]), matched);
    let all = run("ipv4_lookup", &inputs, &arguments(true), &[]);
    assert_eq!(all.len(), matched.len() + 2);
    assert!(all.contains(&"1.1.1.1  ".to_owned()));
}

#[test]
fn extra_keys_must_be_equal() {
    let sources = table(&[
        ("ip", ScalarType::String, &[s("1.1.1.1"), s("1.1.1.1")]),
        ("c", ScalarType::Long, &[l(1), l(2)]),
    ]);
    let networks = table(&[("net", ScalarType::String, &[s("1.0.0.0/8")]), ("c", ScalarType::Long, &[l(2)])]);
    let arguments = [
        vec![PluginArgument::Table(1)],
        column(0),
        vec![PluginArgument::TableColumn(0)],
        vec![PluginArgument::CommonColumn(1, 1)],
        vec![],
    ];
    assert_eq!(
        run("ipv4_lookup", &[sources, networks], &arguments, &[]),
        ["ip:string c:long net:string", "1.1.1.1 2 1.0.0.0/8"]
    );
}

#[test]
fn ipv6_lookup_puts_the_table_first() {
    let sources = ["2001:0db8:85a3::7334", "::ffff:10.0.0.1", "10.0.0.2", "x"].map(s);
    let sources = table(&[("ip", ScalarType::String, &sources)]);
    let networks = table(&[("net", ScalarType::String, &[s("2001:db8:85a3::/48"), s("10.0.0.0/8")])]);
    let arguments = [vec![PluginArgument::Table(1)], column(0), vec![PluginArgument::TableColumn(0)], vec![]];
    assert_eq!(
        run("ipv6_lookup", &[sources, networks], &arguments, &[]),
        [
            "net:string ip:string",
            "2001:db8:85a3::/48 2001:0db8:85a3::7334",
            "10.0.0.0/8 ::ffff:10.0.0.1",
            "10.0.0.0/8 10.0.0.2",
        ]
    );
}

#[test]
fn rows_near_marks_surroundings() {
    let values: Vec<Value> = (1..=9).map(l).collect();
    let input = table(&[("x", ScalarType::Long, &values)]);
    let condition = Column::Bool((1..=9).map(|x| Some(x == 1 || x == 7)).collect());
    let near = |after: Vec<PluginArgument>| {
        let arguments = [vec![PluginArgument::Expression(0)], constant(l(2)), after];
        run("rows_near", std::slice::from_ref(&input), &arguments, std::slice::from_ref(&condition))[1..]
            .concat()
    };
    assert_eq!(near(vec![]), "12356789");
    assert_eq!(near(constant(l(0))), "1567");
}

#[test]
fn narrow_shows_every_cell() {
    let input = table(&[
        ("a", ScalarType::Long, &[l(1), Value::Null(ScalarType::Long)]),
        ("b", ScalarType::Bool, &[Value::Bool(true), Value::Bool(false)]),
    ]);
    assert_eq!(
        run("narrow", &[input], &[], &[]),
        ["Row:long Column:string Value:string", "0 a 1", "0 b True", "1 a ", "1 b False"]
    );
}

const DAY: i64 = kql_types::timespan::TICKS_PER_DAY;

/// One letter an identity: day 0 is the first.
fn events(days: &[&str]) -> Batch {
    let seen = |(day, users): (usize, &&str)| {
        users
            .chars()
            .map(move |user| (s(&user.to_string()), Value::DateTime(day as i64 * DAY)))
            .collect::<Vec<_>>()
    };
    let (users, times): (Vec<Value>, Vec<Value>) = days.iter().enumerate().flat_map(seen).unzip();
    table(&[("u", ScalarType::String, &users), ("t", ScalarType::DateTime, &times)])
}

fn activity(name: &str, days: &[&str], constants: &[Value]) -> Vec<String> {
    let mut arguments = vec![column(0), column(1)];
    arguments.extend(constants.iter().cloned().map(constant));
    arguments.push(vec![]);
    let lines = run(name, &[events(days)], &arguments, &[]);
    lines.into_iter().map(|line| line.replace("T00:00:00.0000000Z", "").replace("0001-01-", "")).collect()
}

#[test]
fn activity_over_days() {
    let days = |days: i64| Value::Timespan(days * DAY);
    let day = |day: i64| Value::DateTime(day * DAY);
    assert_eq!(
        activity(
            "sliding_window_counts",
            &["BDDJB", "AUJ", "AUUJB", "E", "B", "", ""],
            &[day(0), day(6), days(3), days(1)]
        ),
        [
            "t:datetime Count:long Dcount:long",
            "01 5 3",
            "02 8 5",
            "03 13 5",
            "04 9 5",
            "05 7 5",
            "06 2 2",
            "07 1 1"
        ]
    );
    assert_eq!(
        activity("activity_counts_metrics", &["ADJB", "CTJ", "HTTJBS", "S"], &[day(0), day(3), days(1)]),
        [
            "t:datetime count:long dcount:long new_dcount:long aggregated_dcount:long",
            "01 4 4 4 4",
            "02 3 3 2 6",
            "03 6 5 2 8",
            "04 1 1 0 8",
        ]
    );
    let fans =
        ["B", "B", "", "A", "", "B", "", "", "", "B", "", "A", "", "", "", "A", "", "", "A", "", "", "A"];
    assert_eq!(
        activity("active_users_count", &fans, &[day(2), day(32), days(8), days(1), l(3), days(7)]),
        ["t:datetime dcount:long", "03 1", "17 1"]
    );
    assert_eq!(
        activity("activity_engagement", &["AB", "AC"], &[day(0), day(1), days(1), days(2)])[2],
        format!("02 2 3 {}", Value::Real(2.0 / 3.0).to_text())
    );
    assert_eq!(
        activity("activity_metrics", &["AB", "BC"], &[day(0), day(1), days(1)])[1..],
        ["01 2 2 NaN NaN", "02 2 1 0.5 0.5"]
    );
    assert_eq!(
        activity("sliding_window_counts", &["A", "A"], &[day(0), day(1), days(31), s("month")])[1..],
        ["01 2 1"]
    );
}

#[test]
fn sessions_begin_after_a_gap() {
    let (mut users, mut times) = (Vec::new(), Vec::new());
    for time in 1..=9999_i64 {
        for user in (1..=50).filter(|user| time % user == 0) {
            users.push(l(user));
            times.push(l(time));
        }
    }
    let input = table(&[("Id", ScalarType::Long, &users), ("Timeline", ScalarType::Long, &times)]);
    let mut arguments = vec![column(0), column(1)];
    arguments.extend([1, 10_000, 100, 41].map(|number| constant(l(number))));
    arguments.push(vec![]);
    let lines = run("session_count", &[input], &arguments, &[]);
    assert_eq!(lines[..4], ["Timeline:long count_sessions:long", "0 59", "100 20", "200 22"]);
}
