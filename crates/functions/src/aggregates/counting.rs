//! `count` and `countif`.

use kql_types::ScalarType::{Bool, Long};
use kql_types::{Column, Operand, ScalarType};

use super::rows::Fixed;
use super::state::{Made, State, made, signature};
use crate::{
    AggregateForm, AggregateFunction, ArgumentInfo, Example, KernelError, ParameterType, ResultName, Returns,
};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&COUNT, &CNT, &COUNTIF];

static COUNT: AggregateFunction = AggregateFunction {
    names: &["count"],
    doc: "Number of rows. An argument changes nothing: rows where it is null count too.",
    examples: &[
        Example { query: "range x from 1 to 3 step 1 | summarize count()", result: "3" },
        Example { query: "datatable(b:bool)[bool(null), true] | summarize count(b)", result: "2" },
    ],
    result_name: ResultName::PrefixAndFirstArgument("count"),
    form: AggregateForm::Function,
    overloads: &[signature(&[ParameterType::Any], Returns::Exact(Long), make).optional_after(0)],
};

static CNT: AggregateFunction = AggregateFunction {
    names: &["cnt"],
    doc: "Legacy spelling of count.",
    examples: &[Example { query: "range x from 1 to 3 step 1 | summarize cnt()", result: "3" }],
    result_name: ResultName::PrefixAndFirstArgument("cnt"),
    form: AggregateForm::Function,
    overloads: &[signature(&[], Returns::Exact(Long), make)],
};

static COUNTIF: AggregateFunction = AggregateFunction {
    names: &["countif"],
    doc: "Number of rows for which the argument is true.",
    examples: &[Example {
        query: "datatable(x:long)[1, long(null), 3] | summarize countif(x > 0)",
        result: "2",
    }],
    result_name: ResultName::PrefixAndFirstArgument("countif"),
    form: AggregateForm::Function,
    overloads: &[signature(&[ParameterType::ExactOrDynamic(Bool)], Returns::Exact(Long), make).conditional(0)],
};

fn make(_: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    made(Count { counts: Vec::new() })
}

struct Count {
    counts: Vec<i64>,
}

impl State for Count {
    const ORDER_FREE: bool = true;

    fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    fn add(&mut self, groups: &[u32], _: &[Operand]) -> Result<(), KernelError> {
        match &mut self.counts[..] {
            [only] => *only += groups.len() as i64,
            counts => groups.iter().for_each(|group| counts[*group as usize] += 1),
        }
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for (count, group) in later.counts.iter().zip(mapping) {
            self.counts[*group as usize] += count;
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        i64::column(Long, std::mem::take(&mut self.counts), None)
    }
}
