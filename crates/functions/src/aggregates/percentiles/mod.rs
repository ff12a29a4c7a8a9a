//! `percentile` and its relatives.

mod kernel;
pub(crate) mod rank;
mod scale;

use kql_types::ScalarType::{Dynamic, Long, Real};
use kql_types::{ScalarType, Value};

use self::kernel::{Outcome, Percentiles};
use self::scale::{Numbers, Texts};
use super::rows::decimal_to_real;
use super::state::{Made, made, signature};
use crate::ParameterType::{Any, Exact, Literal};
use crate::{
    AggregateForm, AggregateFunction, AggregateOverload, ArgumentInfo, Example, KernelError, MakeAccumulator,
    ResultName, Returns,
};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] =
    &[&PERCENTILE, &PERCENTILES, &PERCENTILES_ARRAY, &PERCENTILEW, &PERCENTILESW, &PERCENTILESW_ARRAY];

static PERCENTILE: AggregateFunction = AggregateFunction {
    names: &["percentile"],
    doc: "The smallest value that at least that percentage of the values do not exceed (nearest rank). It is exact, \
          where Kusto's answer is an estimate within 1 % of the rank; null over no value.",
    examples: &[Example { query: "range x from 1 to 4 step 1 | summarize percentile(x, 50)", result: "2" }],
    result_name: ResultName::PrefixAndFirstArgument("percentile"),
    form: AggregateForm::PerPoint { leading: 1 },
    overloads: &SINGLE,
};

static PERCENTILES: AggregateFunction = AggregateFunction {
    names: &["percentiles"],
    doc: "Several percentiles, a column for each.",
    examples: &[Example {
        query: "range x from 1 to 100 step 1 | summarize percentiles(x, 5, 99)",
        result: "5",
    }],
    result_name: ResultName::PrefixAndFirstArgument("percentile"),
    form: AggregateForm::PerPoint { leading: 1 },
    overloads: &SINGLE,
};

static PERCENTILEW: AggregateFunction = AggregateFunction {
    names: &["percentilew"],
    doc: "As percentile, each value counting as many times as its weight says. Rows whose weight is null, zero or \
          negative do not count.",
    examples: &[Example {
        query: "datatable(x:long, w:long)[10, 8, 20, 6, 30, 3] | summarize percentilew(x, w, 75)",
        result: "20",
    }],
    result_name: ResultName::PrefixAndFirstArgument("percentile"),
    form: AggregateForm::PerPoint { leading: 2 },
    overloads: &SINGLE_WEIGHTED,
};

static PERCENTILESW: AggregateFunction = AggregateFunction {
    names: &["percentilesw"],
    doc: "Several weighted percentiles, a column for each.",
    examples: &[Example {
        query: "datatable(x:long, w:long)[10, 8, 20, 6, 30, 3] | summarize percentilesw(x, w, 75, 99)",
        result: "20",
    }],
    result_name: ResultName::PrefixAndFirstArgument("percentile"),
    form: AggregateForm::PerPoint { leading: 2 },
    overloads: &SINGLE_WEIGHTED,
};

static PERCENTILES_ARRAY: AggregateFunction = AggregateFunction {
    names: &["percentiles_array"],
    doc: "Several percentiles in an array. The points may be given as a constant array.",
    examples: &[
        Example {
            query: "range x from 1 to 10 step 1 | summarize percentiles_array(x, 50, 99.9)",
            result: "[5,10]",
        },
        Example {
            query: "range x from 1 to 10 step 1 | summarize percentiles_array(x, dynamic([0, 100]))",
            result: "[1,10]",
        },
    ],
    result_name: ResultName::PrefixAndFirstArgument("percentiles"),
    form: AggregateForm::Function,
    overloads: &[
        signature(&[Any, Literal(Real)], Returns::Exact(Dynamic), make_array::<false>).repeating(),
        signature(&[Any, Literal(Dynamic)], Returns::Exact(Dynamic), make_array::<false>),
    ],
};

static PERCENTILESW_ARRAY: AggregateFunction = AggregateFunction {
    names: &["percentilesw_array"],
    doc: "Several weighted percentiles in an array. The points may be given as a constant array.",
    examples: &[Example {
        query: "datatable(x:long, w:long)[10, 8, 20, 6, 30, 3] | summarize percentilesw_array(x, w, 50, 99)",
        result: "[20,30]",
    }],
    result_name: ResultName::PrefixAndFirstArgument("percentiles"),
    form: AggregateForm::Function,
    overloads: &[
        signature(&[Any, Exact(Long), Literal(Real)], Returns::Exact(Dynamic), make_array::<true>)
            .repeating(),
        signature(&[Any, Exact(Long), Literal(Dynamic)], Returns::Exact(Dynamic), make_array::<true>),
    ],
};

const SINGLE: [AggregateOverload; 1] = [single(&[Any, Literal(Real)], make_single::<false>)];

const SINGLE_WEIGHTED: [AggregateOverload; 1] =
    [single(&[Any, Exact(Long), Literal(Real)], make_single::<true>)];

const fn single(parameters: &'static [crate::ParameterType], make: MakeAccumulator) -> AggregateOverload {
    signature(parameters, Returns::Computed(result_type), make)
}

/// As the official binder has it: int becomes long, decimal becomes real, other types stay.
fn result_type(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    Ok(match arguments[0].data_type {
        ScalarType::Int => Long,
        ScalarType::Decimal => Real,
        other => other,
    })
}

fn make_single<const WEIGHTED: bool>(arguments: &[ArgumentInfo<'_>], returns: ScalarType) -> Made {
    make::<WEIGHTED>(arguments, Outcome::Value(returns))
}

fn make_array<const WEIGHTED: bool>(arguments: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    let element = result_type(arguments).map_err(KernelError::new)?;
    make::<WEIGHTED>(arguments, Outcome::Array(element))
}

fn make<const WEIGHTED: bool>(arguments: &[ArgumentInfo<'_>], outcome: Outcome) -> Made {
    let points = points(&arguments[if WEIGHTED { 2 } else { 1 }..])?;
    match arguments[0].data_type {
        ScalarType::Bool => made_with::<Numbers<bool>, WEIGHTED>(Numbers::default(), points, outcome),
        ScalarType::Guid => made_with::<Numbers<u128>, WEIGHTED>(Numbers::default(), points, outcome),
        ScalarType::Real | ScalarType::Decimal => {
            made_with::<Numbers<f64>, WEIGHTED>(Numbers::default(), points, outcome)
        }
        ScalarType::String => made_with::<Texts, WEIGHTED>(Texts::strings(), points, outcome),
        ScalarType::Dynamic => made_with::<Texts, WEIGHTED>(Texts::json_numbers(), points, outcome),
        _ => made_with::<Numbers<i64>, WEIGHTED>(Numbers::default(), points, outcome),
    }
}

fn made_with<S: scale::Scale, const WEIGHTED: bool>(scale: S, points: Vec<f64>, outcome: Outcome) -> Made {
    if WEIGHTED {
        made(Percentiles::<S, i64>::new(scale, points, outcome))
    } else {
        made(Percentiles::<S, ()>::new(scale, points, outcome))
    }
}

/// The percentages that constant arguments give: numbers, or arrays of numbers.
fn points(arguments: &[ArgumentInfo<'_>]) -> Result<Vec<f64>, KernelError> {
    let mut points = Vec::new();
    for argument in arguments {
        match argument.constant {
            Some(Value::Dynamic(json)) => {
                let elements = kql_types::dynamic::Json::new(json);
                points.extend(elements.elements().map(|element| element.as_f64().unwrap_or(f64::NAN)));
            }
            Some(Value::Real(point)) => points.push(*point),
            Some(Value::Long(point)) => points.push(*point as f64),
            Some(Value::Int(point)) => points.push((*point).into()),
            Some(Value::Decimal(point)) => points.push(decimal_to_real(*point)),
            _ => points.push(f64::NAN),
        }
    }
    match points.iter().all(|point| (0.0..=100.0).contains(point)) {
        true => Ok(points),
        false => Err(KernelError::new("a percentile must be a constant number between 0 and 100")),
    }
}
