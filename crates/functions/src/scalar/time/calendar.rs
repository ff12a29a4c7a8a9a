//! First and last moments of days, weeks, months and years.
//!
//! <https://learn.microsoft.com/kusto/query/startofday-function> and its siblings. Weeks begin on Sunday.

use kql_types::datetime::{Date, in_range};
use kql_types::timespan::TICKS_PER_DAY;
use kql_types::{Column, ScalarType::DateTime, ScalarType::Long};

use crate::kernel::rows::longs;
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, Overload, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&STARTOFDAY, &STARTOFWEEK, &STARTOFMONTH, &STARTOFYEAR, &ENDOFDAY, &ENDOFWEEK, &ENDOFMONTH, &ENDOFYEAR];

/// A datetime, and by how many units the answer is shifted.
const fn shifted(kernel: fn(&Call<'_>) -> Result<Column, KernelError>) -> Overload {
    columns(&[ParameterType::Exact(DateTime), ParameterType::Exact(Long)], DateTime, kernel).at_least(1)
}

scalar_function!(
    STARTOFDAY, ["startofday"],
    "Midnight at the start of the day, or of a day that many days later.",
    [
        "print startofday(datetime(2017-01-01 10:10:17))" => "2017-01-01T00:00:00.0000000Z",
        "print startofday(datetime(2017-01-01 10:10:17), -1)" => "2016-12-31T00:00:00.0000000Z",
    ],
    ResultName::FirstArgument, [shifted(|call| starts(call, first_of_day))],
);
scalar_function!(
    STARTOFWEEK, ["startofweek"],
    "Midnight at the start of the week, a Sunday, or of a week that many weeks later.",
    ["print startofweek(datetime(2017-01-07 10:10:17))" => "2017-01-01T00:00:00.0000000Z"],
    ResultName::Generated, [shifted(|call| starts(call, first_of_week))],
);
scalar_function!(
    STARTOFMONTH, ["startofmonth"],
    "Midnight at the start of the month, or of a month that many months later.",
    ["print startofmonth(datetime(2017-01-15), 1)" => "2017-02-01T00:00:00.0000000Z"],
    ResultName::Generated, [shifted(|call| starts(call, first_of_month))],
);
scalar_function!(
    STARTOFYEAR, ["startofyear"],
    "Midnight at the start of the year, or of a year that many years later.",
    ["print startofyear(datetime(2017-05-15), -1)" => "2016-01-01T00:00:00.0000000Z"],
    ResultName::Generated, [shifted(|call| starts(call, first_of_year))],
);
scalar_function!(
    ENDOFDAY, ["endofday"], "The last tick of the day, or of a day that many days later.",
    ["print endofday(datetime(2017-01-01 10:10:17))" => "2017-01-01T23:59:59.9999999Z"],
    ResultName::Generated, [shifted(|call| ends(call, first_of_day))],
);
scalar_function!(
    ENDOFWEEK, ["endofweek"], "The last tick of the week, on a Saturday, or of a week that many weeks later.",
    ["print endofweek(datetime(2017-01-01 10:10:17), -1)" => "2016-12-31T23:59:59.9999999Z"],
    ResultName::Generated, [shifted(|call| ends(call, first_of_week))],
);
scalar_function!(
    ENDOFMONTH, ["endofmonth"], "The last tick of the month, or of a month that many months later.",
    ["print endofmonth(datetime(2017-01-01 10:10:17), 1)" => "2017-02-28T23:59:59.9999999Z"],
    ResultName::Generated, [shifted(|call| ends(call, first_of_month))],
);
scalar_function!(
    ENDOFYEAR, ["endofyear"], "The last tick of the year, or of a year that many years later.",
    ["print endofyear(datetime(2017-01-01 10:10:17))" => "2017-12-31T23:59:59.9999999Z"],
    ResultName::Generated, [shifted(|call| ends(call, first_of_year))],
);

/// `first` gives the number of the first day of the unit that a day lies in, or of one some units later.
fn starts(call: &Call<'_>, first: impl Fn(i64, i64) -> Option<i64>) -> Result<Column, KernelError> {
    edges(call, |day, offset| first(day, offset)?.checked_mul(TICKS_PER_DAY))
}

fn ends(call: &Call<'_>, first: impl Fn(i64, i64) -> Option<i64>) -> Result<Column, KernelError> {
    edges(call, |day, offset| Some(first(day, offset.checked_add(1)?)?.checked_mul(TICKS_PER_DAY)? - 1))
}

/// Null where the result is no datetime.
fn edges(call: &Call<'_>, edge: impl Fn(i64, i64) -> Option<i64>) -> Result<Column, KernelError> {
    let moments = call.arguments[0].longs();
    let answer = match call.arguments.get(1) {
        None => longs(call.rows, |row| in_range(edge(moments.get(row)? / TICKS_PER_DAY, 0)?)),
        Some(offsets) => {
            let offsets = offsets.longs();
            longs(call.rows, |row| in_range(edge(moments.get(row)? / TICKS_PER_DAY, offsets.get(row)?)?))
        }
    };
    Ok(Column::DateTime(answer))
}

#[inline(always)]
fn first_of_day(day: i64, offset: i64) -> Option<i64> {
    day.checked_add(offset)
}

/// Day 0, 0001-01-01, is a Monday.
#[inline(always)]
fn first_of_week(day: i64, offset: i64) -> Option<i64> {
    (day - (day + 1) % 7).checked_add(offset.checked_mul(7)?)
}

fn first_of_month(day: i64, offset: i64) -> Option<i64> {
    let date = Date::from_day_number(day);
    let month = (i64::from(date.year) * 12 + i64::from(date.month) - 1).checked_add(offset)?;
    first_of(month.div_euclid(12), month.rem_euclid(12) as u32 + 1)
}

fn first_of_year(day: i64, offset: i64) -> Option<i64> {
    first_of(i64::from(Date::from_day_number(day).year).checked_add(offset)?, 1)
}

/// The number of a month's first day. There is one for the year 10000 too, as the end of the year 9999.
fn first_of(year: i64, month: u32) -> Option<i64> {
    let year = i32::try_from(year).ok().filter(|year| (1..=10_000).contains(year))?;
    Some(Date { year, month, day: 1 }.day_number())
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, datetime};

    use crate::testing::{l, text};

    fn moment(text: &str) -> Value {
        Value::DateTime(datetime::parse(text).unwrap())
    }

    #[test]
    fn units_start_and_end() {
        for (function, offset, expected) in [
            ("startofday", 0, "2024-02-28T00:00:00.0000000Z"),
            ("startofday", 2, "2024-03-01T00:00:00.0000000Z"),
            ("startofweek", 0, "2024-02-25T00:00:00.0000000Z"),
            ("startofweek", -1, "2024-02-18T00:00:00.0000000Z"),
            ("startofmonth", -2, "2023-12-01T00:00:00.0000000Z"),
            ("startofyear", 0, "2024-01-01T00:00:00.0000000Z"),
            ("endofday", 1, "2024-02-29T23:59:59.9999999Z"),
            ("endofweek", 0, "2024-03-02T23:59:59.9999999Z"),
            ("endofmonth", 0, "2024-02-29T23:59:59.9999999Z"),
            ("endofmonth", 12, "2025-02-28T23:59:59.9999999Z"),
            ("endofyear", -1, "2023-12-31T23:59:59.9999999Z"),
            ("endofyear", 7975, "9999-12-31T23:59:59.9999999Z"),
            ("endofyear", 7976, ""),
            ("startofmonth", i64::MAX, ""),
            ("startofweek", i64::MIN, ""),
        ] {
            let arguments = [moment("2024-02-28 13:14:15.6"), l(offset)];
            assert_eq!(text(function, &arguments), expected, "{function} {offset}");
        }
    }

    #[test]
    fn a_sunday_starts_its_own_week() {
        assert_eq!(text("startofweek", &[moment("2024-12-01")]), "2024-12-01T00:00:00.0000000Z");
        assert_eq!(text("endofweek", &[moment("2024-12-01")]), "2024-12-07T23:59:59.9999999Z");
        assert_eq!(text("startofweek", &[moment("0001-01-01")]), "");
        assert_eq!(text("endofday", &[Value::Null(ScalarType::DateTime)]), "");
    }
}
