//! Sizes of data as text.
//!
//! <https://learn.microsoft.com/kusto/query/format-bytes-function>

use std::fmt::Write;

use kql_types::{Column, ScalarType, ScalarType::String};

use super::rounding::round_real;
use crate::kernel::rows::strings;
use crate::scalar::conversion::convert;
use crate::scalar::signature::{columns, scalar_function};
use crate::{Call, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&FORMAT_BYTES];

/// Each is 1024 of the one before.
const UNITS: [&str; 7] = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB"];

scalar_function!(
    FORMAT_BYTES, ["format_bytes"],
    "A number of bytes in the largest unit of which it is at least one, or in the given unit (Bytes, KB, MB, GB, TB, PB, EB), rounded to so many digits behind the point (0).",
    [
        "print format_bytes(564)" => "564 Bytes",
        "print format_bytes(10332, 1)" => "10.1 KB",
        r#"print format_bytes(20010332, 0, "KB")"# => "19541 KB",
    ],
    ResultName::FirstArgument,
    [columns(
        &[ParameterType::Number, ParameterType::Integer, ParameterType::Exact(String)], String, format_bytes,
    ).at_least(1)],
);

fn format_bytes(call: &Call<'_>) -> Result<Column, KernelError> {
    let sizes = convert(&call.arguments[0], ScalarType::Real);
    let sizes = sizes.reals();
    let precisions = call.arguments.get(1).map(|precision| precision.longs());
    let units = call.arguments.get(2).map(|unit| unit.strings());
    let mut unknown = None;
    let texts = strings(call.rows, |row, out| {
        let precision = precisions.as_ref().map_or(Some(0), |precisions| precisions.get(row));
        let (Some(size), Some(precision)) = (sizes.get(row), precision) else {
            return;
        };
        let name = units.as_ref().map_or("", |units| units.text(row));
        match if name.is_empty() { Some(fitting(size)) } else { UNITS.iter().position(|unit| *unit == name) }
        {
            Some(unit) => {
                let number = round_real(size / 1024f64.powi(unit as i32), precision);
                // Writing to a string cannot fail.
                let _ = write!(out, "{number} {}", UNITS[unit]);
            }
            None => unknown = Some(name),
        }
    });
    match unknown {
        Some(name) => {
            Err(KernelError::new(format!("'{name}' is no unit of data; there are {}", UNITS.join(", "))))
        }
        None => Ok(Column::String(texts.into())),
    }
}

fn fitting(size: f64) -> usize {
    let size = size.abs();
    (1..UNITS.len()).rev().find(|unit| size >= 1024f64.powi(*unit as i32)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value};

    use crate::testing::{call, l, s, text};

    #[test]
    fn sizes() {
        assert_eq!(text("format_bytes", &[l(1023)]), "1023 Bytes");
        assert_eq!(text("format_bytes", &[l(1024)]), "1 KB");
        assert_eq!(text("format_bytes", &[l(-2048)]), "-2 KB");
        assert_eq!(text("format_bytes", &[l(20_010_332)]), "19 MB");
        assert_eq!(text("format_bytes", &[l(20_010_332), l(2)]), "19.08 MB");
        assert_eq!(text("format_bytes", &[l(i64::MAX)]), "8 EB");
        assert_eq!(text("format_bytes", &[l(512), l(1), s("KB")]), "0.5 KB");
        assert_eq!(text("format_bytes", &[l(2048), l(1), s("")]), "2 KB");
        assert_eq!(text("format_bytes", &[Value::Null(ScalarType::Long)]), "");
        assert!(call("format_bytes", &[l(1), l(1), s("XB")]).is_err());
    }
}
