//! `make_list`.

use kql_types::ScalarType::{Bool, Dynamic, Long};
use kql_types::dynamic::Json;
use kql_types::{Column, Operand, ScalarType};

use super::grouped_set::by_group;
use super::json_rows::{Arrays, LARGEST, LEGACY, for_each_json, limit};
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Any, ExactOrDynamic, Literal};
use crate::{AggregateForm, AggregateFunction, ArgumentInfo, Example, KernelError, ResultName, Returns};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&MAKE_LIST, &MAKELIST, &MAKE_LIST_IF, &MAKE_LIST_WITH_NULLS];

static MAKE_LIST: AggregateFunction = AggregateFunction {
    names: &["make_list"],
    doc: "Array of the values in input order. Nulls are left out; of a dynamic array the elements are taken.",
    examples: &[
        Example {
            query: "datatable(x:long)[2, long(null), 1, 2] | summarize make_list(x)",
            result: "[2,1,2]",
        },
        Example { query: "range x from 1 to 9 step 1 | summarize make_list(x, 2)", result: "[1,2]" },
    ],
    result_name: ResultName::PrefixAndFirstArgument("list"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, Literal(Long)], Returns::Exact(Dynamic), make::<LARGEST>).optional_after(1)],
};

static MAKELIST: AggregateFunction = AggregateFunction {
    names: &["makelist"],
    doc: "Legacy spelling of make_list; keeps the first 128 values where no size is given.",
    examples: &[Example {
        query: "range x from 1 to 200 step 1 | summarize makelist(x) | project array_length(list_x)",
        result: "128",
    }],
    result_name: ResultName::PrefixAndFirstArgument("list"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, Literal(Long)], Returns::Exact(Dynamic), make::<LEGACY>).optional_after(1)],
};

static MAKE_LIST_IF: AggregateFunction = AggregateFunction {
    names: &["make_list_if"],
    doc: "Array of the values in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 4 step 1 | summarize make_list_if(x, x % 2 == 0)",
        result: "[2,4]",
    }],
    result_name: ResultName::PrefixAndFirstArgument("list"),
    form: AggregateForm::Function,
    overloads: &[signature(
        &[Any, ExactOrDynamic(Bool), Literal(Long)],
        Returns::Exact(Dynamic),
        make::<LARGEST>,
    )
    .optional_after(2)
    .conditional(1)],
};

static MAKE_LIST_WITH_NULLS: AggregateFunction = AggregateFunction {
    names: &["make_list_with_nulls"],
    doc: "Array of the values in input order, nulls included.",
    examples: &[Example {
        query: "datatable(x:long)[2, long(null), 1] | summarize make_list_with_nulls(x)",
        result: "[2,null,1]",
    }],
    result_name: ResultName::PrefixAndFirstArgument("list"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any], Returns::Exact(Dynamic), make_with_nulls)],
};

fn make<const DEFAULT: usize>(arguments: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    made(Lists::new(limit(arguments, 1, DEFAULT)?, false))
}

fn make_with_nulls(_: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    made(Lists::new(LARGEST, true))
}

/// The values' JSON text one behind the other, and for each its group and where it ends.
struct Lists {
    limit: usize,
    nulls: bool,
    counts: Vec<u32>,
    ends: Vec<(u32, usize)>,
    text: String,
}

impl Lists {
    fn new(limit: usize, nulls: bool) -> Self {
        Self { limit, nulls, counts: Vec::new(), ends: Vec::new(), text: String::new() }
    }

    fn push(&mut self, group: usize, json: &str) {
        let count = &mut self.counts[group];
        if (*count as usize) < self.limit {
            *count += 1;
            self.text.push_str(json);
            self.ends.push((group as u32, self.text.len()));
        }
    }

    fn push_with_nulls(&mut self, groups: &[u32], operand: &Operand) {
        for (row, group) in groups.iter().enumerate() {
            let group = *group as usize;
            if operand.is_null(row) {
                self.push(group, "null");
                continue;
            }
            let mut json = String::new();
            kql_types::dynamic::write_value(&mut json, &operand.value(row));
            if json.starts_with('[') {
                Json::new(&json).elements().for_each(|element| self.push(group, element.text()));
            } else {
                self.push(group, &json);
            }
        }
    }

    /// Start and end of each value beside its group.
    fn spans(&self) -> Vec<(u32, (usize, usize))> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        self.ends.iter().zip(starts).map(|((group, end), start)| (*group, (start, *end))).collect()
    }
}

impl State for Lists {
    fn grow(&mut self, groups: usize) {
        self.counts.resize(groups, 0);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        if self.nulls {
            self.push_with_nulls(groups, &arguments[0]);
        } else {
            for_each_json(groups, &arguments[0], |group, json| self.push(group, json));
        }
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for (group, (start, end)) in later.spans() {
            self.push(mapping[group as usize] as usize, &later.text[start..end]);
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let lists = std::mem::replace(self, Self::new(self.limit, self.nulls));
        let spans = by_group(&lists.spans(), &lists.counts);
        let mut arrays = Arrays::with_capacity(lists.counts.len());
        let mut first = 0;
        for count in &lists.counts {
            let last = first + *count as usize;
            arrays.push(&spans[first..last], |array, (start, end)| array.push_str(&lists.text[*start..*end]));
            first = last;
        }
        arrays.finish()
    }
}
