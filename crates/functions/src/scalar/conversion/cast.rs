//! Any type to any other.

use kql_types::{Column, Operand, ScalarType};

use super::{TOBOOL, TODATETIME, TODECIMAL, TOGUID, TOINT, TOLONG, TOREAL, TOSTRING, TOTIMESPAN};
use super::{dynamic, number, text, time};
use crate::{Arity, Kernel, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support};

/// The conversion that the binder puts around an argument of type `from` where `to` is wanted: `to`'s own conversion
/// function, with its only overload. `None` if there is nothing to do.
///
/// To dynamic this is not `todynamic`, which parses text: a string becomes a dynamic string.
pub fn conversion(from: ScalarType, to: ScalarType) -> Option<&'static ScalarFunction> {
    let function = match to {
        ScalarType::Bool => &TOBOOL,
        ScalarType::Int => &TOINT,
        ScalarType::Long => &TOLONG,
        ScalarType::Real => &TOREAL,
        ScalarType::Decimal => &TODECIMAL,
        ScalarType::DateTime => &TODATETIME,
        ScalarType::Timespan => &TOTIMESPAN,
        ScalarType::Guid => &TOGUID,
        ScalarType::String => &TOSTRING,
        ScalarType::Dynamic => &AS_DYNAMIC,
    };
    (from != to).then_some(function)
}

/// The value as an element of a dynamic. Not in the family's list, because the language has no name for it.
static AS_DYNAMIC: ScalarFunction = ScalarFunction {
    names: &["dynamic"],
    doc: "The value as a dynamic.",
    examples: &[],
    result_name: ResultName::FirstArgument,
    overloads: &[Overload {
        parameters: &[ParameterType::Any],
        arity: Arity::Exact,
        returns: Returns::Exact(ScalarType::Dynamic),
        kernel: Kernel::Columns(|call| {
            Ok(convert_column(&call.arguments[0], call.rows, ScalarType::Dynamic))
        }),
    }],
    support: Support::Rows,
};

/// The operand as a column of another type, converted as the `to...` functions do. What does not convert is null.
pub fn convert_column(operand: &Operand, rows: usize, to: ScalarType) -> Column {
    match operand {
        Operand::Column(column) => column_to(column, to),
        Operand::Constant(value) => {
            let one = column_to(&Column::repeat(value, 1), to);
            Column::repeat(&one.value(0), rows)
        }
    }
}

/// The operand in another type, converted as the `to...` functions do. A constant stays a constant.
pub fn convert(operand: &Operand, to: ScalarType) -> Operand {
    match operand {
        operand if operand.data_type() == to => operand.clone(),
        Operand::Column(column) => Operand::Column(column_to(column, to)),
        Operand::Constant(value) => Operand::Constant(column_to(&Column::repeat(value, 1), to).value(0)),
    }
}

fn column_to(column: &Column, to: ScalarType) -> Column {
    if column.data_type() == to {
        return column.clone();
    }
    match to {
        ScalarType::Bool => Column::Bool(number::to_bool(column)),
        ScalarType::Int => Column::Int(number::to_int(column)),
        ScalarType::Long => Column::Long(number::to_long(column)),
        ScalarType::Real => Column::Real(number::to_real(column)),
        ScalarType::Decimal => Column::Decimal(number::to_decimal(column)),
        ScalarType::DateTime => Column::DateTime(time::to_datetime(column)),
        ScalarType::Timespan => Column::Timespan(time::to_timespan(column)),
        ScalarType::Guid => Column::Guid(text::to_guid(column)),
        ScalarType::String => Column::String(column.to_text().into()),
        ScalarType::Dynamic => Column::Dynamic(dynamic::as_dynamic(column).into()),
    }
}
