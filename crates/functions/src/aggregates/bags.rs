//! `make_bag` and `buildschema`.

use indexmap::IndexMap;
use kql_types::ScalarType::{Bool, Dynamic, Long};
use kql_types::dynamic::{Json, JsonKind, write_json_string};
use kql_types::{Column, Operand, ScalarType};

use super::json_rows::{LARGEST, LEGACY, limit};
use super::rows::for_each_text;
use super::state::{Made, State, made, signature};
use crate::ParameterType::{Exact, ExactOrDynamic, Literal};
use crate::{AggregateForm, AggregateFunction, ArgumentInfo, Example, KernelError, ResultName, Returns};

/// The family.
pub static FUNCTIONS: &[&AggregateFunction] = &[&MAKE_BAG, &MAKE_DICTIONARY, &MAKE_BAG_IF, &BUILDSCHEMA];

static MAKE_BAG: AggregateFunction = AggregateFunction {
    names: &["make_bag"],
    doc: "One property bag of all properties of the bags; of a name that comes again the first value counts.",
    examples: &[Example {
        query: r#"datatable(p:dynamic)[dynamic({"a":1}), dynamic({"b":2,"a":3})] | summarize make_bag(p)"#,
        result: r#"{"a":1,"b":2}"#,
    }],
    result_name: ResultName::PrefixAndFirstArgument("bag"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Exact(Dynamic), Literal(Long)], Returns::Exact(Dynamic), make::<LARGEST>)
        .optional_after(1)],
};

static MAKE_DICTIONARY: AggregateFunction = AggregateFunction {
    names: &["make_dictionary"],
    doc: "Legacy spelling of make_bag; keeps the first 128 properties where no size is given.",
    examples: &[Example {
        query: r#"datatable(p:dynamic)[dynamic({"a":1})] | summarize make_dictionary(p)"#,
        result: r#"{"a":1}"#,
    }],
    result_name: ResultName::PrefixAndFirstArgument("dictionary"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Exact(Dynamic), Literal(Long)], Returns::Exact(Dynamic), make::<LEGACY>)
        .optional_after(1)],
};

static MAKE_BAG_IF: AggregateFunction = AggregateFunction {
    names: &["make_bag_if"],
    doc: "One property bag of the properties in rows for which the predicate is true.",
    examples: &[Example {
        query: r#"datatable(p:dynamic, b:bool)[dynamic({"a":1}), true, dynamic({"b":2}), false] | summarize make_bag_if(p, b)"#,
        result: r#"{"a":1}"#,
    }],
    result_name: ResultName::PrefixAndFirstArgument("bag"),
    form: AggregateForm::Function,
    overloads: &[signature(
        &[Exact(Dynamic), ExactOrDynamic(Bool), Literal(Long)],
        Returns::Exact(Dynamic),
        make::<LARGEST>,
    )
    .optional_after(2)
    .conditional(1)],
};

static BUILDSCHEMA: AggregateFunction = AggregateFunction {
    names: &["buildschema"],
    doc: "The least schema that admits all values: types by name, several in an array, an array's elements under \
          `indexer`. <https://learn.microsoft.com/kusto/query/buildschema-aggregation-function>",
    examples: &[Example {
        query: r#"datatable(v:dynamic)[dynamic({"x":1}), dynamic({"x":"a","z":[1.5]})] | summarize buildschema(v)"#,
        result: r#"{"x":["long","string"],"z":{"`indexer`":"double"}}"#,
    }],
    result_name: ResultName::PrefixAndFirstArgument("schema"),
    form: AggregateForm::Function,
    overloads: &[signature(&[Exact(Dynamic)], Returns::Exact(Dynamic), |_, _| {
        made(Schemas { groups: Vec::new() })
    })],
};

fn make<const DEFAULT: usize>(arguments: &[ArgumentInfo<'_>], _: ScalarType) -> Made {
    made(Bags { limit: limit(arguments, 1, DEFAULT)?, groups: Vec::new() })
}

/// For each group names and the JSON text of their values.
struct Bags {
    limit: usize,
    groups: Vec<IndexMap<String, String>>,
}

impl State for Bags {
    fn grow(&mut self, groups: usize) {
        self.groups.resize_with(groups, IndexMap::new);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        for_each_text(groups, &arguments[0], |group, text| {
            let bag = &mut self.groups[group];
            for (name, value) in Json::new(text).members() {
                if bag.len() < self.limit && !bag.contains_key(&*name) {
                    bag.insert(name.into_owned(), value.text().to_owned());
                }
            }
        });
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for (bag, group) in later.groups.into_iter().zip(mapping) {
            let into = &mut self.groups[*group as usize];
            for (name, value) in bag {
                if into.len() < self.limit {
                    into.entry(name).or_insert(value);
                }
            }
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let write = |bag: &IndexMap<String, String>| {
            let mut out = String::new();
            write_members(&mut out, bag, |out, value| out.push_str(value));
            Some(out)
        };
        Column::Dynamic(std::mem::take(&mut self.groups).iter().map(write).collect())
    }
}

fn write_members<V>(out: &mut String, members: &IndexMap<String, V>, mut write: impl FnMut(&mut String, &V)) {
    out.push('{');
    for (position, (name, value)) in members.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write_json_string(out, name);
        out.push(':');
        write(out, value);
    }
    out.push('}');
}

/// For each group the schema so far.
struct Schemas {
    groups: Vec<Shape>,
}

/// What values were met at one place.
#[derive(Clone, Debug, Default)]
struct Shape {
    scalars: Vec<&'static str>,
    members: Option<IndexMap<String, Shape>>,
    elements: Option<Box<Shape>>,
}

impl Shape {
    fn meet(&mut self, value: Json<'_>) {
        match value.kind() {
            JsonKind::Null => {}
            JsonKind::Bool => self.meet_scalar("bool"),
            JsonKind::String => self.meet_scalar("string"),
            JsonKind::Number if value.text().contains(['.', 'e', 'E']) => self.meet_scalar("double"),
            JsonKind::Number => self.meet_scalar("long"),
            JsonKind::Array => {
                let elements = self.elements.get_or_insert_default();
                value.elements().for_each(|element| elements.meet(element));
            }
            JsonKind::Bag => {
                let members = self.members.get_or_insert_default();
                for (name, member) in value.members() {
                    members.entry(name.into_owned()).or_default().meet(member);
                }
            }
        }
    }

    fn meet_scalar(&mut self, name: &'static str) {
        if !self.scalars.contains(&name) {
            self.scalars.push(name);
        }
    }

    fn absorb(&mut self, other: Shape) {
        other.scalars.into_iter().for_each(|name| self.meet_scalar(name));
        if let Some(elements) = other.elements {
            self.elements.get_or_insert_default().absorb(*elements);
        }
        for (name, shape) in other.members.into_iter().flatten() {
            self.members.get_or_insert_default().entry(name).or_default().absorb(shape);
        }
    }

    fn write(&self, out: &mut String) {
        let alternatives =
            self.scalars.len() + usize::from(self.members.is_some()) + usize::from(self.elements.is_some());
        if alternatives != 1 {
            out.push('[');
        }
        let mut first = true;
        let mut separate = |out: &mut String| {
            if !std::mem::take(&mut first) {
                out.push(',');
            }
        };
        for name in &self.scalars {
            separate(out);
            write_json_string(out, name);
        }
        if let Some(members) = &self.members {
            separate(out);
            write_members(out, members, |out, shape| shape.write(out));
        }
        if let Some(elements) = &self.elements {
            separate(out);
            out.push_str("{\"`indexer`\":");
            elements.write(out);
            out.push('}');
        }
        if alternatives != 1 {
            out.push(']');
        }
    }
}

impl State for Schemas {
    fn grow(&mut self, groups: usize) {
        self.groups.resize_with(groups, Shape::default);
    }

    fn add(&mut self, groups: &[u32], arguments: &[Operand]) -> Result<(), KernelError> {
        for_each_text(groups, &arguments[0], |group, text| self.groups[group].meet(Json::new(text)));
        Ok(())
    }

    fn absorb(&mut self, later: Self, mapping: &[u32]) -> Result<(), KernelError> {
        for (shape, group) in later.groups.into_iter().zip(mapping) {
            self.groups[*group as usize].absorb(shape);
        }
        Ok(())
    }

    fn results(&mut self) -> Column {
        let write = |shape: &Shape| {
            let mut out = String::new();
            shape.write(&mut out);
            Some(out)
        };
        Column::Dynamic(std::mem::take(&mut self.groups).iter().map(write).collect())
    }
}
