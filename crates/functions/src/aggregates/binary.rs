//! `binary_all_and`, `binary_all_or` and `binary_all_xor`.

use kql_types::ScalarType::Long;
use kql_types::{Column, Operand, ScalarType};

use super::rows::Fixed;
use super::state::{Made, State, made, signature};
use crate::{
    AggregateForm, AggregateFunction, AggregateOverload, ArgumentInfo, Example, KernelError, ParameterType,
    ResultName, Returns,
};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&BINARY_ALL_AND, &BINARY_ALL_OR, &BINARY_ALL_XOR];

static BINARY_ALL_AND: AggregateFunction = AggregateFunction {
    names: &["binary_all_and"],
    doc: "The bits that are set in all values; null over no value.",
    examples: &[Example { query: "datatable(x:long)[7, 13] | summarize binary_all_and(x)", result: "5" }],
    result_name: ResultName::FirstArgument,
    form: AggregateForm::Function,
    overloads: &overloads::<AND>(),
};

static BINARY_ALL_OR: AggregateFunction = AggregateFunction {
    names: &["binary_all_or"],
    doc: "The bits that are set in any value; null over no value.",
    examples: &[Example { query: "datatable(x:long)[5, 8] | summarize binary_all_or(x)", result: "13" }],
    result_name: ResultName::FirstArgument,
    form: AggregateForm::Function,
    overloads: &overloads::<OR>(),
};

static BINARY_ALL_XOR: AggregateFunction = AggregateFunction {
    names: &["binary_all_xor"],
    doc: "The bits that are set in an odd number of values; null over no value.",
    examples: &[Example { query: "datatable(x:long)[5, 6] | summarize binary_all_xor(x)", result: "3" }],
    result_name: ResultName::FirstArgument,
    form: AggregateForm::Function,
    overloads: &overloads::<XOR>(),
};

const AND: u8 = 0;
const OR: u8 = 1;
const XOR: u8 = 2;

const fn overloads<const OPERATOR: u8>() -> [AggregateOverload; 2] {
    [
        signature(&[ParameterType::Exact(ScalarType::Int)], Returns::Argument(0), make::<i32, OPERATOR>),
        signature(&[ParameterType::Integer], Returns::Exact(Long), make::<i64, OPERATOR>),
    ]
}

fn make<T: Bits, const OPERATOR: u8>(_: &[ArgumentInfo<'_>], returns: ScalarType) -> Made {
    made(Folded::<T, OPERATOR> { data_type: returns, values: Vec::new(), seen: Vec::new() })
}

trait Bits: Fixed {
    /// What changes no other value.
    fn neutral(operator: u8) -> Self;
    fn fold(self, operator: u8, other: Self) -> Self;
}

macro_rules! bits {
    ($type:ty) => {
        impl Bits for $type {
            fn neutral(operator: u8) -> Self {
                if operator == AND { -1 } else { 0 }
            }

            #[inline]
            fn fold(self, operator: u8, other: Self) -> Self {
                match operator {
                    AND => self & other,
                    OR => self | other,
                    _ => self ^ other,
                }
            }
        }
    };
}

bits!(i32);
bits!(i64);

struct Folded<T, const OPERATOR: u8> {
    data_type: ScalarType,
    values: Vec<T>,
    seen: Vec<bool>,
}

impl<T: Bits, const OPERATOR: u8> State for Folded<T, OPERATOR> {
    const ORDER_FREE: bool = true;

    fn grow(&mut self, groups: usize) {
        self.values.resize(groups, T::neutral(OPERATOR));
        self.seen.resize(groups, false);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let (values, seen) = (&mut self.values, &mut self.seen);
        T::for_each(groups, &arguments[0], |group, value| {
            values[group] = values[group].fold(OPERATOR, value);
            seen[group] = true;
        });
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for ((value, seen), group) in later.values.iter().zip(later.seen).zip(mapping) {
            let group = *group as usize;
            self.values[group] = self.values[group].fold(OPERATOR, *value);
            self.seen[group] |= seen;
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        T::column(self.data_type, std::mem::take(&mut self.values), Some(std::mem::take(&mut self.seen)))
    }
}
