//! What is to be drawn, whatever draws it.
//!
//! - [`records`]: the values of a result. [`lines`], [`slots`]: how they become series. [`stack`]: series on each other.
//!   [`anomalies`]: what stands out of them.

mod anomalies;
mod lines;
mod records;
mod slots;
mod stack;
#[cfg(test)]
mod tests;

use kql_types::Column;
use kql_types::timespan::TICKS_PER_HOUR;

use super::columns::{Columns, choose, shapes};
use super::properties::{Kind, Properties, Stacking};
use super::{number, time};
use crate::answer::ResultTable;
use crate::output::cell::write_text;
use crate::time_zone::TimeZone;
use records::{At, Record};

/// More series than people can tell apart.
const MOST_SERIES: usize = 100;

/// Which points stand out where the query does not say it.
const ANOMALIES_FOUND: &str = "what stands out is what series_decompose_anomalies() finds by itself, perhaps with another season \
                               than the service; anomalycolumns=COLUMN says it";

/// A chart.
#[derive(Clone, Debug)]
pub struct Chart {
    pub title: Option<String>,
    pub body: Body,
    /// What the user should know: what was asked for and is not done.
    pub notes: Vec<String>,
}

/// The kinds of drawings.
#[derive(Clone, Debug)]
pub enum Body {
    Lines(Plot, Look),
    Columns(Plot),
    Bars(Plot),
    Pie(Vec<Slice>),
    Card(Vec<Fact>),
}

/// How lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Line,
    Area,
    Points,
}

/// Series over an x axis.
#[derive(Clone, Debug)]
pub struct Plot {
    pub x: X,
    pub x_title: String,
    /// The time zone of the times on the x axis, where that is not UTC.
    pub zone: Option<&'static str>,
    pub y_title: Option<String>,
    /// Where the query wants the axis of values to begin and to end.
    pub limits: (Option<f64>, Option<f64>),
    pub stacking: Stacking,
    pub series: Vec<Series>,
    pub legend: bool,
}

/// An x axis.
#[derive(Clone, Debug, PartialEq)]
pub enum X {
    /// Ticks of 100 ns since 0001-01-01.
    Time,
    Number,
    /// Places from 0 on.
    Slots {
        labels: Vec<String>,
        /// Whether they are times or numbers in order, rather than names.
        sorted: bool,
        /// The day, if they are times of one and do not say so.
        day: Option<String>,
    },
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    pub name: String,
    /// Whether the points stand out, rather than being joined by a line.
    pub marks: bool,
    pub points: Vec<Point>,
}

/// A point, or what reaches from its base to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub x: f64,
    /// Zero, or the top of what it stands on.
    pub base: f64,
    /// Not a number where the result is null.
    pub y: f64,
}

/// A part of a pie.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    pub label: String,
    /// Greater than zero.
    pub value: f64,
}

/// A value on a card.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub name: String,
    pub text: String,
}

impl Chart {
    /// The chart of a result, with its times in a zone: `None`, if it wants none (or one that is not drawn); an error
    /// says what it lacks.
    pub fn of(result: &ResultTable, zone: TimeZone) -> Option<Result<Self, String>> {
        let visualization = result.visualization.as_ref()?;
        if matches!(visualization.chart.as_str(), "" | "table") {
            return None;
        }
        let asked = Properties::of(visualization);
        Some(match asked {
            Some(asked) => Self::drawn(result, asked, zone),
            None => Err(format!("render {} is not drawn here", visualization.chart)),
        })
    }

    fn drawn(result: &ResultTable, asked: Properties, zone: TimeZone) -> Result<Self, String> {
        if result.rows() == 0 {
            return Err(format!("render {}: there are no rows to draw", asked.name));
        }
        let mut notes = asked.notes.clone();
        let title = asked.title.clone();
        if asked.kind == Kind::Card {
            return Ok(Self { title, body: Body::Card(facts(result)), notes });
        }
        let shapes = shapes(result);
        let columns = choose(result, &shapes, &asked)?;
        if asked.kind == Kind::Pie {
            let records = records::read(result, &columns, TimeZone::default());
            let slices = slots::slices(result, &columns, &records);
            if slices.is_empty() {
                return Err(format!("render {}: there is nothing greater than zero to draw", asked.name));
            }
            return Ok(Self { title, body: Body::Pie(slices), notes });
        }
        let records = records::read(result, &columns, zone);
        let mut plot = plot(result, &columns, &records, &asked, &mut notes);
        if !zone.is_utc() && records.iter().any(|record| matches!(record.at, At::Time(_))) {
            plot.zone = Some(zone.name());
        }
        let body = match asked.kind {
            Kind::Column => Body::Columns(plot),
            Kind::Bar => Body::Bars(plot),
            Kind::Area => Body::Lines(plot, Look::Area),
            Kind::Scatter => Body::Lines(plot, Look::Points),
            _ => Body::Lines(plot, Look::Line),
        };
        Ok(Self { title, body, notes })
    }
}

impl Plot {
    /// The least and the greatest value, with zero, unless lines keep far away from it.
    pub fn extent(&self, look: Option<Look>) -> (f64, f64) {
        let points = self.series.iter().flat_map(|series| &series.points);
        let values = points.flat_map(|point| [point.y, point.base]).filter(|value| value.is_finite());
        let fold = |(least, greatest): (f64, f64), value: f64| (least.min(value), greatest.max(value));
        let (least, greatest) = values.fold((0.0, 0.0), fold);
        let bases_count = !matches!(look, Some(Look::Line | Look::Points)) || self.stacking != Stacking::None;
        if bases_count || least < 0.0 {
            return (least, greatest);
        }
        let points = self.series.iter().flat_map(|series| &series.points).map(|point| point.y);
        let lowest = points.filter(|value| value.is_finite()).fold(f64::INFINITY, f64::min);
        if lowest > greatest / 2.0 && lowest < greatest { (lowest, greatest) } else { (0.0, greatest) }
    }

    /// So many steps between the ticks of the values, or fewer: what is counted has no halves.
    pub fn steps(&self, wanted: usize, (least, greatest): (f64, f64)) -> usize {
        let values = self.series.iter().flat_map(|series| &series.points).map(|point| point.y);
        let is_counted = values.filter(|value| value.is_finite()).all(|value| value.fract() == 0.0);
        if is_counted { wanted.min((greatest - least) as usize).max(1) } else { wanted }
    }

    /// The first and the last place on the x axis.
    pub fn reach(&self) -> (f64, f64) {
        if let X::Slots { labels, .. } = &self.x {
            return (0.0, labels.len().saturating_sub(1) as f64);
        }
        let places = self.series.iter().flat_map(|series| &series.points).map(|point| point.x);
        let (first, last) =
            places.fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), x| (first.min(x), last.max(x)));
        // A single moment stands in the middle of an hour.
        let room = if self.x == X::Time && first == last { TICKS_PER_HOUR as f64 / 2.0 } else { 0.0 };
        (first - room, last + room)
    }

    /// The places that are shown if so many fit, and what is to be said of the others: of names the first ones are
    /// shown, along time or numbers the greatest of each few.
    pub fn shown_places(&self, fit: usize) -> (Vec<usize>, Option<String>) {
        let X::Slots { labels, sorted, .. } = &self.x else { return (Vec::new(), None) };
        let (places, fit) = (labels.len(), fit.max(1));
        if places <= fit {
            return ((0..places).collect(), None);
        }
        if !sorted {
            return ((0..fit).collect(), Some(format!("{fit} of {places} places fit")));
        }
        let mut heights = vec![0.0_f64; places];
        for point in self.series.iter().flat_map(|series| &series.points) {
            let height = &mut heights[point.x as usize];
            *height = height.max(point.y.abs());
        }
        let together = places.div_ceil(fit);
        let greatest = |from: usize| {
            let group = from..(from + together).min(places);
            group.max_by(|&one, &other| heights[one].total_cmp(&heights[other]).then(other.cmp(&one)))
        };
        let shown = (0..places).step_by(together).filter_map(greatest).collect();
        (shown, Some(format!("each column is the greatest of {together} places")))
    }

    /// What stands under the x axis. The ticks of a day do not say which day it is, nor times where they are told.
    pub fn x_caption(&self) -> String {
        let (first, last) = self.reach();
        let days = match &self.x {
            X::Time if first.is_finite() => Some(time::days(first as i64, last as i64)),
            X::Slots { day, .. } => day.clone(),
            _ => None,
        };
        let told: Vec<String> = days.into_iter().chain(self.zone.map(str::to_owned)).collect();
        match (self.x_title.is_empty(), told.is_empty()) {
            (_, true) => self.x_title.clone(),
            (true, false) => told.join(", "),
            (false, false) => format!("{} ({})", self.x_title, told.join(", ")),
        }
    }
}

fn plot(
    result: &ResultTable,
    columns: &Columns,
    records: &[Record],
    asked: &Properties,
    notes: &mut Vec<String>,
) -> Plot {
    let name = |at: usize| result.schema.fields[at].name.to_string();
    let (x, mut series) = match asked.kind.has_slots() {
        true => slots::series(result, columns, records, asked.kind == Kind::Column),
        false => lines::series(result, columns, records),
    };
    if series.len() > MOST_SERIES {
        notes.push(format!("{MOST_SERIES} of {} series are drawn", series.len()));
        series.truncate(MOST_SERIES);
    }
    if asked.accumulate {
        series.iter_mut().filter(|series| !series.marks).for_each(stack::accumulate);
    }
    if asked.kind == Kind::Anomaly && columns.anomalies.is_empty() {
        anomalies::mark(&mut series);
        notes.push(ANOMALIES_FOUND.to_owned());
    }
    if asked.stacking != Stacking::None {
        stack::stack(&mut series, asked.stacking == Stacking::Percent);
    }
    let only = if let [only] = columns.values[..] { Some(name(only)) } else { None };
    let percent = (asked.stacking == Stacking::Percent).then(|| "%".to_owned());
    Plot {
        x,
        x_title: asked.x_title.clone().unwrap_or_else(|| name(columns.x)),
        zone: None,
        y_title: asked.y_title.clone().or(percent).or(only).filter(|title| !title.is_empty()),
        limits: (asked.y_min, asked.y_max),
        stacking: asked.stacking,
        legend: asked.legend && (series.len() > 1 || !columns.series.is_empty()),
        series,
    }
}

/// What a series is called: the values of its series columns, and the name of the column where there are several.
fn series_name(result: &ResultTable, columns: &Columns, key: &str, at: usize) -> String {
    let column = &result.schema.fields[at].name;
    match (columns.series.is_empty(), columns.values.len() > 1 || columns.anomalies.contains(&at)) {
        (true, _) => column.to_string(),
        (false, true) => format!("{key}: {column}"),
        (false, false) => key.to_owned(),
    }
}

/// The page of the card: the first record is a set of scalar values.
fn facts(result: &ResultTable) -> Vec<Fact> {
    let Some(batch) = result.batches.iter().find(|batch| batch.rows > 0) else { return Vec::new() };
    let text = |column: &Column| match records::number(column, 0) {
        Some(number) if column.data_type().is_number() && number.abs() < 1e15 => number::plain(number),
        _ => {
            let mut text = String::new();
            write_text(&mut text, column, 0);
            text
        }
    };
    let fields = result.schema.fields.iter().zip(&batch.columns);
    fields.map(|(field, column)| Fact { name: field.name.to_string(), text: text(column) }).collect()
}
