//! `range`: how many values it has, and which.

use std::sync::Arc;

use kql_parser::Span;
use kql_planner::Expr;
use kql_types::{Schema, Value};

use crate::QueryError;
use crate::expression::CompiledExpr;
use crate::pipeline::{Series, SeriesValues};
use crate::query::Query;

/// The values from the first expression to the second, inclusive, by steps of the third. A null bound gives none.
pub(crate) fn series(
    [from, to, step]: [&Expr; 3],
    schema: &Arc<Schema>,
    query: &Query,
) -> Result<Series, QueryError> {
    let value = |expression: &Expr| -> Result<Value, QueryError> {
        Ok(CompiledExpr::compile(expression, query)?.column(&[], 1, &query.context)?.value(0))
    };
    let (first, last, distance) = (value(from)?, value(to)?, value(step)?);
    let (length, values) = match (&first, &last, &distance) {
        (Value::Int(first), Value::Int(last), Value::Int(step)) => {
            let length = whole_steps((*first).into(), (*last).into(), (*step).into());
            (length, SeriesValues::Int(*first, *step))
        }
        (Value::Real(first), Value::Real(last), Value::Real(step)) => {
            (real_steps(*first, *last, *step), SeriesValues::Real(*first, *step))
        }
        (Value::Long(first), Value::Long(last), Value::Long(step)) => {
            (whole_steps(*first, *last, *step), SeriesValues::Long(*first, *step))
        }
        (Value::DateTime(first), Value::DateTime(last), Value::Timespan(step) | Value::DateTime(step)) => {
            (whole_steps(*first, *last, *step), SeriesValues::DateTime(*first, *step))
        }
        (Value::Timespan(first), Value::Timespan(last), Value::Timespan(step)) => {
            (whole_steps(*first, *last, *step), SeriesValues::Timespan(*first, *step))
        }
        _ if [&first, &last, &distance].iter().any(|value| value.is_null()) => {
            (Some(0), SeriesValues::Long(0, 1))
        }
        _ => return Err(not_supported(&first, from.span)),
    };
    let length =
        length.ok_or_else(|| QueryError::evaluation("the step of range must not be 0", step.span))?;
    Ok(Series { schema: schema.clone(), length, done: 0, values })
}

fn not_supported(value: &Value, span: Span) -> QueryError {
    QueryError::evaluation(format!("range over {} is not supported yet", value.data_type()), span)
}

fn whole_steps(first: i64, last: i64, step: i64) -> Option<u64> {
    if step == 0 {
        return None;
    }
    let distance = i128::from(last) - i128::from(first);
    let steps = distance / i128::from(step);
    let reachable = distance == 0 || (distance > 0) == (step > 0);
    Some(if reachable { u64::try_from(steps + 1).unwrap_or(u64::MAX) } else { 0 })
}

fn real_steps(first: f64, last: f64, step: f64) -> Option<u64> {
    if step == 0.0 || !step.is_finite() || !first.is_finite() {
        return None;
    }
    let steps = ((last - first) / step).floor();
    Some(if steps >= 0.0 { (steps as u64).saturating_add(1) } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_steps_in_both_directions() {
        assert_eq!(whole_steps(1, 10, 3), Some(4));
        assert_eq!(whole_steps(10, 1, -3), Some(4));
        assert_eq!(whole_steps(10, 1, 3), Some(0));
        assert_eq!(whole_steps(5, 5, 3), Some(1));
        assert_eq!(whole_steps(5, 5, 0), None);
        assert_eq!(whole_steps(i64::MIN, i64::MAX, 1), Some(u64::MAX));
        assert_eq!(real_steps(0.0, 1.0, 0.25), Some(5));
        assert_eq!(real_steps(0.0, 1.0, -0.25), Some(0));
    }
}
