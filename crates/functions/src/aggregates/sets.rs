//! `make_set`.

use kql_types::ScalarType::{Bool, Dynamic, Long};
use kql_types::dynamic::write_json_string;
use kql_types::{Column, Operand, ScalarType};

use super::grouped_set::OrderedSet;
use super::interner::Interner;
use super::json_rows::{Arrays, LARGEST, LEGACY, for_each_json, limit};
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Any, ExactOrDynamic, Literal};
use crate::{AggregateForm, AggregateFunction, ArgumentInfo, Example, KernelError, ResultName, Returns};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&MAKE_SET, &MAKESET, &MAKE_SET_IF];

static MAKE_SET: AggregateFunction = AggregateFunction {
    names: &["make_set"],
    doc: "Array of the distinct values in order of first occurrence. Nulls are left out; of a dynamic array the \
          elements are taken.",
    examples: &[
        Example {
            query: r#"datatable(x:string)["b", "a", "b", ""] | summarize make_set(x)"#,
            result: r#"["b","a",""]"#,
        },
        Example {
            query: "datatable(x:dynamic)[dynamic([1, 2]), dynamic([2, 3]), dynamic(null)] | summarize make_set(x)",
            result: "[1,2,3]",
        },
    ],
    result_name: ResultName::PrefixAndFirstArgument("set"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, Literal(Long)], Returns::Exact(Dynamic), make::<LARGEST>).optional_after(1)],
};

static MAKESET: AggregateFunction = AggregateFunction {
    names: &["makeset"],
    doc: "Legacy spelling of make_set; keeps the first 128 values where no size is given.",
    examples: &[Example {
        query: "range x from 1 to 200 step 1 | summarize makeset(x) | project array_length(set_x)",
        result: "128",
    }],
    result_name: ResultName::PrefixAndFirstArgument("set"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, Literal(Long)], Returns::Exact(Dynamic), make::<LEGACY>).optional_after(1)],
};

static MAKE_SET_IF: AggregateFunction = AggregateFunction {
    names: &["make_set_if"],
    doc: "Array of the distinct values in rows for which the predicate is true.",
    examples: &[Example {
        query: "range x from 1 to 4 step 1 | summarize make_set_if(x, x % 2 == 0)",
        result: "[2,4]",
    }],
    result_name: ResultName::PrefixAndFirstArgument("set"),
    form: AggregateForm::Function,
    overloads: &[signature(
        &[Any, ExactOrDynamic(Bool), Literal(Long)],
        Returns::Exact(Dynamic),
        make::<LARGEST>,
    )
    .optional_after(2)
    .conditional(1)],
};

fn make<const DEFAULT: usize>(arguments: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    made(Sets {
        strings: arguments[0].data_type == ScalarType::String,
        limit: limit(arguments, 1, DEFAULT)?,
        values: Interner::default(),
        set: OrderedSet::new(),
    })
}

/// A group that is full takes no more, so that it has the first values also after merging.
struct Sets {
    /// Whether `values` are strings as they are; else they are JSON.
    strings: bool,
    limit: usize,
    values: Interner,
    set: OrderedSet<u32>,
}

impl State for Sets {
    const ORDER_FREE: bool = true;

    fn begin_run(&mut self, run: u32) {
        self.set.begin_run(run);
    }

    fn grow(&mut self, groups: usize) {
        self.set.grow(groups);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let Self { limit, values, set, .. } = self;
        if self.strings {
            let has_room = |set: &OrderedSet<u32>, group| set.count(group) < *limit;
            values.intern_each(groups, &arguments[0], set, has_room, |set, group, value| {
                set.insert(group, value);
            });
        } else {
            for_each_json(groups, &arguments[0], |group, text| {
                if set.count(group) < *limit {
                    set.insert(group, values.intern(text));
                }
            });
        }
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        let translation = self.values.absorb(&later.values);
        self.set.absorb(&later.set, self.limit, |(group, value)| {
            (mapping[group as usize], translation[value as usize])
        });
        Ok(())
    }

    fn results(&mut self) -> Column {
        let set = std::mem::replace(&mut self.set, OrderedSet::new());
        let values = std::mem::take(&mut self.values);
        let mut arrays = Arrays::with_capacity(0);
        set.for_each_group(self.limit, |group| {
            arrays.push(group, |array, value| {
                if self.strings {
                    write_json_string(array, values.get(*value));
                } else {
                    array.push_str(values.get(*value));
                }
            });
        });
        arrays.finish()
    }
}
