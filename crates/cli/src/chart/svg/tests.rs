use kql_planner::Visualization;
use kql_types::{ScalarType, Value};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::answer::ResultBuilder;
use crate::time_zone::TimeZone;

/// The chart of a few rows whose names are markup.
fn picture(chart: &str, properties: &[(&str, &str)], rows: i64, size: Size) -> String {
    let mut builder = ResultBuilder::new(&[
        ("T", ScalarType::DateTime),
        ("<who> & \"what\"", ScalarType::String),
        ("n", ScalarType::Real),
    ]);
    for row in 0..rows {
        builder.push(&[
            Value::DateTime(638_500_000_000_000_000 + row / 3 * 36_000_000_000),
            Value::String(format!("<{}>]]> & \u{7}'\n", row % 3)),
            if row == 4 {
                Value::Null(ScalarType::Real)
            } else {
                Value::Real(((row + 2) * 7 % 11) as f64 - 2.5)
            },
        ]);
    }
    let mut result = builder.finish();
    let properties = properties.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
    result.visualization = Some(Visualization { chart: chart.to_owned(), properties });
    draw(&Chart::of(&result, TimeZone::default()).unwrap().unwrap(), size)
}

/// The names of the elements, if the text is well-formed; all numbers that place something must be numbers.
fn elements(svg: &str) -> Vec<String> {
    let mut reader = Reader::from_str(svg);
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) => {
                names.push(tag.name().as_ref().to_owned());
                for attribute in tag.attributes() {
                    let attribute = attribute.unwrap();
                    let value = attribute.value;
                    assert!(!value.contains("NaN") && !value.contains("inf"), "{value}");
                }
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn every_kind_is_well_formed_whatever_the_data_say() {
    let title = ("title", "a < b & c");
    for kind in crate::chart::KINDS {
        for stacking in ["default", "stacked", "stacked100"] {
            for rows in [1, 2, 12, 400] {
                let svg = picture(kind, &[title, ("kind", stacking)], rows, USUAL);
                assert_eq!(elements(&svg)[0], "svg", "{kind}");
            }
        }
    }
}

#[test]
fn values_show_when_they_are_pointed_at() {
    let svg = picture("columnchart", &[], 12, USUAL);
    assert_eq!(elements(&svg).iter().filter(|name| *name == "title").count(), 11);
    let svg = picture("piechart", &[], 3, USUAL);
    assert!(svg.contains("&lt;2&gt;]]&gt; &amp; \\u{7}&#39;"), "{svg}");
}

#[test]
fn small_pictures_hold_together() {
    for kind in crate::chart::KINDS {
        elements(&picture(kind, &[], 30, Size { width: 320.0, height: 200.0 }));
    }
}
