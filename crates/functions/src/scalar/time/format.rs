//! Datetimes and timespans as text of a given form.
//!
//! <https://learn.microsoft.com/kusto/query/format-datetime-function>,
//! <https://learn.microsoft.com/kusto/query/format-timespan-function>

use kql_types::{Column, ScalarType, Value};

use super::pattern::Pattern;
use crate::kernel::rows::strings;
use crate::scalar::signature::{prepared, scalar_function};
use crate::{ArgumentInfo, BoundKernel, KernelError, ParameterType, ResultName, ScalarFunction};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&FORMAT_DATETIME, &FORMAT_TIMESPAN];

const PATTERN: ParameterType = ParameterType::Literal(ScalarType::String);

scalar_function!(
    FORMAT_DATETIME, ["format_datetime"],
    "The datetime as text in a form made of y yy yyyy, M MM, d dd, h hh, H HH, m mm, s ss, f to fffffff, F to FFFFFFF, tt and the delimiters space / - : , . _ [ ].",
    [
        "print format_datetime(datetime(2017-01-29 09:00:05), 'yy-MM-dd [HH:mm:ss]')" => "17-01-29 [09:00:05]",
        "print format_datetime(datetime(2017-01-29 21:00:05), 'yyyy-M-dd h:mm tt')" => "2017-1-29 9:00 PM",
    ],
    ResultName::FirstArgument,
    [prepared(&[ParameterType::Exact(ScalarType::DateTime), PATTERN], ScalarType::String, |arguments| {
        bind(arguments, Pattern::of_datetime)
    })],
);
scalar_function!(
    FORMAT_TIMESPAN, ["format_timespan"],
    "The timespan, without its sign, as text in a form made of d to dddddddd, H HH, m mm, s ss, f to fffffff, F to FFFFFFF and the delimiters space / - : , . _ [ ].",
    [
        "print format_timespan(time(29.09:00:05.12345), 'dd.hh:mm:ss:FF')" => "29.09:00:05:12",
        "print format_timespan(time(29.09:00:05.12345), 'ddd.h:mm:ss [fffffff]')" => "029.9:00:05 [1234500]",
    ],
    ResultName::FirstArgument,
    [prepared(&[ParameterType::Exact(ScalarType::Timespan), PATTERN], ScalarType::String, |arguments| {
        bind(arguments, Pattern::of_timespan)
    })],
);

/// Null is the empty text.
fn bind(
    arguments: &[ArgumentInfo<'_>],
    compile: fn(&str) -> Result<Pattern, KernelError>,
) -> Result<BoundKernel, KernelError> {
    let Some(Value::String(text)) = arguments[1].constant else {
        return Err(KernelError::new("the format must be a constant"));
    };
    let pattern = compile(text)?;
    Ok(Box::new(move |call| {
        let times = call.arguments[0].longs();
        Ok(Column::String(
            strings(call.rows, |row, out| {
                if let Some(ticks) = times.get(row) {
                    pattern.write(ticks.unsigned_abs(), out);
                }
            })
            .into(),
        ))
    }))
}

#[cfg(test)]
mod tests {
    use kql_types::{ScalarType, Value, datetime, timespan};

    use crate::testing::{call, s, text};

    fn moment(text: &str) -> Value {
        Value::DateTime(datetime::parse(text).unwrap())
    }

    #[test]
    fn datetimes() {
        for (at, pattern, expected) in [
            ("2017-01-29 09:00:05", "yy-MM-dd [hh:mm:ss tt]", "17-01-29 [09:00:05 AM]"),
            ("2017-01-29 09:00:05", "yyyy-M-dd [H:mm:ss]", "2017-1-29 [9:00:05]"),
            ("0900-06-01 00:05", "y yy yyyy M d h H m s tt", "0 00 0900 6 1 12 0 5 0 AM"),
            ("2009-06-15 13:45:30.617", "f ff fff ffff hh", "6 61 617 6170 01"),
            ("2009-06-15 13:45:30.0001150", "F|FFFF|FFFFFFF".replace('|', ".").as_str(), ".0001.000115"),
            ("2009-06-15", "", ""),
        ] {
            assert_eq!(text("format_datetime", &[moment(at), s(pattern)]), expected, "{pattern}");
        }
        assert_eq!(text("format_datetime", &[Value::Null(ScalarType::DateTime), s("yyyy")]), "");
    }

    #[test]
    fn what_is_not_supported_is_named() {
        for (pattern, named) in [("yyyy-MMM", "'MMM'"), ("yyyyTHH", "'T'"), ("ddd", "'ddd'"), ("é", "'é'")]
        {
            let error = call("format_datetime", &[moment("2009-06-15"), s(pattern)]).unwrap_err();
            assert!(error.message.starts_with(named), "{}", error.message);
        }
    }

    #[test]
    fn timespans() {
        let span = |text: &str| Value::Timespan(timespan::parse(text).unwrap());
        for (of, pattern, expected) in [
            ("15.13:45:30", "d dd ddd", "15 15 015"),
            ("15.01:09:09", "H HH m mm s ss", "1 01 9 09 9 09"),
            ("15.13:45:30.05", "f.F.ff.FF", "0..05.05"),
            ("-01:00:00", "HH:mm", "01:00"),
        ] {
            assert_eq!(text("format_timespan", &[span(of), s(pattern)]), expected, "{pattern}");
        }
        assert!(call("format_timespan", &[span("01:00:00"), s("yyyy")]).is_err());
    }
}
