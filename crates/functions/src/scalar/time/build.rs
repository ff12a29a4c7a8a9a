//! Datetimes and timespans made of numbers.

use kql_types::datetime::{Date, UNIX_EPOCH, in_range};
use kql_types::timespan::{
    TICKS_PER_DAY, TICKS_PER_HOUR, TICKS_PER_MICROSECOND, TICKS_PER_MILLISECOND, TICKS_PER_MINUTE,
    TICKS_PER_SECOND,
};
use kql_types::{Column, Longs, Operand, ScalarType, ScalarType::DateTime, ScalarType::Timespan};

use crate::kernel::rows::longs;
use crate::scalar::conversion::{convert, convert_column};
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &MAKE_DATETIME,
    &MAKE_TIMESPAN,
    &UNIXTIME_SECONDS,
    &UNIXTIME_MILLISECONDS,
    &UNIXTIME_MICROSECONDS,
    &UNIXTIME_NANOSECONDS,
];

const NUMBER: ParameterType = ParameterType::Number;
const INTEGER: ParameterType = ParameterType::Integer;

scalar_function!(
    MAKE_DATETIME, ["make_datetime"],
    "The datetime of a year, month and day, with hour, minute and second if they are given; null if there is no such moment. Of one argument what todatetime makes of it.",
    [
        "print make_datetime(2017, 10, 1, 12, 11, 0.1234567)" => "2017-10-01T12:11:00.1234567Z",
        "print make_datetime(2017, 2, 29)" => "",
    ],
    ResultName::Generated,
    [
        columns(&[ParameterType::Any], DateTime, |call| Ok(convert_column(&call.arguments[0], call.rows, DateTime))),
        columns(&[NUMBER, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER], DateTime, make_datetime).at_least(3),
    ],
);
scalar_function!(
    MAKE_TIMESPAN, ["make_timespan"],
    "The timespan of hours and minutes, of hours, minutes and seconds, or of days, hours, minutes and seconds; null if one of them is out of range. Of one argument what totimespan makes of it.",
    [
        "print make_timespan(1, 12, 30, 55.123)" => "1.12:30:55.1230000",
        "print make_timespan(1, 30)" => "01:30:00",
        "print make_timespan(24, 0)" => "",
    ],
    ResultName::Generated,
    [
        columns(&[ParameterType::Any], Timespan, |call| Ok(convert_column(&call.arguments[0], call.rows, Timespan))),
        columns(&[NUMBER, NUMBER, NUMBER, NUMBER], Timespan, make_timespan).at_least(2),
    ],
);

/// Defines the conversion of a count since 1970.
macro_rules! unix_time {
    ($constant:ident, $name:literal, $doc:literal, $example:literal, $whole:expr, $fraction:expr) => {
        scalar_function!(
            $constant, [$name], $doc, [$example => "2019-01-01T00:00:00.0000000Z"],
            ResultName::Generated,
            [
                columns(&[INTEGER], DateTime, |call| from_whole(call, $whole)),
                columns(&[NUMBER], DateTime, |call| from_real(call, $fraction)),
            ],
        );
    };
}

unix_time!(
    UNIXTIME_SECONDS,
    "unixtime_seconds_todatetime",
    "The moment that many seconds after 1970-01-01.",
    "print unixtime_seconds_todatetime(1546300800)",
    |seconds| seconds.checked_mul(TICKS_PER_SECOND),
    TICKS_PER_SECOND as f64
);
unix_time!(
    UNIXTIME_MILLISECONDS,
    "unixtime_milliseconds_todatetime",
    "The moment that many milliseconds after 1970-01-01.",
    "print unixtime_milliseconds_todatetime(1546300800000)",
    |milliseconds| milliseconds.checked_mul(TICKS_PER_MILLISECOND),
    TICKS_PER_MILLISECOND as f64
);
unix_time!(
    UNIXTIME_MICROSECONDS,
    "unixtime_microseconds_todatetime",
    "The moment that many microseconds after 1970-01-01.",
    "print unixtime_microseconds_todatetime(1546300800000000)",
    |microseconds| microseconds.checked_mul(TICKS_PER_MICROSECOND),
    TICKS_PER_MICROSECOND as f64
);
unix_time!(
    UNIXTIME_NANOSECONDS,
    "unixtime_nanoseconds_todatetime",
    "The moment that many nanoseconds after 1970-01-01; what is finer than a tick of 100 ns is cut off.",
    "print unixtime_nanoseconds_todatetime(1546300800000000000)",
    |nanoseconds| Some(nanoseconds.div_euclid(100)),
    0.01
);

fn from_whole(call: &Call<'_>, ticks: impl Fn(i64) -> Option<i64>) -> Result<Column, KernelError> {
    let counts = call.arguments[0].longs();
    Ok(Column::DateTime(longs(call.rows, |row| in_range(UNIX_EPOCH.checked_add(ticks(counts.get(row)?)?)?))))
}

fn from_real(call: &Call<'_>, ticks_per_unit: f64) -> Result<Column, KernelError> {
    let counts = convert(&call.arguments[0], ScalarType::Real);
    let counts = counts.reals();
    Ok(Column::DateTime(longs(call.rows, |row| {
        // Beyond the range of datetime the conversion to integer is far out of it too.
        let ticks = (counts.get(row)? * ticks_per_unit).round();
        if ticks.is_nan() { None } else { in_range(UNIX_EPOCH.saturating_add(ticks as i64)) }
    })))
}

/// The arguments as longs; a fraction is cut off.
fn whole_numbers(arguments: &[Operand]) -> Vec<Operand> {
    arguments.iter().map(|argument| convert(argument, ScalarType::Long)).collect()
}

/// The value of an argument that may be left out.
fn optional(numbers: Option<&Longs<'_>>, row: usize) -> Option<i64> {
    numbers.map_or(Some(0), |numbers| numbers.get(row))
}

fn make_datetime(call: &Call<'_>) -> Result<Column, KernelError> {
    let numbers = whole_numbers(&call.arguments[..call.arguments.len().min(5)]);
    let numbers: Vec<Longs<'_>> = numbers.iter().map(Operand::longs).collect();
    let seconds = call.arguments.get(5).map(|seconds| convert(seconds, ScalarType::Real));
    let seconds = seconds.as_ref().map(Operand::reals);
    Ok(Column::DateTime(longs(call.rows, |row| {
        let year = i32::try_from(numbers[0].get(row)?).ok()?;
        let month = u32::try_from(numbers[1].get(row)?).ok()?;
        let day = u32::try_from(numbers[2].get(row)?).ok()?;
        let (hour, minute) = (optional(numbers.get(3), row)?, optional(numbers.get(4), row)?);
        let second = seconds.as_ref().map_or(Some(0.0), |seconds| seconds.get(row))?;
        Some(Date::new(year, month, day)?.ticks() + clock_ticks(hour, minute, second)?)
    })))
}

fn make_timespan(call: &Call<'_>) -> Result<Column, KernelError> {
    let with_days = call.arguments.len() == 4;
    let clock = &call.arguments[usize::from(with_days)..];
    let days = with_days.then(|| convert(&call.arguments[0], ScalarType::Long));
    let days = days.as_ref().map(Operand::longs);
    let numbers = whole_numbers(&clock[..2]);
    let (hours, minutes) = (numbers[0].longs(), numbers[1].longs());
    let seconds = clock.get(2).map(|seconds| convert(seconds, ScalarType::Real));
    let seconds = seconds.as_ref().map(Operand::reals);
    Ok(Column::Timespan(longs(call.rows, |row| {
        let second = seconds.as_ref().map_or(Some(0.0), |seconds| seconds.get(row))?;
        let clock = clock_ticks(hours.get(row)?, minutes.get(row)?, second)?;
        optional(days.as_ref(), row)?.checked_mul(TICKS_PER_DAY)?.checked_add(clock)
    })))
}

/// The ticks since midnight, if there is such a time of day.
fn clock_ticks(hour: i64, minute: i64, second: f64) -> Option<i64> {
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0.0..60.0).contains(&second);
    let fraction = (second * TICKS_PER_SECOND as f64).round() as i64;
    valid.then_some(hour * TICKS_PER_HOUR + minute * TICKS_PER_MINUTE + fraction)
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{l, s, text};

    #[test]
    fn numbers_make_a_moment() {
        assert_eq!(text("make_datetime", &[l(2017), l(10), l(1)]), "2017-10-01T00:00:00.0000000Z");
        let minutes = [l(2017), l(10), l(1), l(12), l(10)];
        assert_eq!(text("make_datetime", &minutes), "2017-10-01T12:10:00.0000000Z");
        assert_eq!(text("make_datetime", &[s("2017-10-01")]), "2017-10-01T00:00:00.0000000Z");
        for wrong in
            [[l(0), l(1), l(1)], [l(2017), l(13), l(1)], [l(2017), l(2), l(29)], [l(2017), l(-1), l(1)]]
        {
            assert_eq!(text("make_datetime", &wrong), "", "{wrong:?}");
        }
        assert_eq!(text("make_datetime", &[l(2017), l(1), l(1), l(24)]), "");
        assert_eq!(text("make_datetime", &[l(2017), l(1), l(1), l(0), l(0), Value::Real(60.0)]), "");
        assert_eq!(text("make_datetime", &[l(2017), l(1), Value::Null(ScalarType::Long)]), "");
    }

    #[test]
    fn numbers_make_a_timespan() {
        assert_eq!(text("make_timespan", &[l(1), l(12), l(30), Value::Real(55.123)]), "1.12:30:55.1230000");
        assert_eq!(text("make_timespan", &[l(12), l(30), l(55)]), "12:30:55");
        assert_eq!(text("make_timespan", &[l(12), l(60)]), "");
        assert_eq!(text("make_timespan", &[s("01:02:03")]), "01:02:03");
        assert_eq!(text("make_timespan", &[l(i64::MAX), l(0), l(0), l(0)]), "");
    }

    #[test]
    fn counts_since_1970() {
        for (function, count, expected) in [
            ("unixtime_seconds_todatetime", l(-1), "1969-12-31T23:59:59.0000000Z"),
            ("unixtime_seconds_todatetime", Value::Real(1.5), "1970-01-01T00:00:01.5000000Z"),
            ("unixtime_seconds_todatetime", Value::Real(1_546_300_800.123), "2019-01-01T00:00:00.1230000Z"),
            ("unixtime_milliseconds_todatetime", l(1_546_300_800_001), "2019-01-01T00:00:00.0010000Z"),
            ("unixtime_microseconds_todatetime", l(1), "1970-01-01T00:00:00.0000010Z"),
            ("unixtime_nanoseconds_todatetime", l(199), "1970-01-01T00:00:00.0000001Z"),
            ("unixtime_seconds_todatetime", l(i64::MAX), ""),
            ("unixtime_seconds_todatetime", Value::Real(1e300), ""),
            ("unixtime_seconds_todatetime", Value::Real(f64::NAN), ""),
        ] {
            assert_eq!(text(function, &[count]), expected, "{function}");
        }
    }
}
