//! Series whose values each have a place of their own: columns, bars, slices.

use std::collections::{BTreeMap, HashMap};

use super::records::{At, Record};
use super::{Point, Series, Slice, X, series_name};
use crate::answer::ResultTable;
use crate::chart::columns::Columns;
use crate::chart::{number, time};

/// An even axis with more places is drawn without those that are empty.
const MOST_EVEN: usize = 1000;

/// The series of each key and column, sorted by their keys. Values of the same place and series add up. With `even`
/// the places of times and numbers are as far apart as these are: an hour in which nothing happened is a gap.
pub fn series(result: &ResultTable, columns: &Columns, records: &[Record], even: bool) -> (X, Vec<Series>) {
    let slots = Slots::of(records, even);
    let mut found = BTreeMap::<(&str, usize), BTreeMap<usize, f64>>::new();
    for record in records {
        let Some(slot) = slots.find(&record.at) else { continue };
        for (number, value) in record.values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            *found.entry((&record.key, number)).or_default().entry(slot).or_default() += value;
        }
    }
    let named = found.into_iter().map(|((key, number), values)| Series {
        name: series_name(result, columns, key, columns.values[number]),
        marks: false,
        points: values.into_iter().map(|(slot, y)| Point { x: slot as f64, base: 0.0, y }).collect(),
    });
    (X::Slots { labels: slots.labels.clone(), sorted: slots.sorted, day: slots.day }, named.collect())
}

/// The parts of a pie in the order of the rows.
pub fn slices(result: &ResultTable, columns: &Columns, records: &[Record]) -> Vec<Slice> {
    let labels = Slots::of(records, false);
    let mut slices: Vec<Slice> = Vec::new();
    let mut places = HashMap::<String, usize>::new();
    for record in records {
        for (number, &value) in record.values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
            let mut parts = vec![labels.label(&record.at)];
            parts.extend((!columns.series.is_empty()).then(|| record.key.clone()));
            let column = &result.schema.fields[columns.values[number]].name;
            parts.extend((columns.values.len() > 1).then(|| column.to_string()));
            let label = parts.join(": ");
            match places.get(&label) {
                Some(&place) => slices[place].value += value,
                None => {
                    places.insert(label.clone(), slices.len());
                    slices.push(Slice { label, value });
                }
            }
        }
    }
    slices
}

/// The places of an axis.
struct Slots {
    labels: Vec<String>,
    places: HashMap<Key, usize>,
    sorted: bool,
    day: Option<String>,
}

/// What is the same place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    Time(i64),
    Number(u64),
    Text(String),
}

impl Key {
    fn of(at: &At) -> Self {
        match at {
            At::Time(ticks) => Key::Time(*ticks),
            // Both zeros are the same place.
            At::Number(number) => Key::Number((number + 0.0).to_bits()),
            At::Text(text) => Key::Text(text.clone()),
        }
    }
}

impl Slots {
    /// Texts in the order of the rows; times and numbers sorted where the axis is even.
    fn of(records: &[Record], even: bool) -> Self {
        let mut places = HashMap::new();
        let mut order = Vec::new();
        for record in records {
            let next = order.len();
            places.entry(Key::of(&record.at)).or_insert_with(|| {
                order.push(record.at.clone());
                next
            });
        }
        let sorted = even && !order.iter().any(|at| matches!(at, At::Text(_)));
        if sorted {
            order = evened(order);
            places = order.iter().enumerate().map(|(place, at)| (Key::of(at), place)).collect();
        }
        let day = times(&order).and_then(|times| time::hidden_day(&times));
        Self { labels: labels(&order), places, sorted, day }
    }

    fn find(&self, at: &At) -> Option<usize> {
        self.places.get(&Key::of(at)).copied()
    }

    fn label(&self, at: &At) -> String {
        self.find(at).and_then(|place| self.labels.get(place)).cloned().unwrap_or_default()
    }
}

/// The places as times, if they are nothing else.
fn times(order: &[At]) -> Option<Vec<i64>> {
    let time = |at: &At| if let At::Time(time) = at { Some(*time) } else { None };
    order.iter().map(time).collect()
}

fn labels(order: &[At]) -> Vec<String> {
    if let Some(times) = times(order) {
        return time::labels(&times);
    }
    let label = |at: &At| match at {
        At::Time(time) => time::full(*time),
        At::Number(number) => number::plain(*number),
        At::Text(text) => text.clone(),
    };
    order.iter().map(label).collect()
}

/// Sorted, with the places between that are empty, where all are a multiple of the least distance apart.
fn evened(mut order: Vec<At>) -> Vec<At> {
    let value = |at: &At| match at {
        At::Time(time) => *time as f64,
        At::Number(number) => *number,
        At::Text(_) => 0.0,
    };
    order.sort_by(|one, other| value(one).total_cmp(&value(other)));
    let distances = || order.windows(2).map(|pair| value(&pair[1]) - value(&pair[0]));
    let step = distances().fold(f64::INFINITY, f64::min);
    let (Some(first), Some(last)) = (order.first(), order.last()) else { return order };
    let count = (value(last) - value(first)) / step;
    let is_multiple = |distance: f64| {
        let times = distance / step;
        (times - times.round()).abs() < 1e-6 * times.max(1.0)
    };
    if !(step.is_finite() && step > 0.0 && count < MOST_EVEN as f64 && distances().all(is_multiple)) {
        return order;
    }
    let mut all = Vec::with_capacity(count as usize + 1);
    for at in order {
        while let Some(before) = all.last()
            && value(&at) - value(before) > step * 1.5
        {
            all.push(match before {
                At::Time(time) => At::Time(time + step as i64),
                At::Number(number) => At::Number(number + step),
                At::Text(text) => At::Text(text.clone()),
            });
        }
        all.push(at);
    }
    all
}
