//! Chooses a signature, and converts arguments to what it asks for.

use kql_functions::scalar::conversion::conversion;
use kql_functions::{AggregateOverload, ArgumentInfo, Arity, Context, Overload, ParameterType, Returns};
use kql_types::ScalarType;

use super::fold::{argument_info, fold_call};
use crate::{Expr, ExprKind};

/// What scalar and aggregate overloads have in common.
pub(super) trait Signature: 'static {
    fn parameters(&self) -> &'static [ParameterType];
    fn arity(&self) -> Arity;
    fn returns(&self) -> Returns;
}

impl Signature for Overload {
    fn parameters(&self) -> &'static [ParameterType] {
        self.parameters
    }
    fn arity(&self) -> Arity {
        self.arity
    }
    fn returns(&self) -> Returns {
        self.returns
    }
}

impl Signature for AggregateOverload {
    fn parameters(&self) -> &'static [ParameterType] {
        self.parameters
    }
    fn arity(&self) -> Arity {
        self.arity
    }
    fn returns(&self) -> Returns {
        self.returns
    }
}

/// A call whose signature is chosen.
pub(super) struct Resolved<O: 'static> {
    pub overload: &'static O,
    /// Converted to the types that the overload asks for.
    pub arguments: Vec<Expr>,
    pub returns: ScalarType,
}

/// Why no signature fits.
pub(super) enum Mismatch {
    /// The number of arguments.
    Count,
    /// The argument at that position is not of a type that is accepted.
    Argument(usize, String),
    /// The arguments together.
    Together(String),
}

/// The first overload that accepts the arguments.
pub(super) fn resolve<O: Signature>(
    overloads: &'static [O],
    arguments: &[Expr],
    context: &Context,
) -> Result<Resolved<O>, Mismatch> {
    let mut mismatch = Mismatch::Count;
    for overload in overloads {
        match try_overload(overload, arguments, context) {
            Ok(resolved) => return Ok(resolved),
            // The first signature with the right number of arguments tells most about what was meant.
            Err(Mismatch::Count) => {}
            Err(found) if matches!(mismatch, Mismatch::Count) => mismatch = found,
            Err(_) => {}
        }
    }
    Err(mismatch)
}

fn try_overload<O: Signature>(
    overload: &'static O,
    arguments: &[Expr],
    context: &Context,
) -> Result<Resolved<O>, Mismatch> {
    let (parameters, arity) = (overload.parameters(), overload.arity());
    if !accepts_count(parameters, arity, arguments.len()) {
        return Err(Mismatch::Count);
    }
    let parameter = |index| parameter_at(parameters, arity, index, arguments.len());
    let common = common_type(arguments, parameter)?;
    let mut converted = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        let wanted =
            target(parameter(index), argument, common).map_err(|why| Mismatch::Argument(index, why))?;
        converted.push(convert(argument.clone(), wanted, context));
    }
    let returns = returns(overload.returns(), &converted, common)?;
    Ok(Resolved { overload, arguments: converted, returns })
}

fn returns(returns: Returns, arguments: &[Expr], common: Option<ScalarType>) -> Result<ScalarType, Mismatch> {
    let argument = |index: usize| arguments.get(index).map_or(ScalarType::Dynamic, |found| found.data_type);
    match returns {
        Returns::Exact(data_type) => Ok(data_type),
        Returns::Argument(index) => Ok(argument(index)),
        Returns::Promoted(index) => Ok(match argument(index) {
            ScalarType::Int => ScalarType::Long,
            other => other,
        }),
        Returns::Common => Ok(common.unwrap_or(ScalarType::Dynamic)),
        Returns::Computed(compute) => {
            let infos: Vec<ArgumentInfo<'_>> = arguments.iter().map(argument_info).collect();
            compute(&infos).map_err(|why| Mismatch::Together(why.trim_end_matches('.').to_owned()))
        }
    }
}

fn accepts_count(parameters: &[ParameterType], arity: Arity, count: usize) -> bool {
    match arity {
        Arity::Exact => count == parameters.len(),
        Arity::AtLeast(least) => (least..=parameters.len()).contains(&count),
        Arity::Repeat { group, least } => {
            count >= least && count.saturating_sub(parameters.len().saturating_sub(group)) % group.max(1) == 0
        }
        Arity::RepeatThenLast => {
            let group = parameters.len().saturating_sub(1).max(1);
            count >= parameters.len() && (count - 1).is_multiple_of(group)
        }
    }
}

fn parameter_at(parameters: &[ParameterType], arity: Arity, index: usize, count: usize) -> ParameterType {
    let last = parameters.len().saturating_sub(1);
    let place = match arity {
        Arity::Repeat { group, .. } if index >= parameters.len() => {
            parameters.len() - group + (index - parameters.len()) % group
        }
        Arity::RepeatThenLast if index + 1 == count => last,
        Arity::RepeatThenLast => index % last.max(1),
        _ => index,
    };
    parameters.get(place).copied().unwrap_or(ParameterType::Any)
}

/// The type to which an argument has to be converted.
fn target(
    parameter: ParameterType,
    argument: &Expr,
    common: Option<ScalarType>,
) -> Result<ScalarType, String> {
    let given = argument.data_type;
    let expected = |what: &str| Err(format!("A value of type {what} expected, not {given}"));
    match parameter {
        ParameterType::Exact(wanted) if widens(given, wanted) => Ok(wanted),
        ParameterType::Exact(wanted) => expected(wanted.name()),
        ParameterType::ExactOrDynamic(wanted) if given == ScalarType::Dynamic || widens(given, wanted) => {
            Ok(wanted)
        }
        ParameterType::ExactOrDynamic(wanted) => expected(&format!("{wanted} or dynamic")),
        ParameterType::Text => Ok(ScalarType::String),
        ParameterType::Number if given.is_number() => Ok(given),
        ParameterType::Number => expected("int, long, real or decimal"),
        ParameterType::Integer if given.is_integer() => Ok(ScalarType::Long),
        ParameterType::Integer => expected("int or long"),
        ParameterType::Any => Ok(given),
        ParameterType::AnyButDynamic if given != ScalarType::Dynamic => Ok(given),
        ParameterType::AnyButDynamic => {
            Err("The value of type 'dynamic' is not allowed in this context".to_owned())
        }
        ParameterType::Common | ParameterType::StrictCommon => Ok(common.unwrap_or(given)),
        ParameterType::Literal(_) if argument.as_constant().is_none() => {
            Err("The expression must be a constant".to_owned())
        }
        ParameterType::Literal(wanted) if widens(given, wanted) => Ok(wanted),
        ParameterType::Literal(wanted) => expected(wanted.name()),
    }
}

/// Whether a value of one type may stand for the other: the same, or a wider number.
pub(super) fn widens(from: ScalarType, to: ScalarType) -> bool {
    use ScalarType::{Decimal, Int, Long, Real};
    from == to
        || matches!((from, to), (Int, Long | Real | Decimal) | (Long, Real | Decimal) | (Real, Decimal))
}

/// The common type of the arguments that must have one.
fn common_type(
    arguments: &[Expr],
    parameter: impl Fn(usize) -> ParameterType,
) -> Result<Option<ScalarType>, Mismatch> {
    let mut common: Option<ScalarType> = None;
    for (index, argument) in arguments.iter().enumerate() {
        let strict = match parameter(index) {
            ParameterType::Common => false,
            ParameterType::StrictCommon => true,
            _ => continue,
        };
        common = Some(match common {
            None => argument.data_type,
            Some(so_far) => match common_of(so_far, argument.data_type) {
                Some(found) => found,
                None if strict => {
                    return Err(Mismatch::Together(
                        "No common type can be determined from the arguments".to_owned(),
                    ));
                }
                None => ScalarType::Dynamic,
            },
        });
    }
    Ok(common)
}

/// Numbers widen; beside a dynamic the other type wins.
pub(super) fn common_of(left: ScalarType, right: ScalarType) -> Option<ScalarType> {
    match (left, right) {
        (left, right) if left == right => Some(left),
        (ScalarType::Dynamic, other) | (other, ScalarType::Dynamic) => Some(other),
        (left, right) if widens(left, right) => Some(right),
        (left, right) if widens(right, left) => Some(left),
        _ => None,
    }
}

/// The expression in another type, as the `to...` functions convert.
pub(super) fn convert(expression: Expr, to: ScalarType, context: &Context) -> Expr {
    let Some(function) = conversion(expression.data_type, to) else { return expression };
    let span = expression.span;
    let Some(overload) = function.overloads.first() else { return expression };
    let arguments = vec![expression];
    match fold_call(function, overload, &arguments, to, context) {
        Some(value) => Expr::constant(value, span),
        None => Expr::new(ExprKind::Call { function, overload, arguments }, to, span),
    }
}
