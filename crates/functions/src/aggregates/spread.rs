//! `variance`, `stdev` and `covariance`.

use std::marker::PhantomData;

use kql_types::ScalarType::{Bool, DateTime, Real, Timespan};
use kql_types::{Column, Operand, ScalarType};

use super::double_double::DoubleDouble;
use super::rows::Fixed;
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Exact, ExactOrDynamic, Number};
use crate::{
    AggregateForm, AggregateFunction, AggregateOverload, ArgumentInfo, Example, KernelError, MakeAccumulator,
    ResultName, Returns,
};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[
    &VARIANCE,
    &VARIANCEIF,
    &VARIANCEP,
    &VARIANCEPIF,
    &STDEV,
    &STDEVIF,
    &STDEVP,
    &COVARIANCE,
    &COVARIANCEIF,
    &COVARIANCEP,
    &COVARIANCEPIF,
];

static VARIANCE: AggregateFunction = AggregateFunction {
    names: &["variance"],
    doc: "Variance of a sample, rounded to 10 decimal places as Kusto rounds it; 0 over fewer than two values.",
    examples: &[Example { query: "range x from 1 to 5 step 1 | summarize variance(x)", result: "2.5" }],
    result_name: ResultName::PrefixAndFirstArgument("variance"),
    form: AggregateForm::Function,
    overloads: &of_values(make::<Variance<true>>),
};

static VARIANCEIF: AggregateFunction = AggregateFunction {
    names: &["varianceif"],
    doc: "Variance of a sample, in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 100 step 1 | summarize varianceif(x, x % 2 == 0)",
        result: "850.0",
    }],
    result_name: ResultName::PrefixAndFirstArgument("varianceif"),
    form: AggregateForm::Function,
    overloads: &of_values_if(make::<Variance<true>>),
};

static VARIANCEP: AggregateFunction = AggregateFunction {
    names: &["variancep"],
    doc: "Variance of a population, rounded to 10 decimal places; 0 over no value.",
    examples: &[Example { query: "range x from 1 to 5 step 1 | summarize variancep(x)", result: "2.0" }],
    result_name: ResultName::PrefixAndFirstArgument("variancep"),
    form: AggregateForm::Function,
    overloads: &of_values(make::<Variance<false>>),
};

static VARIANCEPIF: AggregateFunction = AggregateFunction {
    names: &["variancepif"],
    doc: "Variance of a population, in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 3 step 1 | summarize variancepif(x, x > 1)",
        result: "0.25",
    }],
    result_name: ResultName::PrefixAndFirstArgument("variancepif"),
    form: AggregateForm::Function,
    overloads: &of_values_if(make::<Variance<false>>),
};

static STDEV: AggregateFunction = AggregateFunction {
    names: &["stdev"],
    doc: "Standard deviation of a sample; 0 over fewer than two values.",
    examples: &[Example {
        query: "range x from 1 to 5 step 1 | summarize stdev(x)",
        result: "1.5811388300841898",
    }],
    result_name: ResultName::PrefixAndFirstArgument("stdev"),
    form: AggregateForm::Function,
    overloads: &of_values(make::<Deviation<true>>),
};

static STDEVIF: AggregateFunction = AggregateFunction {
    names: &["stdevif"],
    doc: "Standard deviation of a sample, in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 3 step 1 | summarize stdevif(x, x != 2)",
        result: "1.4142135623730952",
    }],
    result_name: ResultName::PrefixAndFirstArgument("stdevif"),
    form: AggregateForm::Function,
    overloads: &of_values_if(make::<Deviation<true>>),
};

static STDEVP: AggregateFunction = AggregateFunction {
    names: &["stdevp"],
    doc: "Standard deviation of a population; 0 over no value.",
    examples: &[Example {
        query: "range x from 1 to 5 step 1 | summarize stdevp(x)",
        result: "1.4142135623730952",
    }],
    result_name: ResultName::PrefixAndFirstArgument("stdevp"),
    form: AggregateForm::Function,
    overloads: &of_values(make::<Deviation<false>>),
};

static COVARIANCE: AggregateFunction = AggregateFunction {
    names: &["covariance"],
    doc: "Covariance of a sample, rounded to 10 decimal places; rows count where both values are there.",
    examples: &[Example {
        query: "range x from 1 to 3 step 1 | summarize covariance(x, x * 2)",
        result: "2.0",
    }],
    result_name: ResultName::PrefixAndArguments("covariance", 2),
    form: AggregateForm::Function,
    overloads: &of_pairs(make::<Covariance<true>>),
};

static COVARIANCEIF: AggregateFunction = AggregateFunction {
    names: &["covarianceif"],
    doc: "Covariance of a sample, in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 4 step 1 | summarize covarianceif(x, x * 2, x < 4)",
        result: "2.0",
    }],
    result_name: ResultName::PrefixAndArguments("covarianceif", 2),
    form: AggregateForm::Function,
    overloads: &of_pairs_if(make::<Covariance<true>>),
};

static COVARIANCEP: AggregateFunction = AggregateFunction {
    names: &["covariancep"],
    doc: "Covariance of a population, rounded to 10 decimal places.",
    examples: &[Example {
        query: "range x from 1 to 5 step 1 | summarize covariancep(x, x * 2)",
        result: "4.0",
    }],
    result_name: ResultName::PrefixAndArguments("covariancep", 2),
    form: AggregateForm::Function,
    overloads: &of_pairs(make::<Covariance<false>>),
};

static COVARIANCEPIF: AggregateFunction = AggregateFunction {
    names: &["covariancepif"],
    doc: "Covariance of a population, in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 6 step 1 | summarize covariancepif(x, x * 2, x < 6)",
        result: "4.0",
    }],
    result_name: ResultName::PrefixAndArguments("covariancepif", 2),
    form: AggregateForm::Function,
    overloads: &of_pairs_if(make::<Covariance<false>>),
};

const fn of_values(make: MakeAccumulator) -> [AggregateOverload; 3] {
    let returns = Returns::Exact(Real);
    [
        signature(&[Number], returns, make),
        signature(&[Exact(Timespan)], returns, make),
        signature(&[Exact(DateTime)], returns, make),
    ]
}

const fn of_values_if(make: MakeAccumulator) -> [AggregateOverload; 3] {
    let returns = Returns::Exact(Real);
    [
        signature(&[Number, ExactOrDynamic(Bool)], returns, make).conditional(1),
        signature(&[Exact(Timespan), ExactOrDynamic(Bool)], returns, make).conditional(1),
        signature(&[Exact(DateTime), ExactOrDynamic(Bool)], returns, make).conditional(1),
    ]
}

const fn of_pairs(make: MakeAccumulator) -> [AggregateOverload; 1] {
    [signature(&[Number, Number], Returns::Exact(Real), make)]
}

const fn of_pairs_if(make: MakeAccumulator) -> [AggregateOverload; 1] {
    [signature(&[Number, Number, ExactOrDynamic(Bool)], Returns::Exact(Real), make).conditional(2)]
}

fn make<M: Measure>(_: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    made(Spread::<M> { moments: Vec::new(), measure: PhantomData })
}

/// What is kept of a group's pairs (x, y). It holds sums to twice the precision of a real, so that merging gives what
/// one pass gives, and no digits are lost where the values lie close together and far from zero.
#[derive(Clone, Copy, Default)]
struct Moments {
    count: u64,
    x: DoubleDouble,
    y: DoubleDouble,
    xy: DoubleDouble,
}

impl Moments {
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1;
        self.x = self.x + x.into();
        self.y = self.y + y.into();
        self.xy = self.xy + DoubleDouble::product(x, y);
    }

    fn merge(&mut self, later: &Moments) {
        self.count += later.count;
        self.x = self.x + later.x;
        self.y = self.y + later.y;
        self.xy = self.xy + later.xy;
    }

    /// The covariance; 0 where there are too few pairs for one.
    fn covariance(&self, sample: bool) -> f64 {
        let divisor = self.count.saturating_sub(sample.into());
        if divisor == 0 {
            return 0.0;
        }
        let deviations = self.xy - (self.x * self.y).divided_by(self.count as f64);
        deviations.divided_by(divisor as f64).to_real()
    }
}

/// Rounded to 10 decimal places, as the engine's variances are: 7.8674285714 where the reals closest to the true value
/// begin with 7.86742857142857.
fn rounded(value: f64) -> f64 {
    let scaled = value * 1e10;
    if scaled.abs() < 9e15 { scaled.round_ties_even() / 1e10 } else { value }
}

/// Which arguments are looked at, and what is computed of them.
trait Measure: Send + 'static {
    fn add(moments: &mut [Moments], groups: &[u32], arguments: &[Operand]);
    fn result(moments: &Moments) -> f64;
}

struct Variance<const SAMPLE: bool>;
struct Deviation<const SAMPLE: bool>;
struct Covariance<const SAMPLE: bool>;

impl<const SAMPLE: bool> Measure for Variance<SAMPLE> {
    fn add(moments: &mut [Moments], groups: &[u32], arguments: &[Operand]) {
        f64::for_each(groups, &arguments[0], |group, value| moments[group].add(value, value));
    }

    fn result(moments: &Moments) -> f64 {
        rounded(moments.covariance(SAMPLE))
    }
}

impl<const SAMPLE: bool> Measure for Deviation<SAMPLE> {
    fn add(moments: &mut [Moments], groups: &[u32], arguments: &[Operand]) {
        Variance::<SAMPLE>::add(moments, groups, arguments);
    }

    fn result(moments: &Moments) -> f64 {
        let variance = moments.covariance(SAMPLE);
        if variance < 0.0 { 0.0 } else { variance.sqrt() }
    }
}

impl<const SAMPLE: bool> Measure for Covariance<SAMPLE> {
    fn add(moments: &mut [Moments], groups: &[u32], arguments: &[Operand]) {
        let rows: Vec<u32> = (0..groups.len() as u32).collect();
        let mut second = vec![None; rows.len()];
        f64::for_each(&rows, &arguments[1], |row, value| second[row] = Some(value));
        f64::for_each(&rows, &arguments[0], |row, x| {
            if let Some(y) = second[row] {
                moments[groups[row] as usize].add(x, y);
            }
        });
    }

    fn result(moments: &Moments) -> f64 {
        rounded(moments.covariance(SAMPLE))
    }
}

struct Spread<M> {
    moments: Vec<Moments>,
    measure: PhantomData<M>,
}

impl<M: Measure> State for Spread<M> {
    fn grow(&mut self, groups: usize) {
        self.moments.resize(groups, Moments::default());
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        M::add(&mut self.moments, groups, arguments);
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for (moments, group) in later.moments.iter().zip(mapping) {
            self.moments[*group as usize].merge(moments);
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let values = std::mem::take(&mut self.moments).iter().map(M::result).collect();
        f64::column(Real, values, None)
    }
}
