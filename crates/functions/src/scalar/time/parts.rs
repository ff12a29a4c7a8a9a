//! Numbers that a datetime is made of.
//!
//! The official binder calls them int. The engine answers long where an answer is recorded (`getyear`,
//! `datetime_part`), and so do all functions here.

use kql_types::datetime::Date;
use kql_types::timespan::{
    TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MICROSECOND, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE,
    TICKS_PER_SECOND,
};
use kql_types::{
    Column, Operand, ScalarType::DateTime, ScalarType::Long, ScalarType::String, ScalarType::Timespan,
};

use super::period::constant_name;
use super::week::{iso_week, week_by_wednesday};
use crate::kernel::rows::longs;
use crate::scalar::signature::{columns, prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &HOUROFDAY,
    &DAYOFWEEK,
    &DAYOFMONTH,
    &DAYOFYEAR,
    &WEEK_OF_YEAR,
    &WEEKOFYEAR,
    &MONTHOFYEAR,
    &GETYEAR,
    &DATETIME_PART,
];

const MOMENT: &[ParameterType] = &[ParameterType::Exact(DateTime)];

scalar_function!(
    HOUROFDAY, ["hourofday"], "The hour, 0 to 23.",
    ["print hourofday(datetime(2015-12-14 18:54))" => "18"],
    ResultName::Generated, [columns(MOMENT, Long, |call| part(call, hour))],
);
scalar_function!(
    DAYOFWEEK, ["dayofweek"], "The days since Sunday, as a timespan: zero on a Sunday.",
    ["print dayofweek(datetime(2015-12-14))" => "1.00:00:00"],
    ResultName::Generated,
    [columns(MOMENT, Timespan, |call| {
        let moments = call.arguments[0].longs();
        Ok(Column::Timespan(longs(call.rows, |row| {
            Some((moments.get(row)? / TICKS_PER_DAY + 1) % 7 * TICKS_PER_DAY)
        })))
    })],
);
scalar_function!(
    DAYOFMONTH, ["dayofmonth"], "The day of the month, from 1.",
    ["print dayofmonth(datetime(2015-12-14))" => "14"],
    ResultName::Generated, [columns(MOMENT, Long, |call| part(call, day_of_month))],
);
scalar_function!(
    DAYOFYEAR, ["dayofyear"], "The day of the year, from 1.",
    ["print dayofyear(datetime(2015-12-14))" => "348"],
    ResultName::Generated, [columns(MOMENT, Long, |call| part(call, day_of_year))],
);
scalar_function!(
    WEEK_OF_YEAR, ["week_of_year"],
    "The number of the ISO 8601 week: the first one holds the year's first Thursday.",
    ["print week_of_year(datetime(2020-12-31))" => "53", "print week_of_year(datetime(2000-01-01))" => "52"],
    ResultName::Generated, [columns(MOMENT, Long, |call| part(call, |ticks| iso_week(ticks / TICKS_PER_DAY)))],
);
scalar_function!(
    WEEKOFYEAR, ["weekofyear"],
    "The number of the week, the first one of which holds the year's first Wednesday; superseded by week_of_year.",
    ["print weekofyear(datetime(2020-06-15))" => "25"],
    ResultName::Generated,
    [columns(MOMENT, Long, |call| part(call, |ticks| week_by_wednesday(ticks / TICKS_PER_DAY)))],
);
scalar_function!(
    MONTHOFYEAR, ["monthofyear", "getmonth"], "The month, 1 to 12.",
    ["print monthofyear(datetime(2015-12-14))" => "12", "print getmonth(datetime(2015-10-12))" => "10"],
    ResultName::Generated, [columns(MOMENT, Long, |call| part(call, month))],
);
scalar_function!(
    GETYEAR, ["getyear"], "The year.",
    ["print getyear(datetime(2015-10-12))" => "2015"],
    ResultName::Generated, [columns(MOMENT, Long, |call| part(call, year))],
);
scalar_function!(
    DATETIME_PART, ["datetime_part", "datepart"],
    "A part of a datetime by name: year, quarter, month, week_of_year, day, dayOfYear, hour, minute, second, millisecond, microsecond or nanosecond, in any case. The last three count from the start of the second.",
    [
        r#"print datetime_part("quarter", datetime(2017-10-30 01:02:03.7654321))"# => "4",
        r#"print datetime_part("microsecond", datetime(2017-10-30 01:02:03.7654321))"# => "765432",
    ],
    ResultName::Generated,
    [prepared(&[ParameterType::Literal(String), ParameterType::Exact(DateTime)], Long, bind_part)],
);

fn part(call: &Call<'_>, value: impl Fn(i64) -> i64) -> Result<Column, KernelError> {
    part_of(&call.arguments[0], call.rows, value)
}

fn part_of(moments: &Operand, rows: usize, value: impl Fn(i64) -> i64) -> Result<Column, KernelError> {
    let moments = moments.longs();
    Ok(Column::Long(longs(rows, |row| moments.get(row).map(&value))))
}

fn bind_part(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let name = constant_name(arguments, "part")?;
    // One loop for each part, so that none is looked up row by row.
    macro_rules! part {
        ($value:expr) => {
            Box::new(|call| part_of(&call.arguments[1], call.rows, $value))
        };
    }
    Ok(match name.as_str() {
        "year" => part!(year),
        "quarter" => part!(|ticks| (month(ticks) + 2) / 3),
        "month" => part!(month),
        "week_of_year" => part!(|ticks| iso_week(ticks / TICKS_PER_DAY)),
        "weekofyear" => part!(|ticks| week_by_wednesday(ticks / TICKS_PER_DAY)),
        "day" => part!(day_of_month),
        "dayofyear" => part!(day_of_year),
        "hour" => part!(hour),
        "minute" => part!(|ticks| ticks / TICKS_PER_MINUTE % 60),
        "second" => part!(|ticks| ticks / TICKS_PER_SECOND % 60),
        "millisecond" => part!(|ticks| ticks % TICKS_PER_SECOND / TICKS_PER_MILLISECOND),
        "microsecond" => part!(|ticks| ticks % TICKS_PER_SECOND / TICKS_PER_MICROSECOND),
        "nanosecond" => part!(|ticks| ticks % TICKS_PER_SECOND * 100),
        _ => {
            return Err(KernelError::new(format!(
                "a datetime has no part '{name}'; there are year, quarter, month, week_of_year, day, dayofyear, hour, minute, second, millisecond, microsecond and nanosecond"
            )));
        }
    })
}

fn year(ticks: i64) -> i64 {
    Date::from_ticks(ticks).year.into()
}

fn month(ticks: i64) -> i64 {
    Date::from_ticks(ticks).month.into()
}

fn day_of_month(ticks: i64) -> i64 {
    Date::from_ticks(ticks).day.into()
}

fn day_of_year(ticks: i64) -> i64 {
    Date::from_ticks(ticks).day_of_year()
}

fn hour(ticks: i64) -> i64 {
    ticks / TICKS_PER_HOUR % 24
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, datetime};

    use crate::testing::{call, s, text};

    #[test]
    fn every_part_has_a_name() {
        let moment = Value::DateTime(datetime::parse("2017-10-30 01:02:03.7654321").unwrap());
        for (name, expected) in [
            ("year", "2017"),
            ("quarter", "4"),
            ("Month", "10"),
            ("week_of_year", "44"),
            ("weekOfYear", "44"),
            ("day", "30"),
            ("dayOfYear", "303"),
            ("hour", "1"),
            ("minute", "2"),
            ("SECOND", "3"),
            ("millisecond", "765"),
            ("microsecond", "765432"),
            ("nanosecond", "765432100"),
        ] {
            assert_eq!(text("datetime_part", &[s(name), moment.clone()]), expected, "{name}");
        }
        assert!(call("datetime_part", &[s("week"), moment]).is_err());
    }

    #[test]
    fn parts_of_nothing_are_null() {
        let null = Value::Null(ScalarType::DateTime);
        for function in ["hourofday", "dayofweek", "dayofyear", "getmonth", "getyear", "weekofyear"] {
            assert_eq!(text(function, std::slice::from_ref(&null)), "", "{function}");
        }
        assert_eq!(text("datetime_part", &[s("year"), null]), "");
    }

    #[test]
    fn sundays_are_zero() {
        let day = |text: &str| Value::DateTime(datetime::parse(text).unwrap());
        assert_eq!(text("dayofweek", &[day("1947-11-30 10:00:05")]), "00:00:00");
        assert_eq!(text("dayofweek", &[day("1970-05-11")]), "1.00:00:00");
        assert_eq!(text("dayofweek", &[day("2024-12-07 23:59")]), "6.00:00:00");
    }
}
