//! Conversion between types: the `to...` functions, and the conversions that the binder puts in.

mod cast;
mod dynamic;
mod number;
mod text;
mod time;

pub use cast::{conversion, convert, convert_column};

use kql_types::ScalarType;

use crate::{Arity, Example, Kernel, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[
    &TOSTRING,
    &TOINT,
    &TOLONG,
    &TOREAL,
    &TOBOOL,
    &TODECIMAL,
    &TODATETIME,
    &TOTIMESPAN,
    &TOGUID,
    &TODYNAMIC,
    &TOHEX,
    &GETTYPE,
    &DYNAMIC_TO_JSON,
];

/// Defines a function that converts any type to `$to`.
macro_rules! conversion_function {
    ($name:ident, $names:expr, $to:expr, $doc:expr, $($query:expr => $result:expr),+) => {
        pub(super) static $name: ScalarFunction = ScalarFunction {
            names: &$names,
            doc: $doc,
            examples: &[$(Example { query: $query, result: $result }),+],
            result_name: ResultName::FirstArgument,
            overloads: &[Overload {
                parameters: &[ParameterType::Any],
                arity: Arity::Exact,
                returns: Returns::Exact($to),
                kernel: Kernel::Columns(|call| Ok(convert_column(&call.arguments[0], call.rows, $to))),
            }],
            support: Support::Rows,
        };
    };
}

conversion_function!(
    TOSTRING, ["tostring"], ScalarType::String,
    "The text form of a value; null of any type is the empty string, a dynamic string loses its quotes.",
    "print tostring(123)" => "123",
    "print tostring(1 == 1)" => "True",
    "print tostring(dynamic({'a': [1, 'x']}))" => r#"{"a":[1,"x"]}"#
);
conversion_function!(
    TOINT, ["toint"], ScalarType::Int,
    "A 32-bit integer: a real is cut off at the point, a larger integer wraps, text must be digits or 0x and hex digits.",
    r#"print toint("123")"# => "123",
    "print toint(9999999999)" => "1410065407",
    r#"print toint("5.7")"# => ""
);
conversion_function!(
    TOLONG, ["tolong"], ScalarType::Long,
    "A 64-bit integer: a real is cut off at the point, a time gives its ticks, text must be digits or 0x and hex digits.",
    r#"print tolong("0x1F")"# => "31",
    "print tolong(1d)" => "864000000000",
    r#"print tolong("1e3")"# => ""
);
conversion_function!(
    TOREAL, ["toreal", "todouble"], ScalarType::Real,
    "A real number; a time gives its ticks.",
    r#"print toreal("123.4")"# => "123.4",
    r#"print todouble("abc")"# => ""
);
conversion_function!(
    TOBOOL, ["tobool", "toboolean"], ScalarType::Bool,
    "A bool: a number is true unless it is 0; text must be true, false or an integer.",
    r#"print tobool("TRUE")"# => "True",
    "print tobool(0)" => "False",
    r#"print tobool("yes")"# => ""
);
conversion_function!(
    TODECIMAL, ["todecimal"], ScalarType::Decimal,
    "A decimal number.",
    r#"print todecimal("123.45678")"# => "123.45678"
);
conversion_function!(
    TODATETIME, ["todatetime"], ScalarType::DateTime,
    "A point in time, read from text in any form that a datetime literal may have; an offset is resolved to UTC.",
    r#"print todatetime("2015-12-31 23:59:59.9")"# => "2015-12-31T23:59:59.9000000Z",
    r#"print todatetime("12-02-2022")"# => "2022-12-02T00:00:00.0000000Z",
    r#"print todatetime("13-01-2022")"# => ""
);
conversion_function!(
    TOTIMESPAN, ["totimespan", "totime"], ScalarType::Timespan,
    "A length of time: text in clock form, or a number of ticks.",
    r#"print totimespan("0.00:01:00")"# => "00:01:00",
    "print totimespan(1230)" => "00:00:00.0001230",
    r#"print totimespan("abc")"# => ""
);
conversion_function!(
    TOGUID, ["toguid"], ScalarType::Guid,
    "A guid, read from its 32 hex digits with or without hyphens and brackets.",
    r#"print toguid("70FC66F7-8279-44FC-9092-D364D70FCE44")"# => "70fc66f7-8279-44fc-9092-d364d70fce44"
);

static TODYNAMIC: ScalarFunction = ScalarFunction {
    names: &["todynamic", "parse_json", "parsejson", "toobject"],
    doc: "The value that a JSON text stands for; text that is no JSON becomes a dynamic string, a dynamic stays as it is.",
    examples: &[
        Example { query: r#"print parse_json('{"a": [1, 2]}').a[1]"#, result: "2" },
        Example { query: r#"print todynamic("no json")"#, result: "no json" },
    ],
    result_name: ResultName::FirstArgument,
    overloads: &[
        Overload {
            parameters: &[ParameterType::Exact(ScalarType::Dynamic)],
            arity: Arity::Exact,
            returns: Returns::Exact(ScalarType::Dynamic),
            kernel: Kernel::Columns(|call| Ok(call.arguments[0].clone().into_column(call.rows))),
        },
        Overload {
            parameters: &[ParameterType::Text],
            arity: Arity::Exact,
            returns: Returns::Exact(ScalarType::Dynamic),
            kernel: Kernel::Columns(|call| Ok(dynamic::parse(&call.arguments[0], call.rows))),
        },
    ],
    support: Support::Rows,
};

static DYNAMIC_TO_JSON: ScalarFunction = ScalarFunction {
    names: &["dynamic_to_json"],
    doc: "The JSON text of a dynamic, strings in quotes.",
    examples: &[Example { query: r#"print dynamic_to_json(dynamic("x"))"#, result: r#""x""# }],
    result_name: ResultName::Generated,
    overloads: &[Overload {
        parameters: &[ParameterType::Exact(ScalarType::Dynamic)],
        arity: Arity::Exact,
        returns: Returns::Exact(ScalarType::String),
        kernel: Kernel::Columns(|call| Ok(dynamic::to_json(&call.arguments[0], call.rows))),
    }],
    support: Support::Rows,
};

static TOHEX: ScalarFunction = ScalarFunction {
    names: &["tohex"],
    doc: "The hex digits of an integer, those of two's complement if it is negative; the second argument is the least width.",
    examples: &[
        Example { query: "print tohex(256)", result: "100" },
        Example { query: "print tohex(-256)", result: "ffffffffffffff00" },
        Example { query: "print tohex(256, 8)", result: "00000100" },
    ],
    result_name: ResultName::FirstArgument,
    overloads: &[Overload {
        parameters: &[ParameterType::Integer, ParameterType::Integer],
        arity: Arity::AtLeast(1),
        returns: Returns::Exact(ScalarType::String),
        kernel: Kernel::Columns(|call| Ok(text::tohex(call))),
    }],
    support: Support::Rows,
};

static GETTYPE: ScalarFunction = ScalarFunction {
    names: &["gettype"],
    doc: "The name of the value's type; of a dynamic what it holds: array, dictionary, string, long, double, bool or null.",
    examples: &[
        Example { query: "print gettype(1)", result: "long" },
        Example { query: "print gettype(dynamic({'a': 1}))", result: "dictionary" },
        Example { query: "print gettype(datetime(null))", result: "datetime" },
    ],
    result_name: ResultName::PrefixAndFirstArgument("type"),
    overloads: &[Overload {
        parameters: &[ParameterType::Any],
        arity: Arity::Exact,
        returns: Returns::Exact(ScalarType::String),
        kernel: Kernel::Columns(|call| Ok(text::gettype(&call.arguments[0], call.rows))),
    }],
    support: Support::Rows,
};
