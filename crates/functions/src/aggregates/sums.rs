//! `sum` and `avg`.

use std::marker::PhantomData;

use kql_types::ScalarType::{Bool, DateTime, Real, Timespan};
use kql_types::{Column, Decimal, Operand, ScalarType};

use super::rows::Fixed;
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Exact, ExactOrDynamic, Number};
use crate::{
    AggregateForm, AggregateFunction, AggregateOverload, ArgumentInfo, Example, KernelError, ResultName,
    Returns,
};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&SUM, &SUMIF, &AVG, &AVGIF];

static SUM: AggregateFunction = AggregateFunction {
    names: &["sum"],
    doc: "Sum of the values; 0 over no value. Integers wrap around at 64 bits.",
    examples: &[Example { query: "datatable(x:int)[1, int(null), 3] | summarize sum(x)", result: "4" }],
    result_name: ResultName::PrefixAndFirstArgument("sum"),
    form: AggregateForm::Function,
    overloads: &[
        signature(&[Number], Returns::Promoted(0), make_sum),
        signature(&[Exact(Timespan)], Returns::Exact(Timespan), make_sum),
        signature(&[Exact(DateTime)], Returns::Exact(DateTime), make_sum),
    ],
};

static SUMIF: AggregateFunction = AggregateFunction {
    names: &["sumif"],
    doc: "Sum of the values in rows for which the predicate is true.",
    examples: &[Example { query: "range x from 1 to 4 step 1 | summarize sumif(x, x > 2)", result: "7" }],
    result_name: ResultName::PrefixAndFirstArgument("sumif"),
    form: AggregateForm::Function,
    overloads: &[
        signature(&[Number, ExactOrDynamic(Bool)], Returns::Promoted(0), make_sum).conditional(1),
        signature(&[Exact(Timespan), ExactOrDynamic(Bool)], Returns::Exact(Timespan), make_sum)
            .conditional(1),
        signature(&[Exact(DateTime), ExactOrDynamic(Bool)], Returns::Exact(DateTime), make_sum)
            .conditional(1),
    ],
};

static AVG: AggregateFunction = AggregateFunction {
    names: &["avg"],
    doc: "Mean of the values; NaN over no value, null where the type has no NaN.",
    examples: &[
        Example { query: "datatable(x:int)[1, int(null), 4] | summarize avg(x)", result: "2.5" },
        Example { query: "datatable(x:timespan)[1h, 2h] | summarize avg(x)", result: "01:30:00" },
    ],
    result_name: ResultName::PrefixAndFirstArgument("avg"),
    form: AggregateForm::Function,
    overloads: &AVERAGES,
};

const AVERAGES: [AggregateOverload; 3] = [
    signature(&[Number], Returns::Computed(number_average), make_average),
    signature(&[Exact(Timespan)], Returns::Exact(Timespan), make_average),
    signature(&[Exact(DateTime)], Returns::Exact(DateTime), make_average),
];

static AVGIF: AggregateFunction = AggregateFunction {
    names: &["avgif"],
    doc: "Mean of the values in rows for which the predicate is true.",
    examples: &[Example { query: "range x from 1 to 4 step 1 | summarize avgif(x, x > 2)", result: "3.5" }],
    result_name: ResultName::PrefixAndFirstArgument("avgif"),
    form: AggregateForm::Function,
    overloads: &[
        signature(&[Number, ExactOrDynamic(Bool)], Returns::Computed(number_average), make_average)
            .conditional(1),
        signature(&[Exact(Timespan), ExactOrDynamic(Bool)], Returns::Exact(Timespan), make_average)
            .conditional(1),
        signature(&[Exact(DateTime), ExactOrDynamic(Bool)], Returns::Exact(DateTime), make_average)
            .conditional(1),
    ],
};

/// The mean of ints, longs and reals is a real, that of decimals a decimal.
fn number_average(arguments: &[ArgumentInfo<'_>]) -> Result<ScalarType, String> {
    Ok(match arguments.first().map(|argument| argument.data_type) {
        Some(ScalarType::Decimal) => ScalarType::Decimal,
        _ => Real,
    })
}

fn make_sum(arguments: &[ArgumentInfo<'_>], returns: ScalarType) -> Made {
    match arguments[0].data_type {
        Real => made(Sum::<f64>::new(Real)),
        ScalarType::Decimal => made(Sum::<Decimal>::new(ScalarType::Decimal)),
        _ => made(Sum::<i64>::new(returns)),
    }
}

fn make_average(arguments: &[ArgumentInfo<'_>], returns: ScalarType) -> Made {
    match arguments[0].data_type {
        Real => made(Average::<f64>::new(Real)),
        ScalarType::Decimal => made(Average::<Decimal>::new(ScalarType::Decimal)),
        Timespan | DateTime => made(Average::<i64>::new(returns)),
        _ => made(Average::<Whole>::new(Real)),
    }
}

/// Addition; `None` where the sum is out of range.
trait Summable: Fixed {
    /// Whether the sum is the same in any order.
    const ORDER_FREE: bool = false;

    fn plus(self, other: Self) -> Option<Self>;
}

impl Summable for i64 {
    const ORDER_FREE: bool = true;

    fn plus(self, other: Self) -> Option<Self> {
        Some(self.wrapping_add(other))
    }
}

/// Reals are added one after the other, as Kusto does (the mean of 27.5, 21.0, ... in its `welch_test` example is
/// 20.819999999999997, where exact addition would give 20.82).
impl Summable for f64 {
    fn plus(self, other: Self) -> Option<Self> {
        Some(self + other)
    }
}

impl Summable for Decimal {
    fn plus(self, other: Self) -> Option<Self> {
        self.checked_add(other)
    }
}

fn out_of_range() -> KernelError {
    KernelError::new("a sum of decimals is out of range")
}

struct Sum<T> {
    data_type: ScalarType,
    totals: Vec<T>,
}

impl<T> Sum<T> {
    fn new(data_type: ScalarType) -> Self {
        Self { data_type, totals: Vec::new() }
    }
}

impl<T: Summable> State for Sum<T> {
    const ORDER_FREE: bool = T::ORDER_FREE;

    fn grow(&mut self, groups: usize) {
        self.totals.resize(groups, T::BLANK);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let totals = &mut self.totals;
        let mut fits = true;
        T::for_each(groups, &arguments[0], |group, value| match totals[group].plus(value) {
            Some(total) => totals[group] = total,
            None => fits = false,
        });
        if fits { Ok(()) } else { Err(out_of_range()) }
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for (value, group) in later.totals.iter().zip(mapping) {
            let total = &mut self.totals[*group as usize];
            *total = total.plus(*value).ok_or_else(out_of_range)?;
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        T::column(self.data_type, std::mem::take(&mut self.totals), None)
    }
}

/// How the mean of a type is taken.
trait Averaged: Send + 'static {
    /// Whether the sum is the same in any order.
    const ORDER_FREE: bool = false;
    /// What a value is read as.
    type Value: Fixed;
    /// What the sum is kept in.
    type Total: Copy + Send;
    /// What the mean is.
    type Mean: Fixed;
    const ZERO: Self::Total;

    fn plus(total: Self::Total, value: Self::Value) -> Option<Self::Total>;
    fn join(total: Self::Total, later: Self::Total) -> Option<Self::Total>;
    /// The mean of `count` values; `None` over none.
    fn mean(total: Self::Total, count: i64) -> Option<Self::Mean>;
}

/// Ticks: the mean is cut to whole ones.
impl Averaged for i64 {
    const ORDER_FREE: bool = true;
    type Value = i64;
    type Total = i128;
    type Mean = i64;
    const ZERO: i128 = 0;

    fn plus(total: i128, value: i64) -> Option<i128> {
        Some(total + i128::from(value))
    }

    fn join(total: i128, later: i128) -> Option<i128> {
        Some(total + later)
    }

    fn mean(total: i128, count: i64) -> Option<i64> {
        total.checked_div(count.into()).and_then(|mean| mean.try_into().ok())
    }
}

/// Ints and longs: the mean is a real.
struct Whole;

impl Averaged for Whole {
    const ORDER_FREE: bool = true;
    type Value = i64;
    type Total = i128;
    type Mean = f64;
    const ZERO: i128 = 0;

    fn plus(total: i128, value: i64) -> Option<i128> {
        Some(total + i128::from(value))
    }

    fn join(total: i128, later: i128) -> Option<i128> {
        Some(total + later)
    }

    fn mean(total: i128, count: i64) -> Option<f64> {
        Some(total as f64 / count as f64)
    }
}

impl Averaged for f64 {
    type Value = f64;
    type Total = f64;
    type Mean = f64;
    const ZERO: f64 = 0.0;

    fn plus(total: f64, value: f64) -> Option<f64> {
        Some(total + value)
    }

    fn join(total: f64, later: f64) -> Option<f64> {
        Some(total + later)
    }

    fn mean(total: f64, count: i64) -> Option<f64> {
        Some(total / count as f64)
    }
}

impl Averaged for Decimal {
    type Value = Decimal;
    type Total = Decimal;
    type Mean = Decimal;
    const ZERO: Decimal = Decimal::ZERO;

    fn plus(total: Decimal, value: Decimal) -> Option<Decimal> {
        total.checked_add(value)
    }

    fn join(total: Decimal, later: Decimal) -> Option<Decimal> {
        total.checked_add(later)
    }

    fn mean(total: Decimal, count: i64) -> Option<Decimal> {
        total.checked_div(count.into())
    }
}

struct Average<A: Averaged> {
    data_type: ScalarType,
    totals: Vec<A::Total>,
    counts: Vec<i64>,
    averaged: PhantomData<A>,
}

impl<A: Averaged> Average<A> {
    fn new(data_type: ScalarType) -> Self {
        Self { data_type, totals: Vec::new(), counts: Vec::new(), averaged: PhantomData }
    }
}

impl<A: Averaged> State for Average<A> {
    const ORDER_FREE: bool = A::ORDER_FREE;

    fn grow(&mut self, groups: usize) {
        self.totals.resize(groups, A::ZERO);
        self.counts.resize(groups, 0);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let (totals, counts) = (&mut self.totals, &mut self.counts);
        let mut fits = true;
        A::Value::for_each(groups, &arguments[0], |group, value| {
            counts[group] += 1;
            match A::plus(totals[group], value) {
                Some(total) => totals[group] = total,
                None => fits = false,
            }
        });
        if fits { Ok(()) } else { Err(out_of_range()) }
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for ((value, count), group) in later.totals.iter().zip(&later.counts).zip(mapping) {
            let group = *group as usize;
            self.totals[group] = A::join(self.totals[group], *value).ok_or_else(out_of_range)?;
            self.counts[group] += count;
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let totals = std::mem::take(&mut self.totals);
        let counts = std::mem::take(&mut self.counts);
        let means: Vec<_> =
            totals.into_iter().zip(counts).map(|(total, count)| A::mean(total, count)).collect();
        let valid = means.iter().map(Option::is_some).collect();
        let values = means.into_iter().map(|mean| mean.unwrap_or(A::Mean::BLANK)).collect();
        A::Mean::column(self.data_type, values, Some(valid))
    }
}
