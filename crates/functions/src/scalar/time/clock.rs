//! The moment at which the query started.

use kql_types::{Column, ScalarType::DateTime, ScalarType::Timespan, Value, datetime};

use crate::kernel::rows::longs;
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&NOW, &AGO];

scalar_function!(
    NOW, ["now"],
    "The moment at which the query started, the same throughout the query; with a timespan, that much later.",
    ["print now() - now(-1h)" => "01:00:00"],
    ResultName::Generated,
    [columns(&[ParameterType::Exact(Timespan)], DateTime, now).at_least(0)],
);
scalar_function!(
    AGO, ["ago"], "The moment that long before the query started.",
    ["print now() - ago(1d)" => "1.00:00:00"],
    ResultName::Generated,
    [columns(&[ParameterType::Exact(Timespan)], DateTime, |call| shifted(call, i64::checked_sub))],
);

fn now(call: &Call<'_>) -> Result<Column, KernelError> {
    match call.arguments {
        [] => Ok(Column::repeat(&Value::DateTime(call.context.now), call.rows)),
        _ => shifted(call, i64::checked_add),
    }
}

/// Null where the result is no datetime.
fn shifted(call: &Call<'_>, shift: impl Fn(i64, i64) -> Option<i64>) -> Result<Column, KernelError> {
    let (now, offsets) = (call.context.now, call.arguments[0].longs());
    Ok(Column::DateTime(longs(call.rows, |row| datetime::in_range(shift(now, offsets.get(row)?)?))))
}

#[cfg(test)]
mod tests {
    use kql_types::timespan::TICKS_PER_HOUR;
    use kql_types::{ScalarType, Value};

    use crate::testing::text;

    #[test]
    fn tests_run_at_the_first_moment() {
        let hours = |hours: i64| Value::Timespan(hours * TICKS_PER_HOUR);
        assert_eq!(text("now", &[]), "0001-01-01T00:00:00.0000000Z");
        assert_eq!(text("now", &[hours(1)]), "0001-01-01T01:00:00.0000000Z");
        assert_eq!(text("ago", &[hours(-25)]), "0001-01-02T01:00:00.0000000Z");
        assert_eq!(text("ago", &[hours(1)]), "");
        assert_eq!(text("ago", &[Value::Null(ScalarType::Timespan)]), "");
    }
}
