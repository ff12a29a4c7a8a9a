//! Columns as the type that a table's schema asks for, and parts of dynamics, as they would come out of JSON.

use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use kql_types::dynamic::{write_json_string, write_value};
use kql_types::{Column, ColumnBuilder, ScalarType, Value};

use super::convert::Converted;
use crate::json::canonical;
use crate::scalar::{self, Token};

/// The column as one of type `wanted`.
pub(crate) fn coerce(column: Column, wanted: ScalarType) -> Converted {
    let nulls = column.array().null_count();
    let coerced = match (&column, wanted) {
        _ if column.data_type() == wanted => return column.into(),
        (Column::Int(ints), ScalarType::Long) => Column::Long(ints.unary::<_, Int64Type>(i64::from)),
        (Column::Int(ints), ScalarType::Real) => Column::Real(ints.unary::<_, Float64Type>(f64::from)),
        (Column::Long(longs), ScalarType::Real) => Column::Real(longs.unary::<_, Float64Type>(|n| n as f64)),
        (Column::Long(longs), ScalarType::Int) => {
            Column::Int(longs.unary_opt::<_, Int32Type>(|n| i32::try_from(n).ok()))
        }
        _ => return one_by_one(&column, wanted),
    };
    let misfits = coerced.array().null_count() - nulls;
    Converted { column: coerced, misfits }
}

fn one_by_one(column: &Column, wanted: ScalarType) -> Converted {
    let mut builder = ColumnBuilder::with_capacity(wanted, column.len());
    let mut misfits = 0;
    for row in 0..column.len() {
        match value(column.value(row), wanted) {
            scalar::Converted::Value(value) => builder.push(&value),
            scalar::Converted::Absent => builder.push_absent(),
            scalar::Converted::Misfit => {
                misfits += 1;
                builder.push_absent();
            }
        }
    }
    Converted { column: builder.finish(), misfits }
}

fn value(value: Value, wanted: ScalarType) -> scalar::Converted<Value> {
    match wanted {
        _ if value.is_null() => scalar::Converted::Absent,
        ScalarType::String => scalar::Converted::Value(Value::String(plain_text(&value))),
        ScalarType::Dynamic => dynamic(&value),
        ScalarType::Bool => typed(&value, scalar::to_bool, Value::Bool),
        ScalarType::Int => typed(&value, scalar::to_int, Value::Int),
        ScalarType::Long => typed(&value, scalar::to_long, Value::Long),
        ScalarType::Real => typed(&value, scalar::to_real, Value::Real),
        ScalarType::Decimal => typed(&value, scalar::to_decimal, Value::Decimal),
        ScalarType::DateTime => typed(&value, scalar::to_datetime, Value::DateTime),
        ScalarType::Timespan => typed(&value, scalar::to_timespan, Value::Timespan),
        ScalarType::Guid => typed(&value, scalar::to_guid, Value::Guid),
    }
}

/// What a string column has of a value of JSON.
fn plain_text(value: &Value) -> String {
    match value {
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        other => other.to_text(),
    }
}

/// Text that is an object or an array becomes that, as exports of dynamic columns have it.
fn dynamic(value: &Value) -> scalar::Converted<Value> {
    let mut json = String::new();
    match value {
        Value::String(text) if text.is_empty() => return scalar::Converted::Absent,
        Value::String(text) => {
            let nested = text.trim_start().starts_with(['{', '[']).then(|| canonical(text)).flatten();
            match nested {
                Some(nested) => json = nested,
                None => write_json_string(&mut json, text),
            }
        }
        other => write_value(&mut json, other),
    }
    scalar::Converted::Value(Value::Dynamic(json))
}

fn typed<T>(
    value: &Value,
    convert: impl Fn(&Token<'_>) -> scalar::Converted<T>,
    finish: impl Fn(T) -> Value,
) -> scalar::Converted<Value> {
    let text = value.to_text();
    let token = match value {
        Value::Bool(value) => Token::Bool(*value),
        Value::Int(_) | Value::Long(_) | Value::Real(_) | Value::Decimal(_) => Token::Number(&text),
        Value::Dynamic(json) => match scalar::token(json.as_bytes()) {
            Ok(token) => token,
            Err(_) => return scalar::Converted::Misfit,
        },
        _ => Token::Text(text.as_str().into()),
    };
    match convert(&token) {
        scalar::Converted::Value(value) => scalar::Converted::Value(finish(value)),
        scalar::Converted::Absent => scalar::Converted::Absent,
        scalar::Converted::Misfit => scalar::Converted::Misfit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: Value, wanted: ScalarType) -> Value {
        coerce(Column::repeat(&value, 1), wanted).column.value(0)
    }

    #[test]
    fn values_become_what_json_would_have_become() {
        let text = |text: &str| Value::String(text.to_owned());
        let dynamic = |json: &str| Value::Dynamic(json.to_owned());
        assert_eq!(
            one(text("2024-01-02T00:00:00Z"), ScalarType::DateTime).to_text(),
            "2024-01-02T00:00:00.0000000Z"
        );
        assert_eq!(one(text("50057"), ScalarType::Long), Value::Long(50057));
        assert_eq!(one(text("{\"a\": 1}"), ScalarType::Dynamic), dynamic("{\"a\":1}"));
        assert_eq!(one(text("{a"), ScalarType::Dynamic), dynamic("\"{a\""));
        assert_eq!(one(text(""), ScalarType::Dynamic), Value::Null(ScalarType::Dynamic));
        assert_eq!(one(Value::Bool(true), ScalarType::String), text("true"));
        assert_eq!(one(Value::Long(5), ScalarType::String), text("5"));
        assert_eq!(one(Value::Real(5.0), ScalarType::Long), Value::Long(5));
        assert_eq!(one(Value::Long(1 << 40), ScalarType::Int), Value::Null(ScalarType::Int));
        assert_eq!(one(Value::Long(5), ScalarType::DateTime), Value::Null(ScalarType::DateTime));
        assert_eq!(coerce(Column::repeat(&Value::Long(5), 3), ScalarType::DateTime).misfits, 3);
    }
}
