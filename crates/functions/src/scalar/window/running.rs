//! `row_cumsum` and `row_window_session`.

use kql_types::ScalarType::{Bool, DateTime, Timespan};
use kql_types::{Column, Decimal, Operand, ScalarType};

use super::restarts;
use crate::ParameterType::{Exact, Number};
use crate::kernel::rows::{decimals, ints, longs, reals};
use crate::{
    Arity, Call, Example, Kernel, KernelError, Overload, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&ROW_CUMSUM, &ROW_WINDOW_SESSION];

static ROW_CUMSUM: ScalarFunction = ScalarFunction {
    names: &["row_cumsum"],
    doc: "Sum of the values up to this row; begins anew where the second argument is true. A null adds nothing.",
    examples: &[Example {
        query: "range x from 1 to 4 step 1 | extend s = row_cumsum(x) | where x == 4 | project s",
        result: "10",
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[Number, Exact(Bool)],
        arity: Arity::AtLeast(1),
        returns: Returns::Argument(0),
        kernel: Kernel::Columns(row_cumsum),
    }],
    support: Support::WholeTable,
};

static ROW_WINDOW_SESSION: ScalarFunction = ScalarFunction {
    names: &["row_window_session"],
    doc: "The first time of the session that the row's time belongs to. A session ends where the second argument is \
          reached since its first time, the third since the previous row's, or the fourth is true.",
    examples: &[Example {
        query: "datatable(t:datetime)[datetime(2024-04-11 10:16), datetime(2024-04-11 10:18), datetime(2024-04-11 10:30)] \
                | serialize s = row_window_session(t, 1h, 5m) | where t == datetime(2024-04-11 10:18) | project s",
        result: "2024-04-11T10:16:00.0000000Z",
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[Exact(DateTime), Exact(Timespan), Exact(Timespan), Exact(Bool)],
        arity: Arity::AtLeast(3),
        returns: Returns::Exact(DateTime),
        kernel: Kernel::Columns(row_window_session),
    }],
    support: Support::WholeTable,
};

fn row_cumsum(call: &Call<'_>) -> Result<Column, KernelError> {
    let values = &call.arguments[0];
    let restarts = restarts(call, 1);
    Ok(match values.data_type() {
        ScalarType::Int => {
            let values = values.ints();
            let mut sum = Running::new(0, i32::wrapping_add);
            Column::Int(ints(call.rows, |row| Some(sum.next(values.get(row), restarts(row)))))
        }
        ScalarType::Real => {
            let values = values.reals();
            let mut sum = Running::new(0.0, |sum, value| sum + value);
            Column::Real(reals(call.rows, |row| Some(sum.next(values.get(row), restarts(row)))))
        }
        ScalarType::Decimal => Column::Decimal(decimal_sums(call, values, restarts)?),
        _ => {
            let values = values.longs();
            let mut sum = Running::new(0, i64::wrapping_add);
            Column::Long(longs(call.rows, |row| Some(sum.next(values.get(row), restarts(row)))))
        }
    })
}

fn decimal_sums(
    call: &Call<'_>,
    values: &Operand,
    restarts: impl Fn(usize) -> bool,
) -> Result<kql_types::DecimalArray, KernelError> {
    let values = values.decimals();
    let add = |sum: Option<Decimal>, value: Option<Decimal>| sum?.checked_add(value?);
    let mut sum = Running::new(Some(Decimal::ZERO), add);
    let mut fits = true;
    let sums = decimals(call.rows, |row| {
        let sum = sum.next(values.get(row).map(Some), restarts(row));
        fits &= sum.is_some();
        sum
    });
    if fits { Ok(sums) } else { Err(KernelError::new("a sum of decimals is out of range")) }
}

struct Running<T, F> {
    zero: T,
    sum: T,
    add: F,
}

impl<T: Copy, F: Fn(T, T) -> T> Running<T, F> {
    fn new(zero: T, add: F) -> Self {
        Self { zero, sum: zero, add }
    }

    fn next(&mut self, value: Option<T>, restart: bool) -> T {
        if restart {
            self.sum = self.zero;
        }
        if let Some(value) = value {
            self.sum = (self.add)(self.sum, value);
        }
        self.sum
    }
}

fn row_window_session(call: &Call<'_>) -> Result<Column, KernelError> {
    let times = call.arguments[0].longs();
    let from_first = call.arguments[1].longs();
    let between = call.arguments[2].longs();
    let restarts = restarts(call, 3);
    let (mut first, mut previous) = (None, None);
    let reached = |time: i64, since: Option<i64>, distance: Option<i64>| {
        since.zip(distance).is_some_and(|(since, distance)| time >= since.saturating_add(distance))
    };
    let starts = longs(call.rows, |row| {
        let time = times.get(row);
        let begins = match time {
            Some(time) if first.is_some() => {
                reached(time, first, from_first.get(row))
                    || reached(time, previous, between.get(row))
                    || restarts(row)
            }
            _ => true,
        };
        if begins {
            first = time;
        }
        previous = time;
        first
    });
    Ok(Column::DateTime(starts))
}

#[cfg(test)]
mod tests {
    use kql_types::Value;

    use crate::scalar::window::testing::{bools, longs, run};

    #[test]
    fn sums_up_and_begins_anew() {
        let values = longs(&[Some(1), None, Some(3), Some(4), Some(5)]);
        let restart = bools(&[false, false, false, true, false].map(Some));
        assert_eq!(run("row_cumsum", &[values, restart]), longs(&[1, 1, 4, 4, 9].map(Some)));
    }

    #[test]
    fn sums_keep_their_type() {
        let values = vec![Value::Int(i32::MAX), Value::Int(1)];
        assert_eq!(run("row_cumsum", &[values]), [Value::Int(i32::MAX), Value::Int(i32::MIN)]);
        let values = vec![Value::Real(0.1), Value::Real(0.2)];
        assert_eq!(run("row_cumsum", &[values]), [Value::Real(0.1), Value::Real(0.1 + 0.2)]);
    }

    fn times(minutes: &[Option<i64>]) -> Vec<Value> {
        let ticks = |minutes: i64| minutes * 600_000_000;
        let null = Value::Null(kql_types::ScalarType::DateTime);
        minutes.iter().map(|time| time.map_or(null.clone(), |time| Value::DateTime(ticks(time)))).collect()
    }

    fn span(minutes: i64) -> Vec<Value> {
        vec![Value::Timespan(minutes * 600_000_000)]
    }

    #[test]
    fn a_session_ends_by_length_by_silence_and_by_predicate() {
        let all = times(&[0, 4, 8, 10, 11, 16, 17].map(Some));
        let found = run("row_window_session", &[all.clone(), span(10), span(5)]);
        assert_eq!(found, times(&[0, 0, 0, 10, 10, 16, 16].map(Some)));
        let restart = bools(&[false, true, false, false, false, false, false].map(Some));
        let found = run("row_window_session", &[all, span(10), span(5), restart]);
        assert_eq!(found, times(&[0, 4, 4, 4, 4, 16, 16].map(Some)));
    }

    #[test]
    fn after_a_null_a_session_begins() {
        let all = times(&[Some(0), None, Some(1), Some(2)]);
        let found = run("row_window_session", &[all, span(10), span(5)]);
        assert_eq!(found, times(&[Some(0), None, Some(1), Some(1)]));
    }
}
