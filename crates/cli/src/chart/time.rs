//! Times on an axis: where the ticks stand and what they say.

use kql_types::datetime::{self, Date};
use kql_types::timespan::{
    TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE, TICKS_PER_SECOND,
};

/// Steps that people count in, up to days.
const STEPS: &[i64] = &[
    TICKS_PER_MILLISECOND,
    10 * TICKS_PER_MILLISECOND,
    100 * TICKS_PER_MILLISECOND,
    TICKS_PER_SECOND,
    5 * TICKS_PER_SECOND,
    15 * TICKS_PER_SECOND,
    30 * TICKS_PER_SECOND,
    TICKS_PER_MINUTE,
    5 * TICKS_PER_MINUTE,
    15 * TICKS_PER_MINUTE,
    30 * TICKS_PER_MINUTE,
    TICKS_PER_HOUR,
    2 * TICKS_PER_HOUR,
    3 * TICKS_PER_HOUR,
    6 * TICKS_PER_HOUR,
    12 * TICKS_PER_HOUR,
    TICKS_PER_DAY,
    2 * TICKS_PER_DAY,
    7 * TICKS_PER_DAY,
    14 * TICKS_PER_DAY,
];

/// Steps in months.
const MONTHS: &[i64] = &[1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000];

/// Ticks between two times with their labels, at most so many.
pub fn ticks(from: i64, to: i64, most: usize) -> Vec<(i64, String)> {
    let most = most.max(1) as i64;
    let span = to.saturating_sub(from).max(0);
    if let Some(&step) = STEPS.iter().find(|&&step| span / step < most) {
        // The calendar's first day was a Monday: weeks begin where people expect it.
        let first = from.div_euclid(step) * step;
        let times = (0..=most + 1).map(|number| first.saturating_add(number * step));
        return times
            .filter(|time| (from..=to).contains(time))
            .map(|time| (time, label(time, step)))
            .collect();
    }
    let month_number = |ticks| {
        let date = Date::from_ticks(ticks);
        i64::from(date.year) * 12 + i64::from(date.month) - 1
    };
    let (first, last) = (month_number(from), month_number(to));
    let step = MONTHS.iter().copied().find(|step| (last - first) / step < most).unwrap_or(12_000);
    let months = (first.div_euclid(step)..=last.div_euclid(step)).map(|number| number * step);
    months
        .filter_map(month)
        .filter(|(time, _)| (from..=to).contains(time))
        .map(|(time, date)| {
            let text = if step % 12 == 0 {
                format!("{:04}", date.year)
            } else {
                format!("{:04}-{:02}", date.year, date.month)
            };
            (time, text)
        })
        .collect()
}

fn month(number: i64) -> Option<(i64, Date)> {
    let year = i32::try_from(number.div_euclid(12)).ok()?;
    let month = u32::try_from(number.rem_euclid(12)).ok()? + 1;
    let date = Date::new(year, month, 1)?;
    Some((date.ticks(), date))
}

/// A tick says what is new: the time of the day, and the day where one begins.
fn label(time: i64, step: i64) -> String {
    let date = day(time);
    if time.rem_euclid(TICKS_PER_DAY) == 0 {
        return date["2024-".len()..].to_owned();
    }
    clock(time, step)
}

fn clock(time: i64, step: i64) -> String {
    let whole = datetime::format(time);
    let clock = whole.get("2024-05-01T".len()..).unwrap_or_default();
    let length = match step {
        _ if step % TICKS_PER_MINUTE == 0 => "08:00".len(),
        _ if step % TICKS_PER_SECOND == 0 => "08:00:00".len(),
        _ => "08:00:00.000".len(),
    };
    clock.get(..length).unwrap_or(clock).to_owned()
}

/// `2024-05-01`
fn day(time: i64) -> String {
    let mut whole = datetime::format(time);
    whole.truncate("2024-05-01".len());
    whole
}

/// The days between two times, for the title of an axis whose ticks do not tell them.
pub fn days(from: i64, to: i64) -> String {
    let (first, last) = (day(from), day(to));
    if first == last { first } else { format!("{first} to {last}") }
}

/// Labels for times that each have a place of their own: as much as tells them apart.
pub fn labels(times: &[i64]) -> Vec<String> {
    let all = |unit: i64| times.iter().all(|time| time.rem_euclid(unit) == 0);
    let years = times.iter().map(|&time| Date::from_ticks(time).year);
    let is_one_year = years.clone().min() == years.max();
    let is_one_day = hidden_day(times).is_some();
    let date_of = |time| if is_one_year { day(time)["2024-".len()..].to_owned() } else { day(time) };
    if let [only] = times {
        return vec![full(*only)];
    }
    if all(TICKS_PER_DAY) && !is_one_day {
        return times.iter().map(|&time| date_of(time)).collect();
    }
    let units = [TICKS_PER_MINUTE, TICKS_PER_SECOND];
    let step = units.into_iter().find(|&unit| all(unit)).unwrap_or(1);
    let of = |&time: &i64| {
        if is_one_day { clock(time, step) } else { format!("{} {}", date_of(time), clock(time, step)) }
    };
    times.iter().map(of).collect()
}

/// The day of times whose labels do not tell it.
pub fn hidden_day(times: &[i64]) -> Option<String> {
    let first = day(*times.first()?);
    (times.len() > 1 && times.iter().all(|&time| day(time) == first)).then_some(first)
}

/// A time in full, for a tooltip: `2024-05-14 08:00`.
pub fn full(time: i64) -> String {
    let unit = [TICKS_PER_DAY, TICKS_PER_MINUTE, TICKS_PER_SECOND]
        .into_iter()
        .find(|unit| time.rem_euclid(*unit) == 0);
    match unit {
        Some(TICKS_PER_DAY) => day(time),
        unit => format!("{} {}", day(time), clock(time, unit.unwrap_or(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        datetime::parse(text).unwrap()
    }

    fn shown(from: &str, to: &str, most: usize) -> Vec<String> {
        ticks(at(from), at(to), most).into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_stand_where_people_count() {
        assert_eq!(shown("2024-05-14T07:30", "2024-05-14T11:00", 5), ["08:00", "09:00", "10:00", "11:00"]);
        assert_eq!(shown("2024-05-14T20:00", "2024-05-15T09:00", 4), ["05-15", "06:00"]);
        assert_eq!(
            shown("2024-05-14T20:00", "2024-05-15T09:00", 6),
            ["21:00", "05-15", "03:00", "06:00", "09:00"]
        );
        assert_eq!(shown("2024-05-01", "2024-05-05", 6), ["05-01", "05-02", "05-03", "05-04", "05-05"]);
        assert_eq!(shown("2023-11-15", "2024-06-01", 4), ["2024-01", "2024-03", "2024-05"]);
        assert_eq!(shown("1999-01-01", "2024-06-01", 4), ["2000", "2010", "2020"]);
        assert_eq!(shown("2024-05-14T08:00:00", "2024-05-14T08:00:20", 3), ["08:00:00", "08:00:15"]);
        assert_eq!(shown("2024-05-14", "2024-05-14", 3), ["05-14"]);
    }

    #[test]
    fn labels_tell_times_apart() {
        let labels_of = |texts: &[&str]| labels(&texts.iter().map(|text| at(text)).collect::<Vec<i64>>());
        assert_eq!(labels_of(&["2024-05-14T08:00", "2024-05-14T09:00"]), ["08:00", "09:00"]);
        assert_eq!(labels_of(&["2024-05-14", "2024-05-15"]), ["05-14", "05-15"]);
        assert_eq!(labels_of(&["2024-05-14T23:00", "2024-05-15"]), ["05-14 23:00", "05-15 00:00"]);
        assert_eq!(labels_of(&["2023-12-31", "2024-01-01"]), ["2023-12-31", "2024-01-01"]);
    }
}
