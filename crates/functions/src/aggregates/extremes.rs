//! `min` and `max`.

use arrow_array::builder::StringViewBuilder;
use kql_types::ScalarType::{Bool, DateTime, String as Text, Timespan};
use kql_types::{Column, Decimal, Operand, ScalarType};

use super::rows::{Fixed, for_each_text};
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Exact, ExactOrDynamic, Number};
use crate::{
    AggregateForm, AggregateFunction, AggregateOverload, ArgumentInfo, Example, KernelError, MakeAccumulator,
    ResultName, Returns,
};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&MIN, &MAX, &MINIF, &MAXIF];

static MIN: AggregateFunction = AggregateFunction {
    names: &["min"],
    doc: "Smallest value; null over no value. NaN is smaller than any number; strings compare by code point.",
    examples: &[Example { query: "datatable(x:long)[3, long(null), 2] | summarize min(x)", result: "2" }],
    result_name: ResultName::PrefixAndFirstArgument("min"),
    form: AggregateForm::Function,
    overloads: &plain(make::<false>),
};

static MAX: AggregateFunction = AggregateFunction {
    names: &["max"],
    doc: "Largest value; null over no value. NaN is smaller than any number; strings compare by code point.",
    examples: &[Example { query: r#"datatable(x:string)["b", "c", "a"] | summarize max(x)"#, result: "c" }],
    result_name: ResultName::PrefixAndFirstArgument("max"),
    form: AggregateForm::Function,
    overloads: &plain(make::<true>),
};

static MINIF: AggregateFunction = AggregateFunction {
    names: &["minif"],
    doc: "Smallest value in rows for which the predicate is true.",
    examples: &[Example { query: "range x from 1 to 4 step 1 | summarize minif(x, x > 2)", result: "3" }],
    result_name: ResultName::PrefixAndFirstArgument("minif"),
    form: AggregateForm::Function,
    overloads: &conditional(make::<false>),
};

static MAXIF: AggregateFunction = AggregateFunction {
    names: &["maxif"],
    doc: "Largest value in rows for which the predicate is true.",
    examples: &[Example { query: "range x from 1 to 4 step 1 | summarize maxif(x, x < 3)", result: "2" }],
    result_name: ResultName::PrefixAndFirstArgument("maxif"),
    form: AggregateForm::Function,
    overloads: &conditional(make::<true>),
};

const fn plain(make: MakeAccumulator) -> [AggregateOverload; 5] {
    let returns = Returns::Argument(0);
    [
        signature(&[Number], returns, make),
        signature(&[Exact(DateTime)], returns, make),
        signature(&[Exact(Timespan)], returns, make),
        signature(&[Exact(Text)], returns, make),
        signature(&[Exact(Bool)], returns, make),
    ]
}

const fn conditional(make: MakeAccumulator) -> [AggregateOverload; 5] {
    let returns = Returns::Argument(0);
    [
        signature(&[Number, ExactOrDynamic(Bool)], returns, make).conditional(1),
        signature(&[Exact(DateTime), ExactOrDynamic(Bool)], returns, make).conditional(1),
        signature(&[Exact(Timespan), ExactOrDynamic(Bool)], returns, make).conditional(1),
        signature(&[Exact(Text), ExactOrDynamic(Bool)], returns, make).conditional(1),
        signature(&[Exact(Bool), ExactOrDynamic(Bool)], returns, make).conditional(1),
    ]
}

fn make<const LARGEST: bool>(arguments: &[ArgumentInfo<'_>], returns: ScalarType) -> Made {
    match arguments[0].data_type {
        ScalarType::Bool => made(Extreme::<bool, LARGEST>::new(returns)),
        ScalarType::Int => made(Extreme::<i32, LARGEST>::new(returns)),
        ScalarType::Real => made(Extreme::<f64, LARGEST>::new(returns)),
        ScalarType::Decimal => made(Extreme::<Decimal, LARGEST>::new(returns)),
        ScalarType::String => made(ExtremeText::<LARGEST> { values: Vec::new(), seen: Vec::new() }),
        ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan => {
            made(Extreme::<i64, LARGEST>::new(returns))
        }
        other => Err(KernelError::new(format!("values of type {other} have no order"))),
    }
}

/// Order of values that are not null.
trait Ordered: Fixed {
    /// Whether of equal values it does not matter which is taken: not so of 0.0 and -0.0, of 1.0 and 1.00.
    const EQUAL_IS_SAME: bool = true;

    fn less(self, other: Self) -> bool;
}

impl Ordered for bool {
    fn less(self, other: Self) -> bool {
        !self & other
    }
}

impl Ordered for i32 {
    fn less(self, other: Self) -> bool {
        self < other
    }
}

impl Ordered for i64 {
    fn less(self, other: Self) -> bool {
        self < other
    }
}

impl Ordered for f64 {
    const EQUAL_IS_SAME: bool = false;

    fn less(self, other: Self) -> bool {
        self < other || (self.is_nan() && !other.is_nan())
    }
}

impl Ordered for Decimal {
    const EQUAL_IS_SAME: bool = false;

    fn less(self, other: Self) -> bool {
        self < other
    }
}

struct Extreme<T, const LARGEST: bool> {
    data_type: ScalarType,
    values: Vec<T>,
    seen: Vec<bool>,
}

impl<T: Ordered, const LARGEST: bool> Extreme<T, LARGEST> {
    fn new(data_type: ScalarType) -> Self {
        Self { data_type, values: Vec::new(), seen: Vec::new() }
    }

    #[inline]
    fn offer(values: &mut [T], seen: &mut [bool], group: usize, value: T) {
        let best = values[group];
        let better = if LARGEST { best.less(value) } else { value.less(best) };
        if better || !seen[group] {
            values[group] = value;
            seen[group] = true;
        }
    }
}

impl<T: Ordered, const LARGEST: bool> State for Extreme<T, LARGEST> {
    const ORDER_FREE: bool = T::EQUAL_IS_SAME;

    fn grow(&mut self, groups: usize) {
        self.values.resize(groups, T::BLANK);
        self.seen.resize(groups, false);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let (values, seen) = (&mut self.values, &mut self.seen);
        T::for_each(groups, &arguments[0], |group, value| Self::offer(values, seen, group, value));
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for ((value, seen), group) in later.values.iter().zip(&later.seen).zip(mapping) {
            if *seen {
                Self::offer(&mut self.values, &mut self.seen, *group as usize, *value);
            }
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        T::column(self.data_type, std::mem::take(&mut self.values), Some(std::mem::take(&mut self.seen)))
    }
}

/// The same over strings. A replaced value leaves its memory to its successor.
struct ExtremeText<const LARGEST: bool> {
    values: Vec<String>,
    seen: Vec<bool>,
}

impl<const LARGEST: bool> ExtremeText<LARGEST> {
    fn offer(&mut self, group: usize, value: &str) {
        let best = &mut self.values[group];
        let better = if LARGEST { value > best.as_str() } else { value < best.as_str() };
        if better || !self.seen[group] {
            best.clear();
            best.push_str(value);
            self.seen[group] = true;
        }
    }
}

impl<const LARGEST: bool> State for ExtremeText<LARGEST> {
    const ORDER_FREE: bool = true;

    fn grow(&mut self, groups: usize) {
        self.values.resize(groups, String::new());
        self.seen.resize(groups, false);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        for_each_text(groups, &arguments[0], |group, value| self.offer(group, value));
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for ((value, seen), group) in later.values.iter().zip(&later.seen).zip(mapping) {
            if *seen {
                self.offer(*group as usize, value);
            }
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let mut builder = StringViewBuilder::with_capacity(self.values.len());
        self.values.drain(..).for_each(|value| builder.append_value(value));
        Column::String(builder.finish().into())
    }
}
