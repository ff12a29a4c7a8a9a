use kql_planner::Visualization;
use kql_types::{ScalarType, Value};

use super::*;
use crate::answer::ResultBuilder;
use crate::chart::KINDS;
use crate::time_zone::TimeZone;

/// A chart of values that may be anything.
fn chart(kind: &str, properties: &[(&str, &str)], values: &[f64]) -> Option<Chart> {
    let columns =
        [("T", ScalarType::DateTime), ("日本\u{1b}[31m", ScalarType::String), ("n", ScalarType::Real)];
    let mut builder = ResultBuilder::new(&columns);
    for (row, &value) in values.iter().enumerate() {
        builder.push(&[
            Value::DateTime(638_500_000_000_000_000 + row as i64 / 2 * 36_000_000_000),
            Value::String(format!("名前\u{1b}[1m\n{}", row % 2)),
            Value::Real(value),
        ]);
    }
    let mut result = builder.finish();
    let properties = properties.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect();
    result.visualization = Some(Visualization { chart: kind.to_owned(), properties });
    Chart::of(&result, TimeZone::default())?.ok()
}

/// Text without what sets its style.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn nothing_is_wider_than_the_canvas_or_commands_the_terminal() {
    let many: Vec<f64> = (0..600).map(|row| f64::from(row % 37) - 5.0).collect();
    let odd = [f64::NAN, f64::INFINITY, -1e308, 1e308, 5e-324, 0.0];
    for kind in KINDS {
        for values in [&many[..], &many[..1], &many[..13], &odd, &odd[3..], &[0.0, 0.0]] {
            for (width, height) in [(30, 6), (80, 16), (160, 24)] {
                for stacking in ["default", "stacked", "stacked100"] {
                    let properties = [("kind", stacking), ("title", "a\u{7}\u{1b}[2J")];
                    let Some(chart) = chart(kind, &properties, values) else { continue };
                    let plain_text = draw(&chart, Canvas { width, height, styled: false });
                    let widest = plain_text.lines().map(display_width).max();
                    assert!(widest <= Some(width), "{kind} {stacking} {width}: {widest:?}\n{plain_text}");
                    let is_safe = |character: char| character == '\n' || !character.is_control();
                    assert!(plain_text.chars().all(is_safe), "{plain_text:?}");
                    let styled = draw(&chart, Canvas { width, height, styled: true });
                    assert!(plain(&styled).lines().map(display_width).max() <= Some(width), "{styled}");
                }
            }
        }
    }
}

#[test]
fn colours_are_there_only_where_they_are_wanted() {
    let chart = chart("timechart", &[], &[1.0, 2.0, 3.0, 4.0]).unwrap();
    let canvas = Canvas { width: 60, height: 8, styled: false };
    let plain_text = draw(&chart, canvas);
    assert!(!plain_text.contains('\u{1b}') && plain_text.contains('●') && plain_text.contains('○'));
    assert!(draw(&chart, Canvas { styled: true, ..canvas }).contains("\u{1b}[36m"));
}

#[test]
fn limits_cut_what_lies_beyond() {
    let limits = [("ymin", "2"), ("ymax", "3")];
    let chart = chart("columnchart", &limits, &[1.0, 2.5, 9.0, 2.75]).unwrap();
    let text = draw(&chart, Canvas { width: 40, height: 4, styled: false });
    assert!(text.contains("3.0 ┤") && text.contains("2.0 ┼"), "{text}");
}
