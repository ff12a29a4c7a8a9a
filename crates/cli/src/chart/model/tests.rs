use kql_planner::Visualization;
use kql_types::{ScalarType, Value, datetime};

use super::*;
use crate::answer::ResultBuilder;
use crate::time_zone::TimeZone;

/// Rows as `time or text | text | number | number`, as far as the columns go.
fn result(
    columns: &[(&str, ScalarType)],
    rows: &[&[&str]],
    chart: &str,
    properties: &[(&str, &str)],
) -> ResultTable {
    let mut builder = ResultBuilder::new(columns);
    for row in rows {
        let cells = row.iter().zip(columns).map(|(text, (_, data_type))| match data_type {
            _ if *text == "null" => Value::Null(*data_type),
            ScalarType::DateTime => Value::DateTime(datetime::parse(text).unwrap()),
            ScalarType::Long => Value::Long(text.parse().unwrap()),
            ScalarType::Real => Value::Real(text.parse().unwrap()),
            ScalarType::Dynamic => Value::Dynamic((*text).to_owned()),
            _ => Value::String((*text).to_owned()),
        });
        builder.push(&cells.collect::<Vec<Value>>());
    }
    let mut result = builder.finish();
    let properties = properties.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
    result.visualization = Some(Visualization { chart: chart.to_owned(), properties });
    result
}

fn plot_of(result: &ResultTable) -> Plot {
    match Chart::of(result, TimeZone::default()).unwrap().unwrap().body {
        Body::Lines(plot, _) | Body::Columns(plot) | Body::Bars(plot) => plot,
        other => panic!("no plot: {other:?}"),
    }
}

/// `name: base..y base..y`
fn shown(plot: &Plot) -> Vec<String> {
    let points = |series: &Series| {
        let texts = series.points.iter().map(|point| format!("{}..{}", point.base, point.y));
        texts.collect::<Vec<String>>().join(" ")
    };
    plot.series.iter().map(|series| format!("{}: {}", series.name, points(series))).collect()
}

const TIMES: &[(&str, ScalarType)] =
    &[("T", ScalarType::DateTime), ("Who", ScalarType::String), ("N", ScalarType::Long)];

#[test]
fn lines_are_sorted_and_keep_their_gaps() {
    let rows: &[&[&str]] = &[
        &["2024-05-02", "b", "2"],
        &["2024-05-01", "b", "1"],
        &["2024-05-03", "a", "null"],
        &["2024-05-01", "a", "7"],
    ];
    let plot = plot_of(&result(TIMES, rows, "timechart", &[]));
    assert_eq!(plot.x, X::Time);
    assert_eq!(shown(&plot), ["a: 0..7 0..NaN", "b: 0..1 0..2"]);
    assert_eq!((plot.y_title.as_deref(), plot.x_title.as_str(), plot.legend), (Some("N"), "T", true));
}

#[test]
fn columns_over_time_leave_room_for_what_did_not_happen() {
    let rows: &[&[&str]] = &[
        &["2024-05-01T10:00", "a", "2"],
        &["2024-05-01T08:00", "a", "1"],
        &["2024-05-01T07:00", "a", "1"],
        &["2024-05-01T07:00", "a", "4"],
    ];
    let plot = plot_of(&result(TIMES, rows, "columnchart", &[]));
    let labels = ["07:00", "08:00", "09:00", "10:00"].map(str::to_owned).to_vec();
    assert_eq!(plot.x, X::Slots { labels, sorted: true, day: Some("2024-05-01".to_owned()) });
    assert_eq!(
        plot.series[0].points.iter().map(|point| (point.x, point.y)).collect::<Vec<_>>(),
        [(0.0, 5.0), (1.0, 1.0), (3.0, 2.0)]
    );
}

#[test]
fn stacks_stand_on_each_other_and_hang_below_zero() {
    let columns = &[
        ("K", ScalarType::String),
        ("a", ScalarType::Real),
        ("b", ScalarType::Real),
        ("c", ScalarType::Real),
    ];
    let rows: &[&[&str]] = &[&["x", "1", "-2", "3"], &["y", "null", "4", "4"]];
    let plot = plot_of(&result(columns, rows, "columnchart", &[("kind", "stacked")]));
    assert_eq!(shown(&plot), ["a: 0..1 0..0", "b: 0..-2 0..4", "c: 1..4 4..8"]);
    let plot = plot_of(&result(columns, &rows[1..], "barchart", &[("kind", "stacked100")]));
    assert_eq!(shown(&plot), ["b: 0..50", "c: 50..100"]);
    assert_eq!(plot.y_title.as_deref(), Some("%"));
}

#[test]
fn accumulated_values_grow() {
    let rows: &[&[&str]] = &[&["2024-05-02", "b", "2"], &["2024-05-01", "b", "1"], &["2024-05-03", "b", "4"]];
    let plot = plot_of(&result(TIMES, rows, "linechart", &[("accumulate", "true")]));
    assert_eq!(shown(&plot), ["b: 0..1 0..3 0..7"]);
}

#[test]
fn series_of_arrays_are_spread_and_anomalies_mark_them() {
    let columns = [("T", ScalarType::Dynamic), ("Num", ScalarType::Dynamic), ("Odd", ScalarType::Dynamic)];
    let times =
        r#"["2024-05-01T00:00:00.0000000Z","2024-05-02T00:00:00.0000000Z","2024-05-03T00:00:00.0000000Z"]"#;
    let asked = &[("anomalycolumns", "Odd")];
    let plot = plot_of(&result(&columns, &[&[times, "[1,9,2.5]", "[0,1,0]"]], "anomalychart", asked));
    assert_eq!(shown(&plot), ["Num: 0..1 0..9 0..2.5", "Odd: 0..9"]);
    assert_eq!((plot.series[0].marks, plot.series[1].marks), (false, true));
}

#[test]
fn what_stands_out_is_found_where_it_is_not_said() {
    let columns = [("T", ScalarType::DateTime), ("N", ScalarType::Long)];
    let values = ["1", "2", "1", "2", "1", "2", "1", "2", "50", "1", "2", "1", "2"];
    let days: Vec<String> = (1..=values.len()).map(|day| format!("2024-05-{day:02}")).collect();
    let rows: Vec<[&str; 2]> = days.iter().zip(values).map(|(day, value)| [day.as_str(), value]).collect();
    let rows: Vec<&[&str]> = rows.iter().map(|row| &row[..]).collect();
    let plot = plot_of(&result(&columns, &rows, "anomalychart", &[]));
    let names: Vec<(&str, bool)> = plot.series.iter().map(|one| (one.name.as_str(), one.marks)).collect();
    assert_eq!(names, [("N", false), ("N baseline", false), ("N anomalies", true)]);
    assert_eq!(shown(&plot)[2], "N anomalies: 0..50");
    assert!(plot.legend);
}

#[test]
fn a_pie_has_parts_greater_than_zero() {
    let columns = &[("K", ScalarType::String), ("N", ScalarType::Long)];
    let rows: &[&[&str]] = &[&["a", "3"], &["", "1"], &["b", "0"], &["a", "2"], &["c", "-5"]];
    let chart = Chart::of(&result(columns, rows, "piechart", &[]), TimeZone::default()).unwrap().unwrap();
    let Body::Pie(slices) = chart.body else { panic!("no pie") };
    let slice = |label: &str, value| Slice { label: label.to_owned(), value };
    assert_eq!(slices, [slice("a", 5.0), slice("(empty)", 1.0)]);
}

#[test]
fn a_card_shows_the_first_row() {
    let rows: &[&[&str]] = &[&["2024-05-02", "b", "1234567"], &["2024-05-01", "b", "1"]];
    let chart =
        Chart::of(&result(TIMES, rows, "card", &[("title", "Now")]), TimeZone::default()).unwrap().unwrap();
    let Body::Card(facts) = chart.body else { panic!("no card") };
    assert_eq!(facts[2], Fact { name: "N".to_owned(), text: "1,234,567".to_owned() });
    assert_eq!(chart.title.as_deref(), Some("Now"));
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let why = |rows: &[&[&str]], chart| {
        Chart::of(&result(TIMES, rows, chart, &[]), TimeZone::default()).map(|chart| chart.map(|_| ()))
    };
    let row: &[&[&str]] = &[&["2024-05-02", "b", "1"]];
    assert_eq!(why(row, "table"), None);
    assert_eq!(why(row, "treemap"), Some(Err("render treemap is not drawn here".to_owned())));
    assert_eq!(why(&[], "timechart"), Some(Err("render timechart: there are no rows to draw".to_owned())));
}
