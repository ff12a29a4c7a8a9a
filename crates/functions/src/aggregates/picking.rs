//! Aggregates that pick a row: `arg_max`, `arg_min`, `take_any` and their legacy spellings.

use crate::{AggregateForm, AggregateFunction, Example, ResultName};

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
    overloads: &[],
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
    overloads: &[],
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
    overloads: &[],
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
    overloads: &[],
};
