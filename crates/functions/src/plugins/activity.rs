//! Plugins that follow identities over a timeline: who was seen, when first, how often, in which sessions.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};
use kql_types::{Batch, ScalarType, ScalarType::Long, ScalarType::Real};

use super::timeline::{Event, Events, Measure, Periods, output, schema, whole_number};
use super::{ParameterCount, Plugin, PluginCall, PluginParameter, PluginParameterKind, PluginSchema};
use crate::{Example, KernelError};

/// The family.
pub static PLUGINS: &[&Plugin] = &[
    &SLIDING_WINDOW_COUNTS,
    &ACTIVE_USERS_COUNT,
    &ACTIVITY_COUNTS_METRICS,
    &ACTIVITY_METRICS,
    &ACTIVITY_ENGAGEMENT,
    &SESSION_COUNT,
];

const fn column(name: &'static str) -> PluginParameter {
    PluginParameter { name, kind: PluginParameterKind::Column, count: ParameterCount::One }
}

const fn constant(name: &'static str) -> PluginParameter {
    PluginParameter { name, kind: PluginParameterKind::AnyConstant, count: ParameterCount::One }
}

const DIMENSIONS: PluginParameter = PluginParameter {
    name: "dimensions",
    kind: PluginParameterKind::Column,
    count: ParameterCount::Repeated,
};

/// Output rows in order of time, then of dimensions.
type Rows<T> = BTreeMap<(i64, u32), T>;

fn keys<T>(rows: &Rows<T>, periods: &Periods) -> (Vec<i64>, Vec<u32>) {
    rows.keys().map(|(period, group)| (periods.begin(*period), *group)).unzip()
}

fn longs<T>(rows: &Rows<T>, measure: impl Fn(&T) -> usize) -> Measure {
    Measure::Long(rows.values().map(|row| measure(row) as i64).collect())
}

/// How many times, and by whom.
#[derive(Default)]
struct Seen {
    count: usize,
    identities: HashSet<u32>,
}

impl Seen {
    fn add(&mut self, identity: u32) {
        self.count += 1;
        self.identities.insert(identity);
    }
}

/// Events of the analysed time by period.
fn by_period(events: &Events, periods: &Periods, start: i64, end: i64) -> Rows<Seen> {
    let mut rows: Rows<Seen> = BTreeMap::new();
    for event in events.list.iter().filter(|event| event.time >= start && event.time <= end) {
        rows.entry((periods.number(event.time), event.group)).or_default().add(event.identity);
    }
    rows
}

static SLIDING_WINDOW_COUNTS: Plugin = Plugin {
    names: &["sliding_window_counts"],
    doc: "Events and distinct identities of the look-back window that ends with each period.",
    examples: &[Example {
        query: "datatable(u:string, t:datetime)['a', datetime(2020-01-01), 'b', datetime(2020-01-02)] \
                | evaluate sliding_window_counts(u, t, datetime(2020-01-01), datetime(2020-01-02), 2d, 1d) \
                | where t == datetime(2020-01-02) | project Dcount",
        result: "2",
    }],
    parameters: &[
        column("IdColumn"),
        column("TimelineColumn"),
        constant("Start"),
        constant("End"),
        constant("LookbackWindow"),
        constant("Bin"),
        DIMENSIONS,
    ],
    schema: PluginSchema::Known(|shape| schema(shape, 6, &[("Count", Long), ("Dcount", Long)])),
    run: sliding_window_counts,
};

fn sliding_window_counts(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let (start, end, window) = (whole_number(call, 2)?, whole_number(call, 3)?, whole_number(call, 4)?);
    let periods = Periods::new(call, start, 5)?;
    let width = periods.number(start.saturating_add(window)).max(1);
    let last = periods.number(end);
    let events = Events::read(call, 6)?;
    let mut rows: Rows<Seen> = BTreeMap::new();
    for event in events.list.iter().filter(|event| event.time <= end) {
        let first = periods.number(event.time);
        for period in first.max(0)..first.saturating_add(width).min(last + 1) {
            rows.entry((period, event.group)).or_default().add(event.identity);
        }
    }
    let measures = vec![
        ("Count", longs(&rows, |seen| seen.count)),
        ("Dcount", longs(&rows, |seen| seen.identities.len())),
    ];
    output(call, 6, keys(&rows, &periods), measures, &events)
}

static ACTIVE_USERS_COUNT: Plugin = Plugin {
    names: &["active_users_count"],
    doc: "Distinct identities in each bin that were seen in at least so many periods of the look-back window before.",
    examples: &[Example {
        query: "datatable(u:string, t:datetime)['a', datetime(2020-01-01), 'a', datetime(2020-01-02)] \
                | evaluate active_users_count(u, t, datetime(2020-01-01), datetime(2020-01-07), 7d, 1d, 2, 7d) \
                | project dcount",
        result: "1",
    }],
    parameters: &[
        column("IdColumn"),
        column("TimelineColumn"),
        constant("Start"),
        constant("End"),
        constant("LookbackWindow"),
        constant("Period"),
        constant("ActivePeriodsCount"),
        constant("Bin"),
        DIMENSIONS,
    ],
    schema: PluginSchema::Known(|shape| schema(shape, 8, &[("dcount", Long)])),
    run: active_users_count,
};

fn active_users_count(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let (start, end, window) = (whole_number(call, 2)?, whole_number(call, 3)?, whole_number(call, 4)?);
    let appearances = Periods::new(call, start, 5)?;
    let needed = usize::try_from(whole_number(call, 6)?).unwrap_or(0);
    let bins = Periods::new(call, start, 7)?;
    let events = Events::read(call, 8)?;
    let mut rows: Rows<Seen> = BTreeMap::new();
    for (group, identity, times) in by_identity(&events) {
        for (at, time) in times.iter().enumerate().filter(|(_, time)| **time >= start && **time <= end) {
            let recent =
                times[..=at].iter().rev().take_while(|earlier| time.saturating_sub(**earlier) < window);
            let periods: HashSet<i64> = recent.map(|earlier| appearances.number(*earlier)).collect();
            if periods.len() >= needed {
                rows.entry((bins.number(*time), group)).or_default().add(identity);
            }
        }
    }
    let measures = vec![("dcount", longs(&rows, |seen| seen.identities.len()))];
    output(call, 8, keys(&rows, &bins), measures, &events)
}

/// The moments at which each identity of each combination of dimensions was seen, in order.
fn by_identity(events: &Events) -> impl Iterator<Item = (u32, u32, Vec<i64>)> {
    let mut times: HashMap<(u32, u32), Vec<i64>> = HashMap::new();
    for Event { group, identity, time } in &events.list {
        times.entry((*group, *identity)).or_default().push(*time);
    }
    times.into_iter().map(|((group, identity), mut times)| {
        times.sort_unstable();
        (group, identity, times)
    })
}

const ACTIVITY: &[PluginParameter] = &[
    column("IdColumn"),
    column("TimelineColumn"),
    constant("Start"),
    constant("End"),
    constant("Step"),
    DIMENSIONS,
];

static ACTIVITY_COUNTS_METRICS: Plugin = Plugin {
    names: &["activity_counts_metrics"],
    doc: "Events and distinct identities of each period, and how many of them no earlier period had.",
    examples: &[Example {
        query: "datatable(u:string, t:datetime)['a', datetime(2020-01-01), 'a', datetime(2020-01-02), 'b', datetime(2020-01-02)] \
                | evaluate activity_counts_metrics(u, t, datetime(2020-01-01), datetime(2020-01-02), 1d) \
                | where t == datetime(2020-01-02) | project new_dcount",
        result: "1",
    }],
    parameters: ACTIVITY,
    schema: PluginSchema::Known(|shape| {
        let counts: [(&str, ScalarType); 4] =
            [("count", Long), ("dcount", Long), ("new_dcount", Long), ("aggregated_dcount", Long)];
        schema(shape, 5, &counts)
    }),
    run: activity_counts_metrics,
};

fn activity_counts_metrics(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let (start, end) = (whole_number(call, 2)?, whole_number(call, 3)?);
    let periods = Periods::new(call, start, 4)?;
    let events = Events::read(call, 5)?;
    let rows = by_period(&events, &periods, start, end);
    let mut known: HashMap<u32, HashSet<u32>> = HashMap::new();
    let (mut new, mut total) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for ((_, group), seen) in &rows {
        let known = known.entry(*group).or_default();
        let before = known.len();
        known.extend(&seen.identities);
        new.push((known.len() - before) as i64);
        total.push(known.len() as i64);
    }
    let measures = vec![
        ("count", longs(&rows, |seen| seen.count)),
        ("dcount", longs(&rows, |seen| seen.identities.len())),
        ("new_dcount", Measure::Long(new)),
        ("aggregated_dcount", Measure::Long(total)),
    ];
    output(call, 5, keys(&rows, &periods), measures, &events)
}

static ACTIVITY_METRICS: Plugin = Plugin {
    names: &["activity_metrics"],
    doc: "Distinct identities of each period, those that the period before did not have, and the shares that came back and left.",
    examples: &[Example {
        query: "datatable(u:string, t:datetime)['a', datetime(2020-01-01), 'b', datetime(2020-01-01), 'b', datetime(2020-01-02)] \
                | evaluate activity_metrics(u, t, datetime(2020-01-01), datetime(2020-01-02), 1d) \
                | where t == datetime(2020-01-02) | project retention_rate",
        result: "0.5",
    }],
    parameters: ACTIVITY,
    schema: PluginSchema::Known(|shape| {
        let measures: [(&str, ScalarType); 4] = [
            ("dcount_values", Long),
            ("dcount_newvalues", Long),
            ("retention_rate", Real),
            ("churn_rate", Real),
        ];
        schema(shape, 5, &measures)
    }),
    run: activity_metrics,
};

fn activity_metrics(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let (start, end) = (whole_number(call, 2)?, whole_number(call, 3)?);
    let periods = Periods::new(call, start, 4)?;
    let events = Events::read(call, 5)?;
    let rows = by_period(&events, &periods, start, end);
    let nobody = HashSet::new();
    let mut new = Vec::with_capacity(rows.len());
    let (mut retention, mut churn) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for ((period, group), seen) in &rows {
        let before = rows.get(&(period - 1, *group)).map_or(&nobody, |earlier| &earlier.identities);
        let returned = seen.identities.intersection(before).count();
        new.push((seen.identities.len() - returned) as i64);
        retention.push(returned as f64 / before.len() as f64);
        churn.push((before.len() - returned) as f64 / before.len() as f64);
    }
    let measures = vec![
        ("dcount_values", longs(&rows, |seen| seen.identities.len())),
        ("dcount_newvalues", Measure::Long(new)),
        ("retention_rate", Measure::Real(retention)),
        ("churn_rate", Measure::Real(churn)),
    ];
    output(call, 5, keys(&rows, &periods), measures, &events)
}

static ACTIVITY_ENGAGEMENT: Plugin = Plugin {
    names: &["activity_engagement"],
    doc: "Distinct identities of each inner window, of the outer window that ends with it, and the ratio of the two.",
    examples: &[Example {
        query: "datatable(u:string, t:datetime)['a', datetime(2020-01-01), 'b', datetime(2020-01-02)] \
                | evaluate activity_engagement(u, t, datetime(2020-01-01), datetime(2020-01-02), 1d, 2d) \
                | where t == datetime(2020-01-02) | project activity_ratio",
        result: "0.5",
    }],
    parameters: &[
        column("IdColumn"),
        column("TimelineColumn"),
        constant("Start"),
        constant("End"),
        constant("InnerActivityWindow"),
        constant("OuterActivityWindow"),
        DIMENSIONS,
    ],
    schema: PluginSchema::Known(|shape| {
        let measures: [(&str, ScalarType); 3] =
            [("dcount_activities_inner", Long), ("dcount_activities_outer", Long), ("activity_ratio", Real)];
        schema(shape, 6, &measures)
    }),
    run: activity_engagement,
};

fn activity_engagement(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let (start, end, outer) = (whole_number(call, 2)?, whole_number(call, 3)?, whole_number(call, 5)?);
    let periods = Periods::new(call, start, 4)?;
    let width = periods.number(start.saturating_add(outer)).max(1);
    let events = Events::read(call, 6)?;
    let rows = by_period(&events, &periods, start, end);
    let before = by_period(&events, &periods, start.saturating_sub(outer), end);
    let outer: Vec<i64> =
        rows.keys().map(|(period, group)| distinct_until(&before, *period, *group, width)).collect();
    let ratio =
        rows.values().zip(&outer).map(|(seen, outer)| seen.identities.len() as f64 / *outer as f64).collect();
    let measures = vec![
        ("dcount_activities_inner", longs(&rows, |seen| seen.identities.len())),
        ("dcount_activities_outer", Measure::Long(outer)),
        ("activity_ratio", Measure::Real(ratio)),
    ];
    output(call, 6, keys(&rows, &periods), measures, &events)
}

fn distinct_until(rows: &Rows<Seen>, last: i64, group: u32, width: i64) -> i64 {
    let window =
        rows.range((last - width + 1, 0)..=(last, u32::MAX)).filter(|((_, other), _)| *other == group);
    let identities: HashSet<u32> = window.flat_map(|(_, seen)| seen.identities.iter().copied()).collect();
    identities.len() as i64
}

static SESSION_COUNT: Plugin = Plugin {
    names: &["session_count"],
    doc: "Sessions that begin in each bin: an identity's event begins one if it had none within the look-back window. \
          Bins are those of `bin()`, whatever the start (measured).",
    examples: &[Example {
        query: "datatable(u:string, t:long)['a', 1, 'a', 3, 'a', 50] | evaluate session_count(u, t, 1, 100, 100, 10) \
                | project count_sessions",
        result: "2",
    }],
    parameters: &[
        column("IdColumn"),
        column("TimelineColumn"),
        constant("Start"),
        constant("End"),
        constant("Bin"),
        constant("LookBackWindow"),
        DIMENSIONS,
    ],
    schema: PluginSchema::Known(|shape| schema(shape, 6, &[("count_sessions", Long)])),
    run: session_count,
};

fn session_count(call: &PluginCall<'_>) -> Result<Batch, KernelError> {
    let (start, end, window) = (whole_number(call, 2)?, whole_number(call, 3)?, whole_number(call, 5)?);
    let bins = Periods::new(call, 0, 4)?;
    let events = Events::read(call, 6)?;
    let mut rows: Rows<usize> = BTreeMap::new();
    for (group, _, times) in by_identity(&events) {
        let mut last: Option<i64> = None;
        for time in times {
            let begins = last.is_none_or(|last| time.saturating_sub(last) >= window);
            last = Some(time);
            if begins && time >= start && time <= end {
                *rows.entry((bins.number(time), group)).or_default() += 1;
            }
        }
    }
    let measures = vec![("count_sessions", longs(&rows, |sessions| *sessions))];
    output(call, 6, keys(&rows, &bins), measures, &events)
}
