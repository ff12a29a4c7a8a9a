//! Counting periods: `datetime_add`, `datetime_diff`.
//!
//! <https://learn.microsoft.com/kusto/query/datetime-diff-function>

use kql_types::timespan::TICKS_PER_DAY;
use kql_types::{Column, ScalarType, ScalarType::DateTime, ScalarType::Long, Value};

use super::period::{Period, months_since_year_0};
use crate::kernel::rows::{longs, reals};
use crate::scalar::signature::{prepared, scalar_function};
use crate::{
    ArgumentInfo, BoundKernel, Call, KernelError, ParameterType, ResultName, Returns, ScalarFunction,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&DATETIME_ADD, &DATETIME_DIFF];

const PERIOD: ParameterType = ParameterType::Literal(ScalarType::String);
const MOMENT: ParameterType = ParameterType::Exact(DateTime);

scalar_function!(
    DATETIME_ADD, ["datetime_add"],
    "The moment some periods later: year, quarter, month, week, day, hour, minute, second, millisecond, microsecond or nanosecond. A day that the month does not have becomes its last.",
    [
        "print datetime_add('year', -5, make_datetime(2017, 1, 1))" => "2012-01-01T00:00:00.0000000Z",
        "print datetime_add('month', 1, datetime(2024-01-31))" => "2024-02-29T00:00:00.0000000Z",
    ],
    ResultName::Generated,
    [prepared(&[PERIOD, ParameterType::Integer, MOMENT], DateTime, bind_add)],
);
scalar_function!(
    DATETIME_DIFF, ["datetime_diff"],
    "How many starts of a period lie between the second datetime and the first, negative if the first is the earlier one. Of weeks, which begin on Sunday, it is a real (measured).",
    [
        "print datetime_diff('day', datetime(2017-10-29), datetime(2017-09-30 23:59))" => "29",
        "print datetime_diff('week', datetime(2017-10-29), datetime(2017-09-30 23:59))" => "5.0",
        "print datetime_diff('year', datetime(2017-01-01), datetime(2000-12-31))" => "17",
    ],
    ResultName::Generated,
    [prepared(&[PERIOD, MOMENT, MOMENT], Long, bind_diff).returning(Returns::Computed(diff_returns))],
);

fn bind_add(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    let period = Period::constant(arguments)?;
    Ok(Box::new(move |call| {
        let (amounts, moments) = (call.arguments[1].longs(), call.arguments[2].longs());
        Ok(Column::DateTime(longs(call.rows, |row| period.add(moments.get(row)?, amounts.get(row)?))))
    }))
}

fn diff_returns(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    Ok(match arguments[0].constant {
        Some(Value::String(name)) if name.eq_ignore_ascii_case("week") => ScalarType::Real,
        _ => Long,
    })
}

fn bind_diff(arguments: &[ArgumentInfo<'_>]) -> Result<BoundKernel, KernelError> {
    Ok(match Period::constant(arguments)? {
        Period::Months(1) => Box::new(|call| diff(call, months_since_year_0)),
        Period::Months(months) => {
            Box::new(move |call| diff(call, |ticks| months_since_year_0(ticks) / months))
        }
        Period::Week => Box::new(diff_weeks),
        Period::Ticks(length) => Box::new(move |call| diff(call, |ticks| ticks / length)),
        Period::Nanosecond => Box::new(|call| diff(call, |ticks| ticks.wrapping_mul(100))),
    })
}

/// `number` counts the starts of the period up to a moment.
fn diff(call: &Call<'_>, number: impl Fn(i64) -> i64) -> Result<Column, KernelError> {
    let (left, right) = (call.arguments[1].longs(), call.arguments[2].longs());
    Ok(Column::Long(longs(call.rows, |row| {
        Some(number(left.get(row)?).wrapping_sub(number(right.get(row)?)))
    })))
}

fn diff_weeks(call: &Call<'_>) -> Result<Column, KernelError> {
    let (left, right) = (call.arguments[1].longs(), call.arguments[2].longs());
    let week = |ticks: i64| (ticks / TICKS_PER_DAY + 1) / 7;
    Ok(Column::Real(reals(call.rows, |row| Some((week(left.get(row)?) - week(right.get(row)?)) as f64))))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, datetime};

    use crate::testing::{call, l, s, text};

    fn moment(text: &str) -> Value {
        Value::DateTime(datetime::parse(text).unwrap())
    }

    #[test]
    fn differences_count_boundaries() {
        for (period, left, right, expected) in [
            ("year", "2017-01-01", "2000-12-31", "17"),
            ("quarter", "2017-07-01", "2017-03-30", "2"),
            ("MONTH", "2017-01-01", "2015-12-30", "13"),
            ("week", "2017-10-29 00:00", "2017-09-30 23:59", "5.0"),
            ("day", "2017-10-29 00:00", "2017-09-30 23:59", "29"),
            ("hour", "2017-10-31 01:00", "2017-10-30 23:59", "2"),
            ("minute", "2017-10-30 23:05:01", "2017-10-30 23:00:59", "5"),
            ("second", "2017-10-30 23:00:10.100", "2017-10-30 23:00:00.900", "10"),
            ("millisecond", "2017-10-30 23:00:00.200100", "2017-10-30 23:00:00.100900", "100"),
            ("microsecond", "2017-10-30 23:00:00.1009001", "2017-10-30 23:00:00.1008009", "100"),
            ("nanosecond", "2017-10-30 23:00:00.0000000", "2017-10-30 23:00:00.0000007", "-700"),
            ("day", "2017-09-30", "2017-10-01", "-1"),
        ] {
            let arguments = [s(period), moment(left), moment(right)];
            assert_eq!(text("datetime_diff", &arguments), expected, "{period}");
        }
        assert_eq!(
            text("datetime_diff", &[s("day"), moment("2017-01-01"), Value::Null(ScalarType::DateTime)]),
            ""
        );
        assert!(call("datetime_diff", &[s("decade"), moment("2017-01-01"), moment("2017-01-01")]).is_err());
    }

    #[test]
    fn periods_are_added() {
        for (period, amount, start, expected) in [
            ("year", -5, "2017-01-01", "2012-01-01T00:00:00.0000000Z"),
            ("quarter", 12, "2017-01-01", "2020-01-01T00:00:00.0000000Z"),
            ("month", -15, "2017-01-01", "2015-10-01T00:00:00.0000000Z"),
            ("month", 1, "2023-01-31 12:00", "2023-02-28T12:00:00.0000000Z"),
            ("year", 1, "2024-02-29", "2025-02-28T00:00:00.0000000Z"),
            ("week", 100, "2017-01-01", "2018-12-02T00:00:00.0000000Z"),
            ("Day", 1, "2016-12-31", "2017-01-01T00:00:00.0000000Z"),
            ("second", 1, "2017-01-01", "2017-01-01T00:00:01.0000000Z"),
            ("nanosecond", 250, "2017-01-01", "2017-01-01T00:00:00.0000002Z"),
            ("year", 8000, "2017-01-01", ""),
            ("day", i64::MAX, "2017-01-01", ""),
            ("day", -1, "0001-01-01", ""),
        ] {
            let arguments = [s(period), l(amount), moment(start)];
            assert_eq!(text("datetime_add", &arguments), expected, "{period} {amount}");
        }
    }
}
