//! Local times of time zones, by the IANA time zone database.
//!
//! <https://learn.microsoft.com/kusto/query/datetime-local-to-utc-function>

use chrono::{DateTime as Instant, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use kql_types::datetime::{UNIX_EPOCH, in_range};
use kql_types::dynamic::write_json_string;
use kql_types::timespan::TICKS_PER_SECOND;
use kql_types::{Column, ScalarType, Value};

use crate::kernel::rows::longs;
use crate::scalar::signature::{TEXT, columns, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&UTC_TO_LOCAL, &LOCAL_TO_UTC, &LIST_TIMEZONES];

const MOMENT: ParameterType = ParameterType::Exact(ScalarType::DateTime);

scalar_function!(
    UTC_TO_LOCAL, ["datetime_utc_to_local"], "What clocks in a time zone show at a moment in UTC.",
    [
        r#"print datetime_utc_to_local(datetime(2022-07-11 22:18:48), "US/Pacific")"# => "2022-07-11T15:18:48.0000000Z",
    ],
    ResultName::Generated,
    [prepared(&[MOMENT, TEXT], ScalarType::DateTime, |arguments| bind(arguments, to_local))],
);
scalar_function!(
    LOCAL_TO_UTC, ["datetime_local_to_utc"],
    "The moment in UTC at which clocks in a time zone show that time. A time that is left out or comes twice as clocks change is read as one after the change.",
    [
        r#"print datetime_local_to_utc(datetime(2020-02-02 20:02:20), "Europe/Paris")"# => "2020-02-02T19:02:20.0000000Z",
    ],
    ResultName::Generated,
    [prepared(&[MOMENT, TEXT], ScalarType::DateTime, |arguments| bind(arguments, to_utc))],
);
scalar_function!(
    LIST_TIMEZONES, ["datetime_list_timezones"], "An array of the names of all time zones.",
    [r#"print set_has_element(datetime_list_timezones(), "Europe/Paris")"# => "True"],
    ResultName::Generated,
    [columns(&[], ScalarType::Dynamic, list_timezones)],
);

/// A constant zone must exist; where the zone comes from a column, an unknown one makes null.
fn bind(
    arguments: &[ArgumentInfo<'_>],
    shift: fn(i64, Tz) -> Option<i64>,
) -> Result<BoundKernel, KernelError> {
    let Some(Value::String(name)) = arguments[1].constant else {
        return Ok(Box::new(move |call| by_row(call, shift)));
    };
    let zone: Tz = name.parse().map_err(|_| KernelError::new(format!("there is no time zone '{name}'")))?;
    Ok(Box::new(move |call| {
        let moments = call.arguments[0].longs();
        Ok(Column::DateTime(longs(call.rows, |row| shift(moments.get(row)?, zone))))
    }))
}

fn by_row(call: &Call<'_>, shift: fn(i64, Tz) -> Option<i64>) -> Result<Column, KernelError> {
    let (moments, names) = (call.arguments[0].longs(), call.arguments[1].strings());
    let mut last: (&str, Option<Tz>) = ("", None);
    Ok(Column::DateTime(longs(call.rows, |row| {
        let name = names.text(row);
        if name != last.0 {
            last = (name, name.parse().ok());
        }
        shift(moments.get(row)?, last.1?)
    })))
}

fn to_local(ticks: i64, zone: Tz) -> Option<i64> {
    let offset = zone.offset_from_utc_datetime(&clock(ticks)?).fix().local_minus_utc();
    in_range(ticks + i64::from(offset) * TICKS_PER_SECOND)
}

fn to_utc(ticks: i64, zone: Tz) -> Option<i64> {
    let local = clock(ticks)?;
    let offset = match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) | LocalResult::Ambiguous(_, offset) => offset,
        LocalResult::None => offset_after_gap(local, zone)?,
    };
    in_range(ticks - i64::from(offset.fix().local_minus_utc()) * TICKS_PER_SECOND)
}

/// The offset once the clocks have jumped over that time. No jump was longer than a day.
fn offset_after_gap(local: NaiveDateTime, zone: Tz) -> Option<<Tz as TimeZone>::Offset> {
    (1..=49).find_map(|half_hours| {
        let later = local.checked_add_signed(TimeDelta::minutes(30 * half_hours))?;
        zone.offset_from_local_datetime(&later).latest()
    })
}

/// The datetime, to the second, as the time zone database takes it.
fn clock(ticks: i64) -> Option<NaiveDateTime> {
    Some(Instant::from_timestamp((ticks - UNIX_EPOCH).div_euclid(TICKS_PER_SECOND), 0)?.naive_utc())
}

fn list_timezones(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut json = String::from("[");
    for (index, zone) in TZ_VARIANTS.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write_json_string(&mut json, zone.name());
    }
    json.push(']');
    Ok(Column::repeat(&Value::Dynamic(json), call.rows))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, datetime};

    use crate::testing::{call, s, text};

    fn moment(text: &str) -> Value {
        Value::DateTime(datetime::parse(text).unwrap())
    }

    #[test]
    fn local_times_are_resolved() {
        for (local, zone, expected) in [
            ("2020-02-02 20:02:20", "Europe/Paris", "2020-02-02T19:02:20.0000000Z"),
            ("2020-02-02 20:02:20", "America/Chicago", "2020-02-03T02:02:20.0000000Z"),
            ("2020-02-02 20:02:20.1234567", "US/Pacific", "2020-02-03T04:02:20.1234567Z"),
            ("2022-03-27 01:00", "Europe/Brussels", "2022-03-27T00:00:00.0000000Z"),
            // 02:00 did not exist that night.
            ("2022-03-27 02:00", "Europe/Brussels", "2022-03-27T00:00:00.0000000Z"),
            ("2022-03-27 03:00", "Europe/Brussels", "2022-03-27T01:00:00.0000000Z"),
            // 02:30 came twice that night.
            ("2022-10-30 02:30", "Europe/Brussels", "2022-10-30T01:30:00.0000000Z"),
        ] {
            assert_eq!(text("datetime_local_to_utc", &[moment(local), s(zone)]), expected, "{local} {zone}");
        }
    }

    #[test]
    fn moments_are_shown_locally() {
        let local = |at: &str, zone: &str| text("datetime_utc_to_local", &[moment(at), s(zone)]);
        assert_eq!(local("2022-07-11 22:18:48.467862", "US/Pacific"), "2022-07-11T15:18:48.4678620Z");
        assert_eq!(local("2022-07-11 22:18:48.467862", "Australia/Canberra"), "2022-07-12T08:18:48.4678620Z");
        assert_eq!(local("0001-01-01", "US/Pacific"), "");
        assert_eq!(text("datetime_utc_to_local", &[Value::Null(ScalarType::DateTime), s("UTC")]), "");
        assert!(call("datetime_utc_to_local", &[moment("2022-07-11"), s("Mars/Olympus")]).is_err());
    }
}
