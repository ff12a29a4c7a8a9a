//! Making property bags.

use arrow_array::Array;
use hashbrown::HashSet;
use kql_types::ScalarType::{Bool, Dynamic, String as Text};
use kql_types::dynamic::{Json, JsonKind, write_json_string};
use kql_types::{Column, Operand, Strings};

use super::{BAG, DYNAMIC};
use crate::kernel::dynamic::{Arrays, JsonValues, dynamic_column, write_member};
use crate::{
    Call, Example, KernelError, Overload, ParameterType, ResultName, Returns, ScalarFunction, Support,
};

/// The family.
pub static FUNCTIONS: &[&ScalarFunction] =
    &[&BAG_PACK, &BAG_PACK_COLUMNS, &PACK_ALL, &BAG_MERGE, &BAG_ZIP, &DYNAMIC_TO_JSON];

const KEY: ParameterType = ParameterType::ExactOrDynamic(Text);

static BAG_PACK: ScalarFunction = ScalarFunction {
    names: &["bag_pack", "pack", "pack_dictionary"],
    doc: "A property bag of alternating names and values. Of values under one name the last counts.",
    examples: &[Example {
        query: "print bag_pack('level', 'Info', 'id', 12, 'inner', bag_pack('a', 1.0))",
        result: r#"{"level":"Info","id":12,"inner":{"a":1.0}}"#,
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[KEY, ParameterType::Any], DYNAMIC, |call| {
        Ok(pack(call.arguments, call.rows, None))
    })
    .repeating(2, 2)],
    support: Support::Rows,
};

static BAG_PACK_COLUMNS: ScalarFunction = ScalarFunction {
    names: &["bag_pack_columns"],
    doc: "A property bag of columns, each under its name. The planner puts each column's name before it.",
    examples: &[Example {
        query: "print a = 1, b = 'x' | project bag_pack_columns(a, b)",
        result: r#"{"a":1,"b":"x"}"#,
    }],
    result_name: ResultName::Generated,
    overloads: BAG_PACK.overloads,
    support: Support::Rows,
};

static PACK_ALL: ScalarFunction = ScalarFunction {
    names: &["pack_all"],
    doc: "A property bag of all columns of the input; `pack_all(true)` leaves out nulls and empty strings. The planner adds \
          the columns to the arguments, each after its name.",
    examples: &[
        Example { query: "print a = 1, b = '' | project pack_all()", result: r#"{"a":1,"b":""}"# },
        Example { query: "print a = 1, b = '' | project pack_all(true)", result: r#"{"a":1}"# },
    ],
    result_name: ResultName::Generated,
    overloads: &[
        Overload::new(&[ParameterType::Literal(Bool), KEY, ParameterType::Any], DYNAMIC, pack_all)
            .repeating(2, 1),
        Overload::new(&[KEY, ParameterType::Any], DYNAMIC, |call| Ok(pack(call.arguments, call.rows, None)))
            .repeating(2, 0),
    ],
    support: Support::Rows,
};

fn pack_all(call: &Call<'_>) -> Result<Column, KernelError> {
    let (ignore, columns) =
        call.arguments.split_first().ok_or_else(|| KernelError::new("pack_all needs a flag"))?;
    let ignore = ignore.bools().get(0).unwrap_or(false);
    Ok(pack(columns, call.rows, ignore.then_some(&["null", "\"\""])))
}

/// Bags of pairs of a name and a value, without the values that have one of the texts in `ignored`.
fn pack(pairs: &[Operand], rows: usize, ignored: Option<&[&str; 2]>) -> Column {
    let members: Vec<(Strings<'_>, JsonValues<'_>)> =
        pairs.chunks_exact(2).map(|pair| (pair[0].strings(), JsonValues::new(&pair[1]))).collect();
    let distinct = has_distinct_constant_names(&members);
    let mut value = String::new();
    dynamic_column(rows, |row, out| {
        out.push('{');
        for (position, (names, values)) in members.iter().enumerate() {
            let name = names.text(row);
            let comes_again = || members[position + 1..].iter().any(|(later, _)| later.text(row) == name);
            if !distinct && comes_again() {
                continue;
            }
            value.clear();
            values.write(row, &mut value);
            if ignored.is_none_or(|ignored| !ignored.contains(&value.as_str())) {
                write_member(out, name, &value);
            }
        }
        out.push('}');
        Some(())
    })
}

fn has_distinct_constant_names(members: &[(Strings<'_>, JsonValues<'_>)]) -> bool {
    let mut seen = HashSet::new();
    members.iter().all(|(names, _)| matches!(names, Strings::Constant(Some(name)) if seen.insert(*name)))
}

static BAG_MERGE: ScalarFunction = ScalarFunction {
    names: &["bag_merge"],
    doc: "One bag of the properties of all; of equal names the leftmost counts. Arguments that are no bags are ignored; null \
          if none is one. <https://learn.microsoft.com/kusto/query/bag-merge-function>",
    examples: &[Example {
        query: "print bag_merge(dynamic({'a': 1, 'b': 2}), dynamic({'b': 3, 'c': 4}))",
        result: r#"{"a":1,"b":2,"c":4}"#,
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[BAG], DYNAMIC, bag_merge).repeating(1, 2)],
    support: Support::Rows,
};

fn bag_merge(call: &Call<'_>) -> Result<Column, KernelError> {
    let bags: Vec<Strings<'_>> = call.arguments.iter().map(Operand::strings).collect();
    Ok(dynamic_column(call.rows, |row, out| {
        let mut seen = HashSet::new();
        let mut found = None;
        out.push('{');
        for bag in bags.iter().filter_map(|bags| bags.get(row)).map(Json::new) {
            if bag.kind() == JsonKind::Bag {
                found = Some(());
            }
            for (name, value) in bag.members() {
                if seen.insert(name.clone()) {
                    write_member(out, &name, value.text());
                }
            }
        }
        out.push('}');
        found
    }))
}

static BAG_ZIP: ScalarFunction = ScalarFunction {
    names: &["bag_zip"],
    doc: "A bag of an array of names and an array of values. Values that lack are null; names that are no strings, and values \
          without a name, are left out. <https://learn.microsoft.com/kusto/query/bag-zip>",
    examples: &[Example {
        query: "print bag_zip(dynamic(['a', 8, 'b', 'c']), dynamic([1, 2, 3.5]))",
        result: r#"{"a":1,"b":3.5,"c":null}"#,
    }],
    result_name: ResultName::Generated,
    overloads: &[Overload::new(&[BAG, BAG], DYNAMIC, bag_zip)],
    support: Support::Rows,
};

fn bag_zip(call: &Call<'_>) -> Result<Column, KernelError> {
    let (mut names, mut values) = (Arrays::new(&call.arguments[0]), Arrays::new(&call.arguments[1]));
    Ok(dynamic_column(call.rows, |row, out| {
        let values = values.get(row).unwrap_or_default();
        out.push('{');
        for (position, name) in names.get(row)?.iter().enumerate() {
            if let Some(name) = Json::new(name).as_str() {
                write_member(out, &name, values.get(position).copied().unwrap_or("null"));
            }
        }
        out.push('}');
        Some(())
    }))
}

static DYNAMIC_TO_JSON: ScalarFunction = ScalarFunction {
    names: &["dynamic_to_json"],
    doc: "The canonical JSON text of a dynamic: as `tostring`, with the properties of every bag in the order of their names. \
          <https://learn.microsoft.com/kusto/query/dynamic-to-json-function>",
    examples: &[Example {
        query: "print dynamic_to_json(dynamic({'b': {'d': 1, 'c': []}, 'a': 2}))",
        result: r#"{"a":2,"b":{"c":[],"d":1}}"#,
    }],
    result_name: ResultName::Generated,
    overloads: &[
        Overload::new(&[ParameterType::Exact(Dynamic)], Returns::Exact(Text), dynamic_to_json),
        Overload::new(&[ParameterType::Text], Returns::Exact(Text), |call| {
            Ok(call.arguments[0].clone().into_column(call.rows))
        }),
    ],
    support: Support::Rows,
};

fn dynamic_to_json(call: &Call<'_>) -> Result<Column, KernelError> {
    let texts = call.arguments[0].strings();
    let sorted = dynamic_column(call.rows, |row, out| {
        write_sorted(out, Json::new(texts.get(row)?));
        Some(())
    });
    match sorted {
        Column::Dynamic(array) if array.null_count() == 0 => Ok(Column::String(array)),
        Column::Dynamic(array) => {
            Ok(Column::String(array.iter().map(|text| Some(text.unwrap_or_default())).collect()))
        }
        other => Ok(other),
    }
}

/// Bags are nested at most as deep as [`kql_types::dynamic::MAX_DEPTH`].
fn write_sorted(out: &mut String, json: Json<'_>) {
    match json.kind() {
        JsonKind::Array => {
            out.push('[');
            for (position, element) in json.elements().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_sorted(out, element);
            }
            out.push(']');
        }
        JsonKind::Bag => {
            let mut members: Vec<_> = json.members().collect();
            members.sort_by(|(left, _), (right, _)| left.cmp(right));
            out.push('{');
            for (position, (name, value)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_json_string(out, &name);
                out.push(':');
                write_sorted(out, value);
            }
            out.push('}');
        }
        _ => out.push_str(json.text()),
    }
}
