//! What properties a bag has.

use hashbrown::HashSet;
use kql_types::Column;
use kql_types::ScalarType::{Bool, String as Text};
use kql_types::dynamic::{Json, JsonKind, write_json_string};

use super::key_path::key_path;
use super::{BAG, DYNAMIC};
use crate::kernel::dynamic::dynamic_column;
use crate::kernel::rows::bools;
use crate::{
    Call, Example, KernelError, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] = &[&BAG_KEYS, &BAG_HAS_KEY, &TREEPATH];

static BAG_KEYS: ScalarFunction = ScalarFunction {
    names: &["bag_keys"],
    doc: "The names of a bag's own properties; null if the value is no bag.",
    examples: &[Example {
        query: "print bag_keys(dynamic({'a': 1, 'c': {'d': 2}}))",
        result: r#"["a","c"]"#,
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[BAG], DYNAMIC, bag_keys)],
    support: Support::Rows,
};

fn bag_keys(call: &Call<'_>) -> Result<Column, KernelError> {
    let bags = call.arguments[0].strings();
    Ok(dynamic_column(call.rows, |row, out| {
        let bag = Some(Json::new(bags.get(row)?)).filter(|bag| bag.kind() == JsonKind::Bag)?;
        out.push('[');
        for (position, (name, _)) in bag.members().enumerate() {
            if position > 0 {
                out.push(',');
            }
            write_json_string(out, &name);
        }
        out.push(']');
        Some(())
    }))
}

static BAG_HAS_KEY: ScalarFunction = ScalarFunction {
    names: &["bag_has_key"],
    doc: "Whether a bag has a property; the key may be a path such as `$.a.b`. Null if the value is no bag. \
          <https://learn.microsoft.com/kusto/query/bag-has-key-function>",
    examples: &[
        Example { query: "print bag_has_key(dynamic({'a': null}), 'a')", result: "True" },
        Example { query: "print bag_has_key(dynamic({'a': {'b': 1}}), '$.a.b')", result: "True" },
    ],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(
        &[BAG, ParameterType::ExactOrDynamic(Text)],
        Returns::Exact(Bool),
        bag_has_key,
    )],
    support: Support::Rows,
};

fn bag_has_key(call: &Call<'_>) -> Result<Column, KernelError> {
    let (bags, keys) = (call.arguments[0].strings(), call.arguments[1].strings());
    Ok(Column::Bool(bools(call.rows, |row| {
        let bag = Some(Json::new(bags.get(row)?)).filter(|bag| bag.kind() == JsonKind::Bag)?;
        let Some(path) = key_path(keys.text(row)) else { return Some(false) };
        Some(path.iter().try_fold(bag, |bag, name| bag.get(name)).is_some())
    })))
}

static TREEPATH: ScalarFunction = ScalarFunction {
    names: &["treepath"],
    doc: "The paths of everything inside a dynamic; all elements of an array are `[0]`. \
          <https://learn.microsoft.com/kusto/query/treepath-function>",
    examples: &[Example {
        query: "print treepath(dynamic({'a': [1, {'x': 2}], 'b': 3}))",
        result: r#"["['a']","['a'][0]","['a'][0]['x']","['b']"]"#,
    }],
    result_name: ResultName::PrefixAndFirstArgument("tree"),
    overloads: &[Overload::new(&[BAG], DYNAMIC, treepath)],
    support: Support::Rows,
};

fn treepath(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    Ok(dynamic_column(call.rows, |row, out| {
        let mut paths = Paths { current: String::new(), seen: HashSet::new(), list: Vec::new() };
        paths.visit(Json::new(texts.get(row)?));
        out.push('[');
        for (position, path) in paths.list.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            write_json_string(out, path);
        }
        out.push(']');
        Some(())
    }))
}

struct Paths {
    current: String,
    seen: HashSet<String>,
    list: Vec<String>,
}

impl Paths {
    /// Values are nested at most as deep as [`kql_types::dynamic::MAX_DEPTH`].
    fn visit(&mut self, json: Json<'_>) {
        for (name, value) in json.members() {
            self.enter(&["['", &name, "']"], value);
        }
        for element in json.elements() {
            self.enter(&["[0]"], element);
        }
    }

    fn enter(&mut self, step: &[&str], value: Json<'_>) {
        let length = self.current.len();
        self.current.extend(step.iter().copied());
        if self.seen.insert(self.current.clone()) {
            self.list.push(self.current.clone());
        }
        self.visit(value);
        self.current.truncate(length);
    }
}
