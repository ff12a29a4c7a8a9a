//! Series along an x axis that goes on: time, or numbers.

use std::collections::{BTreeMap, HashMap};

use super::records::{At, Record};
use super::{Point, Series, X, series_name};
use crate::answer::ResultTable;
use crate::chart::columns::Columns;

/// The series of each key and column, sorted by their keys; the points along the x axis.
pub fn series(result: &ResultTable, columns: &Columns, records: &[Record]) -> (X, Vec<Series>) {
    let mut axis = Axis::of(records);
    // By key, then the columns of values, then those of anomalies.
    let mut found = BTreeMap::<(&str, usize), Vec<Point>>::new();
    let values = columns.values.len();
    for record in records {
        let x = axis.place(&record.at);
        for (number, &y) in record.values.iter().enumerate() {
            found.entry((&record.key, number)).or_default().push(Point { x, base: 0.0, y });
        }
        for (number, &flag) in record.anomalies.iter().enumerate() {
            let marked = record.values[number.min(values - 1)];
            let points = found.entry((&record.key, values + number)).or_default();
            if flag.is_finite() && flag != 0.0 && marked.is_finite() {
                points.push(Point { x, base: 0.0, y: marked });
            }
        }
    }
    let all = columns.values.iter().chain(&columns.anomalies).copied().collect::<Vec<usize>>();
    let named = found.into_iter().map(|((key, number), mut points)| {
        points.sort_by(|one, other| one.x.total_cmp(&other.x));
        Series { name: series_name(result, columns, key, all[number]), marks: number >= values, points }
    });
    let has_values = |series: &Series| series.points.iter().any(|point| point.y.is_finite());
    (axis.x(), named.filter(has_values).collect())
}

/// The x axis while values are placed on it.
enum Axis {
    Time,
    Number,
    Slots { labels: Vec<String>, places: HashMap<String, usize> },
}

impl Axis {
    fn of(records: &[Record]) -> Self {
        match records.first().map(|record| &record.at) {
            Some(At::Time(_)) => Axis::Time,
            Some(At::Number(_)) => Axis::Number,
            _ => Axis::Slots { labels: Vec::new(), places: HashMap::new() },
        }
    }

    fn place(&mut self, at: &At) -> f64 {
        match (self, at) {
            (Axis::Slots { labels, places }, At::Text(text)) => {
                let next = labels.len();
                let place = *places.entry(text.clone()).or_insert(next);
                if place == next {
                    labels.push(text.clone());
                }
                place as f64
            }
            (_, At::Time(ticks)) => *ticks as f64,
            (_, At::Number(number)) => *number,
            (_, At::Text(_)) => 0.0,
        }
    }

    fn x(self) -> X {
        match self {
            Axis::Time => X::Time,
            Axis::Number => X::Number,
            Axis::Slots { labels, .. } => X::Slots { labels, sorted: false, day: None },
        }
    }
}
