//! Calls a function by name on plain values, as the binder would, for unit tests.

use kql_types::{Column, Operand, ScalarType, Value};

use crate::{
    ArgumentInfo, Arity, Call, Context, Kernel, KernelError, Overload, ParameterType, Returns, registry,
};

/// The function's answer over these values. It is asked with all arguments constant, with only the first one a column,
/// and with all of them columns; ways that the kernel refuses (a pattern must be constant) are left out, and the others
/// must agree.
pub(crate) fn call(name: &str, values: &[Value]) -> Result<Value, KernelError> {
    let constant = call_with(name, values, |_| true)?;
    for is_constant in [|index: usize| index > 0, |_: usize| false] {
        if let Ok(answer) = call_with(name, values, is_constant) {
            // By text, since NaN does not equal itself.
            assert_eq!(format!("{answer:?}"), format!("{constant:?}"), "{name}{values:?}");
        }
    }
    Ok(constant)
}

/// The answer as `tostring` shows it.
pub(crate) fn text(name: &str, values: &[Value]) -> String {
    match call(name, values) {
        Ok(value) => value.to_text(),
        Err(error) => panic!("{name}{values:?}: {error}"),
    }
}

/// A string.
pub(crate) fn s(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A dynamic of compact JSON text.
pub(crate) fn d(json: &str) -> Value {
    Value::Dynamic(json.to_owned())
}

/// A long.
pub(crate) fn l(number: i64) -> Value {
    Value::Long(number)
}

fn call_with(
    name: &str,
    values: &[Value],
    is_constant: impl Fn(usize) -> bool,
) -> Result<Value, KernelError> {
    let function = registry::scalar(name).unwrap_or_else(|| panic!("no function {name}"));
    let (overload, values) = (function.overloads.iter())
        .find_map(|overload| Some((overload, convert_all(overload, values)?)))
        .unwrap_or_else(|| panic!("{name} does not take {values:?}"));
    let arguments: Vec<ArgumentInfo<'_>> = (values.iter().enumerate())
        .map(|(index, value)| ArgumentInfo {
            data_type: value.data_type(),
            constant: is_constant(index).then_some(value),
        })
        .collect();
    let operands: Vec<Operand> = (values.iter().enumerate())
        .map(|(index, value)| match is_constant(index) {
            true => Operand::Constant(value.clone()),
            false => Operand::Column(Column::repeat(value, 2)),
        })
        .collect();
    let context = Context { now: 0, ..Context::default() };
    let returns = returns(overload, &arguments).map_err(KernelError::new)?;
    let call = Call { arguments: &operands, rows: 2, returns, context: &context };
    let answer = match overload.kernel {
        Kernel::Columns(kernel) => kernel(&call)?,
        Kernel::Prepared(prepare) => prepare(&arguments)?(&call)?,
    };
    assert_eq!(answer.len(), 2, "{name} keeps the number of rows");
    assert_eq!(answer.data_type(), returns, "{name} keeps its type");
    assert_eq!(
        format!("{:?}", answer.value(0)),
        format!("{:?}", answer.value(1)),
        "{name} is the same in each row"
    );
    Ok(answer.value(0))
}

fn returns(overload: &Overload, arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    match overload.returns {
        Returns::Exact(data_type) => Ok(data_type),
        Returns::Argument(index) => Ok(arguments[index].data_type),
        Returns::Promoted(index) if arguments[index].data_type == ScalarType::Int => Ok(ScalarType::Long),
        Returns::Promoted(index) => Ok(arguments[index].data_type),
        Returns::Common => Ok(arguments[arguments.len() - 1].data_type),
        Returns::Computed(compute) => compute(arguments),
    }
}

fn convert_all(overload: &Overload, values: &[Value]) -> Option<Vec<Value>> {
    let parameters = overload.parameters;
    let accepted = match overload.arity {
        Arity::Exact => values.len() == parameters.len(),
        Arity::AtLeast(least) => (least..=parameters.len()).contains(&values.len()),
        Arity::Repeat { least, .. } => values.len() >= least,
        Arity::RepeatThenLast => {
            values.len() >= parameters.len() && (values.len() - 1).is_multiple_of(parameters.len() - 1)
        }
    };
    let parameter = |index: usize| match overload.arity {
        Arity::Repeat { group, .. } if index >= parameters.len() => {
            parameters[parameters.len() - group + (index - parameters.len()) % group]
        }
        Arity::RepeatThenLast if index + 1 == values.len() => parameters[parameters.len() - 1],
        Arity::RepeatThenLast => parameters[index % (parameters.len() - 1)],
        _ => parameters[index],
    };
    accepted
        .then(|| values.iter().enumerate().map(|(index, value)| convert(parameter(index), value)).collect())?
}

fn convert(parameter: ParameterType, value: &Value) -> Option<Value> {
    match (parameter, value) {
        (ParameterType::Exact(wanted) | ParameterType::ExactOrDynamic(wanted), value)
        | (ParameterType::Literal(wanted), value)
            if value.data_type() == wanted =>
        {
            Some(value.clone())
        }
        (
            ParameterType::ExactOrDynamic(ScalarType::String),
            Value::Dynamic(_) | Value::Null(ScalarType::Dynamic),
        )
        | (ParameterType::Text, _) => Some(Value::String(value.to_text())),
        (
            ParameterType::Exact(ScalarType::Long) | ParameterType::ExactOrDynamic(ScalarType::Long),
            Value::Int(value),
        )
        | (ParameterType::Integer, Value::Int(value)) => Some(Value::Long(i64::from(*value))),
        (
            ParameterType::Exact(ScalarType::Real) | ParameterType::ExactOrDynamic(ScalarType::Real),
            Value::Long(value),
        ) => Some(Value::Real(*value as f64)),
        (ParameterType::Integer, Value::Long(_) | Value::Null(ScalarType::Long)) => Some(value.clone()),
        (ParameterType::Number, value) if value.data_type().is_number() => Some(value.clone()),
        (ParameterType::AnyButDynamic, value) if value.data_type() != ScalarType::Dynamic => {
            Some(value.clone())
        }
        (ParameterType::Any | ParameterType::Common | ParameterType::StrictCommon, value) => {
            Some(value.clone())
        }
        _ => None,
    }
}
