//! `dcount` and `count_distinct`.

use std::hash::Hash;

use kql_types::ScalarType::{Bool, Long};
use kql_types::{Column, Decimal, Operand, ScalarType};

use super::grouped_set::GroupedSet;
use super::interner::Interner;
use super::rows::Fixed;
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Any, AnyButDynamic, ExactOrDynamic, Literal};
use crate::{AggregateForm, AggregateFunction, ArgumentInfo, Example, KernelError, ResultName, Returns};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&DCOUNT, &DCOUNTIF, &COUNT_DISTINCT, &COUNT_DISTINCTIF];

static DCOUNT: AggregateFunction = AggregateFunction {
    names: &["dcount"],
    doc: "Number of distinct values; nulls do not count. It is exact, so that the accuracy argument changes nothing: \
          Kusto's estimate is off by up to 1.6 %.",
    examples: &[Example {
        query: r#"datatable(x:string)["a", "b", "a", ""] | summarize dcount(x)"#,
        result: "3",
    }],
    result_name: ResultName::PrefixAndFirstArgument("dcount"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, Literal(Long)], Returns::Exact(Long), make).optional_after(1)],
};

static DCOUNTIF: AggregateFunction = AggregateFunction {
    names: &["dcountif"],
    doc: "Number of distinct values in rows for which the predicate is true; exact, as dcount.",
    examples: &[Example {
        query: "range x from 1 to 4 step 1 | summarize dcountif(x % 2, x > 1)",
        result: "2",
    }],
    result_name: ResultName::PrefixAndFirstArgument("dcountif"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, ExactOrDynamic(Bool), Literal(Long)], Returns::Exact(Long), make)
        .optional_after(2)
        .conditional(1)],
};

static COUNT_DISTINCT: AggregateFunction = AggregateFunction {
    names: &["count_distinct"],
    doc: "Exact number of distinct values; nulls do not count.",
    examples: &[Example {
        query: "datatable(x:long)[1, 2, 1, long(null)] | summarize count_distinct(x)",
        result: "2",
    }],
    result_name: ResultName::PrefixAndFirstArgument("count_distinct"),
    form: AggregateForm::Function,
    overloads: &[signature(&[AnyButDynamic], Returns::Exact(Long), make)],
};

static COUNT_DISTINCTIF: AggregateFunction = AggregateFunction {
    names: &["count_distinctif"],
    doc: "Exact number of distinct values in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 4 step 1 | summarize count_distinctif(x % 2, x > 1)",
        result: "2",
    }],
    result_name: ResultName::PrefixAndFirstArgument("count_distinctif"),
    form: AggregateForm::Function,
    overloads: &[signature(&[AnyButDynamic, ExactOrDynamic(Bool)], Returns::Exact(Long), make).conditional(1)],
};

fn make(arguments: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    match arguments[0].data_type {
        ScalarType::String | ScalarType::Dynamic => made(Distinct::<Interner>::new()),
        ScalarType::Guid | ScalarType::Decimal => made(Distinct::<Wide>::new()),
        _ => made(Distinct::<Narrow>::new()),
    }
}

/// How values of a type become keys: equal keys for equal values, and for no others.
trait Keys: Default + Send + 'static {
    type Key: Copy + Eq + Hash + Send;

    /// Calls `f(group, key)` for each row that has a value.
    fn for_each(&mut self, groups: &[u32], operand: &Operand, f: impl FnMut(usize, Self::Key));

    /// Takes over what another one knows; the result is what [`Keys::translate`] needs.
    fn absorb(&mut self, later: &Self) -> Vec<u32>;

    /// The key here that stands for a key of the one that was taken over.
    fn translate(key: Self::Key, translation: &[u32]) -> Self::Key;
}

/// Strings, and the compact JSON text of dynamics.
impl Keys for Interner {
    type Key = u32;

    fn for_each(&mut self, groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, u32)) {
        self.intern_each(groups, operand, &mut (), |(), _| true, |(), group, number| f(group, number));
    }

    fn absorb(&mut self, later: &Self) -> Vec<u32> {
        Interner::absorb(self, later)
    }

    fn translate(key: u32, translation: &[u32]) -> u32 {
        translation[key as usize]
    }
}

/// Values of up to 64 bits are their own keys.
#[derive(Default)]
struct Narrow;

impl Keys for Narrow {
    type Key = u64;

    fn for_each(&mut self, groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, u64)) {
        match operand.data_type() {
            ScalarType::Bool => bool::for_each(groups, operand, |group, value| f(group, value.into())),
            ScalarType::Real => f64::for_each(groups, operand, |group, value| f(group, real_key(value))),
            _ => i64::for_each(groups, operand, |group, value| f(group, value as u64)),
        }
    }

    fn absorb(&mut self, _: &Self) -> Vec<u32> {
        Vec::new()
    }

    fn translate(key: u64, _: &[u32]) -> u64 {
        key
    }
}

/// One key for both zeros, and one for all NaNs.
fn real_key(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

/// Guids, and decimals without trailing zeros.
#[derive(Default)]
struct Wide;

impl Keys for Wide {
    type Key = u128;

    fn for_each(&mut self, groups: &[u32], operand: &Operand, mut f: impl FnMut(usize, u128)) {
        match operand.data_type() {
            ScalarType::Guid => u128::for_each(groups, operand, f),
            _ => Decimal::for_each(groups, operand, |group, value| {
                f(group, u128::from_le_bytes(value.normalize().serialize()));
            }),
        }
    }

    fn absorb(&mut self, _: &Self) -> Vec<u32> {
        Vec::new()
    }

    fn translate(key: u128, _: &[u32]) -> u128 {
        key
    }
}

struct Distinct<K: Keys> {
    keys: K,
    set: GroupedSet<K::Key>,
}

impl<K: Keys> Distinct<K> {
    fn new() -> Self {
        Self { keys: K::default(), set: GroupedSet::new() }
    }
}

impl<K: Keys> State for Distinct<K> {
    const ORDER_FREE: bool = true;

    fn grow(&mut self, groups: usize) {
        self.set.grow(groups);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let set = &mut self.set;
        self.keys.for_each(groups, &arguments[0], |group, key| _ = set.insert(group, key));
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        let translation = self.keys.absorb(&later.keys);
        for (group, key) in later.set.pairs() {
            self.set.insert(mapping[group as usize] as usize, K::translate(key, &translation));
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let counts = self.set.counts().iter().map(|count| i64::from(*count)).collect();
        self.set = GroupedSet::new();
        i64::column(Long, counts, None)
    }
}
