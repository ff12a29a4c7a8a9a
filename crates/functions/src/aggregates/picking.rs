//! Aggregates that pick a row: `arg_max`, `arg_min`, `take_any` and their legacy spellings.

use arrow_array::builder::StringViewBuilder;
use kql_types::ScalarType::Bool;
use kql_types::{Column, Decimal, Operand, ScalarType};

use super::rows::{Fixed, for_each_text};
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Any, ExactOrDynamic};
use crate::{AggregateForm, AggregateFunction, ArgumentInfo, Example, KernelError, ResultName, Returns};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] =
    &[&ARG_MAX, &ARG_MIN, &ARGMAX, &ARGMIN, &TAKE_ANY, &ANY, &TAKE_ANYIF, &ANYIF];

static ARG_MAX: AggregateFunction = AggregateFunction {
    names: &["arg_max"],
    doc: "The row with the largest value of the first argument: that value, and the other arguments in that row.",
    examples: &[Example {
        query: r#"datatable(v:long, s:string)[1,"a", 3,"b", 2,"c"] | summarize arg_max(v, s) | project s"#,
        result: "b",
    }],
    result_name: ResultName::FirstArgument,
    form: AggregateForm::Extreme { largest: true },
    overloads: &[],
};

static ARG_MIN: AggregateFunction = AggregateFunction {
    names: &["arg_min"],
    doc: "The row with the smallest value of the first argument: that value, and the other arguments in that row.",
    examples: &[Example {
        query: r#"datatable(v:long, s:string)[2,"a", 1,"b", 3,"c"] | summarize arg_min(v, s) | project s"#,
        result: "b",
    }],
    result_name: ResultName::FirstArgument,
    form: AggregateForm::Extreme { largest: false },
    overloads: &[],
};

static ARGMAX: AggregateFunction = AggregateFunction {
    names: &["argmax"],
    doc: "Legacy spelling of arg_max; its columns are called max_by and max_by_value.",
    examples: &[Example {
        query: r#"datatable(v:long, s:string)[1,"a", 3,"b", 2,"c"] | summarize argmax(v, s) | project max_v_s"#,
        result: "b",
    }],
    result_name: ResultName::PrefixAndFirstArgument("max"),
    form: AggregateForm::Extreme { largest: true },
    overloads: &[],
};

static ARGMIN: AggregateFunction = AggregateFunction {
    names: &["argmin"],
    doc: "Legacy spelling of arg_min; its columns are called min_by and min_by_value.",
    examples: &[Example {
        query: r#"datatable(v:long, s:string)[2,"a", 1,"b", 3,"c"] | summarize argmin(v, s) | project min_v_s"#,
        result: "b",
    }],
    result_name: ResultName::PrefixAndFirstArgument("min"),
    form: AggregateForm::Extreme { largest: false },
    overloads: &[],
};

static TAKE_ANY: AggregateFunction = AggregateFunction {
    names: &["take_any"],
    doc: "The arguments in some row of the group: the first; with one argument the first row with a value.",
    examples: &[Example {
        query: r#"datatable(s:string)["", "a", "b"] | summarize take_any(s)"#,
        result: "a",
    }],
    result_name: ResultName::FirstArgument,
    form: AggregateForm::First,
    overloads: &[signature(&[Any], Returns::Argument(0), make_first)],
};

static ANY: AggregateFunction = AggregateFunction {
    names: &["any"],
    doc: "Legacy spelling of take_any; its columns are called any_value.",
    examples: &[Example {
        query: r#"datatable(s:string)["", "a", "b"] | summarize any(s) | project any_s"#,
        result: "a",
    }],
    result_name: ResultName::PrefixAndFirstArgument("any"),
    form: AggregateForm::First,
    overloads: &[signature(&[Any], Returns::Argument(0), make_first)],
};

static TAKE_ANYIF: AggregateFunction = AggregateFunction {
    names: &["take_anyif"],
    doc: "The first argument in some row for which the second is true.",
    examples: &[Example {
        query: r#"datatable(s:string, b:bool)["a",false, "b",true] | summarize take_anyif(s, b)"#,
        result: "b",
    }],
    result_name: ResultName::FirstArgument,
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, ExactOrDynamic(Bool)], Returns::Argument(0), make_first).conditional(1)],
};

static ANYIF: AggregateFunction = AggregateFunction {
    names: &["anyif"],
    doc: "Legacy spelling of take_anyif; its column is called anyif_value.",
    examples: &[Example {
        query: r#"datatable(s:string, b:bool)["a",false, "b",true] | summarize anyif(s, b) | project anyif_s"#,
        result: "b",
    }],
    result_name: ResultName::PrefixAndFirstArgument("anyif"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Any, ExactOrDynamic(Bool)], Returns::Argument(0), make_first).conditional(1)],
};

fn make_first(arguments: &[ArgumentInfo<'_>], returns: ScalarType) -> Made {
    match arguments[0].data_type {
        ScalarType::Bool => made(First::<bool>::new(returns)),
        ScalarType::Int => made(First::<i32>::new(returns)),
        ScalarType::Real => made(First::<f64>::new(returns)),
        ScalarType::Decimal => made(First::<Decimal>::new(returns)),
        ScalarType::Guid => made(First::<u128>::new(returns)),
        ScalarType::Long | ScalarType::DateTime | ScalarType::Timespan => made(First::<i64>::new(returns)),
        ScalarType::String | ScalarType::Dynamic => made(FirstText::new(returns)),
    }
}

/// The first value that is not null.
struct First<T> {
    data_type: ScalarType,
    values: Vec<T>,
    seen: Vec<bool>,
}

impl<T> First<T> {
    fn new(data_type: ScalarType) -> Self {
        Self { data_type, values: Vec::new(), seen: Vec::new() }
    }
}

impl<T: Fixed> State for First<T> {
    fn grow(&mut self, groups: usize) {
        self.values.resize(groups, T::BLANK);
        self.seen.resize(groups, false);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        let (values, seen) = (&mut self.values, &mut self.seen);
        T::for_each(groups, &arguments[0], |group, value| {
            if !seen[group] {
                values[group] = value;
                seen[group] = true;
            }
        });
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for ((value, seen), group) in later.values.iter().zip(later.seen).zip(mapping) {
            let group = *group as usize;
            if seen && !self.seen[group] {
                self.values[group] = *value;
                self.seen[group] = true;
            }
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        T::column(self.data_type, std::mem::take(&mut self.values), Some(std::mem::take(&mut self.seen)))
    }
}

/// The first string that is not empty, the first dynamic that is not null: where it lies in `text`.
struct FirstText {
    data_type: ScalarType,
    spans: Vec<(usize, usize)>,
    text: String,
}

impl FirstText {
    fn new(data_type: ScalarType) -> Self {
        Self { data_type, spans: Vec::new(), text: String::new() }
    }

    fn offer(&mut self, group: usize, value: &str) {
        let (start, end) = self.spans[group];
        if start == end && !value.is_empty() {
            let start = self.text.len();
            self.text.push_str(value);
            self.spans[group] = (start, self.text.len());
        }
    }
}

impl State for FirstText {
    fn grow(&mut self, groups: usize) {
        self.spans.resize(groups, (0, 0));
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        for_each_text(groups, &arguments[0], |group, value| self.offer(group, value));
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for ((start, end), group) in later.spans.iter().zip(mapping) {
            self.offer(*group as usize, &later.text[*start..*end]);
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let mut builder = StringViewBuilder::with_capacity(self.spans.len());
        let dynamic = self.data_type == ScalarType::Dynamic;
        for (start, end) in std::mem::take(&mut self.spans) {
            if dynamic && start == end {
                builder.append_null();
            } else {
                builder.append_value(&self.text[start..end]);
            }
        }
        self.text.clear();
        if dynamic {
            Column::Dynamic(builder.finish().into())
        } else {
            Column::String(builder.finish().into())
        }
    }
}
