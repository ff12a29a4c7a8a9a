//! Making arrays, and making strings of them.

use arrow_array::builder::StringViewBuilder;
use kql_types::ScalarType::{DateTime, Real, String as Text, Timespan};
use kql_types::dynamic::{to_text, write_value};
use kql_types::timespan::TICKS_PER_HOUR;
use kql_types::{Column, Operand, Value};

use super::{ARRAY, DYNAMIC};
use crate::kernel::dynamic::{Arrays, JsonValues, dynamic_column, write_array};
use crate::{Call, Example, KernelError, Overload, ParameterType, ResultName, ScalarFunction, Support};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&PACK_ARRAY, &ARRAY_CONCAT, &ZIP, &REPEAT, &RANGE, &STRCAT_ARRAY];

/// `range` stops there, whatever the bounds:
/// <https://learn.microsoft.com/kusto/query/range-function>.
const MAX_ELEMENTS: usize = 1 << 20;

static PACK_ARRAY: ScalarFunction = ScalarFunction {
    names: &["pack_array"],
    doc: "An array of the arguments.",
    examples: &[Example { query: "print pack_array(1, 'a', 2s)", result: r#"[1,"a","00:00:02"]"# }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ParameterType::Any], DYNAMIC, pack_array).repeating(1, 1)],
    support: Support::Rows,
};

fn pack_array(call: &Call<'_>) -> Result<Column, KernelError> {
    let values: Vec<JsonValues<'_>> = call.arguments.iter().map(JsonValues::new).collect();
    Ok(dynamic_column(call.rows, |row, out| {
        out.push('[');
        for (position, value) in values.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            value.write(row, out);
        }
        out.push(']');
        Some(())
    }))
}

static ARRAY_CONCAT: ScalarFunction = ScalarFunction {
    names: &["array_concat"],
    doc: "The elements of all arrays, one array after the other; null if an argument is no array.",
    examples: &[Example { query: "print array_concat(dynamic([1, 2]), dynamic([3]))", result: "[1,2,3]" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY], DYNAMIC, array_concat).repeating(1, 1)],
    support: Support::Rows,
};

fn array_concat(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts: Vec<_> = call.arguments.iter().map(Operand::strings).collect();
    Ok(dynamic_column(call.rows, |row, out| {
        out.push('[');
        for texts in &texts {
            let elements = texts.get(row)?.strip_prefix('[')?.strip_suffix(']')?;
            if out.len() > 1 && !elements.is_empty() {
                out.push(',');
            }
            out.push_str(elements);
        }
        out.push(']');
        Some(())
    }))
}

static ZIP: ScalarFunction = ScalarFunction {
    names: &["zip"],
    doc: "An array of arrays: the first elements, the second elements, ...; null where an array is shorter than the longest.",
    examples: &[Example { query: "print zip(dynamic([1, 3]), dynamic([2]))", result: "[[1,2],[3,null]]" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[ARRAY], DYNAMIC, zip).repeating(1, 2)],
    support: Support::Rows,
};

fn zip(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut arrays: Vec<Arrays<'_>> = call.arguments.iter().map(Arrays::new).collect();
    Ok(dynamic_column(call.rows, |row, out| {
        let arrays: Vec<&[&str]> = arrays.iter_mut().map(|array| array.get(row)).collect::<Option<_>>()?;
        let longest = arrays.iter().map(|array| array.len()).max()?;
        out.push('[');
        for position in 0..longest {
            if position > 0 {
                out.push(',');
            }
            write_array(out, arrays.iter().map(|array| array.get(position).copied().unwrap_or("null")));
        }
        out.push(']');
        Some(())
    }))
}

static REPEAT: ScalarFunction = ScalarFunction {
    names: &["repeat"],
    doc: "An array that holds the value so many times; null if the count is negative.",
    examples: &[Example { query: "print repeat(1, 3)", result: "[1,1,1]" }],
    result_name: ResultName::PrefixAndFirstArgument("repeat"),
    overloads: &[Overload::new(&[ParameterType::Any, ParameterType::Integer], DYNAMIC, repeat)],
    support: Support::Rows,
};

fn repeat(call: &Call<'_>) -> Result<Column, KernelError> {
    let values = JsonValues::new(&call.arguments[0]);
    let counts = call.arguments[1].longs();
    if (0..call.rows).any(|row| counts.get(row).is_some_and(|count| count > MAX_ELEMENTS as i64)) {
        return Err(KernelError::new(format!("repeat makes at most {MAX_ELEMENTS} elements")));
    }
    let mut value = String::new();
    Ok(dynamic_column(call.rows, |row, out| {
        let count = usize::try_from(counts.get(row)?).ok()?;
        value.clear();
        values.write(row, &mut value);
        write_array(out, std::iter::repeat_n(value.as_str(), count));
        Some(())
    }))
}

static RANGE: ScalarFunction = ScalarFunction {
    names: &["range"],
    doc: "An array of equally spaced values up to and including the stop; the step is 1, or 1h between times. At most \
          1048576 elements. <https://learn.microsoft.com/kusto/query/range-function>",
    examples: &[
        Example { query: "print range(1, 8, 3)", result: "[1,4,7]" },
        Example { query: "print range(1h, 3h)", result: r#"["01:00:00","02:00:00","03:00:00"]"# },
    ],
    result_name: ResultName::Generated,
    overloads: &[
        Overload::new(&[ParameterType::Integer; 3], DYNAMIC, |call| Ok(range(call, Value::Long, 1)))
            .at_least(2),
        Overload::new(&[ParameterType::Exact(Real); 3], DYNAMIC, range_of_reals).at_least(2),
        Overload::new(
            &[ParameterType::Exact(DateTime), ParameterType::Exact(DateTime), ParameterType::Exact(Timespan)],
            DYNAMIC,
            |call| Ok(range(call, Value::DateTime, TICKS_PER_HOUR)),
        )
        .at_least(2),
        Overload::new(&[ParameterType::Exact(Timespan); 3], DYNAMIC, |call| {
            Ok(range(call, Value::Timespan, TICKS_PER_HOUR))
        })
        .at_least(2),
    ],
    support: Support::Rows,
};

fn range(call: &Call<'_>, element: fn(i64) -> Value, default_step: i64) -> Column {
    let (from, to) = (call.arguments[0].longs(), call.arguments[1].longs());
    let steps = call.arguments.get(2).map(Operand::longs);
    dynamic_column(call.rows, |row, out| {
        let (from, to) = (from.get(row)?, to.get(row)?);
        let step = steps.map_or(Some(default_step), |steps| steps.get(row)).filter(|step| *step != 0)?;
        let inside = |value: &i64| if step > 0 { *value <= to } else { *value >= to };
        let values = std::iter::successors(Some(from), |value| value.checked_add(step)).take_while(inside);
        write_values(out, values.map(element));
        Some(())
    })
}

fn range_of_reals(call: &Call<'_>) -> Result<Column, KernelError> {
    let (from, to) = (call.arguments[0].reals(), call.arguments[1].reals());
    let steps = call.arguments.get(2).map(Operand::reals);
    Ok(dynamic_column(call.rows, |row, out| {
        let (from, to) = (from.get(row)?, to.get(row)?);
        let step = steps.map_or(Some(1.0), |steps| steps.get(row)).filter(|step| *step != 0.0)?;
        let inside = |value: &f64| if step > 0.0 { *value <= to } else { *value >= to };
        let values = std::iter::successors(Some(from), |value| Some(value + step)).take_while(inside);
        write_values(out, values.map(Value::Real));
        Some(())
    }))
}

fn write_values(out: &mut String, values: impl Iterator<Item = Value>) {
    out.push('[');
    for (position, value) in values.take(MAX_ELEMENTS).enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_value(out, &value);
    }
    out.push(']');
}

static STRCAT_ARRAY: ScalarFunction = ScalarFunction {
    names: &["strcat_array", "array_strcat"],
    doc: "The elements of an array as text, with a delimiter between them.",
    examples: &[Example { query: "print strcat_array(dynamic([1, 'a', null]), '->')", result: "1->a->" }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(
        &[ARRAY, ParameterType::ExactOrDynamic(Text)],
        crate::Returns::Exact(Text),
        strcat_array,
    )],
    support: Support::Rows,
};

fn strcat_array(call: &Call<'_>) -> Result<Column, KernelError> {
    let mut arrays = Arrays::new(&call.arguments[0]);
    let delimiters = call.arguments[1].strings();
    let mut builder = StringViewBuilder::with_capacity(call.rows);
    let mut text = String::new();
    for row in 0..call.rows {
        text.clear();
        for (position, element) in arrays.get(row).unwrap_or_default().iter().enumerate() {
            if position > 0 {
                text.push_str(delimiters.text(row));
            }
            text.push_str(&to_text(element));
        }
        builder.append_value(&text);
    }
    Ok(Column::String(builder.finish().into()))
}
